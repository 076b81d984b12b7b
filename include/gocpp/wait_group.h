// wait_group: waiting for a number of things to be done.
#pragma once

#include <gocpp/detail/wait_counter.h>
#include <gocpp/go.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>

namespace gocpp {
namespace detail {
/// The rest of a step by `n` that found the word `before` and led to zero with waiters, or out of bounds.
void wait_group_added(wait_core& c, std::ptrdiff_t n, std::uint32_t before);
void wait_group_wait(wait_core& c) noexcept;
} // namespace detail

/// A counter that can be waited for to become zero; Go's sync.WaitGroup. It may be destroyed as soon as a
/// wait has returned, and used again.
class wait_group {
 public:
  constexpr wait_group() noexcept = default;
  wait_group(const wait_group&) = delete;
  wait_group& operator=(const wait_group&) = delete;

  /// Adds `n`, which may be negative, to the counter; at zero every wait returns. Call it before the
  /// goroutine that it counts is started. Does not block. Panics with `negative wait_group counter`.
  void add(std::ptrdiff_t n) {
    // acq_rel: the steps of all who count down are seen by whoever reads zero.
    std::uint32_t before = core_.word.fetch_add(detail::word_step(n), std::memory_order_acq_rel);
    std::uint64_t sum = detail::counter_after(before, n);
    if (sum > detail::most_counted || (sum == 0 && (before & detail::count_waiters))) [[unlikely]]
      detail::wait_group_added(core_, n, before);
  }

  /// Takes one from the counter.
  void done() { add(-1); }

  /// Waits until the counter is zero. What was done before each done() is seen after it.
  void wait() noexcept {
    // acquire: pairs with the release of the add that made it zero.
    if (detail::counter_of(core_.word.load(std::memory_order_acquire)) != 0)
      detail::wait_group_wait(core_);
  }

  /// Runs `f(args…)` in a new goroutine that is counted until it has ended, its copies of `f` and `args`
  /// destroyed. Copies and exceptions are as with gocpp::go.
  template <class F, class... Args> [[gnu::always_inline]] void go(F&& f, Args&&... args) {
    static_assert(detail::taken_by_go<F, Args...>::checked);
    using Call = detail::bound_call<std::decay_t<F>, std::decay_t<Args>...>;
    detail::spawn(counted<Call>{counter(*this), Call{std::forward<F>(f), std::tuple<std::decay_t<Args>...>(
                                                                             std::forward<Args>(args)...)}});
  }

 private:
  /// One of the counter, given back when it goes: wherever that is, also when no goroutine could be made.
  class counter {
   public:
    explicit counter(wait_group& group) : group_(&group) { group.add(1); }
    counter(counter&& other) noexcept : group_(std::exchange(other.group_, nullptr)) {}
    counter& operator=(counter&&) = delete;
    ~counter() {
      if (group_)
        group_->done();
    }

   private:
    wait_group* group_;
  };
  /// The call is declared last, so its copies are gone before the counter goes down.
  template <class Call> struct counted {
    counter one;
    Call call;
    void operator()() && { std::move(call)(); }
  };

  detail::wait_core core_;
};

} // namespace gocpp
