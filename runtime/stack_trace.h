// Where a goroutine is: the return addresses on its stack.
//
// By the unwinder of the C++ runtime, and always on the caller's own stack. A parked goroutine is looked at
// without being resumed: a small assembly frame claims, in its unwind information, to have been called from
// where the goroutine left off, so the unwinder goes on there. It only reads the other stack. Rejected:
// resuming the goroutine with a request to look at itself, which costs every switch a test, needs room on its
// stack and a world that stands still.
#pragma once

#include <cstdint>

namespace gocpp::rt {

struct Context;

/// The outermost and the innermost frames of a stack, each as an address inside the call.
struct Trace {
  static constexpr unsigned kEnds = 50;
  static constexpr uint64_t kMost = 2'000'000; ///< Frames looked at; a stack of a gigabyte has more.

  uintptr_t innermost[kEnds];
  uintptr_t outermost[kEnds]; ///< A ring: frame number i, from kEnds on, is at i % kEnds.
  uint64_t count;             ///< All frames, also those in neither.
  bool cut;                   ///< There are more than kMost.
};

/// The calling function's own stack. With `from_pc`, from the frame on that stands exactly there: the one
/// that a signal interrupted.
void trace_here(Trace& t, uintptr_t from_pc = 0) noexcept;
/// The stack of a suspended goroutine, which must stay suspended meanwhile.
void trace_suspended(Trace& t, const Context& c) noexcept;

} // namespace gocpp::rt
