// Semaphores. The word is the number of permits times two, plus kWaiters.
//
// kWaiters is set by a waiter, under `lock`, by a CAS on a word without permits, before it queues; so a
// release, whose CAS refuses a word with kWaiters, takes `lock` and finds it. A release gives permits to
// those who wait before it adds any to the word, so while somebody waits there are none. A waiter whose time
// is up leaves the bit behind. Lifetime: a release that finds the queue empty under `lock` only clears the
// bit and then adds by one CAS, its last access. One that finds waiters changes the word under `lock`, before
// they are woken.

#include "wait_core.h"

#include <gocpp/detail/rt.h>
#include <gocpp/semaphore.h>

namespace gocpp::rt {

namespace {

constexpr uint32_t kWaiters = 1;

enum class Added { yes, too_many, somebody_waits };

/// Adds `n` permits if nobody waits.
Added add_alone(WaitCore& c, std::ptrdiff_t n, std::ptrdiff_t most) noexcept {
  uint32_t s = c.word.load(std::memory_order_relaxed);
  while (!(s & kWaiters)) {
    if (n > most - static_cast<std::ptrdiff_t>(s >> 1))
      return Added::too_many;
    // release: pairs with the acquire of whoever takes the permit.
    if (c.word.compare_exchange_weak(s, s + (static_cast<uint32_t>(n) << 1), std::memory_order_release,
                                     std::memory_order_relaxed))
      return Added::yes;
  }
  return Added::somebody_waits;
}

bool release(WaitCore& c, std::ptrdiff_t n, std::ptrdiff_t most) noexcept {
  if (n < 0 || n > most)
    return false;
  for (;;) {
    Added added = add_alone(c, n, most);
    if (added != Added::somebody_waits)
      return added == Added::yes;
    Entry e;
    WakeList woken;
    std::ptrdiff_t left = n;
    c.lock.lock();
    while (left > 0) {
      Waiter* w = c.waiters.pop_front();
      if (!w)
        break;
      woken.push_back(w);
      --left;
    }
    if (left == n && !c.waiters.empty()) { // n is 0
      c.lock.unlock();
      return true;
    }
    // Waiters had no permits to take, and none can have come, so nothing but the bit is in the word, or it is
    // stale.
    uint32_t s = c.word.load(std::memory_order_relaxed);
    uint32_t next;
    do {
      next = c.waiters.empty() ? s & ~kWaiters : s;
      if (left < n)
        next += static_cast<uint32_t>(left) << 1;
    } while (!c.word.compare_exchange_weak(s, next, std::memory_order_release, std::memory_order_relaxed));
    c.lock.unlock();
    woken.wake_all(e.m);
    if (left < n)
      return true;
  }
}

bool acquire_slow(WaitCore& c, int64_t deadline) noexcept {
  Entry e;
  c.lock.lock();
  uint32_t s = c.word.load(std::memory_order_relaxed);
  for (;;) {
    bool passes = s >> 1;
    // acquire: as in the header. The bit itself is read under `lock`.
    if (!c.word.compare_exchange_weak(s, passes ? s - 2 : s | kWaiters, std::memory_order_acquire,
                                      std::memory_order_relaxed))
      continue;
    if (passes) {
      c.lock.unlock();
      return true;
    }
    break;
  }
  Waiter w(e);
  c.waiters.push_back(&w);
  return wait_with(e, w, c, deadline, WaitReason::semaphore);
}

} // namespace
} // namespace gocpp::rt

namespace gocpp::detail {

using namespace rt;

bool semaphore_acquire(wait_core& c, std::int64_t deadline) noexcept {
  return acquire_slow(core_of(c), deadline);
}

void semaphore_release(wait_core& c, std::ptrdiff_t n, std::ptrdiff_t most) {
  if (!release(core_of(c), n, most))
    throw_panic("semaphore released over its maximum");
}

} // namespace gocpp::detail
