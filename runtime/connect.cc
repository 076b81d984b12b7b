// Connecting to one address.
//
// The socket is registered only after connect(): a stream socket that does not connect yet counts as hung up. Then the
// system is asked how it went, again after each edge. A TCP connection with itself, which the kernel makes of a dial to
// a free port of the machine's own that happens to get that very port, is refused, since nobody listens there.

#include "socket.h"

#include <sys/socket.h>
#include <unistd.h>

namespace gocpp::rt {

namespace {

constexpr int64_t kFirstRetry = 1'000'000, kLongestRetry = 100'000'000;

int start_connect(int fd, const net::address& to) noexcept {
  if (::connect(fd, to.data(), static_cast<socklen_t>(to.size())) == 0) return 0;
  return errno == EINTR ? EINPROGRESS : errno;  // it goes on by itself
}

/// 0: it is connected; EINPROGRESS: not yet; else why not.
int connect_state(int fd) noexcept {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  if (error) return error;
  sockaddr_storage peer;
  size = sizeof peer;
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0) return 0;
  return errno == ENOTCONN ? EINPROGRESS : errno;
}

/// Waits until the connecting has succeeded or failed. A Unix socket's queue that is full has no event: that is tried again.
int finish_connect(Pollable* p, int state, const net::address& to, int64_t until) noexcept {
  for (int64_t pause = kFirstRetry; state == EINPROGRESS || state == EAGAIN;) {
    uint32_t seen = pollable_events(p, Direction::write);
    bool retry = state == EAGAIN;
    if (!retry) {
      state = connect_state(p->fd);
      if (state != EINPROGRESS) break;
    }
    int64_t now = until == kNever && !retry ? 0 : now_ns();
    if (now >= until) return ETIMEDOUT;
    int64_t wake_at = retry && pause < until - now ? now + pause : until;
    if (int error = refusal(pollable_wait(p, Direction::write, seen, wake_at))) return error;
    if (!retry) continue;
    state = start_connect(p->fd, to);
    pause = pause < kLongestRetry / 2 ? pause * 2 : kLongestRetry;
  }
  return state;
}

} // namespace

detail::descriptor_handle connect_to(const net::address& to, IoKind kind, const char* network, int64_t until, Attempt& attempt,
                                     int& error) noexcept {
  error = 0;
  int fd = make_socket(to.data()->sa_family, kind == IoKind::packets ? SOCK_DGRAM : SOCK_STREAM, error);
  if (fd < 0) return {};
  if (kind == IoKind::tcp) set_tcp_defaults(fd);
  int state = start_connect(fd, to);
  if (state != 0 && state != EINPROGRESS && state != EAGAIN) {
    error = state;
    ::close(fd);
    return {};
  }
  detail::descriptor_handle h = adopt_socket(fd, kind, network, {}, to, error);
  if (!h.get()) return {};
  if (state != 0) {
    if (!attempt.begun(h)) {
      error = ECANCELED;
    } else {
      Use hold(*h.get());
      error = hold ? finish_connect(h.get()->pollable, state, to, until) : kClosedError;
    }
    if (!attempt.ended(h)) error = ECANCELED;
  }
  if (!error && kind == IoKind::tcp && local_address_of(fd) == to) error = ECONNREFUSED;
  return error ? detail::descriptor_handle() : h;
}

} // namespace gocpp::rt
