// Stacks: slots of address space, committed by touch, with a guard at the bottom.
//
// A stack is bound to a goroutine when it first runs and goes back when it ends, so that goroutines that never block
// share a few hot ones. Slots of one size class are carved from chunks; a free slot is kept by the P that freed it
// (StackCache) and beyond that by the class's pool. To give memory back interrupts every other core of the process, and
// to touch it again costs a fault, so that is the monitor's to do, and only with slots that nobody has wanted for a
// while. The guard is made by MADV_GUARD_INSTALL (Linux 6.13), which costs no mapping each, or, on older kernels and
// under a debugger, by mprotect until half of vm.max_map_count is used up; after that slots go without one. Tops are staggered by a
// few cache lines, since stacks a power of two apart would compete for the same cache sets.
#pragma once

#include "g.h"

#include <cstddef>
#include <cstdint>

namespace gocpp::rt {

/// Size classes are powers of two: class k has slots of 2^k bytes.
inline constexpr uint8_t kMinStackClass = 15, kDefaultStackClass = 18, kMaxStackClass = 36;
inline constexpr std::size_t kStackGuard = 16 * 1024;

/// The free stacks of the default class that a P keeps hot. Owner only.
struct StackCache {
  static constexpr unsigned kMax = 32;
  Stack free[kMax];
  unsigned count = 0;
};

/// The smallest class that gives `bytes` of usable stack.
uint8_t stack_class_for(std::size_t bytes) noexcept;
std::size_t stack_class_bytes(uint8_t cls) noexcept;

/// Takes a stack. Ends the process when there is no memory. `cache` may be null.
Stack stack_take(uint8_t cls, StackCache* cache) noexcept;
void stack_give(Stack s, uint8_t cls, StackCache* cache) noexcept;
/// Gives everything in `cache` to the pool.
void stack_flush(StackCache& cache) noexcept;

/// Gives the memory of some stacks that were free all the time lately back to the kernel. `now`: now_ns() time. Returns when
/// to call again; kNever: not before more stacks are free. For the monitor alone.
int64_t stack_trim(int64_t now) noexcept;

/// True when `addr` lies in the guard of `s`.
bool stack_guard_hit(const Stack& s, const void* addr) noexcept;
uint64_t stack_slots_mapped() noexcept;

} // namespace gocpp::rt
