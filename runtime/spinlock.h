// A lock for critical sections of a few dozen instructions that call no user code but element moves.
//
// A holder is always inside the runtime (lease.h), so its P is not taken from it, but the kernel may still take its
// core: after some spinning the waiter gives its own core away. Rejected: a futex lock, whose unlock is an atomic
// exchange, some 5 ns dearer than this store on every channel operation.
#pragma once

#include <atomic>
#include <cstdint>
#include <sched.h>

namespace gocpp::rt {

inline void cpu_relax() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

class SpinLock {
 public:
  void lock() noexcept {
    // acquire: sees what the last holder wrote before its release in unlock().
    if (!held_.exchange(true, std::memory_order_acquire)) [[likely]] return;
    lock_contended();
  }
  bool try_lock() noexcept { return !held_.exchange(true, std::memory_order_acquire); }
  void unlock() noexcept { held_.store(false, std::memory_order_release); }  // publishes to lock()'s acquire

 private:
  [[gnu::noinline]] void lock_contended() noexcept {
    for (unsigned spins = 0;; ++spins) {
      while (held_.load(std::memory_order_relaxed)) {
        if (++spins % 64 == 0)
          sched_yield();
        else
          cpu_relax();
      }
      if (!held_.exchange(true, std::memory_order_acquire)) return;
    }
  }

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
