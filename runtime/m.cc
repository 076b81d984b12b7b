// Threads: making Ms, putting them to sleep, waking them, ending them.
//
// Idle Ms stand on a list. One of them is the sleeper, which watches the timers of all Ps and, once there is a poller,
// waits in epoll. An M that becomes idle is the sleeper if there is none. While a P is idle and there is something to
// watch, there is a sleeper, or an M that spins: giving up it becomes the sleeper, finding work it starts the next one.
// When all Ps are busy their own Ms and the monitor watch; a sleeper that found that out is deaf until a P is idle. An
// M that has been idle for kIdleLife ends, unless it is the sleeper or the first thread.
//
// When a descriptor wakes the sleeper and another P is idle, an idle M is called to the seat before the sleeper goes. So what
// comes next is not kept waiting, and the thread that is called is awake by the time that the answer is answered; to leave the
// seat to the first, or to let two wait in epoll, made an echo over one connection slower. Where descriptors come within kShortWait,
// twice in a row, who has the seat looks on for as long before it sleeps: that echo answers 2.5 times as many requests (m).

#include "fatal.h"
#include "futex.h"
#include "give_way.h"
#include "permanent.h"
#include "poller.h"
#include "sched.h"
#include "switch.h"

#include <gocpp/detail/errno.h>

#include <algorithm>
#include <cxxabi.h>
#include <sys/prctl.h>
#include <utility>
#include <unistd.h>

namespace __cxxabiv1 {
extern "C" __cxa_eh_globals* __cxa_get_globals() noexcept;
}

