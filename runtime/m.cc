// Threads: making Ms, putting them to sleep, waking them, ending them.
//
// Idle Ms stand on a list; the first that comes is the sleeper, which watches the timers of all Ps: it alone sleeps with a
// time-out. While a P is idle there is always a sleeper if there is a timer; when all Ps are busy their own
// Ms and the monitor see to timers. An M that has been idle for kIdleLife ends, unless it is the sleeper or the first thread.

#include "fatal.h"
#include "sched.h"
#include "switch.h"

#include "futex.h"
#include "permanent.h"

#include <algorithm>
#include <cxxabi.h>
#include <utility>
#include <unistd.h>

namespace __cxxabiv1 {
extern "C" __cxa_eh_globals* __cxa_get_globals() noexcept;
}

namespace gocpp::rt {

namespace {

constexpr int64_t kIdleLife = 5'000'000'000;
constexpr std::size_t kThreadStack = kSanitized ? 2 * 1024 * 1024 : 512 * 1024;

M* free_ms = nullptr;  // Ms whose threads have ended, through idle_next. Guarded by sched.lock.

void prepare_thread(M* m) noexcept {
  m->tid.store(gettid(), std::memory_order_relaxed);
  m->eh = reinterpret_cast<EhGlobals*>(__cxxabiv1::__cxa_get_globals());
  m->random = static_cast<uint64_t>(gettid()) * 0x9E3779B97F4A7C15u + static_cast<uint64_t>(now_ns());
  m->signal_stack = install_signal_stack();
  m->lease.set_depth(1);
#ifdef GOCPP_TSAN
  m->fibre.tsan = __tsan_get_current_fiber();
#endif
#ifdef GOCPP_ASAN
  pthread_attr_t attr;
  void* base;
  pthread_getattr_np(pthread_self(), &attr);
  pthread_attr_getstack(&attr, &base, &m->fibre.size);
  m->fibre.bottom = base;
  pthread_attr_destroy(&attr);
#endif
  set_this_m(m);
  order_before(m);  // pairs with after_switch
}

void* thread_main(void* arg) {
  M* m = static_cast<M*>(arg);
  prepare_thread(m);
  if (m->next_p) acquire_p(m, std::exchange(m->next_p, nullptr));
  schedule_loop(m);
  set_this_m(nullptr);
  remove_signal_stack(std::exchange(m->signal_stack, nullptr));
  sched.threads_ended.fetch_add(1, std::memory_order_relaxed);
  SpinGuard hold(sched.lock);
  --sched.m_count;
  m->ending = false;
  m->idle_next = free_ms;
  free_ms = m;
  return nullptr;
}

M* take_m_record_locked() noexcept {
  if (M* m = free_ms) {
    free_ms = m->idle_next;
    return m;
  }
  M* m = make_permanent<M>();
  if (!m) fatal("out of memory for a thread");
  M* head = sched.all_ms.load(std::memory_order_relaxed);
  do m->all_next = head;
  while (!sched.all_ms.compare_exchange_weak(head, m, std::memory_order_release, std::memory_order_relaxed));
  return m;
}

/// Starts a thread for a new M. With `p` it begins with it, without it waits among the idle.
void new_m(P* p, bool spinning) noexcept {
  M* m;
  {
    SpinGuard hold(sched.lock);
    if (++sched.m_count > sched.max_ms) fatal("thread exhaustion");
    m = take_m_record_locked();
  }
  m->spinning = spinning;
  m->next_p = p;
  m->idle_next = nullptr;
  m->wake.store(0, std::memory_order_relaxed);
  sched.threads_made.fetch_add(1, std::memory_order_relaxed);
  pthread_attr_t attr;
  pthread_attr_init(&attr);
  pthread_attr_setstacksize(&attr, kThreadStack);
  pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
  if (pthread_create(&m->thread, &attr, &thread_main, m) != 0) fatal("thread exhaustion: the system refuses another thread");
  pthread_attr_destroy(&attr);
}

void unlink_idle_locked(M* m) noexcept {
  for (M** at = &sched.idle_ms; *at; at = &(*at)->idle_next) {
    if (*at != m) continue;
    *at = m->idle_next;
    m->idle_next = nullptr;
    --sched.idle_m_count;
    return;
  }
}

void resign_as_sleeper_locked(M* m) noexcept {
  if (sched.sleeper != m) return;
  sched.sleeper = nullptr;
  sched.sleep_until.store(0, std::memory_order_seq_cst);
}

/// Takes an idle M, the sleeper last. `needs_sleeper` tells that timers are left without anybody who watches them.
M* take_idle_m_locked(bool& needs_sleeper) noexcept {
  needs_sleeper = false;
  M* m = sched.idle_ms;
  if (!m) return nullptr;
  if (m == sched.sleeper && m->idle_next) m = m->idle_next;
  unlink_idle_locked(m);
  if (m == sched.sleeper) {
    resign_as_sleeper_locked(m);
    needs_sleeper = sched.idle_p_count.load(std::memory_order_relaxed) > 0 && earliest_timer() != kNever;
  }
  return m;
}

bool still_idle_locked(M* m) noexcept {
  for (M* i = sched.idle_ms; i; i = i->idle_next)
    if (i == m) return true;
  return false;
}

/// The sleeper's wait: until somebody gives it a P (kGo) or a timer is due. True when it took a P for the timers.
bool sleep_over_timers(M* m) noexcept {
  bool no_p_for_timers = false;
  for (;;) {
    int64_t timers = no_p_for_timers ? kNever : earliest_timer();
    sched.sleep_until.store(timers, std::memory_order_seq_cst);
    // A timer, or a P without work, that came before the store did not see us; look again.
    if (no_p_for_timers) {
      if (sched.idle_p_count.load(std::memory_order_seq_cst) > 0) {
        no_p_for_timers = false;
        continue;
      }
    } else if (earliest_timer() < timers) {
      continue;
    }
    uint32_t w = m->wake.load(std::memory_order_acquire);
    if (w == M::kGo) return false;
    if (w == M::kLook) {
      no_p_for_timers = false;
      uint32_t look = M::kLook;
      m->wake.compare_exchange_strong(look, 0, std::memory_order_acq_rel, std::memory_order_relaxed);
      continue;
    }
    int64_t until = std::min(timers, sched.recheck_at.load(std::memory_order_relaxed));
    if (until == kNever) {
      futex_wait(&m->wake, 0);
      no_p_for_timers = false;
      continue;
    }
    if (futex_wait_until(&m->wake, 0, until)) continue;
    SpinGuard hold(sched.lock);
    if (!still_idle_locked(m)) continue;  // somebody is just giving us a P
    if (until >= sched.recheck_at.load(std::memory_order_relaxed)) check_deadlock_locked();
    if (until < timers) continue;
    P* p = sched.stopping.load(std::memory_order_relaxed) ? nullptr : take_idle_p();
    if (!p) {
      // All are busy: their Ms and the monitor watch the timers, and the next P that becomes idle tells us.
      no_p_for_timers = true;
      continue;
    }
    unlink_idle_locked(m);
    resign_as_sleeper_locked(m);
    m->next_p = p;
    return true;
  }
}

/// Makes the sleeper look at the timers again.
void poke_sleeper() noexcept {
  SpinGuard hold(sched.lock);
  if (!sched.sleeper) return;
  uint32_t zero = 0;
  sched.sleeper->wake.compare_exchange_strong(zero, M::kLook, std::memory_order_acq_rel, std::memory_order_relaxed);
  futex_wake(&sched.sleeper->wake);
}

void take_next_p(M* m) noexcept {
  m->wake.store(0, std::memory_order_relaxed);
  if (P* p = std::exchange(m->next_p, nullptr)) acquire_p(m, p);
}

} // namespace

void futex_wake_m(M* m) noexcept { futex_wake(&m->wake); }

int64_t earliest_timer() noexcept {
  int64_t earliest = kNever;
  for (int i = 0; i < kMaxProcs; ++i) {
    P* p = sched.all_ps[i].load(std::memory_order_acquire);
    if (!p) break;
    earliest = std::min(earliest, p->timers.next());
  }
  return earliest;
}

void start_m(P* p, bool spinning) noexcept {
  M* m;
  bool needs_sleeper;
  {
    SpinGuard hold(sched.lock);
    if (!p && !(p = take_idle_p())) {
      if (spinning) sched.spinning.fetch_sub(1, std::memory_order_seq_cst);
      return;
    }
    m = take_idle_m_locked(needs_sleeper);
    if (m) {
      m->spinning = spinning;
      m->next_p = p;
    }
  }
  if (!m) return new_m(p, spinning);
  sched.wakeups.fetch_add(1, std::memory_order_relaxed);
  m->wake.store(M::kGo, std::memory_order_release);  // publishes next_p to take_next_p
  futex_wake(&m->wake);
  if (needs_sleeper) new_m(nullptr, false);
}

bool stop_m(M* m) noexcept {
  int64_t ends_at = now_ns() + kIdleLife;
  bool watches;
  {
    SpinGuard hold(sched.lock);
    m->idle_next = sched.idle_ms;
    sched.idle_ms = m;
    ++sched.idle_m_count;
    watches = !sched.sleeper;
    if (watches) sched.sleeper = m;
    check_deadlock_locked();
  }
  if (watches) {
    if (sleep_over_timers(m)) {
      sched.spinning.fetch_add(1, std::memory_order_seq_cst);
      m->spinning = true;
    }
    take_next_p(m);
    return true;
  }
  // Our P is idle now; the sleeper, which had none, may not even know of the timers that were armed meanwhile.
  if (int64_t when = earliest_timer(); when != kNever) wake_sleeper(when);
  for (;;) {
    uint32_t w = m->wake.load(std::memory_order_acquire);
    if (w == M::kGo) break;
    if (m->is_first) {
      futex_wait(&m->wake, 0);
      continue;
    }
    if (futex_wait_until(&m->wake, 0, ends_at)) continue;
    SpinGuard hold(sched.lock);
    if (!still_idle_locked(m)) {
      ends_at = kNever;  // a P is on its way
      continue;
    }
    unlink_idle_locked(m);
    return false;
  }
  take_next_p(m);
  return true;
}

void wait_for_locked(M* m) noexcept {
  {
    SpinGuard hold(sched.lock);
    ++sched.locked_waiting;
    check_deadlock_locked();
  }
  while (m->wake.load(std::memory_order_acquire) != M::kGo) futex_wait(&m->wake, 0);
  {
    SpinGuard hold(sched.lock);
    --sched.locked_waiting;
  }
  take_next_p(m);
}

void wake_sleeper(int64_t when) noexcept {
  // Pairs with sleep_over_timers: either it sees the new timer, or we see how long it means to sleep.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  int64_t until = sched.sleep_until.load(std::memory_order_seq_cst);
  if (until == 0) {
    // Nobody is idle. If a P is, there must be somebody who watches.
    if (sched.idle_p_count.load(std::memory_order_seq_cst) == 0) return;
    bool nobody;
    {
      SpinGuard hold(sched.lock);
      nobody = !sched.sleeper && sched.idle_p_count.load(std::memory_order_relaxed) > 0;
    }
    if (nobody) new_m(nullptr, false);
    return;
  }
  // A sleeper without a P to take cannot help; the next P that becomes idle calls this again.
  if (until == kNever && sched.idle_p_count.load(std::memory_order_seq_cst) == 0) return;
  if (when < until || when <= coarse_now.load(std::memory_order_relaxed)) poke_sleeper();
}

M* adopt_first_thread() noexcept {
  M* m;
  {
    SpinGuard hold(sched.lock);
    ++sched.m_count;
    m = take_m_record_locked();
  }
  m->is_first = true;
  sched.threads_made.fetch_add(1, std::memory_order_relaxed);
  prepare_thread(m);
  return m;
}

} // namespace gocpp::rt
