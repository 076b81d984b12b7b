// select: the typed layer, its library form, and the forms that a lowered `select { … }` uses (namespace abi).
//
// Everything up to the choice happens inside one constructor, so that the temporaries of the cases' operands live
// until one is chosen: a value to send is referred to, and moved from only if its case is taken.
#pragma once

#include <gocpp/chan.h>
#include <gocpp/detail/chan_state.h>
#include <gocpp/detail/rt.h>

#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace gocpp {
namespace detail {

/// The place of a received value, empty until its case is chosen.
template <class T> class recv_slot {
 public:
  using value_type = T;
  recv_slot() noexcept = default;
  recv_slot(const recv_slot&) = delete;
  recv_slot& operator=(const recv_slot&) = delete;
  ~recv_slot() {
    if (full_) in_.take();
  }
  void* address() noexcept { return in_.address(); }
  void fill() noexcept { full_ = true; }

  T value() {
    return std::exchange(full_, false) ? in_.take() : zero_value<T>();
  }
  received<T> value_ok() {
    if (std::exchange(full_, false)) return received<T>{in_.take(), true};
    return received<T>{zero_value<T>(), false};
  }
  std::optional<T> next() {
    if (std::exchange(full_, false)) return std::optional<T>(in_.take());
    return std::nullopt;
  }

 private:
  bool full_ = false;
  incoming<T> in_;
};
struct no_slot {};
template <class Slot>
inline constexpr bool slot_needs_zero_value = zero_value_needed<typename std::remove_reference_t<Slot>::value_type>::checked;

/// The slots of all cases, side by side: a tuple's recursion, and folds, end at a few hundred cases.
template <std::size_t I, class Slot> struct slot_at {
  [[no_unique_address]] Slot slot;
};
template <class Indices, class... Slots> struct slot_row;
template <std::size_t... I, class... Slots>
struct slot_row<std::index_sequence<I...>, Slots...> : slot_at<I, Slots>... {};
template <std::size_t I, class Slot> Slot& slot_in(slot_at<I, Slot>& row) noexcept { return row.slot; }

/// Evaluates the expressions of an expanded pack from left to right: `in_order{(f(args), 0)...}`.
struct in_order {
  template <class... Ignored> constexpr in_order(Ignored...) noexcept {}
};

template <class... Ops> constexpr bool any_default() noexcept {
  const bool is[] = {Ops::is_default...};
  for (bool b : is)
    if (b) return true;
  return false;
}

/// `case <-c:`
template <class T> struct recv_op {
  using slot = recv_slot<T>;
  static constexpr bool is_default = false;
  chan_core* core;

  void prepare(select_case& sc, slot& s) const noexcept {
    sc.channel = core;
    sc.elem = s.address();
    sc.is_send = false;
  }
  void settle(const select_case& sc, slot& s, bool chosen) const noexcept {
    if (chosen && sc.received) s.fill();
  }
};

/// `case c <- v:` where v is referred to: an xvalue of T, or a temporary that lives as long as the select.
template <class T> struct send_op {
  using slot = no_slot;
  static constexpr bool is_default = false;
  send_op(chan_core* c, T& v) : core(c), value(v), out(v) {}
  chan_core* core;
  T& value;
  outgoing<T> out;

  void prepare(select_case& sc, slot&) noexcept {
    sc.channel = core;
    sc.elem = out.address();
    sc.is_send = true;
  }
  void settle(const select_case&, slot&, bool chosen) {
    if (!chosen) out.give_back(value);
  }
};

/// `case c <- v:` where v is an lvalue: copied on entry.
template <class T> struct send_copy_op {
  using slot = no_slot;
  static constexpr bool is_default = false;
  send_copy_op(chan_core* c, const T& v) : core(c), value(v), out(value) {}
  send_copy_op(const send_copy_op&) = delete;
  chan_core* core;
  T value;
  outgoing<T> out;

  void prepare(select_case& sc, slot&) noexcept {
    sc.channel = core;
    sc.elem = out.address();
    sc.is_send = true;
  }
  void settle(const select_case&, slot&, bool) noexcept {}
};

struct default_op {
  using slot = no_slot;
  static constexpr bool is_default = true;
};

/// A case that is alone with a default: whether it was taken.
inline bool try_case(select_case& sc) {
  if (sc.is_send) return try_send(sc.channel, sc.elem);
  try_result r = try_recv(sc.channel, sc.elem);
  sc.received = r == try_result::got;
  return r != try_result::would_block;
}

} // namespace detail