namespace gocpp::rt {

namespace {

constexpr int64_t kIdleLife = 5'000'000'000;
constexpr std::size_t kThreadStack = kSanitized ? 2 * 1024 * 1024 : 512 * 1024;

/// Linux lets a wait with a time limit last up to the thread's slack longer, to wake fewer times; 50 µs unless somebody set another.
constexpr int kUsualSlack = 50'000, kSlack = 1'000;  // of nanoseconds

M* free_ms = nullptr;  // Ms whose threads have ended, through idle_next. Guarded by sched.lock.

/// For exact timers, and so that a system call that waits a moment does not keep the goroutine's P longer than it says. How much a
/// burst of timers may be gathered is our own choice (wake_up_at). A slack that is not the usual one was meant by somebody.
void set_timer_slack() noexcept {
  if (prctl(PR_GET_TIMERSLACK) == kUsualSlack) prctl(PR_SET_TIMERSLACK, kSlack);
}

void prepare_thread(M* m) noexcept {
  set_timer_slack();
  m->tid.store(gettid(), std::memory_order_relaxed);
  m->eh = reinterpret_cast<EhGlobals*>(__cxxabiv1::__cxa_get_globals());
  m->errno_at = detail::errno_location();
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
  order_before(&m->eh);  // pairs with after_switch
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

/// Starts a thread for a new M. With `p` it begins with it, without it waits among the idle. False when the system refuses.
bool try_new_m(P* p, bool spinning) noexcept {
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
  bool made = pthread_create(&m->thread, &attr, &thread_main, m) == 0;
  pthread_attr_destroy(&attr);
  if (made) return true;
  sched.threads_made.fetch_sub(1, std::memory_order_relaxed);
  {
    SpinGuard hold(sched.lock);
    --sched.m_count;
    m->idle_next = free_ms;
    free_ms = m;
    check_deadlock_locked();  // while we counted one more nobody could see that all are idle
  }
  see_to_recheck();
  return false;
}

void new_m(P* p, bool spinning) noexcept {
  if (!try_new_m(p, spinning)) fatal("thread exhaustion: the system refuses another thread");
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
  sched.sleeper_deaf.store(false, std::memory_order_relaxed);
  sched.sleep_until.store(0, std::memory_order_seq_cst);
}

/// Takes an idle M, the sleeper last.
M* take_idle_m_locked() noexcept {
  M* m = sched.idle_ms;
  if (!m) return nullptr;
  if (m == sched.sleeper && m->idle_next) m = m->idle_next;
  unlink_idle_locked(m);
  resign_as_sleeper_locked(m);
  return m;
}

bool still_idle_locked(M* m) noexcept {
  for (M* i = sched.idle_ms; i; i = i->idle_next)
    if (i == m) return true;
  return false;
}

bool nap_on_futex(M* m, int64_t until) noexcept {
  if (until != kNever) return futex_wait_until(&m->wake, 0, until);
  futex_wait(&m->wake, 0);
  return true;
}

/// The sleeper's seat in epoll is free for the next.
void leave_epoll() noexcept {
  sched.in_epoll.store(nullptr, std::memory_order_seq_cst);
  if (sched.epoll_wanted.exchange(false, std::memory_order_seq_cst)) poke_sleeper();
}

/// How many descriptors in a row came within kShortWait; up to kShortWaits. Of who has the seat in epoll.
int came_soon = 0;

/// The wait in epoll. Where descriptors come soon it begins with looks, between which the core is at the disposal of whoever wants it, for
/// as long as to be put to sleep and woken would take; if nothing comes that has to be earned again.
void wait_in_epoll(M* m, int64_t until, GList& found) noexcept {
  int64_t began = now_ns();
  auto called = [m] { return m->wake.load(std::memory_order_seq_cst) != 0; };
  if (came_soon == M::kShortWaits) {
    constexpr int64_t kPast = 1;  // as who waits, which takes an interrupt back: whoever interrupts has written `wake`
    int64_t end = std::min(until, began + M::kShortWait);
    for (int64_t now = began; !called() && now < end && give_way.is_cheap(now); now = give_way_at(now)) {
      poller_ask(found, kPast);
      if (found.size != 0) return;
    }
    if (!called()) came_soon = 0;
  }
  if (called()) return;
  poller_ask(found, until);
  if (found.size != 0) came_soon = now_ns() - began <= M::kShortWait ? std::min(came_soon + 1, M::kShortWaits) : 0;
}

/// Sleeps until woken, until a descriptor lets somebody go on, or until `until`. False when the time was up.
///
/// One M at a time waits in epoll, or an interrupt might end the wait of another than the one that is meant. A sleeper that was
/// called may not be out yet when the next one comes: that one waits on its futex and is told.
bool nap(M* m, bool deaf, int64_t until, GList& found) noexcept {
  if (deaf || !poller_exists()) return nap_on_futex(m, until);
  M* none = nullptr;
  if (!sched.in_epoll.compare_exchange_strong(none, m, std::memory_order_seq_cst, std::memory_order_relaxed)) {
    sched.epoll_wanted.store(true, std::memory_order_seq_cst);
    return !sched.in_epoll.load(std::memory_order_seq_cst) || nap_on_futex(m, until);
  }
  wait_in_epoll(m, until, found);
  leave_epoll();
  return found.size != 0 || until == kNever || now_ns() < until;
}

void poke_locked(M* m) noexcept {
  uint32_t zero = 0;
  m->wake.compare_exchange_strong(zero, M::kLook, std::memory_order_seq_cst, std::memory_order_relaxed);
  rouse(m);
}

/// Calls an idle M to the sleeper's seat, which is free. False when there is none. Lock held.
bool promote_idle_m_locked() noexcept {
  M* m = sched.idle_ms;
  if (!m) return false;
  sched.sleeper = m;
  sched.wakeups.fetch_add(1, std::memory_order_relaxed);
  poke_locked(m);
  return true;
}

/// Takes an idle P for the sleeper, which then is idle no more. With what it found it goes at once, and another has its seat
/// if a P is still idle. When a timer is due, or there is no other, it spins; whoever it wakes when it finds work takes the seat.
/// Lock held.
bool leave_sleep_locked(M* m, const GList& found) noexcept {
  P* p = sched.stopping.load(std::memory_order_relaxed) ? nullptr : take_idle_p();
  if (!p) return false;
  unlink_idle_locked(m);
  resign_as_sleeper_locked(m);
  m->next_p = p;
  bool wanted = sched.idle_p_count.load(std::memory_order_relaxed) != 0;
  m->spinning = found.size == 0 || (wanted && !promote_idle_m_locked());
  if (m->spinning) sched.spinning.fetch_add(1, std::memory_order_seq_cst);
  return true;
}

/// True when the sleeper took a P for what it found; else that is made runnable anywhere.
bool take_p_for(M* m, GList& found, bool& deaf) noexcept {
  {
    SpinGuard hold(sched.lock);
    // If somebody is just giving us a P we come back for kGo.
    if (still_idle_locked(m)) {
      if (leave_sleep_locked(m, found)) return true;
      deaf = true;
    }
  }
  ready_all(found, nullptr);
  return false;
}

/// Says until when m sleeps. False when somebody has just taken m off the list: what it says would then count as another's.
bool announce_sleep(M* m, int64_t until, bool deaf) noexcept {
  SpinGuard hold(sched.lock);
  if (sched.sleeper != m) return false;
  sched.sleeper_deaf.store(deaf, std::memory_order_relaxed);
  sched.sleep_until.store(until, std::memory_order_seq_cst);
  return true;
}

/// The sleeper's wait: until somebody gives it a P (kGo), a timer is due or a descriptor lets somebody go on. True when
/// it took a P for these; `found` then is to be readied there.
bool sleep_and_watch(M* m, GList& found) noexcept {
  bool deaf = false;  // There is no P for what we would find.
  for (;;) {
    int64_t timers = deaf ? kNever : earliest_timer();
    if (!announce_sleep(m, timers, deaf)) {
      for (uint32_t w; (w = m->wake.load(std::memory_order_acquire)) != M::kGo;) futex_wait(&m->wake, w);
      return false;
    }
    // A timer, or a P without work, that came before the store did not see us; look again.
    if (deaf) {
      if (sched.idle_p_count.load(std::memory_order_seq_cst) > 0) {
        deaf = false;
        continue;
      }
    } else if (earliest_timer() < timers) {
      continue;
    }
    uint32_t w = m->wake.load(std::memory_order_acquire);
    if (w == M::kGo) return false;
    if (w == M::kLook) {
      deaf = false;
      uint32_t look = M::kLook;
      m->wake.compare_exchange_strong(look, 0, std::memory_order_acq_rel, std::memory_order_relaxed);
      continue;
    }
    int64_t up_at = timers == kNever ? kNever : wake_up_at(timers);
    int64_t until = std::min(up_at, sched.recheck_at.load(std::memory_order_relaxed));
    bool early = nap(m, deaf, until, found);
    if (found.size != 0) {
      if (take_p_for(m, found, deaf)) return true;
      continue;
    }
    if (early) {
      if (until == kNever) deaf = false;
      continue;
    }
    SpinGuard hold(sched.lock);
    if (!still_idle_locked(m)) continue;  // somebody is just giving us a P
    if (until >= sched.recheck_at.load(std::memory_order_relaxed)) check_deadlock_locked();
    if (until < up_at) continue;
    if (leave_sleep_locked(m, found)) return true;
    // All are busy: their Ms and the monitor watch, and the next P that becomes idle tells us.
    deaf = true;
  }
}

/// There is no sleeper: makes one if a P is idle. A spinning M becomes it when it gives up, and one that finds work
/// starts another in its place (stop_spinning), so while one spins there is no need.
void appoint_sleeper() noexcept {
  if (sched.idle_p_count.load(std::memory_order_seq_cst) == 0 || sched.spinning.load(std::memory_order_seq_cst) != 0) return;
  {
    SpinGuard hold(sched.lock);
    if (sched.sleeper || sched.sleeper_comes || sched.idle_p_count.load(std::memory_order_relaxed) == 0) return;
    if (promote_idle_m_locked()) return;
    sched.sleeper_comes = true;
  }
  new_m(nullptr, false);
}

enum class Idle { called, promoted, ended };

/// The wait of an idle M that is not the sleeper: until it is given a P, made the sleeper, or has waited long.
Idle sleep_idle(M* m) noexcept {
  int64_t ends_at = m->is_first ? kNever : now_ns() + kIdleLife;
  for (;;) {
    uint32_t w = m->wake.load(std::memory_order_acquire);
    if (w == M::kGo) return Idle::called;
    if (w == M::kLook) return Idle::promoted;  // sleep_and_watch takes the word back
    if (ends_at == kNever) {
      futex_wait(&m->wake, 0);
      continue;
    }
    if (futex_wait_until(&m->wake, 0, ends_at)) continue;
    SpinGuard hold(sched.lock);
    if (!still_idle_locked(m) || sched.sleeper == m) {
      ends_at = kNever;  // a P, or the promotion, is on its way
      continue;
    }
    unlink_idle_locked(m);
    return Idle::ended;
  }
}

void take_next_p(M* m) noexcept {
  m->wake.store(0, std::memory_order_relaxed);
  if (P* p = std::exchange(m->next_p, nullptr)) acquire_p(m, p);
}

} // namespace

void rouse(M* m) noexcept {
  // Pairs with nap: either we see that the M means to wait in epoll, or it sees `wake`.
  if (sched.in_epoll.load(std::memory_order_seq_cst) == m)
    poller_interrupt();
  else
    futex_wake(&m->wake);
}

int64_t earliest_timer() noexcept {
  int64_t earliest = kNever;
  for (int i = 0; i < kMaxProcs; ++i) {
    P* p = sched.all_ps[i].load(std::memory_order_acquire);
    if (!p) break;
    earliest = std::min(earliest, p->timers.next());
  }
  return earliest;
}

void start_m(P* p, bool spinning, bool for_next) noexcept {
  M* m;
  {
    SpinGuard hold(sched.lock);
    if (!p && !(p = take_idle_p())) {
      if (spinning) sched.spinning.fetch_sub(1, std::memory_order_seq_cst);
      return;
    }
    m = take_idle_m_locked();
    if (m) {
      m->spinning = spinning;
      m->called_for_next = for_next;
      m->next_p = p;
    }
  }
  if (!m) return new_m(p, spinning);
  sched.wakeups.fetch_add(1, std::memory_order_relaxed);
  m->wake.store(M::kGo, std::memory_order_seq_cst);  // publishes next_p to take_next_p
  rouse(m);
  if (!spinning) watch_for_idle_ps();  // it may have been the sleeper
}

void prepare_m() noexcept {
  {
    SpinGuard hold(sched.lock);
    // Room is left for who needs a thread more.
    if (sched.idle_m_count != 0 || sched.sleeper_comes || sched.m_count + kMaxProcs > sched.max_ms) return;
  }
  try_new_m(nullptr, false);
}

/// How the wait of an idle M ended: somebody gave it a P, it was the sleeper and took one for what had come, or it ends.
enum class Waited { called, watched, ended };

/// Puts the M on the list of the idle. What the sleeper `found` is to be readied.
Waited wait_on_list(M* m, GList& found) noexcept {
  bool watches;
  {
    SpinGuard hold(sched.lock);
    m->idle_next = sched.idle_ms;
    sched.idle_ms = m;
    ++sched.idle_m_count;
    watches = !sched.sleeper;
    if (watches) sched.sleeper = m;
    sched.sleeper_comes = false;
    check_deadlock_locked();
  }
  if (!watches) {
    see_to_recheck();
    // Our P is idle now; the sleeper, which had none, may not even know of the timers that were armed meanwhile.
    watch_for_idle_ps();
    switch (sleep_idle(m)) {
    case Idle::ended: return Waited::ended;
    case Idle::called: return Waited::called;
    case Idle::promoted: break;
    }
  }
  return sleep_and_watch(m, found) ? Waited::watched : Waited::called;
}

bool stop_m(M* m) noexcept {
  drop_spare_chans(m);
  GList found;
  int64_t began = now_ns();
  Waited how = wait_on_list(m, found);
  if (how == Waited::ended) return false;
  m->called_soon = how == Waited::called && m->called_for_next && now_ns() - began <= M::kShortWait;
  if (!m->called_soon) m->short_waits = 0;
  take_next_p(m);
  if (found.size == 0) return true;
  if (!m->spinning) m->handed = take_ready(found);  // nobody need be woken for what runs here at once
  ready_all(found, m);
  return true;
}

void wait_for_locked(M* m) noexcept {
  {
    SpinGuard hold(sched.lock);
    ++sched.locked_waiting;
    check_deadlock_locked();
  }
  see_to_recheck();
  while (m->wake.load(std::memory_order_acquire) != M::kGo) futex_wait(&m->wake, 0);
  {
    SpinGuard hold(sched.lock);
    --sched.locked_waiting;
  }
  take_next_p(m);
  m->handed = std::exchange(m->passed, nullptr);
}

void poke_sleeper() noexcept {
  SpinGuard hold(sched.lock);
  if (sched.sleeper) poke_locked(sched.sleeper);
}

void wake_sleeper(int64_t when) noexcept {
  // Pairs with sleep_and_watch: either it sees the new timer, or we see how long it means to sleep.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  int64_t until = sched.sleep_until.load(std::memory_order_seq_cst);
  if (until == 0) return appoint_sleeper();
  // A sleeper without a P to take cannot help; the next P that becomes idle calls this again.
  if (until == kNever && sched.idle_p_count.load(std::memory_order_seq_cst) == 0) return;
  if (when < until || when <= coarse_now.load(std::memory_order_relaxed) ||
      sched.sleeper_deaf.load(std::memory_order_relaxed))
    poke_sleeper();
}

void watch_for_idle_ps() noexcept {
  int64_t when = earliest_timer();
  if (when != kNever || poller_has_waiters()) wake_sleeper(when);
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
