// The lock of a channel: a spin lock that favours one P until somebody else comes.
//
// Most channels are used on one P for a while, many for all their lives, and an atomic read-modify-write (5 ns (m)) would be
// half of what an operation there costs. So a new channel is biased towards the P that made it: that P's M, inside the
// runtime, locks by a plain store and a look, as it enters a lease. Whoever else comes first ends the bias, for good.
//
//   the M with the P, inside:                  who ends the bias:
//     busy = true                (relaxed)       owner: P -> kEnding       (CAS)
//     compiler barrier                           membarrier(PRIVATE_EXPEDITED)
//     owner == P ? locked : busy = false         wait until busy == false  (acquire)
//     … hold it …                                owner = null              (release), then the spin lock
//     busy = false               (release)
//
// Either the membarrier comes before the load of `owner`, which then sees kEnding, or after the store of `busy`, which
// is then seen. A P is used by one M at a time, and passed on in order, so `busy` has one writer. While `owner` is not
// null nobody takes the spin lock, and it stays null once it is: so a holder holds by bias exactly if it is not null.
//
// To end a bias costs microseconds, on other cores too, as much as some hundred channels of a few operations gain by
// theirs. So a P for whose channel that happened makes the next ones without: P::bias_pause of them, which doubles each
// time and shrinks by a part in kForgets with each channel that ends its life with its bias. After a long pause only one channel
// in (pause / kProbes) has a bias, or there would be hundreds to end by the time that the first one shows it. Without membarrier, and
// for sanitizers, which do not know it, there is no bias. docs/models/bias.pml checks the protocol.
#pragma once

#include "lease.h"
#include "m.h"
#include "p.h"
#include "spinlock.h"

#include <atomic>

namespace gocpp::rt {

class ChanLock {
 public:
  /// Before anybody else knows the channel. `p` may be null, and need not be the caller's for sure.
  void favour(P* p) noexcept {
    if (kSanitized || !g_have_membarrier || !p) return;
    // relaxed, here and below: races lose a count.
    uint32_t without = p->unbiased_channels.load(std::memory_order_relaxed);
    if (without != 0) return p->unbiased_channels.store(without - 1, std::memory_order_relaxed);
    owner_.store(p, std::memory_order_relaxed);
    uint32_t pause = p->bias_pause.load(std::memory_order_relaxed);
    p->unbiased_channels.store((pause - kShortestPause) / kProbes, std::memory_order_relaxed);
  }
  /// Takes that back, before anybody else knows the channel.
  void favour_nobody() noexcept { owner_.store(nullptr, std::memory_order_relaxed); }
  /// Once nobody else knows the channel any more.
  void retire() const noexcept {
    P* owner = owner_.load(std::memory_order_relaxed);
    if (!owner) return;
    uint32_t pause = owner->bias_pause.load(std::memory_order_relaxed);
    if (pause > kShortestPause) owner->bias_pause.store(pause - pause / kForgets, std::memory_order_relaxed);
  }

  /// `m`: the caller's, inside the runtime; null in a plain thread.
  [[gnu::always_inline]] void lock(M* m) noexcept {
    P* owner = owner_.load(std::memory_order_acquire);  // null: pairs with the release in end_bias
    if (owner && m && owner == m->p.load(std::memory_order_relaxed)) {
      busy_.store(true, std::memory_order_relaxed);
      std::atomic_signal_fence(std::memory_order_seq_cst);  // the membarrier in end_bias supplies the hardware's half
      if (owner_.load(std::memory_order_relaxed) == owner) [[likely]] return;
      busy_.store(false, std::memory_order_release);  // end_bias waits for it
    }
    if (owner) end_bias();
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
  static P* ending() noexcept { return reinterpret_cast<P*>(1); }
  bool biased() const noexcept { return !kSanitized && owner_.load(std::memory_order_relaxed) != nullptr; }
  void end_bias() noexcept;

  static constexpr uint32_t kForgets = 256, kProbes = 256, kShortestPause = 256, kLongestPause = 1 << 16;

  std::atomic<P*> owner_{nullptr};
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
