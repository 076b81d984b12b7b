// The processor's own clock, for telling long from short: cheap, of unknown pace (1 to 5 in a nanosecond).
#pragma once

#include <cstdint>

namespace gocpp::rt {

inline uint64_t cycle_count() noexcept {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#else
#error "gocpp: no cycle counter for this architecture yet"
#endif
}

} // namespace gocpp::rt
