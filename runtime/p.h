// P: a processor, the right to run goroutines, with what that needs.
//
// A P belongs to the M that holds its lease, to a revoker that took it, or to the idle list (guarded by sched.lock). Fields
// without a remark are touched by the owner only; ownership passes through the lease or sched.lock. Ps are never freed.
#pragma once

#include "chan_bias.h"
#include "g.h"
#include "runq.h"
#include "stack.h"
#include "timer.h"
#include "timer_burst.h"

#include <atomic>
#include <cstdint>

namespace gocpp::rt {

struct M;

/// Counters of one P: written by the owner only (relaxed load and store), read by anybody.
struct Counter {
  std::atomic<uint64_t> value{0};
  void add(uint64_t n = 1) noexcept { value.store(value.load(std::memory_order_relaxed) + n, std::memory_order_relaxed); }
  uint64_t get() const noexcept { return value.load(std::memory_order_relaxed); }
};

enum class PState : uint32_t { idle, running, stopped };

struct alignas(64) P {
  explicit P(int number) : id(number), chan_bias(number) {}
  const int id;
  std::atomic<PState> state{PState::stopped};  ///< Written by the owner or under sched.lock.
  std::atomic<M*> m{nullptr};                  ///< Who leases it. Written by that M or by a revoker.
  P* idle_next = nullptr;                      ///< Guarded by sched.lock.
  ChanBias chan_bias;                          ///< Any thread.

  RunQueue runq;
  TimerHeap timers;                            ///< Has its own lock.
  uint32_t looks = 0;                          ///< Counts searches for work; every 61st asks the global queue first.
  std::atomic<uint32_t> tick{0};               ///< Time slices begun; the monitor watches whether it moves.

  std::atomic<uint64_t> next_since{0};         ///< When runq's next was put there, in cycles; 0: not timed. A thief clears it.
  std::atomic<G*> next_by{nullptr};            ///< Who put it there; written before next_since.
  std::atomic<Trust> strangers{};              ///< How sure one waits soon of whom nothing is known (sched.cc). Who takes a next writes it.
  Counter trusted_puts;                        ///< Counts those that woke nobody; every kProbe-th is timed (sched.cc).

  TimerBurst burst;
  Counter unhelped_bursts;                     ///< Times that timers fired and no M was woken, since bursts were short.

  GList free_gs;                               ///< Dead goroutines, ready for use.
  StackCache stacks;
  uint64_t next_id = 0, last_id = 0;           ///< Ids that this P may give out.

  Counter created, finished, switches, steals, stolen, global_polls, global_regular, overflows, preemptions;

  // The monitor's own notes (sysmon.cc); nobody else touches them.
  struct Watch {
    uint32_t tick = 0;
    int64_t since = 0;              ///< When the slice `tick` was first seen.
    int64_t cpu = -1;               ///< The thread's CPU time at the last look.
    M* m = nullptr;
    bool asked = false;             ///< To yield.
    uint32_t block = 0;             ///< M::declared at the last look.
    uint64_t switches = 0;          ///< P::switches at the last look.
    uint64_t unhelped_bursts = 0;   ///< P::unhelped_bursts at the last look.
    int64_t sleep_after = 1'000'000;  ///< How long a slice may be before the thread is looked at for sleeping.
    int looks_left = 0;             ///< How many looks may find no sleeper before sleep_after grows.
  } watch;
};

} // namespace gocpp::rt
