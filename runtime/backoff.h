// How long to stay away from a lock that another core holds.
//
// A look at a lock takes its cache line from the core that uses it, which then has to wait for it as long as the look took:
// 40 ns between two cores near each other, 200 between others (m). So a waiter first looks after three times what that
// takes, and then ever more rarely. Having looked, it compares: if the others freed the lock so often that one use is shorter than
// one move of the line, then to take part would cost all of them more than what they do with it, and the waiter leaves them
// alone for longer, once. If not, they have work of their own between two uses, and the waiter takes the lock when it can.
//
// The waiting loop ends in a speculation barrier. A core that expects the loop's end too soon would otherwise run ahead into
// the look, and the load there takes the line as any other does: without the barrier two goroutines that lock and unlock one mutex
// took up to three times as long (m).
//
// What a look costs is learned from some of those that took a lock, since one host's cores are now
// near each other and now far (docs/performance.md). A wrong value costs time only, so it is relaxed, one for all, and updates may get lost.
#pragma once

#include "cpu.h"

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace gocpp::rt {

/// One wait for a lock. All times are in cycles of cycle_count().
class Backoff {
 public:
  Backoff() noexcept : began_(cycle_count()), looked_(began_), pause_(3 * look_cost()) {}

  /// Waits until the next look is due, the one behind it twice as late. False as soon as `stop()` says so.
  template <class Stop> bool pause(Stop stop) noexcept {
    do {
      if (stop()) {
        speculation_barrier();
        return false;
      }
      cpu_relax();
    } while (cycle_count() - looked_ < pause_);
    pause_ *= 2;
    now_look();
    return true;
  }
  /// How long that will be.
  uint64_t next_pause() const noexcept { return pause_; }
  /// Instead of it: the caller has waited by itself, and looks now.
  void now_look() noexcept {
    speculation_barrier();
    looked_ = cycle_count();
  }
  /// From the beginning to the last look.
  uint64_t waited() const noexcept { return looked_ - began_; }

  /// To be asked by a look, which found that the lock was freed so many times since the beginning: whether to take it. False
  /// once at most.
  bool may_take(uint32_t frees) noexcept {
    moved_ = frees != 0;
    if (patient_ || frees * look_cost() <= cycle_count() - began_) return true;
    patient_ = true;
    pause_ = std::max(pause_, kPatience);
    return false;
  }
  /// That look took the lock.
  void took() noexcept {
    // One in eight by chance, as it makes the lock held for longer. A line that nobody had in between says nothing.
    if (began_ * 0x9E3779B97F4A7C15 >> 61 != 0 || !moved_) return;
    speculation_barrier();
    learn(cycle_count() - looked_);
  }

 private:
  static uint64_t look_cost() noexcept { return look_cost_.load(std::memory_order_relaxed); }
  static void learn(uint64_t took) noexcept {
    uint64_t old = look_cost(), mean = (7 * old + std::clamp(took, kLeast, kMost) + 4) / 8;
    // All waits read it: a look that is no more than by half off is not worth a write (a smaller margin is dearer (m)).
    if (mean * 16 < old * 15 || mean * 16 > old * 17) look_cost_.store(mean, std::memory_order_relaxed);
  }

  static constexpr uint64_t kPatience = 6'000, kLeast = 64, kMost = 1'024;
  alignas(64) inline static std::atomic<uint64_t> look_cost_{128};

  const uint64_t began_;
  uint64_t looked_, pause_;
  bool moved_ = false, patient_ = false;
};

} // namespace gocpp::rt
