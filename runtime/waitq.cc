// Waiting and waking for goroutines and plain threads. The rules stand in waitq.h.

#include "waitq.h"

namespace gocpp::rt {

namespace {

void thread_sleep(Waiter& w) noexcept {
  while (w.word.load(std::memory_order_acquire) == 0) futex_wait(&w.word, 0);  // acquire: what the waker wrote
}

/// A deadline of a waiter, with what its timer needs to take the waiter out of its queue.
struct Deadline {
  Timer timer;
  Waiter* waiter;
  SpinLock* lock;
  WaitList* list;
};

int64_t expire(Timer* t, int64_t) {
  auto* d = static_cast<Deadline*>(t->arg);
  bool ours;
  {
    SpinGuard hold(*d->lock);
    ours = d->waiter->linked;
    if (ours) d->list->remove(d->waiter);
  }
  // Whoever unlinks wakes. timer_stop waits until we have returned, so the record is still there.
  if (ours) {
    d->waiter->ok = false;
    wake(d->waiter, this_m());
  }
  return kNever;
}

template <class Lock> void block_thread(Waiter& w, Lock& lock) noexcept {
  thread_blocks();  // before the unlock: a waker counts us out again
  lock.unlock();
  thread_sleep(w);
}

} // namespace

void thread_wait(Waiter& w, SpinLock& lock) noexcept { block_thread(w, lock); }
void thread_wait(Waiter& w, ChanLock& lock) noexcept { block_thread(w, lock); }

bool wait_until(Entry& e, Waiter& w, SpinLock& lock, WaitList& list, int64_t deadline, WaitReason reason) noexcept {
  w.ok = true;
  if (!w.g) {
    w.tag |= kTimedThread;
    lock.unlock();
    for (;;) {
      if (w.word.load(std::memory_order_acquire) != 0) return w.ok;
      if (futex_wait_until(&w.word, 0, deadline)) continue;
      lock.lock();
      bool ours = w.linked;
      if (ours) list.remove(&w);
      lock.unlock();
      if (ours) return false;
      thread_sleep(w);  // unlinked by somebody, who is about to wake us
      return w.ok;
    }
  }
  Deadline d{{}, &w, &lock, &list};
  d.timer.fire = &expire;
  d.timer.arg = &d;
  // Armed before the lock is released; `expire` takes the lock, so it waits until we are parked.
  timer_start(&d.timer, deadline);
  lock.hand_over();
  park(e, reason, &commit_unlock<SpinLock>, &lock);
  timer_stop(&d.timer);
  return w.ok;
}

void wait_for_ever(Entry& e, WaitReason reason) noexcept {
  for (;;) {
    if (e.g()) {
      park(e, reason, [](M*, G*, void*) {}, nullptr);
    } else {
      SpinLock nobody_else;
      nobody_else.lock();
      Waiter w(e);
      wait(e, w, nobody_else, reason);
    }
  }
}

void thread_wake(Waiter* w) noexcept {
  if (!(w->tag & kTimedThread)) thread_unblocks();
  std::atomic<uint32_t>* word = w->claim ? &w->claim->woken : &w->word;
  word->store(1, std::memory_order_release);  // pairs with thread_sleep; the record may be gone from here on
  futex_wake(word);
}

} // namespace gocpp::rt
