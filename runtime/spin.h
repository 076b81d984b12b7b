// Waiting a moment for who holds something on another core, before the goroutine parks for it.
#pragma once

#include "backoff.h"
#include "sched.h"

namespace gocpp::rt {

/// What a look at a lock has led to.
enum class Looked : uint8_t { again, took, hopeless };

/// Calls `look(backoff)` now and then (backoff.h), until it took the lock or for about as long as parking and being woken would take.
/// False: park. Not while other goroutines stand in our queue: they want this core, and the holder may be one of them.
template <class Look> bool spin(const Entry& e, Look look) noexcept {
  constexpr uint64_t kLongest = 30'000;  // cycles, after which no pause begins: 12 to 24 µs in all at 2.6 GHz
  if (sched.procs.load(std::memory_order_relaxed) == 1) return false;
  auto others_wait = [&] { return e.m && !e.m->p.load(std::memory_order_relaxed)->runq.empty(); };
  for (Backoff backoff; backoff.waited() < kLongest && backoff.pause(others_wait);) {
    Looked result = look(backoff);
    if (result != Looked::again) return result == Looked::took;
  }
  return false;
}

} // namespace gocpp::rt