template <class T> detail::send_op<T> chan<T>::case_send(T&& v) const { return {core(), v}; }
template <class T> detail::send_op<T> send_chan<T>::case_send(T&& v) const { return {core(), v}; }
template <class T>
detail::send_copy_op<T> chan<T>::case_send(const T& v) const
  requires detail::sent_by_copy<T>
{
  return {core(), v};
}
template <class T>
detail::send_copy_op<T> send_chan<T>::case_send(const T& v) const
  requires detail::sent_by_copy<T>
{
  return {core(), v};
}

namespace abi {

template <class T> detail::recv_op<T> recv(const chan<T>& c) noexcept { return {c.core()}; }
template <class T> detail::recv_op<T> recv(const recv_chan<T>& c) noexcept { return {c.core()}; }

inline constexpr detail::default_op otherwise{};

/// A whole select. Its constructor waits until one case has taken effect; a default must be the last operation.
template <class... Ops> class select {
  static constexpr bool has_default = detail::any_default<Ops...>();
  static constexpr int channels = static_cast<int>(sizeof...(Ops)) - (has_default ? 1 : 0);

 public:
  template <class... Given> explicit select(Given&&... ops) {
    wait(std::index_sequence_for<Ops...>{}, ops...);
  }
  select(const select&) = delete;
  select& operator=(const select&) = delete;

  /// The index of the case that was taken, or -1 for the default.
  int chosen() const noexcept { return chosen_; }
  template <std::size_t I> auto& slot() noexcept { return detail::slot_in<I>(slots_); }

 private:
  template <std::size_t... I, class... Given> void wait(std::index_sequence<I...>, Given&... ops) {
    if constexpr (channels == 0) {
      chosen_ = detail::select_default;
    } else {
      detail::select_case cases[channels];
      detail::in_order{(prepare(ops, cases, std::integral_constant<std::size_t, I>{}), 0)...};
      auto settle_all = [&] {
        detail::in_order{(settle(ops, cases, std::integral_constant<std::size_t, I>{}), 0)...};
      };
      struct Settle {
        decltype(settle_all)& all;
        bool done = false;
        // A panic out of the wait chose nothing: values that were to be sent go back to their owners.
        ~Settle() {
          if (!done) all();
        }
      } at_the_end{settle_all};
      if constexpr (channels == 1 && has_default)
        chosen_ = detail::try_case(cases[0]) ? 0 : detail::select_default;
      else
        chosen_ = detail::select_wait(cases, channels, has_default);
      at_the_end.done = true;
      settle_all();
    }
  }
  template <class Op, std::size_t I>
  void prepare(Op& op, detail::select_case* cases, std::integral_constant<std::size_t, I>) {
    if constexpr (!Op::is_default) op.prepare(cases[I], slot<I>());
  }
  template <class Op, std::size_t I>
  void settle(Op& op, detail::select_case* cases, std::integral_constant<std::size_t, I>) {
    if constexpr (!Op::is_default) op.settle(cases[I], slot<I>(), chosen_ == static_cast<int>(I));
  }

  detail::slot_row<std::index_sequence_for<Ops...>, typename Ops::slot...> slots_;
  int chosen_ = -2;
};
template <class... Given> select(Given&&...) -> select<std::remove_cvref_t<Given>...>;

/// The value that case I received, T{} after a close.
template <std::size_t I, class... Ops> auto value(select<Ops...>& s) {
  auto& slot = s.template slot<I>();
  static_assert(detail::slot_needs_zero_value<decltype(slot)>);
  return slot.value();
}
/// The same with `ok`.
template <std::size_t I, class... Ops> auto value_ok(select<Ops...>& s) {
  auto& slot = s.template slot<I>();
  static_assert(detail::slot_needs_zero_value<decltype(slot)>);
  return slot.value_ok();
}

} // namespace abi

