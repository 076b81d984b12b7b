// Ending the bias of a channel's lock. The protocol stands in chan_lock.h.

#include "chan_lock.h"

#include <algorithm>

namespace gocpp::rt {

[[gnu::noinline, gnu::cold]] void ChanLock::end_bias() noexcept {
  for (unsigned spins = 1;; ++spins) {
    P* owner = owner_.load(std::memory_order_acquire);  // null: pairs with the release below
    if (!owner) return;
    if (owner != ending() &&
        owner_.compare_exchange_strong(owner, ending(), std::memory_order_acq_rel, std::memory_order_relaxed)) {
      uint32_t pause = owner->bias_pause.load(std::memory_order_relaxed);
      owner->unbiased_channels.store(pause, std::memory_order_relaxed);
      owner->bias_pause.store(std::min(2 * pause, kLongestPause), std::memory_order_relaxed);
      membarrier_all();
      // acquire: pairs with unlock(), so that the channel is seen as its holder left it.
      for (; busy_.load(std::memory_order_acquire); ++spins) wait_a_moment(spins);
      owner_.store(nullptr, std::memory_order_release);
      return;
    }
    wait_a_moment(spins);  // somebody else ends it
  }
}

} // namespace gocpp::rt
