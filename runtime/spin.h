// Waiting a moment for who holds something on another core, before the goroutine parks for it.
#pragma once

#include "cpu.h"
#include "sched.h"

namespace gocpp::rt {

/// What a look at a lock has led to.
enum class Looked : uint8_t { again, took, hopeless };

/// Calls `look()` now and then, until it took the lock or for about as long as parking and being woken would take. False:
/// park. Not while other goroutines stand in our queue: they want this core, and the holder may be one of them.
/// The looks are far apart: each takes the line from the holder, and two that meet once would meet at every unlock.
template <class Look> bool spin(const Entry& e, Look look) noexcept {
  constexpr uint64_t kBetween = 2'500, kLongest = 30'000;  // cycles
  if (sched.procs.load(std::memory_order_relaxed) == 1) return false;
  uint64_t start = cycle_count(), last = start;
  do {
    if (e.m && !e.m->p.load(std::memory_order_relaxed)->runq.empty()) return false;
    while (cycle_count() - last < kBetween) cpu_relax();
    last = cycle_count();
    Looked result = look();
    if (result != Looked::again) return result == Looked::took;
  } while (last - start < kLongest);
  return false;
}

} // namespace gocpp::rt
