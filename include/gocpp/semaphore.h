// Counting and binary semaphores.
#pragma once

#include <gocpp/detail/deadline.h>
#include <gocpp/detail/wait_core.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace gocpp {
namespace detail {

/// Waits for one; false when the deadline passed first.
bool semaphore_acquire(wait_core& c, std::int64_t deadline) noexcept;
void semaphore_release(wait_core& c, std::ptrdiff_t n, std::ptrdiff_t most);

inline constexpr std::ptrdiff_t semaphore_most = INT32_MAX;

} // namespace detail

/// A number of permits, at most LeastMaxValue; std::counting_semaphore. Those who wait are served in the
/// order in which they came. It may be destroyed as soon as nobody uses it.
template <std::ptrdiff_t LeastMaxValue = detail::semaphore_most> class counting_semaphore {
  static_assert(LeastMaxValue >= 0 && LeastMaxValue <= detail::semaphore_most,
                "gocpp: a semaphore counts from 0 to 2147483647");

 public:
  /// The greatest number of permits.
  static constexpr std::ptrdiff_t max() noexcept { return LeastMaxValue; }

  /// A semaphore with `desired` permits, 0 <= desired <= max().
  constexpr explicit counting_semaphore(std::ptrdiff_t desired) noexcept
      : core_(static_cast<std::uint32_t>(desired) << 1) {}
  counting_semaphore(const counting_semaphore&) = delete;
  counting_semaphore& operator=(const counting_semaphore&) = delete;

  /// Adds `n` permits and lets as many go on. Does not block. Panics with `semaphore released over its
  /// maximum`.
  void release(std::ptrdiff_t n = 1) { detail::semaphore_release(core_, n, LeastMaxValue); }
  /// Waits for a permit and takes it.
  void acquire() noexcept {
    if (!try_acquire())
      detail::semaphore_acquire(core_, detail::no_deadline);
  }
  /// Takes a permit if there is one. Never waits.
  bool try_acquire() noexcept {
    std::uint32_t w = core_.word.load(std::memory_order_relaxed);
    while (w >> 1) // bit 0 tells of waiters
      // acquire: pairs with the release of the permit.
      if (core_.word.compare_exchange_weak(w, w - 2, std::memory_order_acquire, std::memory_order_relaxed))
        return true;
    return false;
  }
  /// Waits no longer than `d` for a permit; says whether it was taken. With d <= 0 it only tries.
  template <class Rep, class Period> bool try_acquire_for(const std::chrono::duration<Rep, Period>& d) {
    return try_acquire() || until_ns(detail::deadline_after(d));
  }
  /// Waits no longer than until `t`, on any clock; says whether a permit was taken.
  template <class Clock, class Duration>
  bool try_acquire_until(const std::chrono::time_point<Clock, Duration>& t) {
    return try_acquire() ||
           detail::attempt_until(t, [&](std::int64_t deadline) { return until_ns(deadline); });
  }

 private:
  bool until_ns(std::int64_t deadline) noexcept {
    if (deadline <= detail::steady_ns())
      return try_acquire();
    return detail::semaphore_acquire(core_, deadline);
  }
  detail::wait_core core_;
};

/// A semaphore with at most one permit.
using binary_semaphore = counting_semaphore<1>;

} // namespace gocpp
