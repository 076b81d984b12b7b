// How elements of a channel are stored and moved.
//
// The core moves elements while it holds the channel's lock, so those moves must not throw. A type whose move may
// throw is boxed: the channel then carries a pointer, and the throwing moves happen outside.
#pragma once

#include <gocpp/detail/rt.h>

#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace gocpp {
template <class T> class chan;
}

namespace gocpp::detail {

template <class T> inline constexpr bool is_boxed = !std::is_nothrow_move_constructible_v<T>;

template <class T> struct stored {
  using type = T;
};
template <class T>
  requires is_boxed<T>
struct stored<T> {
  using type = std::unique_ptr<T>;
};
template <class T> using stored_t = typename stored<T>::type;

template <class S> void move_elem(void* to, void* from) noexcept { ::new (to) S(std::move(*static_cast<S*>(from))); }
template <class S> void destroy_elem(void* p) noexcept { static_cast<S*>(p)->~S(); }

template <class S> constexpr elem_ops make_ops() {
  // An empty element has no bytes: copying its padding would touch what is not there.
  return {std::is_empty_v<S> && std::is_trivially_copyable_v<S> ? 0 : sizeof(S), alignof(S),
          std::is_trivially_copyable_v<S> ? nullptr : &move_elem<S>,
          std::is_trivially_destructible_v<S> ? nullptr : &destroy_elem<S>};
}
template <class T> inline constexpr elem_ops ops_of = make_ops<stored_t<T>>();

template <class T> concept complete = requires { sizeof(T); };
template <class T> concept unmovable = complete<T> && !std::is_move_constructible_v<T>;
/// Whether lvalues of T can be sent. Of what no channel takes yes, so that a send of one is refused for just that.
template <class T> concept sent_by_copy = !complete<T> || unmovable<T> || std::is_copy_constructible_v<T>;

/// Refuses what no channel takes. A class, since compilers make one at once, before they look at what else could be wrong.
template <class T> struct element_checked {
  static_assert(!unmovable<T>, "gocpp: the element of a channel must be a movable object type, not const and no reference");
};
/// That it is complete is asked where a channel is made, so that a class may have one of itself.
template <class T> struct complete_element_checked : element_checked<T> {
  static_assert(complete<T>, "gocpp: the element type of this channel is incomplete");
};
/// Whether both let T pass.
template <class T> concept usable_element = complete<T> && !unmovable<T>;

/// How a new channel of T handles its elements.
template <class T> const elem_ops* element_ops() {
  [[maybe_unused]] complete_element_checked<T> checked;
  if constexpr (usable_element<T>)
    return &ops_of<T>;
  else
    return nullptr;
}

/// A value on its way out. Refers to the caller's object; a boxed one is moved into its box at once.
template <class T> class outgoing {
 public:
  explicit outgoing(T& v) : value_(std::addressof(v)) {}
  void* address() noexcept { return const_cast<std::remove_cv_t<T>*>(value_); }
  void give_back(T&) noexcept {}

 private:
  T* value_;
};
template <class T>
  requires is_boxed<T>
class outgoing<T> {
 public:
  explicit outgoing(T& v) : box_(std::make_unique<T>(std::move(v))) {}
  void* address() noexcept { return &box_; }
  /// Undoes the move of a value that was not sent.
  void give_back(T& v) {
    if constexpr (std::is_move_assignable_v<T>) {
      v = std::move(*box_);
    } else {
      v.~T();
      ::new (std::addressof(v)) T(std::move(*box_));
    }
  }

 private:
  std::unique_ptr<T> box_;
};

/// Raw memory for a value on its way in. take() may be called once, after a receive that succeeded.
template <class T> class incoming {
 public:
  incoming() noexcept {}
  ~incoming() {}
  incoming(const incoming&) = delete;
  incoming& operator=(const incoming&) = delete;
  void* address() noexcept { return &storage_; }
  T take() {
    struct Destroy {
      stored_t<T>& s;
      ~Destroy() { s.~stored_type(); }
      using stored_type = stored_t<T>;
    } destroy{storage_};
    if constexpr (is_boxed<T>) {
      return T(std::move(*storage_));
    } else {
      return T(std::move(storage_));
    }
  }

 private:
  union {
    stored_t<T> storage_;
  };
};

/// A channel: its zero value is nil, though its T{} makes one.
template <class T> inline constexpr bool is_chan = false;
template <class T> inline constexpr bool is_chan<chan<T>> = true;

/// What a receive gives once its channel is closed and drained.
template <class T> constexpr T zero_value() {
  if constexpr (is_chan<std::remove_cv_t<T>>)
    return nullptr;
  else if constexpr (requires { T{}; })  // else zero_value_needed has refused it
    return T{};
  else
    __builtin_unreachable();
}

/// Refuses a T without T{}. A class, since compilers make one at once, and so can say for which receive.
template <class T> struct zero_value_needed {
  static_assert(requires { T{}; },
                "gocpp: a receive gives T{} once the channel is closed, and this T has no such value: use c.next(), "
                "an optional");
  static constexpr bool checked = true;
};

} // namespace gocpp::detail
