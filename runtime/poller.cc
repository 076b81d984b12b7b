// See poller.h.

#include "poller.h"

#include "borrowed_fd.h"
#include "fatal.h"
#include "permanent.h"

#include <cerrno>
#include <climits>
#include <ctime>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace gocpp::rt {

namespace {

// Few at a time: whoever takes them may then wait for a core, with all of them, before the others can steal any.
constexpr int kBatch = 8;

SpinLock start_lock;
std::atomic<int> epoll_fd{-1};  // Set once, under start_lock, when event_fd is.
int event_fd = -1;

SpinLock pool_lock;
Pollable* pool = nullptr;  // Guarded by pool_lock.

// Goroutines and threads that wait or have been woken and do not run yet: each counts itself.
alignas(64) std::atomic<uint32_t> waiting{0};
std::atomic<int64_t> last_asked{0};     // kNever while the sleeper waits in epoll.
std::atomic<bool> interrupted{false};   // The eventfd has been written and not been read.

/// TSan takes errno, which goroutines of one thread share, for a shared variable.
GOCPP_NO_TSAN void set_errno(int error) noexcept { errno = error; }

/// Makes the poller unless there is one. False, with errno, when the system refuses.
bool start() noexcept {
  if (epoll_fd.load(std::memory_order_acquire) >= 0) return true;
  ensure_started();
  {
    SpinGuard hold(start_lock);
    if (epoll_fd.load(std::memory_order_relaxed) >= 0) return true;
    int ep = epoll_create1(EPOLL_CLOEXEC);
    if (ep < 0) return false;
    int ev = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    epoll_event what{};
    what.events = EPOLLIN;
    what.data.ptr = nullptr;
    if (ev < 0 || epoll_ctl(ep, EPOLL_CTL_ADD, ev, &what) != 0) {
      int error = errno;
      if (ev >= 0) close(ev);
      close(ep);
      set_errno(error);
      return false;
    }
    event_fd = ev;
    epoll_fd.store(ep, std::memory_order_release);  // publishes event_fd
  }
  poke_sleeper();  // from its futex to epoll
  return true;
}

int index(Direction d) noexcept { return static_cast<int>(d); }

int64_t expire(Timer* t, int64_t) {
  auto* p = static_cast<Pollable*>(t->arg);
  int d = static_cast<int>(t - p->timers);
  WakeList taken;
  {
    SpinGuard hold(p->lock);
    p->expired[d].store(true, std::memory_order_release);
    taken.take_all(p->waiters[d]);
  }
  taken.wake_all(this_m());
  return kNever;
}

/// Counts the edges of an event and takes who waited for them.
void deliver(Pollable* p, uint32_t what, GList& out) noexcept {
  bool edge[2] = {(what & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0, (what & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0};
  WakeList taken;
  {
    SpinGuard hold(p->lock);
    if (what & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) p->hung_up.store(true, std::memory_order_relaxed);
    for (int d = 0; d < 2; ++d) {
      if (!edge[d]) continue;
      p->events[d].store(p->events[d].load(std::memory_order_relaxed) + 1, std::memory_order_release);
      taken.take_all(p->waiters[d]);
    }
  }
  poller_pass_on(taken, out);
}

int wait_for_events(epoll_event* events, int64_t until) noexcept {
  int ep = epoll_fd.load(std::memory_order_acquire);
  if (until == 0) return epoll_wait(ep, events, kBatch, 0);
  if (until == kNever) return epoll_wait(ep, events, kBatch, -1);
  int64_t left = until - now_ns();
  if (left < 0) left = 0;
  timespec ts{static_cast<time_t>(left / 1'000'000'000), static_cast<long>(left % 1'000'000'000)};
  int n = epoll_pwait2(ep, events, kBatch, &ts, nullptr);
  if (n >= 0 || errno != ENOSYS) return n;
  int64_t ms = (left + 999'999) / 1'000'000;  // a kernel before 5.11
  return epoll_wait(ep, events, kBatch, ms < INT_MAX ? static_cast<int>(ms) : INT_MAX);
}

/// Takes what can go on. True when an interrupt is among the events.
bool pass_on(const epoll_event* events, int n, GList& out) noexcept {
  bool interrupt = false;
  for (int i = 0; i < n; ++i) {
    if (events[i].data.u64 & kBorrowed)
      borrowed_ready(static_cast<int>(events[i].data.u64 >> 1), events[i].events, out);
    else if (auto* p = static_cast<Pollable*>(events[i].data.ptr))
      deliver(p, events[i].events, out);
    else
      interrupt = true;
  }
  return interrupt;
}

} // namespace

Pollable* pollable_open(int fd) noexcept {
  if (!start()) return nullptr;
  Pollable* p;
  {
    SpinGuard hold(pool_lock);
    p = pool;
    if (p) pool = p->next_free;
  }
  if (!p) p = make_permanent<Pollable>();
  if (!p) fatal("out of memory for a descriptor");
  {
    SpinGuard hold(p->lock);  // an old event may be under way
    p->shut.store(false, std::memory_order_relaxed);
    p->hung_up.store(false, std::memory_order_relaxed);
    for (int d = 0; d < 2; ++d) {
      p->expired[d].store(false, std::memory_order_relaxed);
      p->timers[d].fire = &expire;
      p->timers[d].arg = p;
    }
    p->fd = fd;
  }
  epoll_event what{};
  what.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  what.data.ptr = p;
  if (epoll_ctl(epoll_fd.load(std::memory_order_relaxed), EPOLL_CTL_ADD, fd, &what) == 0) return p;
  int error = errno;
  {
    SpinGuard hold(pool_lock);
    p->next_free = pool;
    pool = p;
  }
  set_errno(error);
  return nullptr;
}

void pollable_shut(Pollable* p) noexcept {
  Entry e;
  WakeList taken;
  {
    SpinGuard hold(p->lock);
    p->shut.store(true, std::memory_order_release);
    for (int d = 0; d < 2; ++d) taken.take_all(p->waiters[d]);
  }
  taken.wake_all(e.m);
}

void pollable_close(Pollable* p) noexcept {
  Entry e;
  for (Timer& t : p->timers) timer_stop(&t);
  // The number may stand for a duplicate elsewhere, so closing it need not end the registration.
  epoll_ctl(epoll_fd.load(std::memory_order_relaxed), EPOLL_CTL_DEL, p->fd, nullptr);
  SpinGuard hold(pool_lock);
  p->fd = -1;
  p->next_free = pool;
  pool = p;
}

WaitResult pollable_check(const Pollable* p, Direction d) noexcept {
  if (p->shut.load(std::memory_order_acquire)) return WaitResult::shut;
  return p->expired[index(d)].load(std::memory_order_acquire) ? WaitResult::timed_out : WaitResult::ready;
}

WaitResult pollable_wait(Pollable* p, Direction d, uint32_t seen, int64_t until) noexcept {
  {
    Entry e;
    CountedWait counted;
    p->lock.lock();
    WaitResult now = pollable_check(p, d);
    if (now != WaitResult::ready || p->events[index(d)].load(std::memory_order_relaxed) != seen) {
      p->lock.unlock();
      return now;
    }
    Waiter w(e);
    WaitList& list = p->waiters[index(d)];
    list.push_back(&w);
    if (until == kNever)
      wait(e, w, p->lock, WaitReason::io_wait);
    else
      wait_until(e, w, p->lock, list, until, WaitReason::io_wait);
  }
  return pollable_check(p, d);
}

void pollable_deadline(Pollable* p, Direction d, int64_t when) noexcept {
  Entry e;
  SpinGuard serial(p->deadline_lock);
  Timer& timer = p->timers[index(d)];
  timer_stop(&timer);
  bool past = when <= now_ns();
  WakeList taken;
  {
    SpinGuard hold(p->lock);
    p->expired[index(d)].store(past, std::memory_order_release);
    if (past) taken.take_all(p->waiters[index(d)]);
  }
  taken.wake_all(e.m);
  if (!past && when != kNever) timer_start(&timer, when);
}

CountedWait::CountedWait() noexcept {
  waiting.fetch_add(1, std::memory_order_seq_cst);
  if (sched.sleep_until.load(std::memory_order_seq_cst) == 0) [[unlikely]]
    watch_for_idle_ps();
}

CountedWait::~CountedWait() { waiting.fetch_sub(1, std::memory_order_seq_cst); }

int poller_fd() noexcept { return start() ? epoll_fd.load(std::memory_order_relaxed) : -1; }

void poller_pass_on(WakeList& taken, GList& out) noexcept {
  while (Waiter* w = taken.pop_front()) {
    if (w->g)
      out.push_back(w->g);
    else
      wake(w, nullptr);
  }
}

bool poller_has_waiters() noexcept { return waiting.load(std::memory_order_seq_cst) != 0; }
bool poller_exists() noexcept { return epoll_fd.load(std::memory_order_acquire) >= 0; }
int64_t poller_last_asked() noexcept { return last_asked.load(std::memory_order_relaxed); }

void poller_ask(GList& out, int64_t until) noexcept {
  epoll_event events[kBatch];
  if (until != 0) last_asked.store(kNever, std::memory_order_relaxed);
  int n = wait_for_events(events, until);
  // Not by who only had a look while the sleeper waits: the sleeper will see what comes next.
  if (until != 0 || last_asked.load(std::memory_order_relaxed) != kNever) last_asked.store(now_ns(), std::memory_order_relaxed);
  if (pass_on(events, n, out) && until != 0) {
    uint64_t count;
    [[maybe_unused]] ssize_t ignored = read(event_fd, &count, sizeof count);
    // seq_cst: what an interrupter wanted us to see was written before its exchange; we look at it after this.
    interrupted.store(false, std::memory_order_seq_cst);
  }
}

void poller_interrupt() noexcept {
  if (interrupted.exchange(true, std::memory_order_seq_cst)) return;
  // acquire: event_fd, as start() released it. The caller has seen an M in epoll, so it is set, but TSan did not see that.
  if (epoll_fd.load(std::memory_order_acquire) < 0) fatal("an interrupted poller does not exist");
  uint64_t one = 1;
  [[maybe_unused]] ssize_t ignored = write(event_fd, &one, sizeof one);
}

} // namespace gocpp::rt
