// Goroutines as reports show them. Between begin_report() and end_report() only (report.h).
#pragma once

#include "g.h"
#include "stack_trace.h"

namespace gocpp::rt {

/// `goroutine 7 [chan receive]:` and, when the trace is there, its frames, then who made it.
void put_goroutine(G* g, const char* state, const Trace* trace) noexcept;
/// Every goroutine, by id, with an empty line before each. Reads the stacks of those that are suspended.
void put_all_goroutines() noexcept;

} // namespace gocpp::rt
