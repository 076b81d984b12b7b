// connect and accept.

#include "transfer.h"

#include <fcntl.h>
#include <poll.h>

using namespace gocpp::hooks;
using namespace gocpp::rt;

namespace {

/// The end of a connection attempt that the kernel goes on with by itself.
int finish_connect(int fd) {
  int64_t deadline = socket_deadline(fd, Direction::write);
  pollfd one{fd, POLLOUT, 0};
  while (GOCPP_REAL(poll)(&one, 1, 0) == 0) {
    BorrowedWait w = wait_for_borrowed(fd, Direction::write, deadline);
    if (w == BorrowedWait::timed_out || w == BorrowedWait::closed) {
      errno = w == BorrowedWait::closed ? EBADF : EINPROGRESS;  // the latter as connect with SO_SNDTIMEO
      return -1;
    }
  }
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return -1;
  if (error == 0) return 0;
  errno = error;
  return -1;
}

} // namespace

extern "C" {

int connect(int fd, const sockaddr* address, socklen_t size) {
  if (!applies() || is_nonblocking(fd)) return GOCPP_REAL(connect)(fd, address, size);
  // There is no flag for a single attempt. Nobody else uses a socket that is not connected yet.
  int flags = fcntl(fd, F_GETFL);
  if (fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) return -1;
  int result = GOCPP_REAL(connect)(fd, address, size);
  int error = errno;
  if (result != 0 && error == EINPROGRESS) {
    result = finish_connect(fd);
    error = errno;
  }
  fcntl(fd, F_SETFL, flags);
  if (result != 0 && error == EAGAIN)  // a Unix socket whose listener is busy; the poller cannot tell when it is not
    return in_thread([&] { return GOCPP_REAL(connect)(fd, address, size); });
  errno = error;
  return result;
}

int accept(int fd, sockaddr* address, socklen_t* size) {
  if (!applies()) return GOCPP_REAL(accept)(fd, address, size);
  return static_cast<int>(when_ready(fd, Direction::read, [&] { return GOCPP_REAL(accept)(fd, address, size); }));
}

int accept4(int fd, sockaddr* address, socklen_t* size, int flags) {
  if (!applies()) return GOCPP_REAL(accept4)(fd, address, size, flags);
  return static_cast<int>(when_ready(fd, Direction::read, [&] { return GOCPP_REAL(accept4)(fd, address, size, flags); }));
}

} // extern "C"
