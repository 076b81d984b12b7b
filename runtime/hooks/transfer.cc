// See transfer.h.

#include "transfer.h"

#include <poll.h>

namespace gocpp::hooks {

int64_t socket_deadline(int fd, rt::Direction d) noexcept {
  timeval t{};
  socklen_t size = sizeof t;
  int option = d == rt::Direction::read ? SO_RCVTIMEO : SO_SNDTIMEO;
  if (getsockopt(fd, SOL_SOCKET, option, &t, &size) != 0 || (t.tv_sec == 0 && t.tv_usec == 0)) return rt::kNever;
  return deadline_after({t.tv_sec, t.tv_usec * 1000});
}

bool wait_until_ready(int fd, rt::Direction d) noexcept {
  pollfd one{fd, static_cast<short>(d == rt::Direction::read ? POLLIN : POLLOUT), 0};
  int64_t deadline = 0;
  while (GOCPP_REAL(poll)(&one, 1, 0) == 0) {
    if (is_nonblocking(fd)) return true;
    if (deadline == 0) deadline = socket_deadline(fd, d);
    switch (rt::wait_for_borrowed(fd, d, deadline)) {
    case rt::BorrowedWait::ready: break;
    case rt::BorrowedWait::never_waits: return true;
    case rt::BorrowedWait::timed_out: errno = EAGAIN; return false;
    case rt::BorrowedWait::closed: errno = EBADF; return false;
    }
  }
  return true;
}

} // namespace gocpp::hooks
