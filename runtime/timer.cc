// Timers: the 4-ary heap, arming, disarming and firing.
//
// Timer::heap is the timer's whole state, and moves so:
//
//   null ──insert──► a heap ──run_due──► firing ──fire returned kNever──► null
//                    ▲   └──remove──► null  └──fire returned a time: insert──► a heap
//
//   - To and from a heap, `heap` changes under that heap's lock only. So who holds h's lock and reads heap ==
//   h
//     knows that the timer stands in h, at `position` if it can be stopped, and that nobody runs it.
//   - From firing, `heap` is changed by the M that fires only. Its store of null is its last access to the
//   timer, and a
//     release, so whoever reads null with acquire may free it. After kGone it touches the timer no more at
//     all.
//
// timer_stop against a fire on another M: it reads `heap`. A heap: take its lock, look again, remove. Firing:
// wait, since `fire` is short and never parks, and look again, for it may have re-armed itself. Null: neither
// armed nor running, and nobody but the caller could arm it now. One word tells all of it at once; a flag
// beside the pointer would not: between reading one and the other the timer could go from armed to firing or
// back.
//
// Locks: a heap's lock is taken with no other heap's held, except by drain_into, which only one thread runs
// at a time (the world is stopped). Under it nothing is called but the allocator. Heaps are never freed, so a
// stale pointer to one may be locked. Plain threads are not stopped with the world, so they arm in the heap
// of P 0, which never goes away. Several Ms may run one heap's due timers at once: each timer is taken by
// one, and two that are due may run in either order.
//
// Rejected: a wheel (a tick of its own, and no exact next time); lazy deletion (a timer's memory is its
// owner's, who frees it right after timer_stop).

#include "timer.h"

#include "cpu.h"
#include "fatal.h"
#include "poller.h"
#include "sched.h"
#include "timer_gather.h"

#include <algorithm>
#include <ctime>
#include <utility>

