// From <chrono> to the runtime's nanoseconds of std::chrono::steady_clock, without overflow.
#pragma once

#include <chrono>
#include <cstdint>
#include <type_traits>

namespace gocpp::detail {

static_assert(std::chrono::steady_clock::period::den == 1'000'000'000 &&
                  std::chrono::steady_clock::period::num == 1,
              "gocpp: the runtime counts steady_clock in nanoseconds");

/// A deadline that never comes.
inline constexpr std::int64_t no_deadline = INT64_MAX;

/// The longest wait, 146 years: adding it to the clock does not overflow.
inline constexpr std::int64_t longest_wait = std::int64_t{1} << 62;

/// Nanoseconds, rounded up; 0 for what is negative or no number, longest_wait for what is longer.
template <class Rep, class Period>
constexpr std::int64_t wait_ns(const std::chrono::duration<Rep, Period>& d) noexcept {
  if (!(d > d.zero()))
    return 0;
  if (std::chrono::duration<double>(d).count() >= static_cast<double>(longest_wait) / 1e9)
    return longest_wait;
  return static_cast<std::int64_t>(std::chrono::ceil<std::chrono::nanoseconds>(d).count());
}

inline std::int64_t steady_ns() noexcept {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}

template <class Rep, class Period>
std::int64_t deadline_after(const std::chrono::duration<Rep, Period>& d) noexcept {
  return steady_ns() + wait_ns(d);
}

template <class Clock, class Duration>
std::int64_t deadline_at(const std::chrono::time_point<Clock, Duration>& t) noexcept {
  if constexpr (std::is_same_v<Clock, std::chrono::steady_clock>)
    return wait_ns(t.time_since_epoch());
  else
    return deadline_after(t - Clock::now());
}

/// Calls attempt(deadline) until it succeeds or `t` has come by t's own clock, which may have been set
/// meanwhile.
template <class Clock, class Duration, class Attempt>
bool attempt_until(const std::chrono::time_point<Clock, Duration>& t, Attempt attempt) {
  for (;;) {
    if (attempt(deadline_at(t)))
      return true;
    if constexpr (std::is_same_v<Clock, std::chrono::steady_clock>)
      return false;
    else if (Clock::now() >= t)
      return false;
  }
}

} // namespace gocpp::detail
