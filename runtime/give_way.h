// Giving the core away between two looks for work.
//
// A thread that looks on instead of sleeping gives its core, between looks, to whoever waits for it: the thread of a client on the same
// machine, another M. That takes a moment. Where somebody computes there without a pause it takes a slice of the kernel's, milliseconds, during
// which what the thread looks for would have been there long ago: a thread that sleeps gets the core as soon as it is woken. (Linux
// 6.18 besides charges a thread that yields with the rest of its slice.) So each time is measured. After a long one nobody looks on for
// a while, and for twice as long if the next one soon turns out the same. Beside two processes that burn both cores, 1 % of the requests
// to an echo over one connection took 2.8 ms without that, and take 0.06 (m).
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace gocpp::rt {

/// One for all threads: they share the cores. Times are now_ns()'s. Relaxed: a lost note costs a slice.
class GiveWay {
 public:
  /// Whether to look on, and give way in between, costs little now.
  bool is_cheap(int64_t now) const noexcept { return now >= dear_until_.load(std::memory_order_relaxed); }
  /// Somebody gave way from `began` to `ended`.
  void took(int64_t began, int64_t ended) noexcept {
    if (ended - began < kLong) return;
    int64_t pause = pause_.load(std::memory_order_relaxed);
    bool again = ended - dear_until_.load(std::memory_order_relaxed) < pause;
    pause = again ? std::min(2 * pause, kLongestPause) : kShortestPause;
    pause_.store(pause, std::memory_order_relaxed);
    dear_until_.store(ended + pause, std::memory_order_relaxed);
  }

 private:
  static constexpr int64_t kLong = 300'000, kShortestPause = 10'000'000, kLongestPause = 1'280'000'000;
  std::atomic<int64_t> dear_until_{INT64_MIN / 2}, pause_{kShortestPause};
};

inline constinit GiveWay give_way;

/// Does it, at time `now`; returns the time behind it.
int64_t give_way_at(int64_t now) noexcept;

} // namespace gocpp::rt
