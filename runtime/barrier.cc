// barrier: everything under the core's lock, since each arrival is followed by a wait anyway.
//
// The word is the phase's number. The last arrival of a phase runs the completion outside the runtime, for it
// is user's code; meanwhile nobody is expected, so nobody may arrive, and nobody goes on, for the phase is
// still the old one. barrier_release then begins the next phase and takes everybody out of the queue in one
// step under `lock`; a waiter looks at the phase and queues in one step under `lock`. So either it sees the
// new phase or it is in the queue. Lifetime: the lock's release is the last access to the barrier, and
// whoever goes on has taken the lock after it or was woken after it.

#include "wait_core.h"

#include <gocpp/detail/rt.h>
#include <gocpp/latch.h>

namespace gocpp::detail {

using namespace rt;

barrier_arrival barrier_arrive(barrier_core& b, std::ptrdiff_t n, bool drop) {
  WaitCore& c = core_of(b.core);
  barrier_arrival a{0, false};
  bool allowed;
  {
    Entry e;
    SpinGuard hold(c.lock);
    a.phase = c.word.load(std::memory_order_relaxed);
    allowed = n > 0 && n <= b.remaining;
    if (allowed) {
      b.remaining -= n;
      if (drop)
        --b.expected;
      a.last = b.remaining == 0;
    }
  }
  if (!allowed)
    throw_panic("barrier: more arrivals than expected");
  return a;
}

void barrier_release(barrier_core& b) noexcept {
  WaitCore& c = core_of(b.core);
  Entry e;
  WakeList woken;
  c.lock.lock();
  c.word.store(c.word.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed); // guarded by lock
  b.remaining = b.expected;
  woken.take_all(c.waiters);
  c.lock.unlock();
  woken.wake_all(e.m);
}

void barrier_wait(barrier_core& b, std::uint32_t phase) noexcept {
  WaitCore& c = core_of(b.core);
  Entry e;
  c.lock.lock();
  if (c.word.load(std::memory_order_relaxed) != phase) {
    c.lock.unlock();
    return;
  }
  Waiter w(e);
  c.waiters.push_back(&w);
  wait(e, w, c.lock, WaitReason::barrier);
}

} // namespace gocpp::detail
