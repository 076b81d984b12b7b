// What becomes of the goroutines that due timers made runnable on one P.
//
// To wake another M for them costs tens of microseconds, on both sides. Sleepers and tickers mostly do little when they wake and wait
// again: then one M has run them all before another could help much. So a P is watched. A burst lasts from the first timer that fires
// until the queue is empty, and is short if a full queue of such goroutines would be done in the time that a wake-up
// takes. A P whose bursts are short wakes nobody for the next one, unless its timers are overdue, or something waits elsewhere, or
// somebody waits for a descriptor, which the M that is not woken would watch. Where that was wrong the monitor helps at its next look
// (sysmon.cc). TickerStorm takes half of the processors' time by that (m).
#pragma once

#include "trust.h"

#include <cstdint>

namespace gocpp::rt {

/// Of one P, its owner's. Times are in cycles of cycle_count().
class TimerBurst {
 public:
  void fired(unsigned timers, uint64_t now) noexcept {
    if (timers == 0) return;
    if (timers_ == 0) began_ = now;
    timers_ += timers;
  }
  /// Some of its goroutines may still be in the queue.
  bool lasts() const noexcept { return timers_ != 0; }
  /// The queue is empty.
  void ended(uint64_t now) noexcept {
    trust_ = now - began_ <= kGrace + timers_ * kEach ? trust_.after_good() : trust_.after_bad();
    timers_ = 0;
  }
  /// Whether its goroutines are expected to be done soon.
  bool is_short() const noexcept { return trust_.earned(); }

 private:
  static constexpr uint64_t kEach = 1'000, kGrace = 20'000;  ///< For each goroutine, and for a burst.
  uint64_t began_ = 0, timers_ = 0;  ///< Of the burst that lasts: when, and how many have fired.
  Trust trust_;
};

} // namespace gocpp::rt
