// Waits for what only the kernel knows, and the poller cannot be told of: children, signals, locks of files, disks.
// They block the thread, but the processor goes on with another.

#include "hook.h"

#include <csignal>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace gocpp::hooks;

extern "C" {

pid_t wait(int* status) {
  if (!applies()) return GOCPP_REAL(wait)(status);
  return in_thread([&] { return GOCPP_REAL(wait)(status); });
}

pid_t waitpid(pid_t child, int* status, int options) {
  if ((options & WNOHANG) || !applies()) return GOCPP_REAL(waitpid)(child, status, options);
  return in_thread([&] { return GOCPP_REAL(waitpid)(child, status, options); });
}

pid_t wait4(pid_t child, int* status, int options, rusage* used) {
  if ((options & WNOHANG) || !applies()) return GOCPP_REAL(wait4)(child, status, options, used);
  return in_thread([&] { return GOCPP_REAL(wait4)(child, status, options, used); });
}

int waitid(idtype_t kind, id_t id, siginfo_t* info, int options) {
  if ((options & WNOHANG) || !applies()) return GOCPP_REAL(waitid)(kind, id, info, options);
  return in_thread([&] { return GOCPP_REAL(waitid)(kind, id, info, options); });
}

int sigwait(const sigset_t* set, int* signal) {
  if (!applies()) return GOCPP_REAL(sigwait)(set, signal);
  return in_thread([&] { return GOCPP_REAL(sigwait)(set, signal); });
}

int sigwaitinfo(const sigset_t* set, siginfo_t* info) {
  if (!applies()) return GOCPP_REAL(sigwaitinfo)(set, info);
  return in_thread([&] { return GOCPP_REAL(sigwaitinfo)(set, info); });
}

int sigtimedwait(const sigset_t* set, siginfo_t* info, const timespec* at_most) {
  if (!applies()) return GOCPP_REAL(sigtimedwait)(set, info, at_most);
  return in_thread([&] { return GOCPP_REAL(sigtimedwait)(set, info, at_most); });
}

int flock(int fd, int operation) {
  if ((operation & LOCK_NB) || !applies()) return GOCPP_REAL(flock)(fd, operation);
  return in_thread([&] { return GOCPP_REAL(flock)(fd, operation); });
}

int lockf(int fd, int command, off_t size) {
  if (command != F_LOCK || !applies()) return GOCPP_REAL(lockf)(fd, command, size);
  return in_thread([&] { return GOCPP_REAL(lockf)(fd, command, size); });
}

int fsync(int fd) {
  if (!applies()) return GOCPP_REAL(fsync)(fd);
  return in_thread([&] { return GOCPP_REAL(fsync)(fd); });
}

int fdatasync(int fd) {
  if (!applies()) return GOCPP_REAL(fdatasync)(fd);
  return in_thread([&] { return GOCPP_REAL(fdatasync)(fd); });
}

ssize_t sendfile(int to, int from, off_t* offset, std::size_t size) {
  if (!applies()) return GOCPP_REAL(sendfile)(to, from, offset, size);
  gocpp::rt::DeclaredBlock block;  // mostly short
  return GOCPP_REAL(sendfile)(to, from, offset, size);
}

} // extern "C"
