// See no_sigpipe.h.

#include "no_sigpipe.h"
#include "annotate.h"

#include <atomic>
#include <cerrno>
#include <ctime>
#include <sys/syscall.h>
#include <unistd.h>

#include <gocpp/detail/errno.h>

namespace gocpp::rt {

namespace {

#ifdef RWF_NOSIGNAL
constexpr int kNoSignal = RWF_NOSIGNAL;
#else
constexpr int kNoSignal = 0x100;  // of linux/fs.h, which is younger than many a system's headers
#endif
constexpr std::size_t kKernelSigset = 8;  // bytes; libc's is longer, and begins with it

#if defined(GOCPP_TSAN) || defined(GOCPP_ASAN)
// The sanitizers know of writev that it orders threads and reads memory, and nothing of pwritev2.
constexpr bool kMayUseFlag = false;
ssize_t write_in_place(int fd, const iovec* from, int count) noexcept { return ::writev(fd, from, count); }
#else
constexpr bool kMayUseFlag = true;
// Bare system calls, as libc's functions may be hooked (hooks/), and the goroutine of a hooked one may go on in another thread.
ssize_t write_in_place(int fd, const iovec* from, int count) noexcept { return syscall(SYS_writev, fd, from, count); }
#endif

/// The kernel has not refused the flag so far. relaxed: whoever sees this late asks once more.
std::atomic<bool> flag_works{kMayUseFlag};

std::size_t size_of(const iovec* buffers, int count) noexcept {
  std::size_t sum = 0;
  for (int i = 0; i < count; ++i) sum += buffers[i].iov_len;
  return sum;
}

} // namespace

NoSigpipe::NoSigpipe() noexcept {
  sigemptyset(&pipe_);
  sigaddset(&pipe_, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe_, &old_);
  if (sigismember(&old_, SIGPIPE)) {  // else none can be pending
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE);
  }
}

// TSan takes errno, which goroutines of one thread share, for a shared variable.
GOCPP_NO_TSAN NoSigpipe::~NoSigpipe() {
  int error = errno;
  pthread_sigmask(SIG_SETMASK, &old_, nullptr);
  errno = error;
}

GOCPP_NO_TSAN void NoSigpipe::take() noexcept {
  if (was_pending_) return;
  int error = errno;
  timespec now{};
  while (syscall(SYS_rt_sigtimedwait, &pipe_, nullptr, &now, kKernelSigset) < 0 && errno == EINTR) {
  }
  errno = error;
}

GOCPP_NO_TSAN ssize_t writev_no_sigpipe(int fd, const iovec* from, int count) noexcept {
  if (flag_works.load(std::memory_order_relaxed)) {
    ssize_t n = ::pwritev2(fd, from, count, -1, kNoSignal);
    // EPERM is how some sandboxes refuse calls that they do not know.
    if (n >= 0 || (errno != EOPNOTSUPP && errno != EINVAL && errno != EPERM)) return n;
    flag_works.store(false, std::memory_order_relaxed);
  }
  return without_sigpipe(size_of(from, count), [&] { return write_in_place(fd, from, count); });
}

} // namespace gocpp::rt
