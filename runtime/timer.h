// Timers: a 4-ary heap for each P.
//
// A Timer is owned by whoever embeds it; while it stands in a heap, the heap's lock guards `position`. Its
// function runs on an M that is inside the runtime, holds no heap lock and must not park; it may ready
// goroutines, and may re-arm its own timer by returning the next time. The protocol of `heap` stands in
// timer.cc.
#pragma once

#include "spinlock.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gocpp::rt {

class TimerHeap;

/// Nanoseconds of CLOCK_MONOTONIC, as std::chrono::steady_clock counts them.
int64_t now_ns() noexcept;
inline constexpr int64_t kNever = INT64_MAX;
/// What `fire` returns when its Timer may be gone already, since it let the owner go on without a timer_stop.
inline constexpr int64_t kGone = INT64_MIN;

struct Timer {
  /// Called when due. Returns the next time to fire, kNever or kGone.
  int64_t (*fire)(Timer* self, int64_t now) = nullptr;
  void* arg = nullptr;
  std::atomic<TimerHeap*> heap{nullptr}; ///< Where it stands; null: in none; firing(): `fire` runs now.
  uint32_t position = 0;                 ///< In the heap, unless it is never stopped.
  bool never_stopped = false;            ///< Says who arms it: moves in the heap then need not touch it.
};

/// Arms `t` for `when` in the current P's heap (any P's from a plain thread) and wakes the sleeper that must
/// know. The caller is inside the runtime. The timer must not be armed already.
void timer_start(Timer* t, int64_t when) noexcept;
/// Disarms. True when it was still to fire. On return `fire` is not running, nor will it: waits for a call
/// under way. Must not be called from `fire`, nor with a lock held that `fire` takes.
bool timer_stop(Timer* t) noexcept;
/// The same without waiting: false also when `fire` runs now. May be called with a lock held that `fire`
/// takes.
bool timer_try_stop(Timer* t) noexcept;

/// When the sleeper, which is about to sleep, shall get up for timers of which the earliest is due then: later where many fire.
int64_t wake_up_at(int64_t earliest) noexcept;

class TimerHeap {
 public:
  /// When the earliest timer is due; kNever when there is none. No lock; may be stale by an instant.
  int64_t next() const noexcept { return next_.load(std::memory_order_acquire); }
  bool empty() const noexcept { return next() == kNever; }
  /// Fires what is due at `now`, but no more at a time than a P's queue takes well; returns how many fired. Inside; any M may
  /// call it for any P.
  unsigned run_due(int64_t now) noexcept;
  /// True when `t` became the earliest. `t` may have fired when this returns.
  bool insert(Timer* t, int64_t when) noexcept;
  /// Of one that may be stopped. False when `t` does not stand here any more.
  bool remove(Timer* t) noexcept;
  /// Moves all timers into `other` (a P that goes away).
  void drain_into(TimerHeap& other) noexcept;

  /// Not a heap: the value of Timer::heap while its function runs.
  static TimerHeap* firing() noexcept { return reinterpret_cast<TimerHeap*>(1); }

 private:
  /// The time stands beside the pointer, so that sifting reads no timer, and whether it wants to know its position in
  /// the pointer's lowest bit, so that it writes none that does not: a million sleepers lie on as many cold lines.
  class Item {
   public:
    Item(int64_t at, Timer* t) noexcept
        : when(at), bits_(reinterpret_cast<uintptr_t>(t) | static_cast<uintptr_t>(t->never_stopped)) {}
    Timer* timer() const noexcept { return reinterpret_cast<Timer*>(bits_ & ~uintptr_t{1}); }
    bool wants_position() const noexcept { return (bits_ & 1) == 0; }
    int64_t when;

   private:
    uintptr_t bits_;
  };
  unsigned fire_due(int64_t now) noexcept;
  void place(uint32_t i, Item item) noexcept;
  void sift_up(uint32_t i, Item item) noexcept;
  void sift_down(uint32_t i, Item item) noexcept;
  void append(Item item) noexcept;
  void grow() noexcept;
  void remove_at(uint32_t i) noexcept;
  void publish_next() noexcept;

  SpinLock lock_;
  std::vector<Item> heap_;            ///< Guarded by lock_.
  std::atomic<int64_t> next_{kNever}; ///< Written under lock_ (release), read by anybody.
};

} // namespace gocpp::rt
