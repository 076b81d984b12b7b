// Contexts: cancellation, deadlines and values that a call tree shares; Go's package context.
//
//   auto [ctx, cancel] = gocpp::with_timeout(parent, 2s);
//   select {
//   case auto v = <-work:
//   case <-ctx.done():
//       return ctx.err();
//   }
//   cancel();
//
// A context is a handle, cheap to copy. One derived from another is cancelled with it, never the other way. A
// derived context whose handles are all gone takes itself out of its parent, so a parent may live for long;
// cancelling it when its work is over nevertheless frees its timer sooner and tells whoever else holds it.
#pragma once

#include <gocpp/chan.h>
#include <gocpp/detail/deadline.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace gocpp {

/// Why a context is over; Go's context.Canceled and context.DeadlineExceeded.
enum class context_error { none, canceled, deadline_exceeded };

/// `context canceled`, `context deadline exceeded`; nothing for none.
constexpr const char* to_string(context_error e) noexcept {
  return e == context_error::canceled            ? "context canceled"
         : e == context_error::deadline_exceeded ? "context deadline exceeded"
                                                 : "";
}

namespace detail {

class context_node;
void context_ref(context_node* n) noexcept;
void context_unref(context_node* n) noexcept;

/// Owns one reference to a node, or none: the background.
class context_handle {
 public:
  constexpr context_handle() noexcept = default;
  explicit context_handle(context_node* adopted) noexcept : node_(adopted) {}
  context_handle(const context_handle& other) noexcept : node_(other.node_) {
    if (node_)
      context_ref(node_);
  }
  context_handle(context_handle&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  context_handle& operator=(context_handle other) noexcept {
    std::swap(node_, other.node_);
    return *this;
  }
  ~context_handle() {
    if (node_)
      context_unref(node_);
  }
  context_node* get() const noexcept { return node_; }

 private:
  context_node* node_ = nullptr;
};

/// Tells the types of values apart: by std::type_info, or where there is none (-fno-rtti) by an address of the type's own.
struct type_key {
  const std::type_info* info = nullptr;
  const void* tag = nullptr;
};
#ifdef __cpp_rtti
template <class T> type_key key_of() noexcept { return {&typeid(T), nullptr}; }
#else
template <class T> inline constexpr char type_tag = 0;
template <class T> type_key key_of() noexcept { return {nullptr, &type_tag<T>}; }
#endif

context_handle context_derive(const context_handle& parent, std::int64_t deadline);
context_handle context_derive(const context_handle& parent, std::string key, type_key type,
                              std::shared_ptr<const void> value);
void context_cancel(const context_handle& c) noexcept;
recv_chan<> context_done(const context_handle& c) noexcept;
context_error context_err(const context_handle& c) noexcept;
/// no_deadline when there is none.
std::int64_t context_deadline(const context_handle& c) noexcept;
const void* context_value(const context_handle& c, std::string_view key, type_key type) noexcept;

} // namespace detail

/// A handle to a context. Every member may be called from any goroutine or thread at any time; none blocks.
class context {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// The background: never cancelled, without deadline and values; Go's context.Background().
  constexpr context() noexcept = default;
  static context background() noexcept { return context(); }

  /// A channel that is closed once the context is over; nil, on which nothing is ever received, if it never
  /// can be.
  recv_chan<> done() const noexcept { return detail::context_done(handle_); }
  /// Why it is over; `none` while it is not. Not `none` once done() is closed.
  context_error err() const noexcept { return detail::context_err(handle_); }
  /// When it is over at the latest, if there is a time.
  std::optional<time_point> deadline() const noexcept {
    std::int64_t ns = detail::context_deadline(handle_);
    if (ns == detail::no_deadline)
      return std::nullopt;
    return time_point(std::chrono::nanoseconds(ns));
  }
  /// The value that the nearest with_value gave this key; null when there is none, or when it is not a T. The
  /// pointer is good while a handle to this context, or to one derived from it, exists.
  template <class T> const std::remove_cv_t<T>* value(std::string_view key) const noexcept {
    static_assert(std::is_object_v<T>, "gocpp: a context's value is an object, no reference");
    return static_cast<const std::remove_cv_t<T>*>(detail::context_value(handle_, key, detail::key_of<std::remove_cv_t<T>>()));
  }

  /// True when both are handles to the same context.
  friend bool operator==(const context& a, const context& b) noexcept {
    return a.handle_.get() == b.handle_.get();
  }

  /// For the library.
  explicit context(detail::context_handle handle) noexcept : handle_(std::move(handle)) {}
  const detail::context_handle& handle() const noexcept { return handle_; }

 private:
  detail::context_handle handle_;
};

/// Cancels a context, and all that were derived from it, with `canceled`. Copies cancel the same one; the
/// first call counts. May be called from any goroutine or thread. When it returns all of them are over.
class cancel_func {
 public:
  explicit cancel_func(detail::context_handle handle) noexcept : handle_(std::move(handle)) {}
  void operator()() const noexcept { detail::context_cancel(handle_); }

 private:
  detail::context_handle handle_;
};

/// A new context and what cancels it: `auto [ctx, cancel] = with_cancel(parent);`
struct cancelable_context {
  context ctx;
  cancel_func cancel;
};

namespace detail {
inline cancelable_context derive(const context& parent, std::int64_t deadline) {
  context_handle h = context_derive(parent.handle(), deadline);
  return {context(h), cancel_func(h)};
}
} // namespace detail

/// A context that is over when `cancel` is called or `parent` is over.
[[nodiscard]] inline cancelable_context with_cancel(const context& parent) {
  return detail::derive(parent, detail::no_deadline);
}

/// The same, and over at `t`, on any clock, with `deadline_exceeded`. The parent's deadline stays if it is
/// earlier.
template <class Clock, class Duration>
[[nodiscard]] cancelable_context with_deadline(const context& parent,
                                               const std::chrono::time_point<Clock, Duration>& t) {
  return detail::derive(parent, detail::deadline_at(t));
}

/// The same, `d` from now.
template <class Rep, class Period>
[[nodiscard]] cancelable_context with_timeout(const context& parent,
                                              const std::chrono::duration<Rep, Period>& d) {
  return detail::derive(parent, detail::deadline_after(d));
}

/// A duration has a unit.
template <class NumberWithoutUnit>
  requires std::is_arithmetic_v<NumberWithoutUnit>
cancelable_context with_timeout(const context& parent, NumberWithoutUnit) = delete;

/// A context that has a copy of `v` under `key`, and everything else of `parent`. The value must not change
/// any more, since several goroutines may look at it.
template <class V> [[nodiscard]] context with_value(const context& parent, std::string key, V&& v) {
  using T = std::decay_t<V>;
  static_assert(std::is_constructible_v<T, V>,
                "gocpp: with_value keeps a copy, and this value cannot be copied: move it (std::move)");
  return context(detail::context_derive(parent.handle(), std::move(key), detail::key_of<T>(),
                                        std::make_shared<const T>(std::forward<V>(v))));
}

} // namespace gocpp
