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

/// The function of a `go` statement at `pc`, and the statement's place.
Frame creator_of(uintptr_t pc) noexcept;

/// Who wrote a function: what reports show and what they leave out.
enum class Origin {
  user,
  standard, ///< The standard library. Left out where it stands between the user and gocpp: a lock_guard's
            ///< constructor.
  gocpp,    ///< The runtime, its headers, and the lambdas that stand for a `go` statement. Left out.
  hidden,   ///< The standard library's inner workings and ways to call a callable.
  throwing, ///< The machinery of throwing.
};

/// Prints the functions of one stack, innermost first: `name(parameters)`, newline, tab, `file:line`.
class FramePrinter {
 public:
  /// `creator` is the goroutine's, as creator_of tells.
  explicit FramePrinter(const Frame& creator) noexcept : creator_(creator) {}
  void put(uintptr_t pc) noexcept;

 private:
  void put_one(const Frame& f) noexcept;

  const Frame& creator_;
  uintptr_t pc_ = 0;
  bool called_gocpp_ = false; ///< The last function seen, which the next one called, is ours.
};

/// Prints the rest of a `created by` line for a `go` at `pc`.
void put_creator(uintptr_t pc, const Frame& creator, uint64_t creator_id) noexcept;

/// True when the innermost frames are malloc's or one of its kin.
bool inside_allocator(const Trace& t) noexcept;
/// From here on names stay mangled, since demangling allocates.
void allocate_nothing() noexcept;

// ---- names (function_name.cc) ----

/// A function's name as a report prints it: no return type, no qualifiers, no `gocpp::` before a channel,
/// standard strings and containers without their defaults. A lambda is `outer::{lambda#N}`, numbered as its
/// compiler does.
std::string readable_function(std::string_view symbol, bool with_parameters = true);
/// The name alone, for functions of the standard library: `std::sort`, `std::vector<int>::at`.
std::string short_function(std::string_view symbol);
/// The same for a type's mangled name.
std::string readable_type(const char* mangled);
/// `readable` is the frame's readable_function.
Origin origin_of(const Frame& frame, std::string_view readable) noexcept;

} // namespace gocpp::rt
