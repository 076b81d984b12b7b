// close and its relatives. A goroutine that waits for a descriptor which another closes gets EBADF; libc would leave the thread
// waiting for what nobody can reach any more.

#include "hook.h"

#include <fcntl.h>
#include <unistd.h>

using namespace gocpp::hooks;

namespace {

/// Runs `call`, which closes `fd`. In the child of a fork there is nobody to tell, and in one of a vfork they must not
/// be. What the runtime closes is its own, and its locks may be held.
template <class Call> int closing(int fd, Call call) {
  gocpp::rt::M* m = gocpp::rt::this_m();
  if (fd < 0 || (m && m->lease.depth() != 0) || !in_the_process()) return call();
  gocpp::rt::BorrowedClosing scope(fd);
  return call();
}

} // namespace

extern "C" {

int close(int fd) {
  return closing(fd, [&] { return GOCPP_REAL(close)(fd); });
}

int dup2(int from, int to) {
  return closing(from == to ? -1 : to, [&] { return GOCPP_REAL(dup2)(from, to); });
}

int dup3(int from, int to, int flags) {
  return closing(from == to ? -1 : to, [&] { return GOCPP_REAL(dup3)(from, to, flags); });
}

} // extern "C"
