// M: a kernel thread that runs goroutines while it holds a P.
//
// Owned by its thread. `lease` has its own protocol (lease.h). While idle, `idle_next`, `next_p` and `spinning` are
// guarded by sched.lock; whoever takes an M off the idle list writes next_p and then releases `wake`.
// Ms are never freed but reused, so that a revoker may hold a stale pointer.
#pragma once

#include "annotate.h"
#include "block_cache.h"
#include "context.h"
#include "cpu.h"
#include "g.h"
#include "lease.h"

#include <atomic>
#include <cstdint>
#include <pthread.h>

namespace gocpp::detail {
struct chan_core;
}

namespace gocpp::rt {

struct P;

/// What the next context on this M does for the one that was just left: its registers are saved by then.
struct Commit {
  void (*run)(M* m, G* left, void* arg) = nullptr;
  G* left = nullptr;
  void* arg = nullptr;
};

struct alignas(64) M {
  Lease lease;
  G* g = nullptr;                       ///< The goroutine that runs here; null on the scheduler's own stack.
  std::atomic<P*> p{nullptr};           ///< Its P; written by the M, and by a revoker that holds `revoking`.
  P* last_p = nullptr;                  ///< Where it would like to go on.
  Context home;                         ///< The scheduler's loop, on the thread's own stack.
  Commit commit;
  G* handed = nullptr;                  ///< A goroutine that the loop must run next; the M's own.
  G* passed = nullptr;                  ///< The goroutine tied to this M, from the M that found it; published by `wake`.
  EhGlobals* eh = nullptr;              ///< This thread's __cxa_eh_globals.
  int* errno_at = nullptr;              ///< This thread's errno; to ask for it costs two calls.
  detail::chan_core* spare_chan = nullptr;  ///< A reference that the next copy takes over (chan_refs.cc). The M's own.
  bool spinning = false;
  bool called_for_next = false;         ///< Its last call was for what some P would run next. Written by who calls it.
  bool called_soon = false;             ///< So it was, and came within kShortWait; until it is counted, or other work was found.
  int short_waits = 0;                  ///< So many calls in a row were such; up to kShortWaits.
  static constexpr int kShortWaits = 2;
  static constexpr int64_t kShortWait = 50'000;  ///< Nanoseconds: about what it costs both sides to put a thread to sleep and wake it.
  bool fires = false;                   ///< It runs due timers, and wakes an M for all of them in the end, if it owes one.
  bool owes_wake = false;
  std::atomic<uint32_t> declared{0};    ///< Counts begins and ends of declared blocking calls: odd inside one. Read by the monitor.
  G* locked_g = nullptr;                ///< lock_os_thread.
  bool ending = false;                  ///< The thread ends instead of looking for more work.
  bool is_first = false;                ///< The process's first thread, which cannot end alone.
  std::atomic<uint32_t> wake{0};        ///< Futex: kGo lets a stopped M go on, kLook makes a sleeper look at the timers.
  static constexpr uint32_t kGo = 1, kLook = 2;
  P* next_p = nullptr;
  M* idle_next = nullptr;
  M* all_next = nullptr;                ///< Every M ever made; written once.
  pthread_t thread{};
  std::atomic<int> tid{0};              ///< 0: the thread has ended, or has not begun.
  uint64_t random = 0;
  /// Its own sequence; the upper bits are the better ones.
  [[gnu::always_inline]] uint64_t next_random() noexcept { return random = random * 6364136223846793005u + 1442695040888963407u; }
  void* signal_stack = nullptr;
  BlockCache chan_blocks;               ///< Of channels that were dropped here.
  [[no_unique_address]] Fibre fibre;    ///< Of the thread's own stack.
};

/// Makes `m` the calling thread's, which this_m() (cpu.h) tells.
void set_this_m(M* m) noexcept;

/// Drops what `m` keeps of channels, before it sleeps. By its own thread (chan_refs.cc).
void drop_spare_chans(M* m) noexcept;

} // namespace gocpp::rt
