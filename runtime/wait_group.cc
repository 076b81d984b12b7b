// wait_group and latch: a counter, and a queue of those who wait for zero.
//
// The word is the counter times two, plus count_waiters. A step is one fetch_add, checked afterwards: one that left the
// bounds is taken back by another step. count_waiters is set by a waiter, under `lock`, by a CAS on a word whose counter
// is not zero, and cleared, under `lock`, by who took a step to zero and found it set, who takes everybody out of the
// queue. So:
//   - no wake-up is lost: a step to zero that does not see count_waiters comes before the waiter's CAS, which then fails; one
//     that sees it finds the waiter under `lock`, for these waits have no time limit;
//   - lifetime: a step to zero without waiters is one fetch_add, the last access. With waiters there are some in the queue,
//     who are woken after the unlock; until then they have the object in use.

#include "wait_core.h"

#include <gocpp/detail/rt.h>
#include <gocpp/latch.h>
#include <gocpp/wait_group.h>

namespace gocpp::rt {

namespace {

using namespace gocpp::detail;

/// Wakes everybody: the counter has become zero.
void release_all(WaitCore& c) noexcept {
  Entry e;
  WakeList woken;
  c.lock.lock();
  c.word.fetch_and(~count_waiters, std::memory_order_relaxed);  // the queue is read under `lock`
  woken.take_all(c.waiters);
  c.lock.unlock();
  woken.wake_all(e.m);
}

/// Adds `by` to the word and says what it was.
uint32_t step(WaitCore& c, uint32_t by) noexcept {
  // acq_rel: the steps of all who count down are seen by whoever reads zero, and by those who are woken.
  return c.word.fetch_add(by, std::memory_order_acq_rel);
}

/// What is left to do after a step that found `before`. False, and the step is taken back, when it led out of bounds.
bool settle(WaitCore& c, std::ptrdiff_t n, uint32_t before) noexcept {
  uint32_t by = word_step(n);
  bool good = counter_after(before, n) <= most_counted;
  if (!good) {
    by = -by;
    before = step(c, by);
  }
  if (before + by == count_waiters)
    release_all(c);
  return good;
}

void wait_for_zero(WaitCore& c, WaitReason reason) noexcept {
  Entry e;
  c.lock.lock();
  uint32_t s = c.word.load(std::memory_order_acquire);
  while (counter_of(s) != 0) {
    // relaxed: the queue is read under `lock`.
    if (!c.word.compare_exchange_weak(s, s | count_waiters, std::memory_order_relaxed, std::memory_order_acquire))
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

void wait_group_added(wait_core& c, std::ptrdiff_t n, std::uint32_t before) {
  if (!settle(core_of(c), n, before))
    throw_panic(n < 0 ? "negative wait_group counter" : "wait_group counter out of range");
}
void wait_group_wait(wait_core& c) noexcept { wait_for_zero(core_of(c), WaitReason::wait_group); }

void latch_count_down(wait_core& c, std::ptrdiff_t n) {
  if (n < 0 || !settle(core_of(c), -n, step(core_of(c), word_step(-n))))
    throw_panic("negative latch counter");
}
void latch_wait(wait_core& c) noexcept { wait_for_zero(core_of(c), WaitReason::latch); }

} // namespace gocpp::detail
