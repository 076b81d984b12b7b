// once_flag. The word: kRunning while somebody runs the function, once_done for ever after, and kWaiters
// while others wait.
//
// A waiter queues under `lock`, by a CAS that adds kWaiters to a word with kRunning; the end changes a word
// without kWaiters by one CAS, its last access, and one with it under `lock`, taking everybody out of the
// queue. So no waiter is left behind. After a failure all waiters are woken and begin anew: one of them runs
// the function.

#include "wait_core.h"

#include <gocpp/mutex.h>

namespace gocpp::detail {

using namespace rt;

namespace {
constexpr uint32_t kRunning = 1, kWaiters = 4;
}

bool once_begin(wait_core& core) noexcept {
  WaitCore& c = core_of(core);
  for (;;) {
    uint32_t s = c.word.load(std::memory_order_acquire); // pairs with the release in once_end
    if (s == once_done)
      return false;
    if (s == 0) {
      if (c.word.compare_exchange_strong(s, kRunning, std::memory_order_acquire, std::memory_order_relaxed))
        return true;
      continue;
    }
    Entry e;
    c.lock.lock();
    s = c.word.load(std::memory_order_relaxed);
    bool queued = false;
    while (!queued && (s & kRunning))
      queued = c.word.compare_exchange_weak(s, s | kWaiters, std::memory_order_relaxed); // read under `lock`
    if (!queued) {
      c.lock.unlock();
      continue;
    }
    Waiter w(e);
    c.waiters.push_back(&w);
    wait(e, w, c.lock, WaitReason::mutex);
  }
}

void once_end(wait_core& core, bool done) noexcept {
  WaitCore& c = core_of(core);
  uint32_t result = done ? once_done : 0;
  uint32_t s = kRunning;
  // release: what the function did is seen by whoever reads the result.
  if (c.word.compare_exchange_strong(s, result, std::memory_order_release, std::memory_order_relaxed))
    return;
  Entry e;
  WakeList woken;
  c.lock.lock();
  woken.take_all(c.waiters);
  c.word.store(result, std::memory_order_release); // kWaiters and kRunning: nobody else changes the word now
  c.lock.unlock();
  woken.wake_all(e.m);
}

} // namespace gocpp::detail
