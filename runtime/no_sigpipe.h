// Writing to what may be a broken pipe without the signal.
//
// Sockets have MSG_NOSIGNAL, and since Linux 6.18 every descriptor has RWF_NOSIGNAL. Where neither is, SIGPIPE is blocked in
// the thread around the call and, if the call raised it, taken. Neither ignoring the signal nor a handler is for a library
// to choose: the one is inherited by the programs that ours starts, and both change what printf to a closed pipe does.
//
// Standard output and standard error are another matter: a program whose reader has gone ends, as with printf and as in Go.
#pragma once

#include <csignal>
#include <cstddef>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

namespace gocpp::rt {

/// Stands around one system call, in one thread. Keeps errno.
class NoSigpipe {
 public:
  NoSigpipe() noexcept;
  ~NoSigpipe();
  NoSigpipe(const NoSigpipe&) = delete;
  NoSigpipe& operator=(const NoSigpipe&) = delete;

  /// Takes the signal that the call may have raised.
  void take() noexcept;

 private:
  sigset_t pipe_, old_;
  bool was_pending_ = false;
};

/// Makes a system call that is to write `size` bytes and may run into a broken pipe. Keeps its errno.
template <class Call> ssize_t without_sigpipe(std::size_t size, Call call) noexcept {
  NoSigpipe quiet;
  ssize_t n = call();
  if (n < 0 || static_cast<std::size_t>(n) < size) quiet.take();  // a part may have been written before the pipe broke
  return n;
}

/// Whether a write there is to raise the signal.
inline bool raises_sigpipe(int fd) noexcept { return fd == STDOUT_FILENO || fd == STDERR_FILENO; }

/// writev that fails with EPIPE and does no more.
ssize_t writev_no_sigpipe(int fd, const iovec* from, int count) noexcept;

} // namespace gocpp::rt
