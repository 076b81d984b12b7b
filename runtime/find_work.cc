// The loop of an M: find a goroutine, run it, and what to do when there is none.
//
// Order: the global queue every 61st time, and then the P's ring before what it would run next; the P's own queue, the
// global queue (a fair share), half of another P's ring where there is a poller to ask, the poller, half of another P's
// queue, other Ps' timers. An M searches other Ps in earnest only while fewer than half of the busy Ps do; it then is
// "spinning".
//
// No wake-up is lost: who makes work first publishes it and then, if no M spins and a P is idle, wakes one. An M that gives
// up first makes its P idle, then stops being counted as spinning, then looks at every queue once more. All of these are
// sequentially consistent, so either the maker sees that nobody spins, or the M sees the work. The last spinner that finds
// work wakes another, since there may be more.
//
// The one goroutine that a P would run next is another matter. It mostly runs in a moment, when the one that readied it
// waits itself, and is cheapest there. So it is taken from a P only when it has been left there for a microsecond, an
// M that gives up comes back for it once at most, and it alone wakes an M only where experience says that it will be left
// there (sched.cc). Where that was wrong the monitor helps, as it does for one that stepped aside, into its P's ring, for those that
// have what it would wait for in a moment: that wakes nobody either.
//
// To sleep and be woken takes tens of microseconds, a part of them on the core of who wakes. So an M that was called soon for such
// a one, twice in a row, looks on for as long the next time instead of sleeping, whether it got that or came too late; if nothing
// comes it has to earn that again. What comes from timers does not count, since a process that only waits for them shall not keep
// a core busy; with descriptors the sleeper does as much by itself (m.cc). Nor does what stands in rings: who makes goroutines of some dozen nanoseconds runs them best itself,
// and an M that takes them away one by one, never asleep, makes both slower.

#include "fatal.h"
#include "give_way.h"
#include "poller.h"
#include "sched.h"
#include "switch.h"

#include <algorithm>
#include <utility>

