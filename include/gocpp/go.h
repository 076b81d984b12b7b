// Starting goroutines: the library form of the `go` statement.
#pragma once

#include <gocpp/detail/rt.h>

#include <functional>
#include <new>
#include <tuple>
#include <type_traits>
#include <utility>

namespace gocpp {
namespace detail {

/// Moves `closure` into a new goroutine, which calls it once, as an rvalue, and destroys it.
template <class Closure> [[gnu::always_inline]] inline void spawn(Closure&& closure) {
  using Stored = std::remove_cvref_t<Closure>;
  void* place = spawn_begin(sizeof(Stored), alignof(Stored));
  if constexpr (std::is_nothrow_constructible_v<Stored, Closure>) {
    ::new (place) Stored(std::forward<Closure>(closure));
  } else {
    try {
      ::new (place) Stored(std::forward<Closure>(closure));
    } catch (...) {
      spawn_abort(place);
      throw;
    }
  }
  spawn_commit(place, [](void* p) {
    struct Destroy {
      Stored* closure;
      ~Destroy() { closure->~Stored(); }
    } destroy{static_cast<Stored*>(p)};
    std::move (*destroy.closure)();
  });
  asm volatile("");  // no tail call: the return address is how reports find the `go` statement
}

/// A callable and its arguments, decay-copied as std::thread does; called with all of them as rvalues.
template <class F, class... Args> struct bound_call {
  [[no_unique_address]] F f;
  [[no_unique_address]] std::tuple<Args...> args;

  void operator()() && {
    std::apply([this](auto&... a) { std::invoke(std::move(f), std::move(a)...); }, args);
  }
};

template <class F, class... Args> [[gnu::always_inline]] inline void spawn_call(F&& f, Args&&... args) {
  static_assert((std::is_constructible_v<std::decay_t<Args>, Args> && ...),
                "gocpp: an argument of go is copied into the goroutine, and this one cannot be copied: move it "
                "(std::move) or pass a pointer");
  spawn(bound_call<std::decay_t<F>, std::decay_t<Args>...>{
      std::forward<F>(f), std::tuple<std::decay_t<Args>...>(std::forward<Args>(args)...)});
}

} // namespace detail

/// Runs `f(args…)` in a new goroutine; the library form of `go f(args…);`. Callable and arguments are decay-copied
/// into the goroutine, as std::thread does; pass a pointer, a channel or std::ref to share. Does not block. Throws
/// what the copies throw, and then no goroutine is made. An exception that leaves `f` ends the process.
template <class F, class... Args> [[gnu::always_inline]] inline void go(F&& f, Args&&... args) {
  static_assert(std::is_invocable_v<std::decay_t<F>, std::decay_t<Args>...>,
                "gocpp: arguments of go are copied into the goroutine and passed as rvalues, and the function cannot be "
                "called with them: to share a variable with a T& parameter pass std::ref(x)");
  detail::spawn_call(std::forward<F>(f), std::forward<Args>(args)...);
}

} // namespace gocpp