namespace detail {

template <class F, class T>
concept takes_received = std::is_invocable_v<F&, T, bool> || std::is_invocable_v<F&, T> ||
                         std::is_invocable_v<F&, std::optional<T>> || std::is_invocable_v<F&>;

template <class T, class F> struct recv_arm {
  recv_op<T> op;
  F f;
  recv_op<T>& operation() { return op; }
  void run(recv_slot<T>& slot) {
    if constexpr (std::is_invocable_v<F&, T, bool>) {
      auto r = slot.value_ok();
      f(std::move(r.value), r.ok);
    } else if constexpr (std::is_invocable_v<F&, T>) {
      f(slot.value());
    } else if constexpr (std::is_invocable_v<F&, std::optional<T>>) {
      f(slot.next());
    } else if constexpr (takes_received<F, T>) {  // else refused by receiving
      f();
    }
  }
};
template <class T, class F> struct send_arm {
  chan_core* core;
  T value;
  F f;
  std::optional<send_op<T>> op;
  send_op<T>& operation() { return op.emplace(core, value); }
  void run(no_slot&) { f(); }
};
template <class F> struct default_arm {
  F f;
  default_op op;
  default_op& operation() { return op; }
  void run(no_slot&) { f(); }
};

template <class T, class F> recv_arm<T, std::decay_t<F>> receiving(chan_core* c, F&& f) {
  static_assert(takes_received<std::decay_t<F>, T>,
                "gocpp: the function of recv must take what the channel carries, that and a bool, an optional of it, or nothing");
  return {{c}, std::forward<F>(f)};
}
template <class T, class V, class F> send_arm<T, std::decay_t<F>> sending(chan_core* c, V&& v, F&& f) {
  constexpr bool fits = std::is_convertible_v<V, T>;
  static_assert(fits, "gocpp: the channel given to send carries another type than this value");
  if constexpr (fits) {
    T value = std::forward<V>(v);
    return {c, std::move(value), std::forward<F>(f), std::nullopt};
  } else {
    __builtin_unreachable();
  }
}

template <class Arm> concept arm = requires(Arm& a) { a.operation(); };
template <class Arm> inline constexpr bool is_default_arm = false;
template <class F> inline constexpr bool is_default_arm<default_arm<F>> = true;

template <class Select, class Arms, std::size_t... I>
void run_chosen(Select& s, const Arms& arms, std::index_sequence<I...>) {
  auto run_if = [&](auto index, auto& arm) {
    constexpr bool last_resort = is_default_arm<std::remove_cvref_t<decltype(arm)>>;
    if (s.chosen() != (last_resort ? select_default : static_cast<int>(index))) return false;
    arm.run(s.template slot<decltype(index)::value>());
    return true;
  };
  (void)(run_if(std::integral_constant<std::size_t, I>{}, std::get<I>(arms)) || ...);
}

} // namespace detail

/// A receiving case of gocpp::select. `f` takes the value, the value and `ok`, an optional, or nothing.
template <class T, class F> detail::recv_arm<T, std::decay_t<F>> recv(const chan<T>& c, F&& f) {
  return detail::receiving<T>(c.core(), std::forward<F>(f));
}
template <class T, class F> detail::recv_arm<T, std::decay_t<F>> recv(const recv_chan<T>& c, F&& f) {
  return detail::receiving<T>(c.core(), std::forward<F>(f));
}
/// A sending case of gocpp::select; `f()` runs when the value was sent.
template <class T, class V, class F> detail::send_arm<T, std::decay_t<F>> send(const chan<T>& c, V&& v, F&& f) {
  return detail::sending<T>(c.core(), std::forward<V>(v), std::forward<F>(f));
}
template <class T, class V, class F> detail::send_arm<T, std::decay_t<F>> send(const send_chan<T>& c, V&& v, F&& f) {
  return detail::sending<T>(c.core(), std::forward<V>(v), std::forward<F>(f));
}
/// What gocpp::select runs when no case can go on; must come last.
template <class F> detail::default_arm<std::decay_t<F>> otherwise(F&& f) { return {std::forward<F>(f), {}}; }

/// The library form of the select statement: waits until one of the cases can go on, chosen uniformly at random,
/// runs its function and returns. With otherwise(f) it never waits. With no case it blocks for ever.
template <class... Arms> void select(Arms&&... arms) {
  constexpr bool arms_only = (detail::arm<Arms> && ...);
  static_assert(arms_only, "gocpp: an argument of select must be recv(…), send(…) or otherwise(…)");
  if constexpr (sizeof...(Arms) == 0) {
    detail::block_forever();
  } else if constexpr (arms_only) {
    abi::select s{arms.operation()...};
    detail::run_chosen(s, std::tuple<std::remove_reference_t<Arms>&...>(arms...), std::index_sequence_for<Arms...>{});
  }
}

} // namespace gocpp
