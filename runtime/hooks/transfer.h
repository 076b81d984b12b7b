// Reading and writing through hooks: attempts that do not block, and waits between them.
#pragma once

#include "hook.h"

#include <cstddef>
#include <mutex>
#include <sys/socket.h>
#include <sys/types.h>

namespace gocpp::hooks {

/// The deadline that SO_RCVTIMEO or SO_SNDTIMEO gives an operation that begins now.
int64_t socket_deadline(int fd, rt::Direction d) noexcept;

/// Calls attempt() until it gives something else than EAGAIN, waiting for `fd` in between. `attempt` does not block. Gives
/// -1 and EAGAIN where libc's call on a blocking socket would: after the socket's own time-out.
template <class Attempt> ssize_t transfer(int fd, rt::Direction d, Attempt attempt) {
  ssize_t n = attempt();
  if (n >= 0 || errno != EAGAIN) return n;
  if (is_nonblocking(fd)) {
    errno = EAGAIN;
    return -1;
  }
  int64_t deadline = socket_deadline(fd, d);
  for (;;) {
    rt::BorrowedWait w = rt::wait_for_borrowed(fd, d, deadline);
    if (w == rt::BorrowedWait::timed_out || w == rt::BorrowedWait::closed) {
      errno = w == rt::BorrowedWait::closed ? EBADF : EAGAIN;
      return -1;
    }
    n = attempt();
    if (n >= 0 || errno != EAGAIN) return n;
  }
}

/// Waits for readiness; returns at once when the descriptor never waits or its owner wants to hear EAGAIN. False, with
/// errno, when it was closed or the socket's own time-out passed.
bool wait_until_ready(int fd, rt::Direction d) noexcept;

/// For what has no flag against blocking: waits until `fd` is ready, then runs the call. Goroutines take turns, so that only
/// another process or a plain thread can come first and make the call block; that costs a thread then, not the processor.
template <class Call> ssize_t when_ready(int fd, rt::Direction d, Call call) {
  mutex* turn = rt::borrowed_turn(fd, d);
  if (!turn) return call();
  std::lock_guard hold(*turn);
  if (!wait_until_ready(fd, d)) return -1;
  rt::DeclaredBlock block;
  return call();
}

/// Sends all that a blocking socket would take before it returns. `attempt(done)` sends from there on.
template <class Attempt> ssize_t send_all(int fd, std::size_t size, Attempt attempt) {
  std::size_t done = 0;
  do {
    ssize_t n = transfer(fd, rt::Direction::write, [&] { return attempt(done); });
    if (n < 0) return done ? static_cast<ssize_t>(done) : n;
    done += static_cast<std::size_t>(n);
  } while (done < size && !is_nonblocking(fd));
  return static_cast<ssize_t>(done);
}

} // namespace gocpp::hooks
