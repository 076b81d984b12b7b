// Waiters: how a goroutine or a plain thread stands in a queue of a channel or lock.
//
// A Waiter is a record on the waiter's own stack. It is linked and unlinked under the lock of the thing waited for. Who
// unlinks it (for a select: and wins its claim) must wake it, once; after wake() the record is gone. A goroutine's
// lock is released only after its registers are saved (park's commit), so whoever then holds the lock may
// ready it. A thread sleeps on the record's own futex word.
#pragma once

#include "chan_lock.h"
#include "futex.h"
#include "sched.h"
#include "spinlock.h"
#include "timer.h"

#include <gocpp/detail/wait_list.h>

#include <atomic>
#include <cstdint>

namespace gocpp::rt {

/// In Waiter::tag: a plain thread that waits with a time-out; the deadlock check does not count it as blocked.
inline constexpr uint32_t kTimedThread = 1u << 31;

/// Shared by the records of one select: whoever moves `claimed` from 0 to 1 decides the case.
struct SelectClaim {
  std::atomic<uint32_t> claimed{0};
  Waiter* fired = nullptr;         ///< Written by the winner before it wakes the select.
  std::atomic<uint32_t> woken{0};  ///< The futex of a plain thread in a select.
};

struct Waiter {
  Waiter* next = nullptr;
  Waiter* prev = nullptr;
  G* g = nullptr;                  ///< Null: a plain thread.
  std::atomic<uint32_t> word{0};   ///< The thread's futex: 1 = woken.
  bool linked = false;             ///< Guarded by the lock of the queue.
  bool ok = false;                 ///< What happened, written by the waker: value passed / not closed / not timed out.
  int16_t index = 0;               ///< Case of the select; free for other users.
  uint32_t tag = 0;                ///< Free for the user (a count, a mode) but for kTimedThread.
  void* elem = nullptr;            ///< Channel: the value's place.
  SelectClaim* claim = nullptr;

  explicit Waiter(const Entry& e) noexcept : g(e.g()) {}
};

inline void WaitList::push_back(Waiter* w) noexcept {
  w->next = nullptr;
  w->prev = tail_;
  tail_ ? void(tail_->next = w) : set_front(w);
  tail_ = w;
  w->linked = true;
}
inline void WaitList::push_front(Waiter* w) noexcept {
  w->prev = nullptr;
  w->next = front();
  (w->next ? w->next->prev : tail_) = w;
  set_front(w);
  w->linked = true;
}
inline void WaitList::remove(Waiter* w) noexcept {
  if (!w->linked) return;
  w->prev ? void(w->prev->next = w->next) : set_front(w->next);
  (w->next ? w->next->prev : tail_) = w->prev;
  w->next = w->prev = nullptr;
  w->linked = false;
}
inline void WaitList::unlink_front(Waiter* w) noexcept {
  Waiter* second = w->next;
  (second ? second->prev : tail_) = nullptr;
  set_front(second);
  w->next = nullptr;
  w->linked = false;
}
inline Waiter* WaitList::pop_front() noexcept {
  Waiter* w = front();
  if (w) unlink_front(w);
  return w;
}
inline Waiter* WaitList::pop_claimed() noexcept {
  Waiter* w = front();
  if (!w) return nullptr;
  if (w->claim) return pop_claimed_of_selects();
  unlink_front(w);
  return w;
}
[[gnu::noinline]] inline Waiter* WaitList::pop_claimed_of_selects() noexcept {
  while (Waiter* w = pop_front()) {
    if (!w->claim) return w;
    uint32_t zero = 0;
    // acq_rel: one winner; what it writes afterwards reaches the select through ready()'s release.
    if (w->claim->claimed.compare_exchange_strong(zero, 1, std::memory_order_acq_rel, std::memory_order_relaxed)) {
      w->claim->fired = w;
      return w;
    }
  }
  return nullptr;
}

void thread_wait(Waiter& w, SpinLock& lock) noexcept;
void thread_wait(Waiter& w, ChanLock& lock) noexcept;
void thread_wake(Waiter* w) noexcept;
template <class Lock> GOCPP_NO_TSAN void commit_unlock(M*, G*, void* lock) noexcept {
  static_cast<Lock*>(lock)->unlock_for_parked();
}

/// Waits until wake(w). `lock` is held on entry and released once the waiter can be woken; not held on return.
template <class Lock> void wait(Entry& e, Waiter& w, Lock& lock, WaitReason reason) noexcept {
  if (!w.g) return thread_wait(w, lock);
  lock.hand_over();
  park(e, reason, &commit_unlock<Lock>, &lock);
}

/// The same with a deadline (now_ns() time): when it passes while `w` still stands in `list`, `w` is unlinked and false
/// returned. `list` is guarded by `lock`.
bool wait_until(Entry& e, Waiter& w, SpinLock& lock, WaitList& list, int64_t deadline, WaitReason reason) noexcept;

/// Waits for what never comes.
[[noreturn]] void wait_for_ever(Entry& e, WaitReason reason) noexcept;

/// Lets an unlinked waiter go on. The record may be gone when this returns. `m` as in Entry.
inline void wake(Waiter* w, M* m) noexcept { return w->g ? ready(w->g, m) : thread_wake(w); }

/// Unlinked waiters on their way to be woken, in order. What one takes out of a queue under its lock and wakes without it
/// belongs here and not into a second WaitList: there it would count as linked, and its deadline would wake it as well.
class WakeList {
 public:
  void push_back(Waiter* w) noexcept {
    w->next = nullptr;
    *end_ = w;
    end_ = &w->next;
  }
  void take_all(WaitList& list) noexcept {
    while (Waiter* w = list.pop_front()) push_back(w);
  }
  /// Of a list that nothing is added to any more. The record is gone once it is woken.
  Waiter* pop_front() noexcept {
    Waiter* w = head_;
    if (w) head_ = w->next;
    return w;
  }
  /// No lock held.
  void wake_all(M* m) noexcept {
    while (Waiter* w = pop_front()) wake(w, m);
  }

 private:
  Waiter* head_ = nullptr;
  Waiter** end_ = &head_;
};

} // namespace gocpp::rt
