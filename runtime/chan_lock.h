// The lock of a channel: a spin lock that favours one P until somebody else comes.
//
// Most channels are used on one P for a while, many for all their lives, and an atomic read-modify-write (5 ns (m)) would be
// half of what an operation there costs. So a new channel is biased towards the P that made it: that P's M, inside the
// runtime, locks by a plain store and a look, as it enters a lease. Whoever else comes first ends the bias, for good.
//
//   the M with the P, inside:                  who ends the bias:
//     owner == P's key ?                         owner: key -> kEnding      (CAS)
//     busy = true                (relaxed)       membarrier(PRIVATE_EXPEDITED), unless one has ended the key
//     compiler barrier                           wait until busy == false   (acquire)
//     owner and P's key the same ?               owner = kNobody            (release), then the spin lock
//       locked : busy = false
//     … hold it …
//     busy = false               (release)
//
// Either the membarrier comes before the second look, which then sees kEnding or the P's new key, or after the store of `busy`,
// which is then seen. A P is used by one M at a time, and passed on in order, so `busy` has one writer. While `owner` is not
// kNobody nobody takes the spin lock, and it stays so once it is: a holder holds by bias exactly if it is something else.
// How many channels have a bias, and when a P's key ends, is chan_bias.h's. Without membarrier, and for sanitizers, which do
// not know it, there is none. docs/models/bias.pml checks the protocol.
#pragma once

#include "chan_bias.h"
#include "lease.h"
#include "m.h"
#include "p.h"
#include "spinlock.h"

#include <atomic>

namespace gocpp::rt {

class ChanLock {
 public:
  /// Before anybody else knows the channel. `p` may be null, and need not be the caller's for sure. Whether it has a bias then.
  bool favour(P* p) noexcept {
    if (kSanitized || !g_have_membarrier || !p) return false;
    ChanBias::Key key = p->chan_bias.for_new_channel();
    owner_.store(key, std::memory_order_relaxed);
    return key != ChanBias::kNobody;
  }
  /// Takes that back, before anybody else knows the channel.
  void favour_nobody() noexcept { owner_.store(ChanBias::kNobody, std::memory_order_relaxed); }
  /// Once nobody else knows the channel any more. `p` as above.
  void retire(P* p) const noexcept {
    if (p && p->chan_bias.is(owner_.load(std::memory_order_relaxed))) p->chan_bias.was_kept();
  }

  /// `m`: the caller's, inside the runtime; null in a plain thread.
  [[gnu::always_inline]] void lock(M* m) noexcept {
    ChanBias::Key owner = owner_.load(std::memory_order_acquire);  // kNobody: pairs with the release in end_bias
    if (owner != ChanBias::kNobody) {
      // Inside, so m has a P.
      if (P* p; m && (p = m->p.load(std::memory_order_relaxed))->chan_bias.is(owner)) {
        busy_.store(true, std::memory_order_relaxed);
        std::atomic_signal_fence(std::memory_order_seq_cst);  // the membarrier of who ends it supplies the hardware's half
        if (owner_.load(std::memory_order_relaxed) == owner && p->chan_bias.is(owner)) [[likely]] return;
        busy_.store(false, std::memory_order_release);  // end_bias waits for it
      }
      end_bias();
    }
    spin_.lock();
  }
  [[gnu::always_inline]] void unlock() noexcept {
    if (biased())
      busy_.store(false, std::memory_order_release);  // to end_bias
    else
      spin_.unlock();
  }
  /// As SpinLock's.
  void hand_over() noexcept { spin_.hand_over(); }
  void unlock_for_parked() noexcept {
    if (biased())
      busy_.store(false, std::memory_order_release);  // to end_bias
    else
      spin_.unlock_for_parked();
  }

 private:
  bool biased() const noexcept { return !kSanitized && owner_.load(std::memory_order_relaxed) != ChanBias::kNobody; }
  void end_bias() noexcept;

  std::atomic<ChanBias::Key> owner_{ChanBias::kNobody};
  std::atomic<bool> busy_{false};  ///< Written by the owner's M only.
  SpinLock spin_;
};

/// Holds a ChanLock for a scope, inside the runtime.
class ChanGuard {
 public:
  explicit ChanGuard(ChanLock& l) noexcept : lock_(l) { lock_.lock(this_m()); }
  ~ChanGuard() { lock_.unlock(); }
  ChanGuard(const ChanGuard&) = delete;
  ChanGuard& operator=(const ChanGuard&) = delete;

 private:
  ChanLock& lock_;
};

} // namespace gocpp::rt
