// wait_group and latch: a counter, and a queue of those who wait for zero.
//
// The word is the counter times two, plus kWaiters. kWaiters is set by a waiter, under `lock`, by a CAS on a
// word whose counter is not zero, and cleared by the step to zero, which takes everybody out of the queue.
// So:
//   - no wake-up is lost: a step to zero that does not see kWaiters comes before the waiter's CAS, which then
//   fails;
//   - kWaiters set means that the queue is not empty, for these waits have no time limit;
//   - lifetime: a step to zero without waiters is one CAS, the last access. With waiters it is made under
//   `lock`, and
//     they are woken after the unlock; until then they have the object in use.

#include "wait_core.h"

#include <gocpp/detail/rt.h>
#include <gocpp/latch.h>
#include <gocpp/wait_group.h>

namespace gocpp::rt {

namespace {

constexpr uint32_t kWaiters = 1;

/// Wakes everybody if the counter, which is `n` now, is to become zero. False: look again.
bool release_all(WaitCore& c, uint32_t n) noexcept {
  Entry e;
  WakeList woken;
  c.lock.lock();
  uint32_t expected = n << 1 | kWaiters;
  // release: what was done before is seen by whoever reads zero, and by those who are woken.
  if (!c.word.compare_exchange_strong(expected, 0, std::memory_order_acq_rel, std::memory_order_relaxed)) {
    c.lock.unlock();
    return false;
  }
  woken.take_all(c.waiters);
  c.lock.unlock();
  woken.wake_all(e.m);
  return true;
}

/// Adds `n`; false, and nothing changed, when the counter would leave [0, kMost].
bool add(WaitCore& c, std::ptrdiff_t n) noexcept {
  constexpr auto kMost = static_cast<std::ptrdiff_t>(detail::most_counted);
  uint32_t s = c.word.load(std::memory_order_relaxed);
  for (;;) {
    std::ptrdiff_t count = static_cast<std::ptrdiff_t>(s >> 1);
    if (n < -count || n > kMost - count)
      return false;
    std::ptrdiff_t sum = count + n;
    if (sum == 0 && (s & kWaiters)) {
      if (release_all(c, s >> 1))
        return true;
      s = c.word.load(std::memory_order_relaxed);
      continue;
    }
    uint32_t next = static_cast<uint32_t>(sum) << 1 | (s & kWaiters);
    // acq_rel: the steps of all who count down are seen by whoever reads zero.
    if (c.word.compare_exchange_weak(s, next, std::memory_order_acq_rel, std::memory_order_relaxed))
      return true;
  }
}

void wait_for_zero(WaitCore& c, WaitReason reason) noexcept {
  Entry e;
  c.lock.lock();
  uint32_t s = c.word.load(std::memory_order_acquire);
  while (s >> 1 != 0) {
    // relaxed: the queue is read under `lock`.
    if (!c.word.compare_exchange_weak(s, s | kWaiters, std::memory_order_relaxed, std::memory_order_acquire))
      continue;
    Waiter w(e);
    c.waiters.push_back(&w);
    wait(e, w, c.lock, reason);
    return;
  }
  c.lock.unlock();
}

} // namespace
} // namespace gocpp::rt

namespace gocpp::detail {

using namespace rt;

void wait_group_add(wait_core& c, std::ptrdiff_t n) {
  if (!add(core_of(c), n))
    throw_panic(n < 0 ? "negative wait_group counter" : "wait_group counter out of range");
}
void wait_group_wait(wait_core& c) noexcept { wait_for_zero(core_of(c), WaitReason::wait_group); }

void latch_count_down(wait_core& c, std::ptrdiff_t n) {
  if (n < 0 || !add(core_of(c), -n))
    throw_panic("negative latch counter");
}
void latch_wait(wait_core& c) noexcept { wait_for_zero(core_of(c), WaitReason::latch); }

} // namespace gocpp::detail
