// Condition variables. The word counts users: waits between cond_begin and their last access to the object.
//
// A wait has two steps, since the user's unlock, which may be anything, runs between them and outside the
// runtime: cond_begin puts the record into the queue, cond_wait parks. A notification is the unlinking of the
// record under `lock`. If its owner has not parked yet (kComing) that is all: cond_wait sees, under `lock`,
// that it is unlinked, and does not park. If it has, the notifier wakes it. The record is queued before the
// user's lock is given up, so whoever changes the condition under that lock afterwards finds it: no
// notification is lost.
//
// Lifetime: the owner may destroy the object once everybody was notified, while those are still on their way
// out of cond_wait. A parked wait without a deadline does not touch the object any more once it is unlinked,
// so the notifier counts it out; one that had not parked, or has a deadline, whose timer may just be looking
// at the queue, counts itself out by its last access, and the destructor waits for the count. It skips those
// that were not notified: they cannot exist in a correct program, except when the process ends and they will
// never run again.
//
// Rejected: unlocking the user's mutex under `lock`, which saves one round here but nests locks and excludes
// condition_variable_any; Go's tickets, which lose a notification that goes to a ticket whose time is up.

#include "wait_core.h"

#include <gocpp/condition_variable.h>

#include <ctime>
#include <new>

namespace gocpp::detail {

using namespace rt;

namespace {

static_assert(sizeof(Waiter) <= sizeof(cond_place) && alignof(Waiter) <= alignof(cond_place));

// Waiter::index: how far its owner is. Guarded by `lock`.
constexpr int16_t kComing = 0, kParked = 1, kParkedUntil = 2;

Waiter* record(cond_place& p) noexcept { return std::launder(reinterpret_cast<Waiter*>(p.record)); }

void count_out(WaitCore& c) noexcept {
  c.word.fetch_sub(1, std::memory_order_release); // the last access; pairs with cond_destroy's acquire
}

/// Users that nobody has notified. `lock` held.
uint32_t not_notified(WaitCore& c) noexcept {
  uint32_t n = 0;
  for (Waiter* w = c.waiters.front(); w; w = w->next)
    ++n;
  return n;
}

} // namespace

void cond_begin(wait_core& core, cond_place& p) noexcept {
  WaitCore& c = core_of(core);
  Entry e;
  auto* w = ::new (p.record) Waiter(e);
  w->index = kComing;
  c.word.fetch_add(1, std::memory_order_relaxed); // seen by notifiers through the user's lock
  SpinGuard hold(c.lock);
  c.waiters.push_back(w);
}

bool cond_wait(wait_core& core, cond_place& p, std::int64_t deadline) noexcept {
  WaitCore& c = core_of(core);
  Waiter* w = record(p);
  Entry e;
  c.lock.lock();
  if (!w->linked) {
    c.lock.unlock();
    count_out(c);
    return true;
  }
  if (deadline == kNever) {
    w->index = kParked;
    wait(e, *w, c.lock, WaitReason::condition_variable);
    return true;
  }
  w->index = kParkedUntil;
  bool notified = wait_until(e, *w, c.lock, c.waiters, deadline, WaitReason::condition_variable);
  count_out(c);
  return notified;
}

void cond_cancel(wait_core& core, cond_place& p) noexcept {
  WaitCore& c = core_of(core);
  Entry e;
  {
    SpinGuard hold(c.lock);
    c.waiters.remove(record(p));
  }
  count_out(c);
}

void cond_notify(wait_core& core, bool all) noexcept {
  WaitCore& c = core_of(core);
  Entry e;
  WakeList woken;
  c.lock.lock();
  while (Waiter* w = c.waiters.pop_front()) {
    if (w->index == kParked)
      c.word.fetch_sub(1, std::memory_order_relaxed); // released by the unlock
    if (w->index != kComing)
      woken.push_back(w);
    if (!all)
      break;
  }
  c.lock.unlock();
  woken.wake_all(e.m);
}

void cond_destroy(wait_core& core) noexcept {
  WaitCore& c = core_of(core);
  constexpr int kPatience = 100; // milliseconds of a stopped world: the process ends
  for (int stopped = 0; c.word.load(std::memory_order_acquire) != 0;) {
    Entry e;
    c.lock.lock();
    bool all_gone = c.word.load(std::memory_order_acquire) == not_notified(c);
    c.lock.unlock();
    if (all_gone)
      return;
    if (e.g()) {
      yield_now(e);
      continue;
    }
    timespec ms{0, 1'000'000};
    clock_nanosleep(CLOCK_MONOTONIC, 0, &ms, nullptr);
    stopped = sched.stopping.load(std::memory_order_relaxed) ? stopped + 1 : 0;
    if (stopped > kPatience)
      return;
  }
}

} // namespace gocpp::detail
