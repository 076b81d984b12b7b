// Starting goroutines: the library form of the `go` statement.
#pragma once

#include <gocpp/detail/rt.h>

#include <cstddef>
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

/// Refuses an argument that cannot be copied into a goroutine. A class, since compilers make one at once; one for each
/// callee, so that they speak of each statement. `Number`, from 1 on, tells the tool which argument it was.
template <std::size_t Number, class Arg, class F> struct copied_argument {
  static constexpr bool fits = std::is_constructible_v<std::decay_t<Arg>, Arg>;
  static_assert(fits || !std::is_move_constructible_v<std::decay_t<Arg>>,
                "gocpp: an argument of go is copied into the goroutine, and this one cannot be copied: move it "
                "(std::move) or pass a pointer");
  static_assert(fits || std::is_move_constructible_v<std::decay_t<Arg>>,
                "gocpp: an argument of go is copied into the goroutine, and this one can be neither copied nor moved: pass "
                "std::ref of it or a pointer");
  static constexpr bool checked = true;
};
template <class Numbers, class F, class... Args> struct copied_arguments;
template <std::size_t... I, class F, class... Args> struct copied_arguments<std::index_sequence<I...>, F, Args...> {
  static constexpr bool checked = (copied_argument<I + 1, Args, F>::checked && ...);
};

/// Refuses what the library's forms of go could not call or copy: F, with its copies of Args as rvalues.
template <class F, class... Args> struct taken_by_go {
  static constexpr bool fits = std::is_invocable_v<std::decay_t<F>, std::decay_t<Args>...>;
  static constexpr bool fits_lvalues = std::is_invocable_v<std::decay_t<F>, std::decay_t<Args>&...>;
  static_assert(fits || !fits_lvalues,
                "gocpp: arguments of go are copied into the goroutine, and a reference parameter refuses the copy: to share "
                "a variable x, pass std::ref(x), a pointer or a channel");
  static_assert(fits || fits_lvalues, "gocpp: the function given to go cannot be called with these arguments");
  static constexpr bool checked = copied_arguments<std::index_sequence_for<Args...>, F, Args...>::checked;
};

template <class F, class... Args> [[gnu::always_inline]] inline void spawn_call(F&& f, Args&&... args) {
  static_assert(copied_arguments<std::index_sequence_for<Args...>, F, Args...>::checked);
  spawn(bound_call<std::decay_t<F>, std::decay_t<Args>...>{
      std::forward<F>(f), std::tuple<std::decay_t<Args>...>(std::forward<Args>(args)...)});
}

} // namespace detail

/// Runs `f(args…)` in a new goroutine; the library form of `go f(args…);`. Callable and arguments are decay-copied
/// into the goroutine, as std::thread does; pass a pointer, a channel or std::ref to share. Does not block. Throws
/// what the copies throw, and then no goroutine is made. An exception that leaves `f` ends the process.
template <class F, class... Args> [[gnu::always_inline]] inline void go(F&& f, Args&&... args) {
  static_assert(detail::taken_by_go<F, Args...>::checked);
  detail::spawn_call(std::forward<F>(f), std::forward<Args>(args)...);
}

} // namespace gocpp
