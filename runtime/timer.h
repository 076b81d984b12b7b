// Timers: a 4-ary heap for each P.
//
// A Timer is owned by whoever embeds it; while it stands in a heap, the heap's lock guards `when`, `position` and
// `heap`. Its function runs on an M that is inside the runtime, holds no heap lock and must not park; it may
// ready goroutines, and may re-arm its own timer by returning the next time.
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

struct Timer {
  /// Called when due. Returns the next time to fire, or kNever.
  int64_t (*fire)(Timer* self, int64_t now) = nullptr;
  void* arg = nullptr;
  int64_t when = kNever;
  std::atomic<TimerHeap*> heap{nullptr};  ///< Where it stands; null when in none.
  uint32_t position = 0;
  std::atomic<bool> firing{false};        ///< `fire` runs now.
};

/// Arms `t` for `when` in the current P's heap (any P's from a plain thread) and wakes the sleeper that must know.
/// The caller is inside the runtime. The timer must not be armed already.
void timer_start(Timer* t, int64_t when) noexcept;
/// Disarms. True when it was still to fire. On return `fire` is not running, nor will it: waits for a call under way.
/// Must not be called from `fire`, nor with a lock held that `fire` takes.
bool timer_stop(Timer* t) noexcept;

class TimerHeap {
 public:
  /// When the earliest timer is due; kNever when there is none. No lock; may be stale by an instant.
  int64_t next() const noexcept { return next_.load(std::memory_order_acquire); }
  bool empty() const noexcept { return next() == kNever; }
  /// Fires everything due at `now`; returns how many fired. Inside; any M may call it for any P.
  unsigned run_due(int64_t now) noexcept;
  void insert(Timer* t, int64_t when) noexcept;
  bool remove(Timer* t) noexcept;
  /// Moves all timers into `other` (a P that goes away).
  void drain_into(TimerHeap& other) noexcept;

 private:
  void place(uint32_t i, Timer* t) noexcept;
  void sift_up(uint32_t i) noexcept;
  void sift_down(uint32_t i) noexcept;
  void remove_at(uint32_t i) noexcept;
  void publish_next() noexcept;

  SpinLock lock_;
  std::vector<Timer*> heap_;               ///< Guarded by lock_.
  std::atomic<int64_t> next_{kNever};      ///< Written under lock_ (release), read by anybody.
};

} // namespace gocpp::rt
