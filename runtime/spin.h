// Waiting a moment for who holds something on another core, before the goroutine parks for it.
#pragma once

#include "cpu.h"
#include "sched.h"

namespace gocpp::rt {

/// What a look at a lock has led to.
enum class Looked : uint8_t { again, took, hopeless };

/// Calls `look()` now and then, until it took the lock or for about as long as parking and being woken would take. False:
/// park. Not while other goroutines stand in our queue: they want this core, and the holder may be one of them.
/// The looks are far apart, each time twice as far: each takes the line from the holder, two that meet once would meet at
/// every unlock, and a lock that changes hands takes what it guards from one core's cache to the other's.
template <class Look> bool spin(const Entry& e, Look look) noexcept {
  constexpr uint64_t kFirst = 1'000, kLongest = 60'000;  // cycles; the sixth look is the last, after 24 µs at 2.6 GHz
  if (sched.procs.load(std::memory_order_relaxed) == 1) return false;
  uint64_t start = cycle_count(), last = start;
  for (uint64_t pause = kFirst; last - start < kLongest; pause *= 2) {
    do {
      if (e.m && !e.m->p.load(std::memory_order_relaxed)->runq.empty()) return false;
      cpu_relax();
    } while (cycle_count() - last < pause);
    last = cycle_count();
    Looked result = look();
    if (result != Looked::again) return result == Looked::took;
  }
  return false;
}

} // namespace gocpp::rt
