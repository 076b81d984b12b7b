// A lock for critical sections of a few dozen instructions that call no user code but element moves.
//
// A holder is always inside the runtime (lease.h), so its P is not taken from it, but the kernel may still take its
// core: after some spinning the waiter gives its own core away. A waiter looks ever more rarely, up to a microsecond:
// what it waits for is a dozen nanoseconds long, and whoever holds it comes back for it at once, cheaply while nobody
// else touches the line. Two that take it in turn would hand the line over each time, at ten times the price. Rejected:
// a futex lock, whose unlock is an atomic exchange, some 5 ns dearer than this store on every channel operation.
#pragma once

#include "annotate.h"
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
    // acquire: sees what the last holder wrote before its release in unlock().
    if (!held_.exchange(true, std::memory_order_acquire)) [[likely]] return;
    uint64_t wait = kFirstWait;
    do
      wait_while_held(wait);
    while (held_.exchange(true, std::memory_order_acquire));
  }
  [[gnu::always_inline]] bool try_lock() noexcept { return !held_.exchange(true, std::memory_order_acquire); }
  [[gnu::always_inline]] void unlock() noexcept {
#ifdef GOCPP_TSAN
    held_.exchange(false, std::memory_order_release);  // a store would drop what hand_over told TSan; this adds to it
#else
    held_.store(false, std::memory_order_release);  // publishes to lock()'s acquire
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
    __atomic_store_n(reinterpret_cast<bool*>(&held_), false, __ATOMIC_RELEASE);
#else
    unlock();
#endif
  }

 private:
  /// Looks again after `wait` cycles, then after ever more of them.
  [[gnu::noinline]] void wait_while_held(uint64_t& wait) noexcept {
    do {
      if (wait > kLongestWait) {
        sched_yield();
      } else {
        uint64_t start = cycle_count();
        while (cycle_count() - start < wait) cpu_relax();  // a pause takes 8 ns on some, 40 on others
        wait *= 2;
      }
    } while (held_.load(std::memory_order_relaxed));
  }

  static constexpr uint64_t kFirstWait = 1'500, kLongestWait = 12'000;  // cycles
  std::atomic<bool> held_{false};
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
