// From addresses to the functions and lines that a user wrote.
//
// libbacktrace reads the debug information, which with line tables alone already names inlined functions.
// Where a function was not inlined the symbol table is asked, since it has the parameters too. Nothing is
// read before the first question. Only the thread that reports asks (report.h).
#pragma once

#include "stack_trace.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace gocpp::rt {

/// One function at one address; several of them where functions were inlined. The strings are never freed.
struct Frame {
  const char* symbol = nullptr; ///< A mangled name, or a plain one without parameters; null: unknown.
  const char* file = nullptr;   ///< Null: unknown.
  int line = 0;
};

/// Calls f(frame, arg) for each function at `pc`, an address inside the call, the innermost first; at least
/// once.
void symbolize(uintptr_t pc, void (*f)(const Frame& frame, void* arg), void* arg) noexcept;

/// Prints the functions at `pc` that a user wrote: `name(parameters)`, newline, tab, `file:line`.
void put_frames(uintptr_t pc) noexcept;
/// Prints the rest of a `created by` line for a `go` at `pc`.
void put_creator(uintptr_t pc, uint64_t creator) noexcept;

/// True when the innermost frames are in the library that malloc is in.
bool inside_allocator(const Trace& t) noexcept;
/// From here on names stay mangled, since demangling allocates.
void allocate_nothing() noexcept;

// ---- names (function_name.cc) ----

/// A function's name as a report prints it: no return type, no qualifiers, no `gocpp::` before a channel,
/// standard strings and containers without their defaults. A lambda is `outer::{lambda#N}`, numbered as its
/// compiler does.
std::string readable_function(std::string_view symbol, bool with_parameters = true);
/// The same for a type's mangled name.
std::string readable_type(const char* mangled);
/// True for what a user did not write: the runtime, gocpp's headers, the lambdas that stand for a `go`
/// statement, the standard library's ways to call a callable, and the machinery of throwing. `readable` is
/// the frame's readable_function.
bool is_plumbing(const Frame& frame, std::string_view readable) noexcept;

} // namespace gocpp::rt
