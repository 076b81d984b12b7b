// The public functions of <gocpp/runtime.h>.

#include "sched.h"
#include "stack.h"

#include <gocpp/detail/rt.h>
#include <gocpp/runtime.h>

#include <algorithm>
#include <sched.h>

namespace gocpp {

using namespace rt;

namespace {

/// Sums a counter over all Ps, those that are out of use included.
uint64_t sum(Counter P::* counter) noexcept {
  uint64_t total = 0;
  for (auto& slot : sched.all_ps) {
    P* p = slot.load(std::memory_order_acquire);
    if (!p) break;
    total += (p->*counter).get();
  }
  return total;
}

uint64_t created() noexcept {
  return sum(&P::created) + sched.thread_created.load(std::memory_order_relaxed);
}

M* require_goroutine(Entry& e, const char* what) {
  if (e.g()) return e.m;
  detail::throw_panic(what);
}

} // namespace

void yield() {
  Entry e;
  if (e.g())
    yield_now(e);
  else
    sched_yield();
}

int gomaxprocs(int n) {
  ensure_started();
  if (n < 1) return sched.procs.load(std::memory_order_relaxed);
  n = std::min(n, kMaxProcs);
  Entry e;
  while (!sched.world_lock.try_lock()) {
    if (e.g())
      yield_now(e);
    else
      sched_yield();
  }
  int old = sched.procs.load(std::memory_order_relaxed);
  if (n != old) {
    stop_world(e.m);
    start_world(e.m, n);
  }
  sched.world_lock.unlock();
  return old;
}

int num_cpu() noexcept { return usable_cores(); }

std::size_t num_goroutine() noexcept {
  uint64_t finished = sum(&P::finished);
  uint64_t made = created();
  return made > finished ? made - finished : 0;
}

int set_max_threads(int n) {
  SpinGuard hold(sched.lock);
  int old = sched.max_ms;
  sched.max_ms = n;
  if (sched.m_count > n) detail::fatal_from_library("thread exhaustion");
  return old;
}

std::size_t set_stack_size(std::size_t bytes) { return set_new_stack_size(bytes); }

void lock_os_thread() {
  Entry e;
  M* m = require_goroutine(e, "lock_os_thread called from a thread that is no goroutine");
  ++m->g->lock_count;
  m->g->locked_m = m;
  m->locked_g = m->g;
}

void unlock_os_thread() {
  Entry e;
  M* m = require_goroutine(e, "unlock_os_thread called from a thread that is no goroutine");
  if (m->g->lock_count == 0 || --m->g->lock_count > 0) return;
  m->g->locked_m = nullptr;
  m->locked_g = nullptr;
}

stats runtime_stats() noexcept {
  stats s{};
  s.goroutines_finished = sum(&P::finished);
  s.goroutines_created = created();
  s.switches = sum(&P::switches);
  s.steals = sum(&P::steals);
  s.stolen = sum(&P::stolen);
  s.global_polls = sum(&P::global_polls);
  s.global_regular = sum(&P::global_regular);
  s.overflows = sum(&P::overflows);
  s.preemptions = sum(&P::preemptions);
  s.handoffs = sched.handoffs.load(std::memory_order_relaxed);
  s.threads_created = sched.threads_made.load(std::memory_order_relaxed);
  s.threads_ended = sched.threads_ended.load(std::memory_order_relaxed);
  s.wakeups = sched.wakeups.load(std::memory_order_relaxed);
  s.stacks_mapped = stack_slots_mapped();
  SpinGuard hold(sched.lock);
  s.threads = sched.m_count;
  s.threads_idle = sched.idle_m_count;
  s.processors = sched.procs.load(std::memory_order_relaxed);
  return s;
}

} // namespace gocpp
