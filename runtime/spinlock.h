// A lock for critical sections of a few dozen instructions that call no user code but element moves.
//
// A holder is always inside the runtime (lease.h), so its P is not taken from it, but the kernel may still take its
// core: after some 12,000 cycles the waiter gives its own core away between looks. A waiter looks as seldom as backoff.h says:
// what it waits for is a dozen nanoseconds long, and whoever holds it comes back for it at once, cheaply while nobody else
// touches the line. Two that take it in turn would hand the line over each time, at ten times the price. Rejected: a futex
// lock, whose unlock is an atomic exchange, some 5 ns dearer than this store on every channel operation.
//
// The word is odd while the lock is held, and goes up by one with each lock and unlock. Whoever finds it odd writes nothing else
// into it, so the holder may unlock by a load and a store.
#pragma once

#include "annotate.h"
#include "backoff.h"
#include "cpu.h"

#include <atomic>
#include <cstdint>
#include <sched.h>

namespace gocpp::rt {

/// One step of a wait for somebody who may have lost his core: `spins` counts them from 1.
inline void wait_a_moment(unsigned spins) noexcept {
  if (spins % 64 == 0)
    sched_yield();
  else
    cpu_relax();
}

class SpinLock {
 public:
  // Inlined always: TSan builds mix instrumented files with others (annotate.h), each of which needs its own kind. What is not
  // inlined orders nothing.
  [[gnu::always_inline]] void lock() noexcept {
    if (try_lock()) [[likely]] return;
    wait_and_lock();
#ifdef GOCPP_TSAN
    word_.load(std::memory_order_acquire);  // what try_lock orders where it is inlined
#endif
  }
  [[gnu::always_inline]] bool try_lock() noexcept {
    // acquire: sees what the last holder wrote before its release in unlock().
    return !(word_.fetch_or(kHeld, std::memory_order_acquire) & kHeld);
  }
  [[gnu::always_inline]] void unlock() noexcept {
#ifdef GOCPP_TSAN
    word_.fetch_add(kHeld, std::memory_order_release);  // a store would drop what hand_over told TSan; this adds to it
#else
    uint16_t word = word_.load(std::memory_order_relaxed);
    word_.store(word + kHeld, std::memory_order_release);  // publishes to the acquire of who takes it next
#endif
  }
  /// The holder parks, and the context that runs next calls unlock_for_parked in its name, from functions that are not
  /// instrumented: to TSan it is the holder that unlocks, here.
  void hand_over() noexcept { order_before(this); }
#ifdef GOCPP_TSAN
  [[gnu::noinline]] GOCPP_UNSEEN_BY_TSAN
#endif
  void unlock_for_parked() noexcept {
#ifdef GOCPP_TSAN
    __atomic_fetch_add(reinterpret_cast<uint16_t*>(&word_), kHeld, __ATOMIC_RELEASE);
#else
    unlock();
#endif
  }

 private:
  [[gnu::noinline]] void wait_and_lock() noexcept {
    uint16_t before = word_.load(std::memory_order_relaxed), now;
    Backoff backoff;
    do {
      if (backoff.next_pause() <= kLongestPause) {
        backoff.pause([] { return false; });
      } else {
        sched_yield();
        backoff.now_look();
      }
      now = word_.load(std::memory_order_relaxed);
    } while (!backoff.may_take(frees_between(before, now)) || (now & kHeld) || !try_lock());
    backoff.took();
  }

  /// How often it was freed, from the word as it was to the word as it is.
  static uint32_t frees_between(uint16_t before, uint16_t now) noexcept {
    return static_cast<uint16_t>((now & ~kHeld) - (before & ~kHeld)) / 2;
  }
  static constexpr uint16_t kHeld = 1;
  static constexpr uint64_t kLongestPause = 12'000;  // cycles
  std::atomic<uint16_t> word_{0};
};

/// Holds a SpinLock for a scope.
class SpinGuard {
 public:
  explicit SpinGuard(SpinLock& l) noexcept : lock_(l) { lock_.lock(); }
  ~SpinGuard() { lock_.unlock(); }
  SpinGuard(const SpinGuard&) = delete;
  SpinGuard& operator=(const SpinGuard&) = delete;

 private:
  SpinLock& lock_;
};

} // namespace gocpp::rt