namespace gocpp::rt {

/// Timers that fire so late are more than one M can run.
constexpr int64_t kOverdue = TimerGather::kTogether + 250'000;
/// Goroutines that sleepers have become shall run while what woke them is in the cache, and not flood the global queue.
constexpr unsigned kMostAtOnce = RunQueue::kCapacity / 2;

int64_t now_ns() noexcept {
  timespec ts;
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return static_cast<int64_t>(ts.tv_sec) * 1'000'000'000 + ts.tv_nsec;
}

// ---- the heap; lock_ held ----

inline void TimerHeap::place(uint32_t i, Item item) noexcept {
  heap_[i] = item;
  if (item.wants_position())
    item.timer()->position = i;
}

/// Puts `item` at i or above: i is a hole.
void TimerHeap::sift_up(uint32_t i, Item item) noexcept {
  while (i > 0) {
    uint32_t parent = (i - 1) / 4;
    if (heap_[parent].when <= item.when)
      break;
    place(i, heap_[parent]);
    i = parent;
  }
  place(i, item);
}

/// Puts `item` at i or below: i is a hole.
void TimerHeap::sift_down(uint32_t i, Item item) noexcept {
  uint32_t size = static_cast<uint32_t>(heap_.size());
  for (;;) {
    uint32_t first = 4 * i + 1;
    if (first >= size)
      break;
    uint32_t least = first;
    uint32_t end = first + 4 < size ? first + 4 : size;
    for (uint32_t child = first + 1; child < end; ++child)
      if (heap_[child].when < heap_[least].when)
        least = child;
    if (item.when <= heap_[least].when)
      break;
    place(i, heap_[least]);
    i = least;
  }
  place(i, item);
}

void TimerHeap::append(Item item) noexcept {
  if (heap_.size() == heap_.capacity())
    grow();
  heap_.push_back(item);
  sift_up(static_cast<uint32_t>(heap_.size() - 1), item);
}

void TimerHeap::grow() noexcept {
  Unseen unseen;
  try {
    heap_.reserve(heap_.empty() ? 64 : 2 * heap_.size());
  } catch (...) {
    fatal("out of memory for timers");
  }
}

void TimerHeap::remove_at(uint32_t i) noexcept {
  Item last = heap_.back();
  heap_.pop_back();
  if (i == heap_.size())
    return;
  if (i > 0 && last.when < heap_[(i - 1) / 4].when)
    sift_up(i, last);
  else
    sift_down(i, last);
}

void TimerHeap::publish_next() noexcept {
  next_.store(heap_.empty() ? kNever : heap_.front().when, std::memory_order_release); // pairs with next()
}

// ---- arming and firing ----

bool TimerHeap::insert(Timer* t, int64_t when) noexcept {
  order_before(t); // to its function; this file is not instrumented
  SpinGuard hold(lock_);
  append(Item(when, t));
  // release: a timer_stop that reads this value takes lock_ and finds the timer in place.
  t->heap.store(this, std::memory_order_release);
  publish_next();
  return heap_.front().timer() == t;
}

bool TimerHeap::remove(Timer* t) noexcept {
  SpinGuard hold(lock_);
  if (t->heap.load(std::memory_order_relaxed) != this)
    return false; // moves to and from this heap hold lock_
  remove_at(t->position);
  t->heap.store(nullptr, std::memory_order_relaxed); // only the caller, who owns the timer, can care
  publish_next();
  return true;
}

unsigned TimerHeap::run_due(int64_t now) noexcept {
  M* m = this_m(); // null in tests only
  if (m)
    m->fires = true;
  bool overdue = next() < now - kOverdue;
  unsigned fired = fire_due(now);
  if (fired != 0) // relaxed, no read-modify-write: what is lost when two meet is a matter of speed
    sched.timers_fired.store(sched.timers_fired.load(std::memory_order_relaxed) + fired, std::memory_order_relaxed);
  if (m) {
    m->fires = false;
    P* p = m->p.load(std::memory_order_relaxed);
    p->burst.fired(fired, cycle_count());
    // One M for all, or one would wake up, do what there is and sleep again a dozen times meanwhile.
    if (std::exchange(m->owes_wake, false)) {
      if (overdue || !p->burst.is_short() || poller_has_waiters())
        wake_p();
      else
        p->unhelped_bursts.add();
    }
  }
  return fired;
}

int64_t wake_up_at(int64_t earliest) noexcept {
  static constinit TimerGather gather;
  return gather.wake_up_at(now_ns(), sched.timers_fired.load(std::memory_order_relaxed), earliest);
}

unsigned TimerHeap::fire_due(int64_t now) noexcept {
  unsigned fired = 0;
  while (fired < kMostAtOnce && next() <= now) {
    Timer* t;
    {
      SpinGuard hold(lock_);
      if (heap_.empty() || heap_.front().when > now)
        break;
      t = heap_.front().timer();
      remove_at(0);
      if (!heap_.empty()) __builtin_prefetch(heap_.front().timer(), 1);
      t->heap.store(firing(),
                    std::memory_order_relaxed); // publishes nothing; timer_stop waits for what follows
      publish_next();
    }
    ++fired;
    order_after(t);
    int64_t again = t->fire(t, now);
    if (again == kGone)
      continue;
    order_before(t); // to who stops it and frees it
    if (again == kNever)
      t->heap.store(nullptr, std::memory_order_release); // the last access; pairs with timer_stop's acquire
    else
      timer_start(t, again);
  }
  return fired;
}

void TimerHeap::drain_into(TimerHeap& other) noexcept {
  SpinGuard hold(lock_);
  SpinGuard hold_other(other.lock_);
  for (Item item : heap_) {
    other.append(item);
    // Both locks are held, so a timer_stop sees the timer stand in one of the two, and looks again if in the
    // wrong one.
    item.timer()->heap.store(&other, std::memory_order_release);
  }
  heap_.clear();
  publish_next();
  other.publish_next();
}

void timer_start(Timer* t, int64_t when) noexcept {
  if (when >= kNever)
    when = kNever - 1; // kNever itself means that a heap is empty
  M* m = this_m();
  P* p = m ? m->p.load(std::memory_order_relaxed) : nullptr;
  if (!p)
    p = sched.all_ps[0].load(std::memory_order_acquire);
  // The heap's `next` is published before wake_sleeper looks who sleeps; its fence orders the two.
  if (p->timers.insert(t, when))
    wake_sleeper(when);
}

bool timer_try_stop(Timer* t) noexcept {
  for (;;) {
    TimerHeap* h = t->heap.load(std::memory_order_acquire); // null: pairs with run_due's release
    if (!h || h == TimerHeap::firing())
      return false;
    if (h->remove(t)) {
      order_after(t); // it may have fired before
      return true;
    } // else it went to another heap, or fires
  }
}

bool timer_stop(Timer* t) noexcept {
  for (unsigned spins = 1;; ++spins) {
    if (timer_try_stop(t))
      return true;
    if (!t->heap.load(std::memory_order_acquire)) { // as in timer_try_stop
      order_after(t);
      return false;
    }
    // It fires. The M that does may have lost its core to us.
    if (spins % 64 == 0)
      sched_yield();
    else
      cpu_relax();
  }
}

} // namespace gocpp::rt
