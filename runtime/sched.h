// The scheduler's interface inside the runtime: entering it, parking, readying.
//
// Every operation of the runtime that touches the P, a waiter or a runtime lock holds an Entry. Parking happens inside
// an Entry and returns inside, often on another M; the Entry knows.
#pragma once

#include "g.h"
#include "m.h"
#include "p.h"
#include "spinlock.h"
#include "wait_reason.h"

#include <atomic>
#include <cstdint>

namespace gocpp::rt {

inline constexpr int kMaxProcs = 1024;

/// The scheduler's shared state. `lock` guards what follows it, unless a field says otherwise.
struct Sched {
  SpinLock lock;
  GList global;                              ///< Runnable goroutines of no P.
  std::atomic<uint32_t> global_size{0};      ///< Written under lock, read by anybody.
  P* idle_ps = nullptr;
  std::atomic<int> idle_p_count{0};          ///< Written under lock, read by anybody.
  M* idle_ms = nullptr;
  int idle_m_count = 0;
  int m_count = 0;                           ///< Ms with a thread, main's included, the monitor not.
  int max_ms = 10'000;
  int locked_waiting = 0;                    ///< Ms that wait for their locked goroutine; they count as idle.
  M* sleeper = nullptr;                      ///< The idle M that watches timers and descriptors, if there is one (m.cc).
  bool sleeper_comes = false;                ///< A thread has been made to be the sleeper and is not idle yet.
  bool monitor_asleep = false;               ///< For good, since no P is busy.
  GList free_gs;                             ///< Surplus dead goroutines.

  std::atomic<int64_t> sleep_until{0};       ///< When the sleeper wakes by itself; 0: there is none, or it has not said. Written
                                             ///< under lock, for the sleeper of that moment. seq_cst with heaps.
  std::atomic<uint32_t> timers_fired{0};     ///< About how many so far (timer.cc). relaxed: a matter of speed.
  std::atomic<bool> sleeper_deaf{false};     ///< The sleeper found no P to take and looks at nothing until a P is idle.
  std::atomic<M*> in_epoll{nullptr};         ///< The M that waits in epoll, or is on its way out. seq_cst with M::wake.
  std::atomic<bool> epoll_wanted{false};     ///< The next sleeper waits for it to be out. seq_cst with in_epoll.
  std::atomic<int64_t> recheck_at{kNever};   ///< When to look for a deadlock once more (deadlock_check.cc).
  SpinLock world_lock;                       ///< Held from stop_world to start_world; taken before `lock`.

