// The exception that a panic is.
#pragma once

#include <stdexcept>
#include <string>

namespace gocpp {

/// A misuse of a channel or another of Go's run-time panics. It can be caught like any exception; one that leaves
/// a goroutine's function ends the process with `panic: TEXT`, the goroutine's stack and exit status 2.
class panic : public std::runtime_error {
 public:
  [[nodiscard("a panic is thrown: throw gocpp::panic(…)")]] explicit panic(const char* text) : std::runtime_error(text) {}
  [[nodiscard("a panic is thrown: throw gocpp::panic(…)")]] explicit panic(const std::string& text) : std::runtime_error(text) {}
};

} // namespace gocpp
