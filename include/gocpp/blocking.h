// Telling the runtime that a call will block its thread.
#pragma once

#include <utility>

namespace gocpp {

namespace detail {

/// Gives the caller's processor to another thread; a plain thread has none.
void blocking_begin() noexcept;
/// Gets one again, or waits until there is one.
void blocking_end() noexcept;

struct blocking_scope {
  blocking_scope() noexcept { blocking_begin(); }
  ~blocking_scope() { blocking_end(); }
  blocking_scope(const blocking_scope&) = delete;
  blocking_scope& operator=(const blocking_scope&) = delete;
};

} // namespace detail

/// Runs `f()` after handing the calling goroutine's processor to another thread, and gives what `f` gives or throws.
/// Never needed for correctness: a call that blocks without being declared is noticed after about a millisecond. `f` may use the
/// runtime; it then has a processor again. In a plain thread it just calls `f`.
template <class F> decltype(auto) blocking(F&& f) {
  detail::blocking_scope scope;
  return std::forward<F>(f)();
}

} // namespace gocpp