  alignas(64) std::atomic<int> spinning{0};  ///< Ms that look for work without having any.
  std::atomic<int> monitor_drowsy{0};        ///< How rarely the monitor looks (sysmon.cc). seq_cst with the queues.
  std::atomic<bool> stopping{false};         ///< The world is being stopped, or the process exits.
  std::atomic<int> procs{0};                 ///< GOMAXPROCS.
  std::atomic<P*> all_ps[kMaxProcs] = {};    ///< Written while the world is stopped, before procs grows.
  std::atomic<M*> all_ms{nullptr};           ///< Push-only list through M::all_next.
  std::atomic<uint64_t> next_id{2};          ///< Ids in batches; 1 is main.
  std::atomic<uint64_t> thread_created{0};   ///< Goroutines made by plain threads.
  std::atomic<uint64_t> threads_made{0}, threads_ended{0}, handoffs{0}, wakeups{0};
  std::atomic<int> blocked_threads{0};       ///< Plain threads parked without a time-out.
  std::atomic<bool> main_is_goroutine{false};
  std::atomic<bool> main_exited{false};      ///< main left by goexit.
  std::atomic<bool> started{false};
};
extern Sched sched;
/// The time, as the monitor last saw it: good to a few milliseconds while anything runs.
extern std::atomic<int64_t> coarse_now;

/// The cold part of ensure_started.
void start_scheduler();
/// Starts the scheduler if nothing has: Ps, the monitor, signal handlers. Any thread, any time.
inline void ensure_started() {
  // acquire: pairs with the release in start_scheduler; whoever sees `started` sees the Ps.
  if (!sched.started.load(std::memory_order_acquire)) [[unlikely]] start_scheduler();
}

/// Resolves a lease that is not plainly held: waits for a verdict, gets a P again (the goroutine may go on in another
/// thread), yields when asked. Returns the current M.
M* enter_slow(M* m) noexcept;

/// Being inside the runtime. `m` is null in a plain thread, which runs the same code without a P.
struct Entry {
  M* m;
  Entry() noexcept : m(this_m()) {
    if (m && !m->lease.enter()) [[unlikely]]
      m = enter_slow(m);
  }
  ~Entry() {
    if (m) m->lease.leave();
  }
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;
  G* g() const noexcept { return m ? m->g : nullptr; }
};

/// Suspends the calling goroutine. Once its registers are saved, `commit(m, g, arg)` runs on the M that it left: from
/// then on somebody may ready() it. Returns when it runs again. Only goroutines; inside.
void park(Entry& e, WaitReason reason, void (*commit)(M*, G*, void*), void* arg) noexcept;

/// Makes a waiting goroutine runnable: next on the caller's P, or on the global queue from a plain thread. Inside (or in
/// a plain thread). The goroutine must be parked, its commit run.
void ready(G* g, M* m) noexcept;
/// The same for many, without making them next: order is kept.
void ready_all(GList& list, M* m) noexcept;

/// Takes the first of those that can go on, for the caller to run at once.
G* take_ready(GList& list) noexcept;

/// Sends the calling goroutine to the end of its P's queue and runs others.
void yield_now(Entry& e) noexcept;

/// Sends the caller to the global queue and runs others, if it is a goroutine that may be suspended here: one that makes goroutines faster
/// than they run.
void stand_back(Entry& e) noexcept;
/// Lets those that wait on the caller's P run first, if it is a goroutine that may be suspended here, and wakes nobody for it: for one
/// that has just let others have what it would take again in a moment. Returns on whatever M.
void step_aside(Entry& e) noexcept;

/// Ends the calling goroutine, whose closure is gone: gives its stack back and runs others.
[[noreturn]] void finish_goroutine() noexcept;

/// The scheduler's loop, on an M's own stack. Returns only when the M shall end.
void schedule_loop(M* m) noexcept;

/// Wakes or makes an M for an idle P when no M is spinning. Inside, or a plain thread. `for_next`: for one goroutine that stands next.
void wake_p(bool for_next = false) noexcept;
/// Tells whoever sleeps until the next timer that there is an earlier one.
void wake_sleeper(int64_t when) noexcept;
/// After a P has become idle, or something began to wait: sees to it that somebody idle watches timers and descriptors.
void watch_for_idle_ps() noexcept;
/// Makes the sleeper look again at what it waits for.
void poke_sleeper() noexcept;

// ---- Ms (m.cc) ----

/// Gives `p` (may be null: any idle one) to a waiting or new M. `spinning`: the caller has counted it in sched.spinning.
void start_m(P* p, bool spinning, bool for_next = false) noexcept;
/// Makes a thread that waits among the idle when none does, since one will be wanted in a moment.
void prepare_m() noexcept;
/// Puts the M on the idle list until somebody gives it a P. False: the M has waited long and shall end.
bool stop_m(M* m) noexcept;
/// Waits on m->wake until somebody passes the goroutine that the M is tied to, with a P, and takes both.
void wait_for_locked(M* m) noexcept;
/// Ends the sleep of an M whose `wake` the caller has just set, seq_cst.
void rouse(M* m) noexcept;
/// Makes the calling thread, the process's first, an M that has no P yet.
M* adopt_first_thread() noexcept;
/// The earliest timer of all Ps; kNever when there is none.
int64_t earliest_timer() noexcept;
/// Reports a deadlock if nothing can wake anything any more. sched.lock held.
void check_deadlock_locked() noexcept;
/// Has the sleeper keep recheck_at. Called after check_deadlock_locked, without the lock, by who is not the sleeper.
void see_to_recheck() noexcept;
/// Counts a plain thread that is about to sleep without a time-out, and the end of that.
void thread_blocks() noexcept;
void thread_unblocks() noexcept;

// ---- Ps (p.cc) ----

P* new_p(int id) noexcept;
/// The P is the M's from here. Inside.
void acquire_p(M* m, P* p) noexcept;
/// Takes the M's P from it. Inside.
P* release_p(M* m) noexcept;
/// Any idle P, or null. sched.lock held.
P* take_idle_p() noexcept;
bool take_this_idle_p(P* p) noexcept;
void put_idle_p(P* p) noexcept;
/// Finds an M for a P that has lost its own, or makes it idle. `p` belongs to the caller.
void hand_off(P* p) noexcept;
/// Takes `p` from the M that leases it, if that M is outside the runtime.
bool retake(P* p) noexcept;
/// Takes what would run next on `p`, if p's M is outside the runtime; null if not, or if there is nothing.
G* steal_next(P* p) noexcept;

/// Stops every P. On return the caller alone touches them; user code goes on but cannot enter the runtime.
void stop_world(M* self) noexcept;
void start_world(M* self, int procs) noexcept;
int usable_cores() noexcept;

void put_global(G* g) noexcept;

// ---- monitor (sysmon.cc) ----
void start_monitor() noexcept;
void wake_monitor() noexcept;
/// The monitor's pauses are long enough to matter to: a declared block that keeps work waiting; any work that waits.
enum Drowsy : int { roused_by_block = -2, roused_by_work, alert, late_for_blocks, late_for_work };
/// Makes the monitor look again soon if it is that drowsy. Cheap when it is not.
inline void rouse_monitor(Drowsy if_this) noexcept {
  if (sched.monitor_drowsy.load(std::memory_order_relaxed) < if_this) return;
  int by = if_this == late_for_work ? roused_by_work : roused_by_block;
  if (sched.monitor_drowsy.exchange(by, std::memory_order_seq_cst) > alert) wake_monitor();
}
int monitor_tid() noexcept;

// ---- goroutine memory (spawn.cc) ----
G* take_g(P* p) noexcept;
void give_g(P* p, G* g) noexcept;
uint64_t take_id(P* p) noexcept;
/// Makes the goroutine of a closure that spawn_begin gave room for; it stands in no queue yet.
G* make_g(Entry& e, void* closure, void (*run)(void*), void* created_at) noexcept;
/// The same for goroutine 1, which has a stack of its own size.
G* make_main_g(void* closure, void (*run)(void*), uint8_t stack_class) noexcept;
/// Sets the stack of goroutines made from now on and returns the old size.
std::size_t set_new_stack_size(std::size_t bytes) noexcept;
/// Calls f(g) for every G ever made, dead ones included.
void for_each_g(void (*f)(G* g, void* arg), void* arg) noexcept;
/// The first function on every goroutine's stack. Not noexcept: an exception that nobody catches shall find no handler
/// at all, so that std::terminate is called with the stack intact.
void goroutine_entry();

} // namespace gocpp::rt
