// shared_mutex: the paths that meet somebody. The word is shared_writer while a writer holds the mutex,
// shared_reader times the number of readers, and shared_waiters while the queue is not empty.
//
// The queue is first come, first served, and the mutex is handed over: who lets go of it last, with somebody
// waiting, gives it to the first writer or to all the readers in front of the first writer. A newcomer passes
// only while nobody waits. Rejected: letting newcomers compete as mutex does; with two kinds of them somebody
// always starves.
//
// No wake-up is lost: shared_waiters is set by a CAS on a word that is held, under `lock`, before the waiter queues;
// the release that would free such a word takes `lock` and finds the waiter. There are no time limits, so the bit is
// set exactly while the queue is not empty, seen under `lock`. While the bit is set and the last holder is in grant(),
// no other party changes the word: all fast paths refuse it. (A reader takes itself out of the word first; the last one
// then finds the bit alone there.) Lifetime: in grant() those who get the mutex are not woken before the last access to
// it.

#include "fatal.h"
#include "wait_core.h"

#include <gocpp/shared_mutex.h>

namespace gocpp::rt {

namespace {

constexpr uint32_t kWriter = detail::shared_writer, kWaiters = detail::shared_waiters,
                   kReader = detail::shared_reader;

// Waiter::index: what for.
constexpr int16_t kWrites = 0, kReads = 1;

/// Gives the mutex, which the caller was the last to hold, to those in front. `lock` is held, and released
/// here.
void grant(Entry& e, WaitCore& c) noexcept {
  WakeList woken;
  uint32_t word = 0;
  if (c.waiters.front()->index == kWrites) {
    woken.push_back(c.waiters.pop_front());
    word = kWriter;
  } else {
    for (Waiter* w; (w = c.waiters.front()) && w->index == kReads; word += kReader) {
      c.waiters.remove(w);
      woken.push_back(w);
    }
  }
  if (!c.waiters.empty())
    word |= kWaiters;
  // release: readers that pass without waiting are to see what we wrote; those woken see it through wake().
  c.word.store(word, std::memory_order_release);
  c.lock.unlock();
  woken.wake_all(e.m);
}

/// Waits behind whoever holds or waits for the mutex; takes it if `free_of` is clear in the word.
void lock_slow(WaitCore& c, int16_t kind, uint32_t add, uint32_t free_of, WaitReason reason) noexcept {
  Entry e;
  c.lock.lock();
  uint32_t s = c.word.load(std::memory_order_relaxed);
  for (;;) {
    bool passes = (s & free_of) == 0;
    // acquire: pairs with the releases of unlock and unlock_shared. The bit itself is read under `lock`.
    if (!c.word.compare_exchange_weak(s, passes ? s + add : s | kWaiters, std::memory_order_acquire,
                                      std::memory_order_relaxed))
      continue;
    if (passes) {
      c.lock.unlock();
      return;
    }
    break;
  }
  Waiter w(e);
  w.index = kind;
  c.waiters.push_back(&w);
  wait(e, w, c.lock, reason);
}

} // namespace
} // namespace gocpp::rt

namespace gocpp::detail {

using namespace rt;

void shared_mutex_lock(wait_core& c) noexcept {
  lock_slow(core_of(c), kWrites, kWriter, ~uint32_t{0}, WaitReason::shared_mutex);
}

void shared_mutex_lock_shared(wait_core& c) noexcept {
  lock_slow(core_of(c), kReads, kReader, kWriter | kWaiters, WaitReason::shared_mutex);
}

void shared_mutex_unlock(wait_core& core) noexcept {
  WaitCore& c = core_of(core);
  // Only waiters can have changed the word, and they only add their bit.
  if (c.word.load(std::memory_order_relaxed) != (kWriter | kWaiters))
    fatal("unlock of unlocked shared_mutex");
  Entry e;
  c.lock.lock();
  grant(e, c);
}

void shared_mutex_unlock_shared(wait_core& core, uint32_t before) noexcept {
  WaitCore& c = core_of(core);
  if (before < kReader)
    fatal("unlock_shared of unlocked shared_mutex");
  // We were the last reader: the word is kWaiters alone, by which nobody can join. The waiters use the mutex until we wake them.
  Entry e;
  c.lock.lock();
  // acquire: what earlier readers did before their releases goes on to the writer.
  (void)c.word.load(std::memory_order_acquire);
  grant(e, c);
}

} // namespace gocpp::detail
