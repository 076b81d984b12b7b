// Until when the sleeper sleeps where timers are due all the time.
//
// To sleep until each timer, and be woken, takes longer than what timers mostly have to do. So where many fired since the last sleep, or the
// sleeper gets up for them kDense times in a kWindow, those of the next kTogether are fired together, that much late at most. Ten
// thousand timers a second that are due one by one take a third of the processors' time by that (m). Go's poller waits for whole
// milliseconds, whatever there is.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace gocpp::rt {

/// The sleeper's, and of one that is on its way out beside the next; so all is relaxed. Times are now_ns()'s.
class TimerGather {
 public:
  static constexpr int64_t kTogether = 500'000, kWindow = 4'000'000;
  static constexpr uint32_t kDense = 10;
  static constexpr int32_t kMany = 8;  ///< Timers since the last sleep.

  /// When to get up, of a sleep that begins `now`, if the earliest timer is due at `earliest` and `fired` have fired so far.
  int64_t wake_up_at(int64_t now, uint32_t fired, int64_t earliest) noexcept {
    int32_t lately = static_cast<int32_t>(fired - fired_);  // below zero where a count was lost
    fired_ = fired;
    if (lately > 0) ++wakes_;
    if (now - began_ >= kWindow) judge(now, fired);
    if (lately >= kMany || (lately > 0 && dense_)) rest_until_ = now + kTogether;
    int64_t rest = rest_until_;
    return rest <= earliest ? earliest : std::min(rest, earliest + kTogether);
  }

 private:
  template <class T> class Relaxed {
   public:
    constexpr Relaxed(T value) noexcept : value_(value) {}
    operator T() const noexcept { return value_.load(std::memory_order_relaxed); }
    T operator=(T value) noexcept { return value_.store(value, std::memory_order_relaxed), value; }
    T operator++() noexcept { return *this = *this + 1; }

   private:
    std::atomic<T> value_;
  };

  /// Whether the next window is one of many timers: if they came one by one, or came gathered and still are as many.
  void judge(int64_t now, uint32_t fired) noexcept {
    auto often = [took = now - began_](uint32_t n) { return n * kWindow >= took * kDense; };
    dense_ = often(fired - fired_before_) && (dense_ || often(wakes_));
    began_ = now;
    fired_before_ = fired;
    wakes_ = 0;
  }

  Relaxed<uint32_t> fired_ = 0;
  Relaxed<int64_t> rest_until_ = 0;
  Relaxed<bool> dense_ = false;
  Relaxed<int64_t> began_ = 0;                       ///< Of the window, as what follows.
  Relaxed<uint32_t> fired_before_ = 0, wakes_ = 0;
};

} // namespace gocpp::rt
