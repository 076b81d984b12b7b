// poll, select and epoll_wait.
//
// One descriptor in one direction is waited for as it is. For more an epoll of their own is made, which is readable when
// one of them is ready and can be waited for like any descriptor.

#include "hook.h"

#include <algorithm>
#include <csignal>
#include <gocpp/detail/rt.h>
#include <gocpp/time.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <unistd.h>
#include <vector>

using namespace gocpp::hooks;
using namespace gocpp::rt;

namespace {

constexpr short kReads = POLLIN | POLLRDNORM | POLLRDHUP, kWrites = POLLOUT | POLLWRNORM;

void sleep_until(int64_t deadline) {
  if (deadline == kNever) gocpp::detail::block_forever();
  gocpp::detail::sleep_until_ns(deadline);
}

/// Waits for one of several.
BorrowedWait wait_for_set(const pollfd* fds, nfds_t count, int64_t deadline) {
  int ep = epoll_create1(EPOLL_CLOEXEC);
  if (ep < 0) return BorrowedWait::never_waits;
  bool all = true;
  for (nfds_t i = 0; i < count && all; ++i) {
    if (fds[i].fd < 0) continue;
    epoll_event what{};
    for (nfds_t j = 0; j < count; ++j)  // a number may stand there twice
      if (fds[j].fd == fds[i].fd) what.events |= static_cast<uint16_t>(fds[j].events);
    all = epoll_ctl(ep, EPOLL_CTL_ADD, fds[i].fd, &what) == 0 || errno == EEXIST;
  }
  BorrowedWait result = all ? wait_for_borrowed(ep, Direction::read, deadline) : BorrowedWait::never_waits;
  close(ep);
  return result;
}

/// The only descriptor there, if it can be waited for as it is.
pollfd* the_only_one(pollfd* fds, nfds_t count) {
  pollfd* only = nullptr;
  for (nfds_t i = 0; i < count; ++i) {
    if (fds[i].fd < 0) continue;
    if (only) return nullptr;
    only = &fds[i];
  }
  bool one_way = only && only->events != 0 && ((only->events & ~kReads) == 0 || (only->events & ~kWrites) == 0);
  return one_way ? only : nullptr;
}

bool has_any(const pollfd* fds, nfds_t count) {
  return std::any_of(fds, fds + count, [](const pollfd& p) { return p.fd >= 0; });
}

int poll_until(pollfd* fds, nfds_t count, int64_t deadline) {
  for (;;) {
    int n = GOCPP_REAL(poll)(fds, count, 0);
    if (n != 0 || now_ns() >= deadline) return n;
    if (!has_any(fds, count)) {
      sleep_until(deadline);
      continue;
    }
    pollfd* only = the_only_one(fds, count);
    Direction d = only && (only->events & kWrites) ? Direction::write : Direction::read;
    switch (only ? wait_for_borrowed(only->fd, d, deadline) : wait_for_set(fds, count, deadline)) {
    case BorrowedWait::ready:
    case BorrowedWait::timed_out: continue;
    case BorrowedWait::closed:
      if (!only) continue;
      only->revents = POLLNVAL;
      return 1;
    case BorrowedWait::never_waits: break;
    }
    int64_t left = deadline == kNever ? -1 : std::max<int64_t>(0, (deadline - now_ns() + 999'999) / 1'000'000);
    int ms = static_cast<int>(std::min<int64_t>(left, 1'000'000'000));
    return in_thread([&] { return GOCPP_REAL(poll)(fds, count, ms); });
  }
}

int select_until(int count, fd_set* reads, fd_set* writes, fd_set* failures, int64_t deadline) {
  std::vector<pollfd> fds;
  for (int fd = 0; fd < count; ++fd) {
    short events = 0;
    if (reads && FD_ISSET(fd, reads)) events |= POLLIN;
    if (writes && FD_ISSET(fd, writes)) events |= POLLOUT;
    if (failures && FD_ISSET(fd, failures)) events |= POLLPRI;
    if (events) fds.push_back({fd, events, 0});
  }
  int n = poll_until(fds.data(), fds.size(), deadline);
  if (n < 0) return n;
  for (const pollfd& p : fds)
    if (p.revents & POLLNVAL) {
      errno = EBADF;
      return -1;
    }
  int found = 0;
  for (const pollfd& p : fds) {
    auto settle = [&](fd_set* set, short wanted, int because) {
      if (!(p.events & wanted)) return;
      if (p.revents & because)
        ++found;
      else
        FD_CLR(p.fd, set);
    };
    settle(reads, POLLIN, POLLIN | POLLHUP | POLLERR);
    settle(writes, POLLOUT, POLLOUT | POLLERR);
    settle(failures, POLLPRI, POLLPRI);
  }
  return found;
}

} // namespace

extern "C" {

int poll(pollfd* fds, nfds_t count, int timeout) {
  if (timeout == 0 || !applies()) return GOCPP_REAL(poll)(fds, count, timeout);
  return poll_until(fds, count, deadline_after_ms(timeout));
}

int __poll_chk(pollfd* fds, nfds_t count, int timeout, std::size_t) { return poll(fds, count, timeout); }

int ppoll(pollfd* fds, nfds_t count, const timespec* timeout, const sigset_t* mask) {
  if (!applies()) return GOCPP_REAL(ppoll)(fds, count, timeout, mask);
  if (mask) return in_thread([&] { return GOCPP_REAL(ppoll)(fds, count, timeout, mask); });  // the mask is the thread's
  return poll_until(fds, count, timeout ? deadline_after(*timeout) : kNever);
}

int select(int count, fd_set* reads, fd_set* writes, fd_set* failures, timeval* timeout) {
  if (!applies()) return GOCPP_REAL(select)(count, reads, writes, failures, timeout);
  return select_until(count, reads, writes, failures,
                      timeout ? deadline_after({timeout->tv_sec, timeout->tv_usec * 1000}) : kNever);
}

int pselect(int count, fd_set* reads, fd_set* writes, fd_set* failures, const timespec* timeout, const sigset_t* mask) {
  if (!applies()) return GOCPP_REAL(pselect)(count, reads, writes, failures, timeout, mask);
  if (mask) return in_thread([&] { return GOCPP_REAL(pselect)(count, reads, writes, failures, timeout, mask); });
  return select_until(count, reads, writes, failures, timeout ? deadline_after(*timeout) : kNever);
}

int epoll_wait(int ep, epoll_event* events, int room, int timeout) {
  if (timeout == 0 || !applies()) return GOCPP_REAL(epoll_wait)(ep, events, room, timeout);
  int64_t deadline = deadline_after_ms(timeout);
  for (;;) {
    int n = GOCPP_REAL(epoll_wait)(ep, events, room, 0);
    if (n != 0 || now_ns() >= deadline) return n;
    switch (wait_for_borrowed(ep, Direction::read, deadline)) {
    case BorrowedWait::ready:
    case BorrowedWait::timed_out: continue;
    case BorrowedWait::closed: errno = EBADF; return -1;
    case BorrowedWait::never_waits: return in_thread([&] { return GOCPP_REAL(epoll_wait)(ep, events, room, timeout); });
    }
  }
}

int epoll_pwait(int ep, epoll_event* events, int room, int timeout, const sigset_t* mask) {
  if (!applies()) return GOCPP_REAL(epoll_pwait)(ep, events, room, timeout, mask);
  if (mask) return in_thread([&] { return GOCPP_REAL(epoll_pwait)(ep, events, room, timeout, mask); });
  return epoll_wait(ep, events, room, timeout);
}

} // extern "C"
