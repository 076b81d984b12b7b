// Time: sleeping, and channels that carry it.
//
// All of it is on <chrono>; channels carry std::chrono::steady_clock's time. Durations are kept in
// nanoseconds, rounded up; zero and negative ones are over at once, those over 146 years never are.
#pragma once

#include <gocpp/chan.h>
#include <gocpp/detail/deadline.h>

#include <chrono>
#include <cstdint>
#include <type_traits>

namespace gocpp {
namespace detail {

/// Sleeps until then, in nanoseconds of steady_clock. Goroutine or thread.
void sleep_until_ns(std::int64_t deadline) noexcept;

/// Makes a timer of the channel: it is due at `when`, then every `period` if that is not 0. Once, before the
/// channel is used. The timer goes with the channel.
void timer_attach(chan_core* c, std::int64_t when, std::int64_t period);
/// Sets when the channel's timer is due next (no_deadline: not at all), and takes back what was due and not
/// received. Says whether it was still to be received.
bool timer_set(chan_core* c, std::int64_t when, std::int64_t period) noexcept;

using tick_time = std::chrono::steady_clock::time_point;

inline chan<tick_time> make_timer(std::int64_t when, std::int64_t period) {
  chan<tick_time> c;
  timer_attach(c.core(), when, period);
  return c;
}

/// The interval of a ticker in nanoseconds; panics unless it is positive.
std::int64_t require_interval(std::int64_t ns);

} // namespace detail

/// Lets the calling goroutine sleep for at least `d`; its thread runs others meanwhile. A plain thread sleeps
/// as a thread. Returns at once for zero and less. Go's time.Sleep.
template <class Rep, class Period> void sleep_for(const std::chrono::duration<Rep, Period>& d) {
  if (d > d.zero())
    detail::sleep_until_ns(detail::deadline_after(d));
}

/// A duration has a unit.
template <class NumberWithoutUnit>
  requires std::is_arithmetic_v<NumberWithoutUnit>
void sleep_for(NumberWithoutUnit) = delete;

/// Sleeps until `t` has come by its own clock, which is looked at again at the end if it is one that can be
/// set.
template <class Clock, class Duration> void sleep_until(const std::chrono::time_point<Clock, Duration>& t) {
  while (Clock::now() < t)
    detail::sleep_until_ns(detail::deadline_at(t));
}

/// A channel that gives the time once, `d` from now; Go's time.After. Costs nothing while nobody receives
/// from it, and is freed with its last handle, so it may stand in a `select` that mostly goes another way.
template <class Rep, class Period>
recv_chan<std::chrono::steady_clock::time_point> after(const std::chrono::duration<Rep, Period>& d) {
  return detail::make_timer(detail::deadline_after(d), 0);
}

/// A duration has a unit.
template <class NumberWithoutUnit>
  requires std::is_arithmetic_v<NumberWithoutUnit>
recv_chan<std::chrono::steady_clock::time_point> after(NumberWithoutUnit) = delete;

/// One event in the future; Go's time.Timer. Its channel is unbuffered: after stop or reset nothing of before
/// can be received. Any goroutine or thread may use it. Destroying it stops it.
class timer {
 public:
  /// Due `d` from now, at once for zero and less.
  template <class Rep, class Period>
  explicit timer(const std::chrono::duration<Rep, Period>& d)
      : channel_(detail::make_timer(detail::deadline_after(d), 0)) {}
  template <class NumberWithoutUnit>
    requires std::is_arithmetic_v<NumberWithoutUnit>
  explicit timer(NumberWithoutUnit) = delete;
  timer(timer&&) noexcept = default;
  timer& operator=(timer&& other) noexcept {
    if (this != &other) {
      stop();
      channel_ = std::move(other.channel_);
    }
    return *this;
  }
  ~timer() { stop(); }

  /// Where the time can be received once it is due. The same channel for the timer's whole life; nil when
  /// moved from.
  const recv_chan<std::chrono::steady_clock::time_point>& channel() const noexcept { return channel_; }
  /// Makes sure that nothing can be received any more. True when the time was still to be received. Never
  /// blocks.
  bool stop() noexcept { return channel_ && detail::timer_set(channel_.core(), detail::no_deadline, 0); }
  /// Sets the timer anew, `d` from now, in whatever state it is. True when the time was still to be received.
  template <class Rep, class Period> bool reset(const std::chrono::duration<Rep, Period>& d) {
    return channel_ && detail::timer_set(channel_.core(), detail::deadline_after(d), 0);
  }
  template <class NumberWithoutUnit>
    requires std::is_arithmetic_v<NumberWithoutUnit>
  bool reset(NumberWithoutUnit) = delete;

 private:
  recv_chan<std::chrono::steady_clock::time_point> channel_;
};

/// An event that repeats; Go's time.Ticker. Ticks that nobody has received when the next is due are dropped,
/// so a slow receiver finds at most one. Any goroutine or thread may use it. Destroying it stops it.
class ticker {
 public:
  /// The first tick comes `d` from now, then one every `d`. Panics with `non-positive interval for ticker`.
  template <class Rep, class Period>
  explicit ticker(const std::chrono::duration<Rep, Period>& d)
      : ticker(in_ns{detail::require_interval(ns(d))}) {}
  template <class NumberWithoutUnit>
    requires std::is_arithmetic_v<NumberWithoutUnit>
  explicit ticker(NumberWithoutUnit) = delete;
  ticker(ticker&&) noexcept = default;
  ticker& operator=(ticker&& other) noexcept {
    if (this != &other) {
      stop();
      channel_ = std::move(other.channel_);
    }
    return *this;
  }
  ~ticker() { stop(); }

  /// Where ticks can be received. The same channel for the ticker's whole life; nil when moved from. Never
  /// closed.
  const recv_chan<std::chrono::steady_clock::time_point>& channel() const noexcept { return channel_; }
  /// Makes sure that nothing can be received any more. Never blocks.
  void stop() noexcept {
    if (channel_)
      detail::timer_set(channel_.core(), detail::no_deadline, 0);
  }
  /// Sets the interval; the next tick comes `d` from now. Panics with `non-positive interval for ticker`.
  template <class Rep, class Period> void reset(const std::chrono::duration<Rep, Period>& d) {
    std::int64_t interval = detail::require_interval(ns(d));
    if (channel_)
      detail::timer_set(channel_.core(), detail::steady_ns() + interval, interval);
  }
  template <class NumberWithoutUnit>
    requires std::is_arithmetic_v<NumberWithoutUnit>
  void reset(NumberWithoutUnit) = delete;

 private:
  struct in_ns {
    std::int64_t interval;
  };
  explicit ticker(in_ns d) : channel_(detail::make_timer(detail::steady_ns() + d.interval, d.interval)) {}
  template <class Rep, class Period> static std::int64_t ns(const std::chrono::duration<Rep, Period>& d) {
    return detail::wait_ns(d);
  }

  recv_chan<std::chrono::steady_clock::time_point> channel_;
};

} // namespace gocpp
