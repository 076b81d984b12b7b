// A queue of waiters. It stands here because a channel's try looks, inline, at whether somebody waits; all else is the runtime's
// (runtime/waitq.h).
#pragma once

#include <atomic>

namespace gocpp::rt {

struct Waiter;

/// A FIFO of waiters, guarded by the lock of what embeds it.
class WaitList {
 public:
  bool empty() const noexcept { return !front(); }
  /// relaxed: read under the lock, or as a guess (seems_empty).
  Waiter* front() const noexcept { return head_.load(std::memory_order_relaxed); }
  /// Without the lock. acquire: pairs with the release in set_front, so that what made it empty is seen.
  bool seems_empty() const noexcept { return !head_.load(std::memory_order_acquire); }
  inline void push_back(Waiter* w) noexcept;
  inline void push_front(Waiter* w) noexcept;
  inline void remove(Waiter* w) noexcept;
  inline Waiter* pop_front() noexcept;
  /// Pops the first waiter that is not in a select which another channel has already decided.
  inline Waiter* pop_claimed() noexcept;

 private:
  inline Waiter* pop_claimed_of_selects() noexcept;
  inline void unlink_front(Waiter* w) noexcept;
  void set_front(Waiter* w) noexcept { head_.store(w, std::memory_order_release); }

  friend struct DebugAccess;

  std::atomic<Waiter*> head_{nullptr};
  Waiter* tail_ = nullptr;
};

} // namespace gocpp::rt
