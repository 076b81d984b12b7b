// Writing to what may be a broken pipe without the signal.
//
// Sockets have MSG_NOSIGNAL, and since Linux 6.18 every descriptor has RWF_NOSIGNAL. Where neither is, SIGPIPE is blocked in
// the thread around the call and, if the call raised it, taken. Neither ignoring the signal nor a handler is for a library
// to choose: the one is inherited by the programs that ours starts, and both change what printf to a closed pipe does.
#pragma once

#include <csignal>
#include <sys/types.h>
#include <sys/uio.h>

namespace gocpp::rt {

/// Stands around one system call, in one thread. Keeps errno.
class NoSigpipe {
 public:
  NoSigpipe() noexcept;
  ~NoSigpipe();
  NoSigpipe(const NoSigpipe&) = delete;
  NoSigpipe& operator=(const NoSigpipe&) = delete;

  /// After a call that failed, or moved less than it was to: it may have raised the signal.
  void take() noexcept;

 private:
  sigset_t pipe_, old_;
  bool was_pending_ = false;
};

/// writev that fails with EPIPE and does no more.
ssize_t writev_no_sigpipe(int fd, const iovec* from, int count) noexcept;

} // namespace gocpp::rt
