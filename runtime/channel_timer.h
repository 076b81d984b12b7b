// The timer of a channel that carries the time: what after, timer and ticker are made of.
//
// Such a channel is unbuffered and has no sender. Instead its core points to a ChannelTimer, which says when
// the next value is due; a receive that comes later than that makes the value itself. Only while a receiver
// is parked on the channel does a timer stand in a heap, to wake it. So a channel timer that nobody waits for
// costs nothing, needs nobody to collect it, and does not make the process look as if something could still
// happen; and there is never a stale value to take back.
//
// The channel's lock guards everything here. `armed` is true from timer_start until the timer was taken out
// of its heap, by us or by the M that fires: fire() ends its firing itself, under the lock (kGone), so
// `armed` false means that the timer is in no heap and nobody runs it. The lock is taken before a heap's;
// run_due holds no heap's lock when it calls fire().
#pragma once

#include "timer.h"

#include <cstdint>

namespace gocpp::detail {
struct chan_core;
}

namespace gocpp::rt {

class ChannelTimer {
 public:
  explicit ChannelTimer(detail::chan_core* c) noexcept;
  /// The channel has no handle any more. Lock not held.
  ~ChannelTimer();

  // Called by the channel with its lock held.

  /// Makes the value at `to` if one is due.
  bool take(void* to) noexcept;
  /// A receiver was put into the channel's queue.
  void receiver_parked() noexcept;
  /// A receiver left the queue without a value.
  void receiver_left() noexcept;

  /// True when a value was still to be received.
  bool set(int64_t when, int64_t period) noexcept;

 private:
  static int64_t fire(Timer* t, int64_t now) noexcept;
  void arm() noexcept;
  void disarm() noexcept;
  int64_t pass(void* to, int64_t now) noexcept;

  Timer timer_;
  detail::chan_core* channel_;
  int64_t when_ = kNever; ///< When the next value is due.
  int64_t period_ = 0;    ///< 0: once.
  bool armed_ = false;
};

} // namespace gocpp::rt
