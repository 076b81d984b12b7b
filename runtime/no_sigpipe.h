// Writing to what may be a broken pipe without the signal.
//
// Sockets have MSG_NOSIGNAL. For everything else SIGPIPE is blocked in the thread around the call and, if the call raised
// it, taken. Neither ignoring the signal nor a handler is for a library to choose: the one is inherited by the programs that
// ours starts, and both change what printf to a closed pipe does.
#pragma once

#include "annotate.h"

#include <cerrno>
#include <csignal>
#include <ctime>

#include <gocpp/detail/errno.h>

namespace gocpp::rt {

/// Stands around one system call, in one thread. Keeps errno.
class NoSigpipe {
 public:
  NoSigpipe() noexcept {
    sigset_t pending;
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &old_);
  }
  // TSan takes errno, which goroutines of one thread share, for a shared variable.
  GOCPP_NO_TSAN ~NoSigpipe() {
    int error = errno;
    if (!was_pending_) {  // also after a success: a part may have been written before the pipe broke
      timespec now{};
      while (sigtimedwait(&pipe_, nullptr, &now) < 0 && errno == EINTR) {
      }
    }
    pthread_sigmask(SIG_SETMASK, &old_, nullptr);
    errno = error;
  }
  NoSigpipe(const NoSigpipe&) = delete;
  NoSigpipe& operator=(const NoSigpipe&) = delete;

 private:
  sigset_t pipe_, old_;
  bool was_pending_;
};

} // namespace gocpp::rt
