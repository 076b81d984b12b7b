// Switching between goroutines, parking and readying them. The search for work stands in find_work.cc.
//
// A goroutine that parks goes straight to the next goroutine of its P when there is one and nothing else asks for
// attention; else to the M's home context, the loop in find_work.cc. Either way the context that runs next on this M
// performs the commit of the one that was left (after_switch): until then nobody may ready it.
//
// Every switch happens inside the runtime. How deep a goroutine was inside is part of what it takes along.
//
// To wake an idle M costs microseconds, on both sides. In vain, where the goroutine that was just readied is all there is
// to do and the one that readied it waits in a moment: two that talk in turns run best on one P. So each goroutine is
// watched: G::hands_over says whether the next one came to run within kSoon of being readied (trust.h). Who is trusted
// wakes nobody for the next one, but is still timed every kProbe times. Whom trust leaves waiting the monitor finds.
//
// Of whom nothing is known yet is expected what others were like of whom nothing was known on this P (P::strangers), and each
// time is timed. In a ring of goroutines through which a token goes each would wake an M four times (ThreadRing503).

#include "sched.h"

#include "cpu.h"
#include "fatal.h"
#include "switch.h"

namespace gocpp::rt {

constinit Sched sched;
std::atomic<int64_t> coarse_now{0};

namespace {

constexpr uint32_t kProbe = 16;
constexpr uint64_t kSoon = 10'000;  // cycles: less than it takes until an M that is woken looks
constexpr uint32_t kOldestEvery = 64;  // Of so many looks at the ring one is for the oldest, whatever stands behind it.

void save_thread_state(M* m, G* g) noexcept {
  g->saved_errno = *m->errno_at;
  if (m->eh->caught || m->eh->uncaught) [[unlikely]] {
    g->eh = *m->eh;
    *m->eh = {};
  }
}

void restore_thread_state(M* m, G* g) noexcept {
  *m->errno_at = g->saved_errno;
  if (g->eh.caught || g->eh.uncaught) [[unlikely]] {
    *m->eh = g->eh;
    g->eh = {};
  }
}

/// Leaves `g` for `next`, or for the M's home when that is null. Returns when g runs again, on whatever M.
[[gnu::noinline]] GOCPP_NO_TSAN void suspend(M* m, G* g, G* next) noexcept {
  uint32_t depth = m->lease.depth();
  save_thread_state(m, g);
  m->g = next;
  jump(&g->ctx, g->fibre, next ? &next->ctx : &m->home, next ? next->fibre : m->fibre);
  m = after_switch();
  m->lease.set_depth(depth);
  restore_thread_state(m, g);
}

/// What another M has to be able to go on with soon: a goroutine whose time was up, whose M lost its P, or who stood back.
void commit_yield(M* m, G* g, void*) noexcept {
  put_global(g);
  // An M that goes home with its P looks at the global queue itself.
  if (m->g || !m->p.load(std::memory_order_relaxed)) wake_p();
}

/// No M is woken for it: mostly those that it stepped aside for wait soon; where not, the monitor finds it.
void commit_step_aside(M* m, G* g, void*) noexcept {
  bool stayed = push_local(m->p.load(std::memory_order_relaxed), g);
  if (m->g && !stayed) wake_p();  // what went to the global queue is anybody's
  rouse_monitor(late_for_work);
}

/// A goroutine that yielded queues again behind those of its P; as in the global queue, but without its lock.
void commit_requeue(M* m, G* g, void*) noexcept {
  push_local(m->p.load(std::memory_order_relaxed), g);
  if (m->g) wake_p();
}

} // namespace

M* after_switch() noexcept {
  M* m = this_m();
  order_after(&m->eh);  // the start of the thread, which made its thread-local variables; not m, which has atomics that are seen
  Commit c = m->commit;
  m->commit.run = nullptr;
  if (c.run) c.run(m, c.left, c.arg);
  return m;
}

/// What is thought of who put what stands next there, now that it was timed.
static void judge_who_readied(P* p, Trust (Trust::*after)() const noexcept) noexcept {
  // relaxed, as all of this: a mistaken note costs a wake-up.
  p->next_since.store(0, std::memory_order_relaxed);
  G* by = p->next_by.load(std::memory_order_relaxed);
  Trust t = by->hands_over.load(std::memory_order_relaxed);
  if (t.unknown()) p->strangers.store((p->strangers.load(std::memory_order_relaxed).*after)(), std::memory_order_relaxed);
  by->hands_over.store((t.*after)(), std::memory_order_relaxed);
}

void next_was_left(P* p) noexcept {
  if (p->next_since.load(std::memory_order_relaxed) != 0) judge_who_readied(p, &Trust::after_bad);
}

/// The goroutine that stood next, and was timed, runs: `g`.
static void judge_next(P* p, G* g, uint64_t since) noexcept {
  G* by = p->next_by.load(std::memory_order_relaxed);
  if (cycle_count() - since > kSoon)
    next_was_left(p);
  else
    judge_who_readied(p, &Trust::after_good);
  // Its child was made before that was known; in a chain, where each makes the next and ends, nobody else learns of it.
  if (g->creator == by->id.load(std::memory_order_relaxed))
    g->hands_over.store(by->hands_over.load(std::memory_order_relaxed), std::memory_order_relaxed);
}

void begin_running(M* m, P* p, G* g, bool inherits_slice) noexcept {
  if (inherits_slice) {
    if (uint64_t since = p->next_since.load(std::memory_order_relaxed)) judge_next(p, g, since);
  } else {
    p->tick.store(p->tick.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);  // the monitor only compares
    if (m->lease.state() == Lease::preempt) m->lease.take_preempt();
  }
  p->switches.add();
  g->state.store(GState::running, std::memory_order_relaxed);
  if (!g->stack) [[unlikely]]
    bind_stack(p, g);
}

void bind_stack(P* p, G* g) noexcept {
  g->stack = stack_take(g->stack_class, p ? &p->stacks : nullptr);
  prepare_context(&g->ctx, g->stack.top, &goroutine_entry);
  open_fibre(g->fibre, g->stack);
}

/// quick_pick for this file, inlined: it is on the way of every switch.
[[gnu::always_inline]] static inline G* pick(M* m, P* p, bool& was_next) noexcept {
  // Whatever needs the clock, descriptors or another M is the loop's business.
  if (m->locked_g || (p->looks + 1) % 61 == 0 || sched.stopping.load(std::memory_order_relaxed)) return nullptr;
  G* g = p->runq.pop_next();
  was_next = g != nullptr;
  if (!g) g = p->runq.pop_ring(alone(), p->looks % kOldestEvery == 0);
  if (!g) g = take_global(p, 0);
  if (!g) return nullptr;
  ++p->looks;
  if (g->locked_m) [[unlikely]] {
    m->handed = g;
    return nullptr;
  }
  return g;
}

G* quick_pick(M* m, P* p, bool& was_next) noexcept { return pick(m, p, was_next); }

[[gnu::always_inline]] static inline G* next_here(M* m, P* p) noexcept {
  bool was_next;
  G* g = pick(m, p, was_next);
  if (g) begin_running(m, p, g, was_next);
  return g;
}

G* quick_next(M* m, P* p) noexcept { return next_here(m, p); }

void park(Entry& e, WaitReason reason, void (*commit)(M*, G*, void*), void* arg) noexcept {
  M* m = e.m;
  G* g = m->g;
  g->reason.store(reason, std::memory_order_relaxed);
  g->since.store(coarse_now.load(std::memory_order_relaxed), std::memory_order_relaxed);
  g->state.store(GState::waiting, std::memory_order_relaxed);
  m->commit = {commit, g, arg};
  suspend(m, g, next_here(m, m->p.load(std::memory_order_relaxed)));
  order_after(g);
  e.m = this_m();
}

/// Goes on with `next`, as suspend does; `commit` puts the running goroutine into a queue.
static void requeue(M* m, void (*commit)(M*, G*, void*), G* next) noexcept {
  G* g = m->g;
  g->state.store(GState::runnable, std::memory_order_relaxed);
  m->commit = {commit, g, nullptr};
  suspend(m, g, next);
}

void yield_now(Entry& e) noexcept {
  M* m = e.m;
  P* p = m->p.load(std::memory_order_relaxed);
  if (p->runq.empty() && sched.global_size.load(std::memory_order_relaxed) == 0 &&
      p->timers.empty() && !sched.stopping.load(std::memory_order_relaxed))
    return;
  requeue(m, &commit_requeue, quick_next(m, p));
  e.m = this_m();
}

void step_aside(Entry& e) noexcept {
  M* m = e.m;
  // One that is tied to its thread would lose its P by that.
  if (!m || !m->g || m->g->locked_m || m->lease.depth() != 1) return;
  P* p = m->p.load(std::memory_order_relaxed);
  if (p->runq.empty()) return;
  requeue(m, &commit_step_aside, quick_next(m, p));
  e.m = this_m();
}

void stand_back(Entry& e) noexcept {
  M* m = e.m;
  if (!m->g || m->lease.depth() != 1) return;
  requeue(m, &commit_yield, quick_next(m, m->p.load(std::memory_order_relaxed)));
  e.m = this_m();
}

/// From now on it counts how long p leaves what stands next, which `by` put there.
static void time_next(P* p, G* by) noexcept {
  p->next_by.store(by, std::memory_order_relaxed);
  p->next_since.store(cycle_count(), std::memory_order_relaxed);
}

/// Wakes an M for what m made runnable; one for all where timers do it.
static void wake_for_ready(M* m) noexcept { m->fires ? void(m->owes_wake = true) : wake_p(); }

/// Nothing but `next` waits on m's P: wakes an M for it, unless the goroutine that readied it is known to wait soon itself. That M shall
/// find the place open: to borrow our lease it would have to wait until we are back from waking it.
static void wake_for_next(M* m, P* p) noexcept {
  bool idle = sched.idle_p_count.load(std::memory_order_seq_cst) != 0;  // as in wake_p
  if (!idle && sched.spinning.load(std::memory_order_relaxed) == 0) return rouse_monitor(late_for_work);
  G* by = m->g;
  if (!by) return wake_for_ready(m);
  Trust t = by->hands_over.load(std::memory_order_relaxed);
  if (t.earned() || (t.unknown() && p->strangers.load(std::memory_order_relaxed).earned())) {
    rouse_monitor(late_for_work);
    p->trusted_puts.add();
    if (t.earned() && p->trusted_puts.get() % kProbe != 0) return;
  } else {
    // Timed where it costs a wake-up anyway, and before anybody can take it.
    if (idle) time_next(p, by);
    p->runq.open_next();
    full_fence();  // as in push_local
    wake_p(true);  // looks again: who spun when we looked may have given up
    // The wake-up itself took microseconds.
    if (!idle || p->next_since.load(std::memory_order_relaxed) == 0) return;
  }
  time_next(p, by);
}

void ready(G* g, M* m) noexcept {
  order_before(g);
  g->state.store(GState::runnable, std::memory_order_relaxed);
  if (!m) {
    put_global(g);
    wake_p();
    return;
  }
  P* p = m->p.load(std::memory_order_relaxed);
  if (G* kicked = p->runq.exchange_next(g)) {
    p->next_since.store(0, std::memory_order_relaxed);
    push_local(p, kicked);
    wake_for_ready(m);
  } else {
    wake_for_next(m, p);
  }
}

void ready_all(GList& list, M* m) noexcept {
  while (list.size != 0) {
    G* g = take_ready(list);
    if (m)
      push_local(m->p.load(std::memory_order_relaxed), g);
    else
      put_global(g);
    wake_p();
  }
}

G* take_ready(GList& list) noexcept {
  G* g = list.pop_front();
  order_before(g);
  g->state.store(GState::runnable, std::memory_order_relaxed);
  return g;
}

bool push_local(P* p, G* g) noexcept {
  while (!p->runq.push(g)) {
    GList half;
    if (!p->runq.take_overflow(half)) continue;  // a thief made room
    half.push_back(g);
    p->overflows.add();
    SpinGuard hold(sched.lock);
    sched.global.append(half);
    sched.global_size.store(sched.global.size, std::memory_order_seq_cst);
    return false;
  }
  // The push must be ordered before the caller's look at sched.spinning (find_work.cc).
  if (!alone()) full_fence();
  return true;
}

void put_global(G* g) noexcept {
  SpinGuard hold(sched.lock);
  sched.global.push_back(g);
  sched.global_size.store(sched.global.size, std::memory_order_seq_cst);
}

M* enter_slow(M* m) noexcept {
  for (unsigned spins = 0;;) {
    switch (m->lease.state()) {
    case Lease::held: return m;
    case Lease::revoking:
      // Outside until there is a verdict: one who comes in every hundred nanoseconds would make every revoker give up.
      if (m->lease.depth() != 1) {
        wait_a_moment(++spins);
        continue;
      }
      m->lease.leave();
      while (m->lease.state() == Lease::revoking) wait_a_moment(++spins);
      if (m->lease.enter()) return m;
      continue;
    case Lease::preempt: {
      if (!m->lease.take_preempt()) continue;
      if (m->lease.depth() != 1) return m;  // a move of an element that entered again: not a place to suspend
      P* p = m->p.load(std::memory_order_relaxed);
      p->preemptions.add();
      requeue(m, &commit_yield, quick_next(m, p));
      return this_m();
    }
    case Lease::revoked: m->lease.acknowledge(); [[fallthrough]];
    case Lease::none: {
      if (regain_p(m)) return m;
      requeue(m, &commit_yield, nullptr);  // home finds no P and waits
      return this_m();
    }
    }
  }
}

} // namespace gocpp::rt
