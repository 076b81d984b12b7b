// The lease: how an M holds a P that the monitor can take away without its help.
//
// C++ code blocks in places that nobody announces, so an M does not own its P but leases it. One lease per M.
//
//   state      none      the M has no P
//              held      the M has one and may use it whenever `inside` is non-zero
//              preempt   as held, and the goroutine is asked to yield at its next entry into the runtime
//              revoking  a revoker (monitor, or who stops the world) is deciding; lasts well under a microsecond
//              revoked   the P is gone; the M finds that out at its next entry
//   inside     how deep the M is in the runtime; only the M writes it. While non-zero the lease stays held.
//
//   M, entering:                                a revoker:
//     inside = 1                (relaxed)         held|preempt -> revoking   (CAS)
//     compiler barrier                            membarrier(PRIVATE_EXPEDITED)
//     state == held ? go on : slow path           inside != 0 ? back to what it was
//     … use the P …                                           : detach the P, then revoked (release)
//     inside = 0                (release)
//
// Why that is right: the membarrier puts a full barrier into the M between its store of `inside` and its load of
// `state`, or before both. If before both, the load sees `revoking` and the M waits for the verdict; if after the
// store, the revoker sees inside != 0 and gives up. Either way both never use the P. An M that finds `revoking` as it comes in
// goes out again, waits for the verdict there, and begins anew, so that the revoker does not give up for its sake. Without
// membarrier the entering side uses a sequentially consistent fence and the revoker one of its own.
//
// A lease may also be borrowed: a thief that wants the goroutine which would run next does the same, but puts the lease back to
// what it was instead of detaching the P.
//
// A revoker holds at most one lease in `revoking` at a time and does not block meanwhile, so the M's wait is bounded.
// Moves none -> held and held -> none are the M's own, made while inside; held -> none is a CAS, since a revoker that is
// about to give up may stand at `revoking`. An M is never freed, so a revoker may look at a stale one; it
// checks that the M still has the P that it came for once the lease stands at `revoking`.
//
// Rejected: signals, which interrupt user code inside libraries that do not expect EINTR; a compare-and-swap at each
// entry, which costs the fast side some 5 ns for an event that comes a hundred times a second.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

namespace gocpp::rt {

/// Whether membarrier(2) works here; decided once, before the first M exists.
extern bool g_have_membarrier;
void membarrier_register() noexcept;
/// Makes every thread of the process pass a full barrier.
void membarrier_all() noexcept;

class Lease {
 public:
  enum State : uint32_t { none, held, preempt, revoking, revoked };

  // ---- the M's side ----

  /// Marks the M as inside. True when it may use its P at once; false: resolve what state() says first.
  bool enter() noexcept {
    inside_.store(inside_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    if (g_have_membarrier) [[likely]]
      std::atomic_signal_fence(std::memory_order_seq_cst);  // the revoker's membarrier supplies the hardware's half
    else
      std::atomic_thread_fence(std::memory_order_seq_cst);  // pairs with the fence in membarrier_all
    return state_.load(std::memory_order_acquire) == held;  // acquire: a verdict's writes
  }
  void leave() noexcept {
    // release: what was done to the P is seen by the revoker's acquire load of inside_.
    inside_.store(inside_.load(std::memory_order_relaxed) - 1, std::memory_order_release);
  }
  uint32_t depth() const noexcept { return inside_.load(std::memory_order_relaxed); }
  void set_depth(uint32_t d) noexcept { inside_.store(d, std::memory_order_release); }

  State state() const noexcept { return state_.load(std::memory_order_acquire); }
  /// none or revoked -> held, after the M got a P. Inside.
  void grant() noexcept { state_.store(held, std::memory_order_release); }
  /// held or preempt -> none, before the M gives its P up. Inside, so a revoker's `revoking` passes.
  void surrender() noexcept {
    for (;;) {
      State s = state_.load(std::memory_order_relaxed);
      if (s == revoking) continue;
      if (state_.compare_exchange_weak(s, none, std::memory_order_acq_rel, std::memory_order_relaxed)) return;
    }
  }
  /// preempt -> held; false when it was not asked.
  bool take_preempt() noexcept {
    State s = preempt;
    return state_.compare_exchange_strong(s, held, std::memory_order_acq_rel, std::memory_order_relaxed);
  }
  /// revoked -> none: the M has understood.
  void acknowledge() noexcept { state_.store(none, std::memory_order_relaxed); }

  // ---- a revoker's side ----

  /// Asks the goroutine to yield at its next entry.
  void request_preempt() noexcept {
    State s = held;
    state_.compare_exchange_strong(s, preempt, std::memory_order_relaxed, std::memory_order_relaxed);
  }

  /// Takes the lease if the M is outside. `still(…)` says whether this is the M and P that was meant; `detach()` takes
  /// the P off the M; both run while the lease stands at `revoking`.
  template <class Still, class Detach> bool revoke(Still still, Detach detach) noexcept {
    return interrupt(still, detach, revoked);  // the P is the revoker's
  }
  /// The same, but the M keeps its P once `use()` has run, which must not take long.
  template <class Still, class Use> bool borrow(Still still, Use use) noexcept { return interrupt(still, use, std::nullopt); }

 private:
  /// Leaves the state at `then`, or as it was.
  template <class Still, class Use> bool interrupt(Still still, Use use, std::optional<State> then) noexcept {
    State s = state_.load(std::memory_order_acquire);
    if (s != held && s != preempt) return false;
    if (inside_.load(std::memory_order_relaxed) != 0) return false;  // It would show below, after a membarrier.
    State before = s;
    if (!state_.compare_exchange_strong(s, revoking, std::memory_order_acq_rel, std::memory_order_relaxed)) return false;
    membarrier_all();
    // acquire: pairs with leave()'s release, so that the P is seen as its M left it.
    bool ours = inside_.load(std::memory_order_acquire) == 0 && still();
    if (ours) use();
    state_.store(ours ? then.value_or(before) : before, std::memory_order_release);  // to enter()'s acquire
    return ours;
  }

  friend struct DebugAccess;
  std::atomic<uint32_t> inside_{0};
  std::atomic<State> state_{none};
};

} // namespace gocpp::rt
