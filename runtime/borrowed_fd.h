// Waiting for a descriptor that belongs to somebody else, who may close it or give its number to another file at any time
// without a word.
//
// So nothing is kept from one wait to the next: each arms epoll for one event (EPOLLONESHOT), by the number. What is
// armed tells of readiness, not of edges, so it does not matter when the descriptor became ready. Waiters stand in a slot that
// belongs to the number; `lock` guards them and what is armed. An event of a file that had the number before
// wakes them for nothing, and they try again. Who learns that the number is about to be closed says so, and they give up.
#pragma once

#include "poller.h"

#include <gocpp/mutex.h>

namespace gocpp::rt {

/// In epoll's data, beside the number: the event is for a slot.
inline constexpr uint64_t kBorrowed = 1;

enum class BorrowedWait {
  ready,         ///< Or perhaps so: try again.
  timed_out,
  closed,        ///< The number has been closed, and may stand for something else by now.
  never_waits,   ///< epoll does not take it: a file, which is always ready, or a bad descriptor.
};

/// Waits until `fd` can be read from or written to, or until `deadline` (now_ns() time).
BorrowedWait wait_for_borrowed(int fd, Direction d, int64_t deadline) noexcept;

/// Around the closing of `fd`: ends the waits for it, and lets none begin until the number is free.
class BorrowedClosing {
 public:
  explicit BorrowedClosing(int fd) noexcept;
  ~BorrowedClosing();
  BorrowedClosing(const BorrowedClosing&) = delete;
  BorrowedClosing& operator=(const BorrowedClosing&) = delete;

 private:
  int fd_;
};

/// Taken around waiting and a call that blocks if somebody else comes first; null for a number that no process has.
mutex* borrowed_turn(int fd, Direction d) noexcept;

/// For the poller: an event came for the slot of `fd`.
void borrowed_ready(int fd, uint32_t events, GList& out) noexcept;

} // namespace gocpp::rt
