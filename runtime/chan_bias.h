// What a P knows of the channels that favour it (chan_lock.h): by which key they do, and whether new ones shall.
//
// A channel favours the P whose key it holds, as long as that is the P's key. To end that costs a membarrier, microseconds on other
// cores too, as much as some hundred channels of a few operations gain. So a P for whose channel that happened makes the
// next ones without: a pause, which doubles each time and shrinks by a part in kForgets with each channel that ends its life with its
// bias. After a long pause only one channel in (pause / kProbes) has one, or there would be hundreds to end by the time that the
// first one shows it. And where a pause has become long, channels that were made before it may be many thousands: from then on the P
// takes a new key, and one membarrier ends what all of them had.
//
// Anybody ends a bias; a select may hold the locks of other channels meanwhile. A new key and its membarrier come under `lock_`: who
// finds that a key is no longer the P's, having held the lock, knows that the membarrier is over. Keys never come again. `key_` is
// written under lock_, and read by the P's M for each channel operation, as chan_lock.h says; the counts are relaxed
// everywhere: races lose one.
#pragma once

#include "spinlock.h"

#include <atomic>
#include <cstdint>

namespace gocpp::rt {

class ChanBias {
 public:
  /// 0 favours nobody. Else the number of a P and how many keys it had.
  using Key = uint64_t;
  static constexpr Key kNobody = 0, kEnding = 1;

  explicit ChanBias(int p) noexcept : key_(kStep + static_cast<Key>(p)) {}
  static constexpr int number_of_p(Key k) noexcept { return static_cast<int>(k % kStep); }

  bool is(Key k) const noexcept { return key_.load(std::memory_order_relaxed) == k; }
  /// For a channel that is made now. Need not be called by the P's M for sure.
  Key for_new_channel() noexcept {
    if (uint32_t without = without_.load(std::memory_order_relaxed); without != 0) {
      without_.store(without - 1, std::memory_order_relaxed);
      return kNobody;
    }
    without_.store((pause_.load(std::memory_order_relaxed) - kShortestPause) / kProbes, std::memory_order_relaxed);
    return key_.load(std::memory_order_relaxed);
  }
  /// A channel has ended its life with its bias, where the P's M could see it.
  void was_kept() noexcept {
    uint32_t pause = pause_.load(std::memory_order_relaxed);
    if (pause > kShortestPause) pause_.store(pause - pause / kForgets, std::memory_order_relaxed);
  }
  /// For a channel that the caller has marked as ending. Once it returns, the P's M sees that or another key than `k` before it locks
  /// the channel; or it has marked the channel as busy, and the caller sees that.
  void end(Key k) noexcept;

 private:
  static constexpr Key kStep = 1024;  // more than any P's number
  static constexpr uint32_t kForgets = 256, kProbes = 256, kShortestPause = 256, kLongPause = 1 << 12, kLongestPause = 1 << 16;

  std::atomic<Key> key_;
  SpinLock lock_;
  std::atomic<uint32_t> without_{0};             ///< So many channels are made without from now on.
  std::atomic<uint32_t> pause_{kShortestPause};  ///< How many it will be the next time.
};

} // namespace gocpp::rt
