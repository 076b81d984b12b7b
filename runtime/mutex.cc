// mutex: the paths that meet somebody. The word:
//
//   kLocked     somebody owns the mutex
//   kWaiters    the queue may hold waiters; set and cleared under `lock` only
//   kWoken      a waiter was woken to compete and is on its way: an unlock need not wake another
//   kStarving   somebody has waited long: unlock hands the mutex to the first waiter and newcomers queue
//   the rest    how often it was freed, modulo 2^28: tells who waits how others use it (backoff.h), and nothing else
//
// In normal mode an unlock frees the mutex and wakes the first waiter, which competes with whoever comes by:
// the one that runs already mostly wins, which is what makes a busy mutex fast. A waiter that lost goes to
// the front of the queue, and after 1 ms turns starving mode on. There the mutex goes from owner to owner and
// is never free. The new owner turns it off when nobody waits any more or itself waited less than 1 ms. Modes
// and limit are those of Go's sync.Mutex.
//
// No wake-up is lost: a waiter sets kWaiters by a CAS on a word with kLocked, under `lock`, before it queues,
// so the unlock that frees that word sees the bit, takes `lock` and finds the waiter. An unlock leaves
// waiters alone only for kWoken; that bit is cleared by the woken waiter alone, in the step by which it takes
// the mutex or queues again while somebody else has it, whose unlock then sees waiters and no kWoken. A
// waiter whose time is up was not woken, so it has no bit to clear.
//
// Lifetime: an unlock that finds nobody in the queue (a time-out left the bit behind) clears the bit while it
// still owns the mutex, and then frees it by one CAS, its last access. One that finds a waiter frees the
// mutex under `lock` while that waiter is not woken yet, and so still uses the mutex.

#include "fatal.h"
#include "spin.h"
#include "wait_core.h"

#include <gocpp/mutex.h>

#include <pthread.h>

namespace gocpp::rt {

namespace {

constexpr uint32_t kLocked = detail::mutex_locked, kWaiters = detail::mutex_waiters, kWoken = detail::mutex_woken,
                   kStarving = detail::mutex_starving;
constexpr int64_t kStarvesAfter = 1'000'000;
// Waiter::index: how it was woken.
constexpr int16_t kCompetes = 0, kOwns = 1;

/// How often the mutex was freed when the word was `s`.
uint32_t frees(uint32_t s) noexcept { return s / detail::mutex_one_free; }

/// One look at a mutex whose owner runs on another core, and that had been freed `before` times when the wait began.
Looked look(WaitCore& c, Backoff& backoff, uint32_t before) noexcept {
  uint32_t s = c.word.load(std::memory_order_relaxed);
  if (s & kStarving)
    return Looked::hopeless;
  if (!backoff.may_take(frees(s - before * detail::mutex_one_free)) || (s & kLocked) ||
      !c.word.compare_exchange_weak(s, s | kLocked, std::memory_order_acquire, std::memory_order_relaxed))
    return Looked::again;
  backoff.took();
  return Looked::took;
}

/// Registers a waiter of a locked mutex in the word; false when it was free. `lock` held.
bool announce(WaitCore& c, uint32_t set, uint32_t clear) noexcept {
  uint32_t s = c.word.load(std::memory_order_relaxed);
  while (s & kLocked) {
    // relaxed: the queue is read under `lock`.
    if (c.word.compare_exchange_weak(s, (s | set) & ~clear, std::memory_order_relaxed))
      return true;
  }
  return false;
}

bool take(WaitCore& c, uint32_t clear) noexcept {
  uint32_t s = c.word.load(std::memory_order_relaxed);
  while (!(s & kLocked)) {
    // acquire: pairs with the release of the unlock.
    if (c.word.compare_exchange_weak(s, (s | kLocked) & ~clear, std::memory_order_acquire,
                                     std::memory_order_relaxed))
      return true;
  }
  return false;
}

bool lock_slow(WaitCore& c, int64_t deadline) noexcept {
  // Who held it may be through with it.
  if (take(c, 0))
    return true;
  Entry e;
  uint32_t before = frees(c.word.load(std::memory_order_relaxed));
  if (spin(e, [&](Backoff& backoff) { return look(c, backoff, before); }))
    return true;
  int64_t began = 0;
  uint32_t set = kWaiters, clear = 0;
  while (!take(c, clear)) {
    c.lock.lock();
    if (!announce(c, set, clear)) {
      c.lock.unlock();
      continue;
    }
    Waiter w(e);
    w.index = kCompetes;
    if (began == 0) {
      began = now_ns();
      c.waiters.push_back(&w);
    } else {
      c.waiters.push_front(&w);
    }
    if (!wait_with(e, w, c, deadline, WaitReason::mutex))
      return false;
    bool starved = now_ns() - began > kStarvesAfter;
    if (w.index == kOwns) {
      // A waiter that queues at this moment may have found kStarving set, which it does not rely on.
      if (!starved || !(c.word.load(std::memory_order_relaxed) & kWaiters))
        c.word.fetch_and(~kStarving, std::memory_order_relaxed);
      return true;
    }
    clear = kWoken;
    if (starved)
      set = kWaiters | kStarving;
  }
  return true;
}

/// Frees the mutex if no waiter has to be woken.
bool free_alone(WaitCore& c) noexcept {
  uint32_t s = c.word.load(std::memory_order_relaxed);
  for (;;) {
    if (!(s & kLocked))
      fatal("unlock of unlocked mutex");
    if (!detail::mutex_wakes_nobody(s))
      return false;
    // release: pairs with take() and the header's acquire.
    if (c.word.compare_exchange_weak(s, detail::mutex_freed(s), std::memory_order_release, std::memory_order_relaxed))
      return true;
  }
}

void unlock_slow(WaitCore& c) noexcept {
  if (free_alone(c))
    return;
  Entry e;
  for (;;) {
    c.lock.lock();
    Waiter* w = c.waiters.pop_front();
    if (c.waiters.empty()) {
      // With nobody left to starve a free mutex must not look starving.
      uint32_t stale = w ? kWaiters : kWaiters | kStarving;
      c.word.fetch_and(~stale, std::memory_order_relaxed);
    }
    if (!w) {
      c.lock.unlock();
      if (free_alone(c))
        return;
      continue;
    }
    if (c.word.load(std::memory_order_relaxed) & kStarving) {
      w->index = kOwns; // the mutex stays locked; wake() publishes what we did under it
    } else {
      uint32_t s = c.word.load(std::memory_order_relaxed);
      while (!c.word.compare_exchange_weak(s, detail::mutex_freed(s) | kWoken, std::memory_order_release,
                                           std::memory_order_relaxed)) {
      }
    }
    c.lock.unlock();
    wake(w, e.m);
    return;
  }
}

} // namespace
} // namespace gocpp::rt

namespace gocpp::detail {

using namespace rt;

bool mutex_lock(wait_core& c, std::int64_t deadline) noexcept { return lock_slow(core_of(c), deadline); }
void mutex_unlock(wait_core& c) noexcept { unlock_slow(core_of(c)); }

const void* current_owner() noexcept {
  M* m = this_m();
  // A thread's id is the address of its control block, so it differs from every G's.
  return m && m->g ? static_cast<const void*>(m->g) : reinterpret_cast<const void*>(pthread_self());
}

} // namespace gocpp::detail
