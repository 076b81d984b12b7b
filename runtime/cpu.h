// What the runtime asks of the processor besides the switch (context.h): a pause, its clock, a word of the thread. Another
// architecture adds its own to each.
#pragma once

#include "annotate.h"

#include <atomic>
#include <cstdint>

namespace gocpp::rt {

struct M;

/// Tells the core that the caller waits for another one.
inline void cpu_relax() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
#error "gocpp: no pause for this architecture yet"
#endif
}

/// Nothing behind it begins before all in front of it is done, not even the load of a branch that turns out not to be taken.
inline void speculation_barrier() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_lfence();
#else
#error "gocpp: no speculation barrier for this architecture yet"
#endif
}

/// The processor's own clock, for telling long from short: cheap, of unknown pace (1 to 5 in a nanosecond).
inline uint64_t cycle_count() noexcept {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#else
#error "gocpp: no cycle counter for this architecture yet"
#endif
}

/// A fence of sequential consistency, and of both directions: a locked no-op, instead of the mfence that compilers emit.
[[gnu::always_inline]] inline void full_fence() noexcept {
#if defined(__x86_64__) && !defined(GOCPP_TSAN)
  asm volatile("lock orl $0, -8(%%rsp)" : : : "memory", "cc");
#else
  std::atomic_thread_fence(std::memory_order_seq_cst);
#endif
}

/// The M of the calling thread; null in a plain thread. In assembly, so that no compiler keeps the thread-local variable's
/// address over a suspension, behind which the caller may be in another thread.
[[gnu::always_inline]] inline M* this_m() noexcept {
  M* m;
#if defined(__x86_64__)
  asm volatile("movq gocpp_rt_this_m@gottpoff(%%rip), %0\n\t"
               "movq %%fs:(%0), %0"
               : "=r"(m)
               :
               : "memory");
#else
#error "gocpp: no thread-local load for this architecture yet"
#endif
  return m;
}

} // namespace gocpp::rt
