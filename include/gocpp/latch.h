// latch and barrier: meeting points of a fixed number of parties.
#pragma once

#include <gocpp/detail/wait_counter.h>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace gocpp {
namespace detail {

void latch_count_down(wait_core& c, std::ptrdiff_t n);
void latch_wait(wait_core& c) noexcept;

/// A barrier's counts, guarded by the core's lock. The core's word is the number of the phase.
struct barrier_core {
  constexpr explicit barrier_core(std::ptrdiff_t n) noexcept : expected(n), remaining(n) {}
  wait_core core;
  std::ptrdiff_t expected;  ///< Parties of the phases to come.
  std::ptrdiff_t remaining; ///< Parties that this phase still waits for.
};
/// `last`: the caller completes the phase: runs the completion, then calls barrier_release.
struct barrier_arrival {
  std::uint32_t phase;
  bool last;
};
barrier_arrival barrier_arrive(barrier_core& b, std::ptrdiff_t n, bool drop);
void barrier_release(barrier_core& b) noexcept;
void barrier_wait(barrier_core& b, std::uint32_t phase) noexcept;

struct no_completion {
  void operator()() noexcept {}
};

} // namespace detail

/// A counter that goes down once and can be waited for; std::latch. It may be destroyed as soon as a wait has
/// returned.
class latch {
 public:
  /// The greatest counter.
  static constexpr std::ptrdiff_t max() noexcept { return INT32_MAX; }

  /// A latch that opens after `expected` counts, 0 <= expected <= max().
  constexpr explicit latch(std::ptrdiff_t expected) noexcept : core_(detail::word_step(expected)) {}
  latch(const latch&) = delete;
  latch& operator=(const latch&) = delete;

  /// Takes `n` from the counter; at zero every wait returns. Does not block. Panics with `negative latch
  /// counter`.
  void count_down(std::ptrdiff_t n = 1) { detail::latch_count_down(core_, n); }
  /// Whether the counter is zero.
  bool try_wait() const noexcept { return open(); }
  /// Waits until the counter is zero.
  void wait() const noexcept {
    if (!open())
      detail::latch_wait(core_);
  }
  void arrive_and_wait(std::ptrdiff_t n = 1) {
    count_down(n);
    wait();
  }

 private:
  // acquire: pairs with the release of the count that made it zero.
  bool open() const noexcept { return detail::counter_of(core_.word.load(std::memory_order_acquire)) == 0; }
  mutable detail::wait_core core_;
};

/// A meeting point that its parties use again and again; std::barrier. When all have arrived, one of them
/// runs the completion, then the waiting ones go on and the next phase begins. It may be destroyed as soon as
/// nobody waits.
template <class CompletionFunction = detail::no_completion> class barrier {
  static_assert(std::is_nothrow_invocable_v<CompletionFunction&>,
                "gocpp: a barrier's completion function takes nothing and must be noexcept");

 public:
  class arrival_token {
   public:
    arrival_token(arrival_token&&) noexcept = default;
    arrival_token& operator=(arrival_token&&) noexcept = default;

   private:
    friend class barrier;
    explicit arrival_token(std::uint32_t phase) noexcept : phase_(phase) {}
    std::uint32_t phase_;
  };

  static constexpr std::ptrdiff_t max() noexcept { return INT32_MAX; }

  /// A barrier of `expected` parties, 0 <= expected <= max().
  constexpr explicit barrier(std::ptrdiff_t expected, CompletionFunction f = CompletionFunction())
      : state_(expected), completion_(std::move(f)) {}
  barrier(const barrier&) = delete;
  barrier& operator=(const barrier&) = delete;

  /// Arrives `n` times without waiting. Panics when more arrive than are expected in this phase.
  [[nodiscard]] arrival_token arrive(std::ptrdiff_t n = 1) { return arrival_token(arrive_for(n, false)); }
  /// Waits until the phase of the token is over.
  void wait(arrival_token&& token) const noexcept { detail::barrier_wait(state_, token.phase_); }
  /// Arrives and waits until all have.
  void arrive_and_wait() { wait(arrive()); }
  /// Arrives, and is not expected in later phases.
  void arrive_and_drop() { arrive_for(1, true); }

 private:
  std::uint32_t arrive_for(std::ptrdiff_t n, bool drop) {
    detail::barrier_arrival a = detail::barrier_arrive(state_, n, drop);
    if (a.last) {
      completion_();
      detail::barrier_release(state_);
    }
    return a.phase;
  }

  mutable detail::barrier_core state_;
  [[no_unique_address]] CompletionFunction completion_;
};
template <class F> barrier(std::ptrdiff_t, F) -> barrier<F>;
barrier(std::ptrdiff_t) -> barrier<>;

} // namespace gocpp
