// Ps: handing them from M to M, taking them away, stopping them all, and how many there are.
//
// Stopping the world takes every lease: an idle P is simply taken; one whose M is in user code is revoked; one whose M is
// inside the runtime stops by itself at its next look for work, which preempt hastens. User code is never waited for.

#include "fatal.h"
#include "permanent.h"
#include "sched.h"
#include "switch.h"

#include <algorithm>
#include <utility>

namespace gocpp::rt {

P* new_p(int id) noexcept {
  P* p = make_permanent<P>(id);
  if (!p) fatal("out of memory for a processor");
  return p;
}

void acquire_p(M* m, P* p) noexcept {
  p->state.store(PState::running, std::memory_order_relaxed);
  p->m.store(m, std::memory_order_release);
  m->p.store(p, std::memory_order_release);
  m->last_p = p;
  m->lease.grant();  // release: a revoker that sees `held` sees m->p
}

P* release_p(M* m) noexcept {
  P* p = m->p.load(std::memory_order_relaxed);
  m->lease.surrender();
  p->m.store(nullptr, std::memory_order_release);
  m->p.store(nullptr, std::memory_order_release);
  return p;
}

P* take_idle_p() noexcept {
  P* p = sched.idle_ps;
  return p && take_this_idle_p(p) ? p : nullptr;
}

bool take_this_idle_p(P* p) noexcept {
  for (P** at = &sched.idle_ps; *at; at = &(*at)->idle_next) {
    if (*at != p) continue;
    *at = p->idle_next;
    p->idle_next = nullptr;
    p->state.store(PState::running, std::memory_order_relaxed);
    sched.idle_p_count.fetch_sub(1, std::memory_order_seq_cst);
    if (sched.monitor_asleep) {
      sched.monitor_asleep = false;
      wake_monitor();
    }
    return true;
  }
  return false;
}

void put_idle_p(P* p) noexcept {
  p->state.store(PState::idle, std::memory_order_relaxed);
  p->idle_next = sched.idle_ps;
  sched.idle_ps = p;
  sched.idle_p_count.fetch_add(1, std::memory_order_seq_cst);
}

void hand_off(P* p) noexcept {
  sched.handoffs.fetch_add(1, std::memory_order_relaxed);
  if (sched.stopping.load(std::memory_order_acquire)) {
    p->state.store(PState::stopped, std::memory_order_release);
    return;
  }
  if (!p->runq.empty() || sched.global_size.load(std::memory_order_seq_cst) != 0) return start_m(p, false);
  {
    SpinGuard hold(sched.lock);
    if (sched.stopping.load(std::memory_order_relaxed)) {
      p->state.store(PState::stopped, std::memory_order_release);
      return;
    }
    if (sched.global_size.load(std::memory_order_relaxed) == 0) {
      put_idle_p(p);
      p = nullptr;
    }
  }
  if (p) return start_m(p, false);
  // Now that a P is idle somebody has to watch timers and descriptors, and look at what may have come meanwhile.
  watch_for_idle_ps();
  wake_p();
}

/// Whether they belong together. While m's lease stands at `revoking`.
static bool still_has(M* m, P* p) noexcept {
  return p->m.load(std::memory_order_acquire) == m && m->p.load(std::memory_order_acquire) == p;
}

G* steal_next(P* p) noexcept {
  if (G* g = p->runq.take_open_next()) return g;
  M* m = p->m.load(std::memory_order_acquire);
  if (!m) return nullptr;
  G* g = nullptr;
  m->lease.borrow([&] { return still_has(m, p); }, [&] { g = p->runq.exchange_next(nullptr); });
  return g;
}

bool retake(P* p) noexcept {
  M* m = p->m.load(std::memory_order_acquire);
  if (!m) return false;
  return m->lease.revoke(
      [&] { return still_has(m, p); },
      [&] {
        p->m.store(nullptr, std::memory_order_relaxed);
        m->p.store(nullptr, std::memory_order_relaxed);
      });
}

void stop_world(M* self) noexcept {
  sched.stopping.store(true, std::memory_order_seq_cst);
  int procs = sched.procs.load(std::memory_order_relaxed);
  for (int i = 0; i < procs; ++i) {
    P* p = sched.all_ps[i].load(std::memory_order_relaxed);
    if (self && p == self->p.load(std::memory_order_relaxed)) continue;
    for (unsigned spins = 0; p->state.load(std::memory_order_acquire) != PState::stopped; ++spins) {
      {
        SpinGuard hold(sched.lock);
        if (p->state.load(std::memory_order_relaxed) == PState::idle && take_this_idle_p(p)) {
          p->state.store(PState::stopped, std::memory_order_relaxed);
          break;
        }
      }
      if (retake(p)) {
        p->state.store(PState::stopped, std::memory_order_relaxed);
        break;
      }
      if (M* m = p->m.load(std::memory_order_acquire)) m->lease.request_preempt();
      if (spins % 16 == 15)
        sched_yield();
      else
        cpu_relax();
    }
  }
}

void start_world(M* self, int procs) noexcept {
  int old = sched.procs.load(std::memory_order_relaxed);
  for (int i = old; i < procs; ++i)
    if (!sched.all_ps[i].load(std::memory_order_relaxed))
      sched.all_ps[i].store(new_p(i), std::memory_order_release);
  P* mine = self ? self->p.load(std::memory_order_relaxed) : nullptr;
  if (mine && mine->id >= procs) {  // ours goes away: move to the first
    release_p(self);
    mine->state.store(PState::stopped, std::memory_order_relaxed);
    mine = sched.all_ps[0].load(std::memory_order_relaxed);
    acquire_p(self, mine);
  }
  P* first = sched.all_ps[0].load(std::memory_order_relaxed);
  GList moved;
  for (int i = procs; i < old; ++i) {
    P* p = sched.all_ps[i].load(std::memory_order_relaxed);
    bool was_next;
    while (G* g = p->runq.pop(was_next)) moved.push_back(g);
    p->timers.drain_into(first->timers);
    stack_flush(p->stacks);
    SpinGuard hold(sched.lock);
    sched.free_gs.append(p->free_gs);
  }
  P* busy = nullptr;
  {
    SpinGuard hold(sched.lock);
    sched.global.append(moved);
    sched.global_size.store(sched.global.size, std::memory_order_seq_cst);
    sched.procs.store(procs, std::memory_order_release);
    for (int i = procs - 1; i >= 0; --i) {
      P* p = sched.all_ps[i].load(std::memory_order_relaxed);
      if (p == mine) continue;
      if (p->runq.empty()) {
        put_idle_p(p);
      } else {
        p->state.store(PState::running, std::memory_order_relaxed);
        p->idle_next = busy;
        busy = p;
      }
    }
    sched.stopping.store(false, std::memory_order_seq_cst);
    if (sched.monitor_asleep) {
      sched.monitor_asleep = false;
      wake_monitor();
    }
  }
  while (busy) {
    P* p = busy;
    busy = std::exchange(p->idle_next, nullptr);
    start_m(p, false);
  }
  watch_for_idle_ps();
  wake_p();
}

} // namespace gocpp::rt
