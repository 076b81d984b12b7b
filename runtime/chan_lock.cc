// Ending the bias of a channel's lock. The protocol stands in chan_lock.h.

#include "chan_lock.h"

#include "sched.h"

#include <algorithm>

namespace gocpp::rt {

static_assert(ChanBias::number_of_p(ChanBias::Key{kMaxProcs} - 1) == kMaxProcs - 1);

void ChanBias::end(Key k) noexcept {
  {
    SpinGuard hold(lock_);
    if (!is(k)) return;
    uint32_t pause = pause_.load(std::memory_order_relaxed);
    without_.store(pause, std::memory_order_relaxed);
    pause_.store(std::min(2 * pause, kLongestPause), std::memory_order_relaxed);
    if (pause >= kLongPause) {
      key_.store(k + kStep, std::memory_order_relaxed);
      membarrier_all();
      return;
    }
  }
  membarrier_all();
}

[[gnu::noinline, gnu::cold]] void ChanLock::end_bias() noexcept {
  for (unsigned spins = 1;; ++spins) {
    ChanBias::Key owner = owner_.load(std::memory_order_acquire);  // kNobody: pairs with the release below
    if (owner == ChanBias::kNobody) return;
    if (owner != ChanBias::kEnding &&
        owner_.compare_exchange_strong(owner, ChanBias::kEnding, std::memory_order_acq_rel, std::memory_order_relaxed)) {
      // relaxed: who sees the key was handed the channel by who saw the P.
      sched.all_ps[ChanBias::number_of_p(owner)].load(std::memory_order_relaxed)->chan_bias.end(owner);
      // acquire: pairs with unlock(), so that the channel is seen as its holder left it.
      for (; busy_.load(std::memory_order_acquire); ++spins) wait_a_moment(spins);
      owner_.store(ChanBias::kNobody, std::memory_order_release);
      return;
    }
    wait_a_moment(spins);  // somebody else ends it
  }
}

} // namespace gocpp::rt
