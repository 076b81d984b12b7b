// The contract between generated code and the library: every name that a lowered .gcpp file may use stands here.
//
// docs/lowering.md shows each construct before and after. The macros exist so that generated lambdas come from a
// system header: no warning about the shape of generated code reaches a user.
#pragma once
#pragma GCC system_header

#include <gocpp/chan.h>
#include <gocpp/go.h>
#include <gocpp/select.h>

#ifdef __clang__
#define GOCPP_QUIET_BEGIN \
  _Pragma("clang diagnostic push") _Pragma("clang diagnostic ignored \"-Wdeprecated-this-capture\"")
#define GOCPP_QUIET_END _Pragma("clang diagnostic pop")
#else
#define GOCPP_QUIET_BEGIN
#define GOCPP_QUIET_END
#endif

// In code that is not optimised, where no user's function is inlined into them, the lambdas have no debug information: a
// breakpoint on the line of a `go` then means the statement, and not the call that each goroutine begins with as well.
#if defined(__clang__) && !defined(__OPTIMIZE__)
#define GOCPP_NODEBUG __attribute__((nodebug))
#else
#define GOCPP_NODEBUG
#endif

/// `go f(…)`: a lambda that copies a local `f`, looks a global one up when it runs, and means `this->f` in a class.
#define GOCPP_BY_NAME GOCPP_QUIET_BEGIN [=]<class = ::gocpp::abi::made_by_go>(auto&&... gocpp_args) GOCPP_NODEBUG mutable -> void
/// `go x.m(…)`, `go p->m(…)`: the same for a member of GOCPP_SELF.
#define GOCPP_METHOD GOCPP_QUIET_BEGIN [=]<class = ::gocpp::abi::made_by_go>(auto&& gocpp_self, auto&&... gocpp_args) GOCPP_NODEBUG mutable -> void
#define GOCPP_SELF static_cast<decltype(gocpp_self)>(gocpp_self)
#define GOCPP_FORWARD (static_cast<decltype(gocpp_args)>(gocpp_args)...) GOCPP_QUIET_END

namespace gocpp::abi {

using detail::spawn_call;

/// A template argument of the generated lambdas: their functions' names then tell a report to leave them out.
struct made_by_go;

/// A callee that waits for its arguments, so that it is evaluated before them.
template <class F> struct by_name_call {
  F f;
  template <class... Args> [[gnu::always_inline]] inline void operator()(Args&&... args) && {
    spawn_call(std::move(f), std::forward<Args>(args)...);
  }
};

/// `go f(args);` with a callee that is a name.
template <class F> [[gnu::always_inline]] inline by_name_call<F> go(F f) { return {std::move(f)}; }

/// A callee that is no name. The call is written out, so that what is wrong with it is said of the user's function.
template <class F> struct value_call {
  F f;
  template <class... Args> [[gnu::always_inline]] inline void operator()(Args&&... args) && {
    (void)static_cast<F&&>(f)(std::forward<Args>(args)...);
  }
};

/// `go EXPR(args);` with any other callee: evaluated to a value now, called later.
template <class F> [[gnu::always_inline]] inline by_name_call<value_call<std::decay_t<F>>> go_value(F&& f) {
  return {{std::forward<F>(f)}};
}

/// The receiver of `go x.m(…)`: an lvalue is referred to, an rvalue is moved in.
template <class Receiver> struct receiver {
  Receiver value;
  decltype(auto) get() { return static_cast<Receiver&&>(value); }
};
template <class Receiver> struct receiver<Receiver&> {
  Receiver* value;
  explicit receiver(Receiver& r) : value(std::addressof(r)) {}
  Receiver& get() const { return *value; }
};

template <class Receiver, class F> struct method_call {
  Receiver self;
  F f;
  template <class... Args> [[gnu::always_inline]] inline void operator()(Args&&... args) && {
    spawn_call(
        [self = std::move(self), f = std::move(f)](auto&&... a) mutable {
          f(self.get(), std::forward<decltype(a)>(a)...);
        },
        std::forward<Args>(args)...);
  }
};

/// `go x.m(args);`
template <class R, class F> [[gnu::always_inline]] inline auto go_on(R&& r, F f) {
  return method_call<receiver<R>, F>{receiver<R>{std::forward<R>(r)}, std::move(f)};
}

/// `go p->m(args);`: the pointer, smart or not, is copied.
template <class R, class F> [[gnu::always_inline]] inline auto go_via(R&& r, F f) {
  return method_call<receiver<std::decay_t<R>>, F>{receiver<std::decay_t<R>>{std::forward<R>(r)}, std::move(f)};
}

/// `select {}`
[[noreturn]] inline void block() { detail::block_forever(); }

/// Stands after the last case of a select without a default, so that compilers know that some case ran.
[[noreturn]] inline void unreachable() { __builtin_unreachable(); }

} // namespace gocpp::abi
