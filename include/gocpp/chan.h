// Channels: typed handles over the runtime's untyped core.
//
// A handle is one pointer. Copies name the same channel and the last one frees it; nullptr is the nil channel. All
// operations are const, as on a pointer.
#pragma once

#include <gocpp/detail/chan_state.h>
#include <gocpp/detail/element.h>
#include <gocpp/detail/rt.h>

#include <compare>
#include <concepts>
#include <cstddef>
#include <functional>
#include <iterator>
#include <optional>
#include <type_traits>
#include <utility>

namespace gocpp {

/// The element of `chan<>`, a channel of signals: `done <- {};`.
struct unit {
  friend constexpr bool operator==(unit, unit) = default;
};

template <class T> class send_chan;
template <class T> class recv_chan;

/// What a two-valued receive gives: `ok` is false and `value` is T{} once the channel is closed and drained.
template <class T> struct received {
  T value;
  bool ok;
};

namespace abi {
template <class T> class receiver_proxy;
}
namespace detail {
template <class T> struct send_op;
template <class T> struct send_copy_op;
}

namespace detail {

/// Owns one reference to a channel, or none.
class chan_handle {
 public:
  constexpr chan_handle() noexcept = default;
  explicit chan_handle(chan_core* adopted) noexcept : core_(adopted) {}
  chan_handle(const chan_handle& other) noexcept : core_(other.core_) {
    if (core_) chan_ref(core_);
  }
  chan_handle(chan_handle&& other) noexcept : core_(std::exchange(other.core_, nullptr)) {}
  chan_handle& operator=(const chan_handle& other) noexcept {
    chan_handle copy(other);
    std::swap(core_, copy.core_);
    return *this;
  }
  chan_handle& operator=(chan_handle&& other) noexcept {
    chan_handle taken(std::move(other));
    std::swap(core_, taken.core_);
    return *this;
  }
  ~chan_handle() {
    if (core_) chan_unref(core_);
  }
  chan_core* core() const noexcept { return core_; }

 private:
  chan_core* core_ = nullptr;
};

/// What every direction of channel has.
class chan_common {
 public:
  /// The number of elements that wait in the buffer; 0 for nil.
  std::size_t len() const noexcept { return chan_len(core()); }
  /// The size of the buffer; 0 for an unbuffered or nil channel.
  std::size_t cap() const noexcept { return chan_cap(core()); }
  /// True unless nil.
  explicit operator bool() const noexcept { return core() != nullptr; }

  friend bool operator==(const chan_common& a, std::nullptr_t) noexcept { return a.core() == nullptr; }
  friend std::size_t len(const chan_common& c) noexcept { return c.len(); }
  friend std::size_t cap(const chan_common& c) noexcept { return c.cap(); }

  /// For the library: the core that the handle names, still owned by it.
  chan_core* core() const noexcept { return handle_.core(); }