namespace gocpp::rt {

namespace {

/// While there is work the poller is asked at a regular look that comes this long after the last.
constexpr int64_t kPollAfter = 100'000;

/// Takes `most` goroutines (0: a fair share) from the global queue; one is returned, the rest goes to p. Lock held.
G* take_global_locked(P* p, uint32_t most) noexcept {
  uint32_t n = sched.global.size;
  if (n == 0) return nullptr;
  uint32_t procs = static_cast<uint32_t>(sched.procs.load(std::memory_order_relaxed));
  uint32_t share = most ? most : std::min({n, n / procs + 1, RunQueue::kCapacity / 2});
  G* first = sched.global.pop_front();
  for (uint32_t i = 1; i < share; ++i) {
    G* g = sched.global.pop_front();
    if (!p->runq.push(g)) {
      sched.global.push_front(g);
      break;
    }
    __builtin_prefetch(sched.global.head);  // as RunQueue::fetch_ahead
  }
  sched.global_size.store(sched.global.size, std::memory_order_seq_cst);
  p->global_polls.add();
  return first;
}

uint32_t next_random(M* m) noexcept { return static_cast<uint32_t>(m->next_random() >> 33); }

constexpr int kPausesPerLook = 16, kLooks = 8;

/// True when `victim` leaves the goroutine that it would run next where it is, for some microseconds: its own one
/// computes, or sleeps in the kernel.
bool leaves_next(P* victim) noexcept {
  G* g = victim->runq.peek_next();
  if (!g) return false;
  uint64_t switches = victim->switches.get();
  // Whoever woke us may stand behind us on the same core, where it would leave everything.
  if (int64_t now = now_ns(); give_way.is_cheap(now)) give_way_at(now);
  for (int look = 0; look < kLooks; ++look) {
    for (int i = 0; i < kPausesPerLook; ++i) cpu_relax();
    if (victim->runq.peek_next() != g || victim->switches.get() != switches || !victim->runq.ring_empty()) return false;
  }
  return true;
}

/// Once for each call that came soon.
void count_short_wait(M* m) noexcept {
  if (std::exchange(m->called_soon, false)) m->short_waits = std::min(m->short_waits + 1, M::kShortWaits);
}

/// One look at every other P in random order. Sets `fired` when timers of others were run.
G* steal_work(M* m, P* p, bool& fired) noexcept {
  uint32_t procs = static_cast<uint32_t>(sched.procs.load(std::memory_order_acquire));
  for (int round = 0; round < 4; ++round) {
    bool last_round = round == 3;
    uint32_t start = next_random(m);
    for (uint32_t i = 0; i < procs; ++i) {
      if (sched.stopping.load(std::memory_order_relaxed)) return nullptr;
      P* victim = sched.all_ps[(start + i) % procs].load(std::memory_order_acquire);
      if (victim == p) continue;
      if (last_round && !victim->timers.empty()) {
        int64_t now = now_ns();
        if (victim->timers.next() <= now && victim->timers.run_due(now)) {
          fired = true;
          return nullptr;
        }
      }
      uint32_t taken = 0;
      G* g = victim->runq.steal_half(p->runq, taken);
      // A running P will most likely take its `next` itself in a moment, warm; only the last look takes it.
      if (g) {
        m->short_waits = 0;
      } else if (last_round && leaves_next(victim) && (g = steal_next(victim))) {
        next_was_left(victim);
        taken = 1;
        count_short_wait(m);
      } else {
        continue;
      }
      p->steals.add();
      p->stolen.add(taken);
      return g;
    }
  }
  return nullptr;
}

/// Half of the first ring of another P that has anything. Before the poller is asked: it always has something where clients
/// are fast, while the M of that other P may wait for a core with requests that came before.
G* steal_ring(M* m, P* p) noexcept {
  uint32_t procs = static_cast<uint32_t>(sched.procs.load(std::memory_order_acquire)), start = next_random(m);
  for (uint32_t i = 0; i < procs; ++i) {
    P* victim = sched.all_ps[(start + i) % procs].load(std::memory_order_acquire);
    uint32_t taken = 0;
    G* g = victim == p ? nullptr : victim->runq.steal_half(p->runq, taken);
    if (!g) continue;
    p->steals.add();
    p->stolen.add(taken);
    return g;
  }
  return nullptr;
}

/// The look of an M that has given up, or leaves its P `but` to itself. What some P would run next counts `with_next`.
bool work_anywhere(bool with_next, const P* but = nullptr) noexcept {
  if (sched.global_size.load(std::memory_order_seq_cst) != 0) return true;
  int procs = sched.procs.load(std::memory_order_acquire);
  for (int i = 0; i < procs; ++i) {
    const P* p = sched.all_ps[i].load(std::memory_order_acquire);
    if (p != but && (!p->runq.ring_empty() || (with_next && p->runq.peek_next()))) return true;
  }
  return false;
}

/// True when all there is to do stands on m's own P and comes from timers, and is expected to be done before another M could help.
/// What others made while we were the one that spins is looked for here.
bool runs_short_burst(M* m) noexcept {
  P* p = m->p.load(std::memory_order_relaxed);
  return p->burst.lasts() && p->burst.is_short() && !poller_has_waiters() && !work_anywhere(true, p);
}

void stop_spinning(M* m) noexcept {
  m->spinning = false;
  int before = sched.spinning.fetch_sub(1, std::memory_order_seq_cst);
  if (before == 1 && !runs_short_burst(m)) wake_p();
}

/// What can go on because of a descriptor: the first is returned, the others join the P's queue. Not while the sleeper
/// waits in epoll: it will be told.
G* take_polled(M* m) noexcept {
  if (!poller_has_waiters() || poller_last_asked() == kNever) return nullptr;
  GList found;
  poller_ask(found, 0);
  if (found.size == 0) return nullptr;
  G* first = take_ready(found);
  ready_all(found, m);  // wakes others for these, not for the one that runs here at once
  return first;
}

/// True for kShortWait where the last waits were that short: the M looks again, between looks at the disposal of whoever wants its core.
bool looks_on(M* m, int64_t& until) noexcept {
  if (m->short_waits < M::kShortWaits) return false;
  int64_t now = now_ns();
  if (until == 0) until = now + M::kShortWait;
  if (now < until && give_way.is_cheap(now)) {
    give_way_at(now);
    return true;
  }
  m->short_waits = 0;
  return false;
}

/// A goroutine for m's P, or null after the P was given up.
G* find_work(M* m) noexcept {
  bool comes_back = true;
  int64_t looks_until = 0;  // 0: it has not begun to look on
  for (;;) {
    P* p = m->p.load(std::memory_order_relaxed);
    if (sched.stopping.load(std::memory_order_acquire)) {
      if (m->spinning) stop_spinning(m);
      release_p(m);
      p->state.store(PState::stopped, std::memory_order_release);  // stop_world's acquire load takes it over
      return nullptr;
    }
    ++p->looks;
    if (p->burst.lasts() && p->runq.empty()) p->burst.ended(cycle_count());
    if (!p->timers.empty()) {
      int64_t now = now_ns();
      if (p->timers.next() <= now) p->timers.run_due(now);
    }
    if (p->looks % 61 == 0) {
      if (G* g = take_global(p, 1)) {
        p->global_regular.add();
        begin_running(m, p, g, false);
        return g;
      }
      if (poller_has_waiters() && now_ns() - poller_last_asked() > kPollAfter)
        if (G* g = take_polled(m)) return g;
      // Two that ready each other in turns keep the ring waiting.
      G* g = p->runq.pop_ring(alone());
      if (g && (!g->locked_m || g->locked_m == m)) begin_running(m, p, g, false);
      if (g) return g;
    }
    bool was_next;
    if (G* g = p->runq.pop(was_next, alone())) {
      if (!g->locked_m || g->locked_m == m) begin_running(m, p, g, was_next);
      return g;
    }
    if (G* g = take_global(p, 0)) return g;
    if (poller_has_waiters())
      if (G* g = steal_ring(m, p)) return g;
    if (G* g = take_polled(m)) return g;

    int busy = sched.procs.load(std::memory_order_relaxed) - sched.idle_p_count.load(std::memory_order_relaxed);
    if (m->spinning || 2 * sched.spinning.load(std::memory_order_relaxed) < busy) {
      if (!m->spinning) {
        m->spinning = true;
        sched.spinning.fetch_add(1, std::memory_order_seq_cst);
      }
      bool fired = false;
      if (G* g = steal_work(m, p, fired)) return g;
      if (fired) continue;
      if (looks_on(m, looks_until)) continue;
      if (looks_until == 0) count_short_wait(m);  // if it was called, then too late
    }

    {
      SpinGuard hold(sched.lock);
      if (sched.stopping.load(std::memory_order_relaxed)) continue;
      if (G* g = take_global_locked(p, 0)) return g;
      release_p(m);
      put_idle_p(p);
    }
    if (!m->spinning) return nullptr;
    m->spinning = false;
    sched.spinning.fetch_sub(1, std::memory_order_seq_cst);
    if (!work_anywhere(comes_back)) return nullptr;
    comes_back = false;
    {
      SpinGuard hold(sched.lock);
      p = take_idle_p();
      if (!p) return nullptr;
    }
    acquire_p(m, p);
    m->spinning = true;
    sched.spinning.fetch_add(1, std::memory_order_seq_cst);
  }
}

/// `g` may run on its own M only: that one gets our P.
void pass_to_locked(M* m, G* g) noexcept {
  P* p = release_p(m);
  M* other = g->locked_m;
  other->passed = g;
  other->next_p = p;
  other->wake.store(M::kGo, std::memory_order_seq_cst);  // publishes passed and next_p to wait_for_locked
  rouse(other);
}

G* next_goroutine(M* m) noexcept {
  for (;;) {
    if (G* dead_end = m->locked_g; dead_end && !m->handed) {
      // The goroutine that this thread is tied to waits, so the thread waits as well.
      if (m->p.load(std::memory_order_relaxed)) hand_off(release_p(m));
      wait_for_locked(m);
    }
    if (!m->p.load(std::memory_order_relaxed)) {
      if (m->ending || !stop_m(m)) return nullptr;
      continue;
    }
    if (m->ending) {
      hand_off(release_p(m));
      return nullptr;
    }
    G* g = std::exchange(m->handed, nullptr);
    if (!g) g = find_work(m);
    if (!g) continue;
    m->called_soon = false;
    if (m->spinning) stop_spinning(m);
    if (g->locked_m && g->locked_m != m) {
      pass_to_locked(m, g);
      continue;
    }
    if (g->state.load(std::memory_order_relaxed) != GState::running)
      begin_running(m, m->p.load(std::memory_order_relaxed), g, false);
    return g;
  }
}

} // namespace

G* take_global(P* p, uint32_t most) noexcept {
  if (sched.global_size.load(std::memory_order_relaxed) == 0) return nullptr;
  SpinGuard hold(sched.lock);
  return take_global_locked(p, most);
}

GOCPP_NO_TSAN void schedule_loop(M* m) noexcept {
  while (G* g = next_goroutine(m)) {
    m->g = g;
    jump(&m->home, m->fibre, &g->ctx, g->fibre);
    after_switch();
    m->g = nullptr;
  }
}

bool regain_p(M* m) noexcept {
  P* p;
  {
    SpinGuard hold(sched.lock);
    if (sched.stopping.load(std::memory_order_relaxed)) return false;
    p = m->last_p && take_this_idle_p(m->last_p) ? m->last_p : take_idle_p();
  }
  if (!p) return false;
  acquire_p(m, p);
  return true;
}

void wake_p(bool for_next) noexcept {
  if (sched.idle_p_count.load(std::memory_order_seq_cst) == 0) return rouse_monitor(late_for_work);
  if (sched.spinning.load(std::memory_order_seq_cst) != 0) return;
  int none = 0;
  if (!sched.spinning.compare_exchange_strong(none, 1, std::memory_order_seq_cst, std::memory_order_relaxed)) return;
  P* p;
  {
    SpinGuard hold(sched.lock);
    p = take_idle_p();
  }
  if (!p) {
    sched.spinning.fetch_sub(1, std::memory_order_seq_cst);
    return;
  }
  start_m(p, true, for_next);
}

} // namespace gocpp::rt
