// shared_mutex: the paths that meet somebody. The word:
//
//   shared_writer    a writer holds the mutex, or has announced that it is next
//   shared_waiters   writers wait, behind that one or to be announced
//   shared_reader    times the readers: those that hold the mutex, and those that wait for it
//
// A reader counts itself by one addition, and holds the mutex if there was no shared_writer; else it stays counted and waits. A
// writer that finds readers announces itself: they are `active`, and each takes itself out of that number as it leaves, the last
// one giving the mutex to the writer. A writer that unlocks lets all go on that were counted meanwhile, and after them, where
// others wait, the first of those, announced at once. So neither side starves: a reader waits for one writer, a
// writer for those before it and the readers between them. As Go's sync.RWMutex. Rejected: a reader that takes its count back
// where it may not pass, since two such can hide from a leaving reader that it was the last; and a compare-and-swap to count
// oneself, which two cores that only read make each other repeat (60 ns an operation instead of 40 (m)).
//
// Who lets others have the mutex, or leaves it to a writer that waits, steps aside. To go on by itself it would mostly come back before
// they have run, and wait for them; then all that use the mutex wait at each write of one of them, although few
// would have met. So a goroutine that has the mutex runs, and is through with it, before one that has not
// (RWMutexWrite10: 10 ns instead of 20; eight that write each tenth time 18 instead of 40 (m)).
//
// `lock` guards what follows the word. shared_writer is set where somebody holds the mutex, and cleared where somebody waits, under it;
// shared_waiters always. Invariants while it is free:
//   - `active` is not 0 exactly while a writer is announced: the first of `writers`;
//   - a counted reader is active, or stands in `readers`, or has seen shared_writer and is on its way to `lock`; `permits` says how many on
//     their way hold the mutex already. Which of them take these does not matter. A writer that holds the mutex has
//     outlived all active ones, so then there are none.
//
// Lifetime: who lets others go on touches nothing of the mutex after that. A reader that leaves an announced writer to wait is still active
// until it has `lock`. A writer clears shared_writer by its last access, or under `lock` while a reader is counted that
// has been neither woken nor to `lock`, and so still uses the mutex.

#include "fatal.h"
#include "wait_core.h"

#include <gocpp/shared_mutex.h>

namespace gocpp::rt {

namespace {

constexpr uint32_t kWriter = detail::shared_writer, kWaiters = detail::shared_waiters, kReader = detail::shared_reader;

struct SharedCore {
  WaitCore base;
  WaitList readers;
  uint32_t active, permits;

  std::atomic<uint32_t>& word() noexcept { return base.word; }
  SpinLock& lock() noexcept { return base.lock; }
  WaitList& writers() noexcept { return base.waiters; }
};
static_assert(sizeof(SharedCore) == sizeof(detail::shared_core) && alignof(SharedCore) <= alignof(detail::shared_core));

SharedCore& core_of(detail::shared_core& c) noexcept { return reinterpret_cast<SharedCore&>(c); }

/// The first writer holds the mutex from now on. `lock` held.
void admit_writer(SharedCore& c, WakeList& woken) noexcept {
  woken.push_back(c.writers().pop_front());
  // relaxed: who unlocks by the bit's absence was woken with what comes before.
  if (c.writers().empty() && (c.word().load(std::memory_order_relaxed) & kWaiters))
    c.word().fetch_and(~kWaiters, std::memory_order_relaxed);
}

/// So many readers that wait hold it from now on: all that are counted. `lock` held.
void admit_readers(SharedCore& c, uint32_t counted, WakeList& woken) noexcept {
  for (; Waiter* w = c.readers.pop_front(); --counted) woken.push_back(w);
  c.permits = counted;
}

/// Releases `lock` and lets those go on to whom the mutex belongs now.
void release(Entry& e, SharedCore& c, WakeList& woken) noexcept {
  c.lock().unlock();
  woken.wake_all(e.m);
  step_aside(e);
}

} // namespace
} // namespace gocpp::rt

namespace gocpp::detail {

using namespace rt;

void shared_mutex_lock(shared_core& core) noexcept {
  SharedCore& c = core_of(core);
  Entry e;
  c.lock().lock();
  uint32_t s = c.word().load(std::memory_order_relaxed);
  // acquire: pairs with the releases of those who held it.
  while (!c.word().compare_exchange_weak(s, s & kWriter ? s | kWaiters : s | kWriter, std::memory_order_acquire,
                                         std::memory_order_relaxed)) {
  }
  if (s == 0) return c.lock().unlock();
  if (!(s & kWriter)) c.active = s / kReader;
  Waiter w(e);
  c.writers().push_back(&w);
  wait(e, w, c.lock(), WaitReason::shared_mutex);
}

void shared_mutex_lock_shared(shared_core& core) noexcept {
  SharedCore& c = core_of(core);
  Entry e;
  c.lock().lock();
  if (c.permits != 0) {
    --c.permits;
    return c.lock().unlock();
  }
  Waiter w(e);
  c.readers.push_back(&w);
  wait(e, w, c.lock(), WaitReason::shared_mutex);
}

void shared_mutex_unlock(shared_core& core) noexcept {
  SharedCore& c = core_of(core);
  Entry e;
  c.lock().lock();
  uint32_t s = c.word().load(std::memory_order_relaxed);
  if (!(s & kWriter) || c.active != 0) fatal("unlock of unlocked shared_mutex");
  WakeList woken;
  if (c.writers().empty()) {
    // release: readers that pass without waiting are to see what we wrote; those woken see it through wake().
    admit_readers(c, c.word().fetch_sub(kWriter, std::memory_order_release) / kReader, woken);
  } else if (c.active = s / kReader; c.active != 0) {
    admit_readers(c, c.active, woken);
  } else {
    admit_writer(c, woken);
  }
  release(e, c, woken);
}

void shared_mutex_unlock_shared(shared_core& core, uint32_t before) noexcept {
  SharedCore& c = core_of(core);
  Entry e;
  c.lock().lock();
  if (before < kReader || c.active == 0) fatal("unlock_shared of unlocked shared_mutex");
  if (--c.active != 0) {
    c.lock().unlock();
    return step_aside(e);
  }
  WakeList woken;
  admit_writer(c, woken);
  release(e, c, woken);
}

} // namespace gocpp::detail