 protected:
  constexpr chan_common() noexcept = default;
  explicit chan_common(chan_handle handle) noexcept : handle_(std::move(handle)) {}
  chan_handle handle_;
};

/// What channels of one element type have, in whatever directions: they compare as pointers do.
template <class T> class chan_of : public chan_common {
 public:
  friend bool operator==(const chan_of& a, const chan_of& b) noexcept { return a.core() == b.core(); }
  friend std::strong_ordering operator<=>(const chan_of& a, const chan_of& b) noexcept {
    return std::compare_three_way{}(a.core(), b.core());
  }

 protected:
  using chan_common::chan_common;
};

template <class T> struct send_ops {
  static void send(chan_core* c, T&& v) {
    outgoing<T> out(v);
    chan_send(c, out.address());
  }
  static bool try_send(chan_core* c, T&& v) {
    outgoing<T> out(v);
    bool sent = detail::try_send(c, out.address());
    if (!sent) out.give_back(v);
    return sent;
  }
  static void send_copy(chan_core* c, const T& v) {
    T copy(v);
    send(c, std::move(copy));
  }
  static bool try_send_copy(chan_core* c, const T& v) {
    T copy(v);
    return try_send(c, std::move(copy));
  }
};
/// Of what no channel takes: says so, and nothing more.
template <class T>
  requires unmovable<T>
struct send_ops<T> : element_checked<T> {
  static void send(chan_core*, T&&) {}
  static void send_copy(chan_core*, const T&) {}
  static bool try_send(chan_core*, T&&) { return false; }
  static bool try_send_copy(chan_core*, const T&) { return false; }
};

template <class T> struct recv_ops {
  static T recv(chan_core* c) {
    static_assert(zero_value_needed<T>::checked);
    incoming<T> in;
    if (chan_recv(c, in.address())) return in.take();
    return zero_value<T>();
  }
  static bool recv(chan_core* c, T& v) {
    static_assert(zero_value_needed<T>::checked);
    incoming<T> in;
    if (chan_recv(c, in.address())) {
      v = in.take();
      return true;
    }
    v = zero_value<T>();
    return false;
  }
  static std::optional<T> next(chan_core* c) {
    incoming<T> in;
    if (chan_recv(c, in.address())) return std::optional<T>(in.take());
    return std::nullopt;
  }
  static std::optional<T> try_recv(chan_core* c) {
    incoming<T> in;
    if (detail::try_recv(c, in.address()) == try_result::got) return std::optional<T>(in.take());
    return std::nullopt;
  }
};

} // namespace detail

/// The sending direction of a channel.
template <class T = unit> class send_chan : public detail::chan_of<T> {
 public:
  using value_type = T;
  using detail::chan_of<T>::core;
  /// The nil channel: a send on it blocks for ever.
  constexpr send_chan() noexcept = default;
  template <std::same_as<std::nullptr_t> Nil> constexpr send_chan(Nil) noexcept {}

  /// Sends a value (`c <- v`). Parks until a receiver or a free place in the buffer takes it.
  /// Panics with `send on closed channel`.
  void send(const T& v) const
    requires detail::sent_by_copy<T>
  {
    detail::send_ops<T>::send_copy(core(), v);
  }
  void send(T&& v) const { detail::send_ops<T>::send(core(), std::move(v)); }

  /// Sends if that is possible at once and says whether it did; `v` is moved from only then.
  bool try_send(const T& v) const
    requires detail::sent_by_copy<T>
  {
    return detail::send_ops<T>::try_send_copy(core(), v);
  }
  bool try_send(T&& v) const { return detail::send_ops<T>::try_send(core(), std::move(v)); }

  /// Closes: receivers get what is buffered, then zero values. Panics with `close of closed channel` or
  /// `close of nil channel`.
  void close() const { detail::chan_close(core()); }
  friend void close(const send_chan& c) { c.close(); }
  /// Nothing can be received here.
  void begin() const = delete;
  void end() const = delete;

  /// For generated code: a sending case of a select, as a member, so that the channel is evaluated before the value.
  detail::send_op<T> case_send(T&& v) const;
  detail::send_copy_op<T> case_send(const T& v) const
    requires detail::sent_by_copy<T>;

 private:
  template <class> friend class chan;
  using detail::chan_of<T>::handle_;
  explicit send_chan(detail::chan_handle handle) noexcept : detail::chan_of<T>(std::move(handle)) {}
};

/// The receiving direction of a channel.
template <class T = unit> class recv_chan : public detail::chan_of<T> {
 public:
  using value_type = T;
  using detail::chan_of<T>::core;
  /// The nil channel: a receive from it blocks for ever.
  constexpr recv_chan() noexcept = default;
  template <std::same_as<std::nullptr_t> Nil> constexpr recv_chan(Nil) noexcept {}

  /// Receives (`<-c`). Parks until there is a value; T{} once the channel is closed and drained, nil if T is a channel.
  T recv() const { return detail::recv_ops<T>::recv(core()); }
  /// Receives into `v`: true for a value, false (and `v = T{}`) once closed and drained.
  bool recv(T& v) const { return detail::recv_ops<T>::recv(core(), v); }
  /// Receives a value of any T; nothing once the channel is closed and drained.
  std::optional<T> next() const { return detail::recv_ops<T>::next(core()); }
  /// Receives a value if one can be had at once. Nothing also when closed and drained.
  std::optional<T> try_recv() const { return detail::recv_ops<T>::try_recv(core()); }

  /// Only who sends can say that there is no more.
  friend void close(const recv_chan&) = delete;

  /// Reads until the channel is closed and drained: `for (auto v : c)`. What cannot be copied is moved into the loop's variable.
  class iterator : detail::complete_element_checked<T> {
    static constexpr bool usable = detail::usable_element<T>;

   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = T*;
    using reference = std::conditional_t<detail::sent_by_copy<T>, T&, T&&>;
    iterator() = default;
    reference operator*() const {
      if constexpr (usable)
        return static_cast<reference>(*current_);
      else
        __builtin_unreachable();
    }
    T* operator->() const { return &*current_; }
    iterator& operator++() {
      read();
      return *this;
    }
    void operator++(int) { read(); }
    friend bool operator==(const iterator& it, std::default_sentinel_t) { return !it.current_; }

   private:
    friend class recv_chan;
    explicit iterator(recv_chan c) : channel_(std::move(c)) { read(); }
    void read() {
      if constexpr (usable) {
        current_.reset();
        detail::incoming<T> in;
        if (detail::chan_recv(channel_.core(), in.address())) current_.emplace(in.take());
      }
    }
    recv_chan channel_;
    mutable std::optional<std::conditional_t<usable, T, unit>> current_;
  };
  iterator begin() const { return iterator(*this); }
  std::default_sentinel_t end() const noexcept { return {}; }

  /// Half of the receive operator; see abi.h.
  abi::receiver_proxy<T> operator~() const noexcept;

 private:
  template <class> friend class chan;
  using detail::chan_of<T>::handle_;
  explicit recv_chan(detail::chan_handle handle) noexcept : detail::chan_of<T>(std::move(handle)) {}
};

/// A channel of T in both directions.
template <class T = unit> class chan : public detail::chan_of<T> {
  static_assert(std::is_object_v<T> && !std::is_const_v<T> && !std::is_array_v<T>,
                "gocpp: the element of a channel must be a movable object type, not const and no reference");

  using detail::chan_of<T>::handle_;

 public:
  using value_type = T;
  using detail::chan_of<T>::core;

  /// Makes an unbuffered channel.
  chan() : chan(std::ptrdiff_t{0}) {}
  /// Makes a channel with room for `capacity` elements. Panics with `makechan: size out of range`.
  explicit chan(std::ptrdiff_t capacity)
      : detail::chan_of<T>(detail::chan_handle(detail::chan_make(detail::element_ops<T>(), capacity))) {}
  /// The nil channel. From `nullptr` alone: a 0 is a capacity, as in `chan<int> c(0);`.
  template <std::same_as<std::nullptr_t> Nil> constexpr chan(Nil) noexcept {}
  chan(const chan&) noexcept = default;
  chan(chan&&) noexcept = default;
  chan& operator=(const chan&) noexcept = default;
  chan& operator=(chan&&) noexcept = default;

  operator send_chan<T>() const noexcept { return send_chan<T>(handle_); }
  operator recv_chan<T>() const noexcept { return recv_chan<T>(handle_); }

  void send(const T& v) const
    requires detail::sent_by_copy<T>
  {
    detail::send_ops<T>::send_copy(core(), v);
  }
  void send(T&& v) const { detail::send_ops<T>::send(core(), std::move(v)); }
  bool try_send(const T& v) const
    requires detail::sent_by_copy<T>
  {
    return detail::send_ops<T>::try_send_copy(core(), v);
  }
  bool try_send(T&& v) const { return detail::send_ops<T>::try_send(core(), std::move(v)); }

  T recv() const { return detail::recv_ops<T>::recv(core()); }
  bool recv(T& v) const { return detail::recv_ops<T>::recv(core(), v); }
  std::optional<T> next() const { return detail::recv_ops<T>::next(core()); }
  std::optional<T> try_recv() const { return detail::recv_ops<T>::try_recv(core()); }
  using iterator = typename recv_chan<T>::iterator;
  iterator begin() const { return recv_chan<T>(handle_).begin(); }
  std::default_sentinel_t end() const noexcept { return {}; }
  abi::receiver_proxy<T> operator~() const noexcept;

  void close() const { detail::chan_close(core()); }
  friend void close(const chan& c) { c.close(); }

  /// For generated code: a sending case of a select, as a member, so that the channel is evaluated before the value.
  detail::send_op<T> case_send(T&& v) const;
  detail::send_copy_op<T> case_send(const T& v) const
    requires detail::sent_by_copy<T>;
};

/// Makes a channel with room for `capacity` elements, none by default; Go's make(chan T, n).
template <class T = unit> chan<T> make_chan(std::ptrdiff_t capacity = 0) { return chan<T>(capacity); }

namespace abi {

/// `~c`: what `*` receives from (one value) and unary `+` (two values). Part of one expression, to whose end the channel's
/// handle lives, a temporary one too; so it holds no reference of its own, which would cost two atomic operations a receive.
template <class T> class receiver_proxy : detail::element_checked<T> {
 public:
  explicit receiver_proxy(detail::chan_core* c) noexcept : core_(c) {}
  T operator*() const { return detail::recv_ops<T>::recv(core_); }
  received<T> operator+() const {
    static_assert(detail::zero_value_needed<T>::checked);
    detail::incoming<T> in;
    if (detail::chan_recv(core_, in.address())) return received<T>{in.take(), true};
    return received<T>{detail::zero_value<T>(), false};
  }

 private:
  detail::chan_core* core_;
};

} // namespace abi

template <class T> abi::receiver_proxy<T> recv_chan<T>::operator~() const noexcept {
  return abi::receiver_proxy<T>(core());
}
template <class T> abi::receiver_proxy<T> chan<T>::operator~() const noexcept {
  return abi::receiver_proxy<T>(core());
}

} // namespace gocpp

template <class T> struct std::hash<gocpp::chan<T>> {
  std::size_t operator()(const gocpp::chan<T>& c) const noexcept { return std::hash<void*>{}(c.core()); }
};
template <class T> struct std::hash<gocpp::send_chan<T>> {
  std::size_t operator()(const gocpp::send_chan<T>& c) const noexcept { return std::hash<void*>{}(c.core()); }
};
template <class T> struct std::hash<gocpp::recv_chan<T>> {
  std::size_t operator()(const gocpp::recv_chan<T>& c) const noexcept { return std::hash<void*>{}(c.core()); }
};
