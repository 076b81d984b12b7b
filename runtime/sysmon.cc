// The monitor: a thread without a P that takes Ps from Ms that do not use them.
//
// It looks every 20 µs at first, and after 1 ms without anything to do ever more rarely, down to every 10 ms. While no P is busy
// it sleeps for good; the first P to become busy wakes it (take_idle_p). It takes a P from an M that
//   - declared a blocking call, at the second look;
//   - sleeps in the kernel undeclared: its slice is older than 1 ms, its CPU clock stands still between two
//     looks, and the kernel calls its state a sleep;
//   - computes past its slice of 10 ms while something waits: asked to yield first, revoked at the next look.
// It also starts an M when a timer is overdue although a P is idle. A P's `watch` is the monitor's own.

#include "futex.h"
#include "sched.h"

#include <cstdio>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace gocpp::rt {

namespace {

constexpr int64_t kShortest = 20'000, kLongest = 10'000'000;
constexpr int kEagerLooks = 50;  // at kShortest each: 1 ms
constexpr int64_t kSleepAfter = 1'000'000, kSlice = 10'000'000;

std::atomic<uint32_t> alarm_word{0};
std::atomic<int> tid{0};

/// CPU time of a thread, as CLOCK_THREAD_CPUTIME_ID would tell it that thread; -1 when it is gone.
int64_t thread_cpu_ns(int thread) noexcept {
  clockid_t id = static_cast<clockid_t>((~static_cast<unsigned>(thread) << 3) | 6u);  // see clock_gettime(2)'s kernel ABI
  timespec ts;
  if (clock_gettime(id, &ts) != 0) return -1;
  return ts.tv_sec * 1'000'000'000 + ts.tv_nsec;
}

/// True when the kernel says that the thread sleeps, and not that it waits for a core.
bool thread_sleeps(int thread) noexcept {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/self/task/%d/stat", thread);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  char text[512];
  ssize_t n = read(fd, text, sizeof text - 1);
  close(fd);
  if (n <= 0) return false;
  text[n] = 0;
  // "TID (name) STATE …"; the name may hold anything, its closing bracket is the last one.
  char* after = std::strrchr(text, ')');
  return after && after[1] == ' ' && std::strchr("SDTt", after[2]);
}

bool take(P* p) noexcept {
  if (!retake(p)) return false;
  hand_off(p);
  return true;
}

/// Looks at one P; true when something was done.
bool watch(P* p, int64_t now) noexcept {
  P::Watch& w = p->watch;
  M* m = p->m.load(std::memory_order_acquire);
  uint32_t tick = p->tick.load(std::memory_order_relaxed);
  if (!m || p->state.load(std::memory_order_relaxed) != PState::running) {
    w.m = nullptr;
    return false;
  }
  if (w.m != m || w.tick != tick) {
    w = {tick, now, -1, m, false};
    return false;
  }
  if (m->declared.load(std::memory_order_relaxed)) return take(p);
  int64_t age = now - w.since;
  if (age >= kSleepAfter) {
    int thread = m->tid.load(std::memory_order_relaxed);
    int64_t cpu = thread_cpu_ns(thread);
    if (cpu < 0 || cpu != w.cpu) {
      w.cpu = cpu;
    } else if (thread_sleeps(thread)) {
      return take(p);
    }
  }
  if (age < kSlice) return false;
  bool waits = !p->runq.empty() || sched.global_size.load(std::memory_order_relaxed) != 0 || p->timers.next() <= now;
  if (!waits) return false;
  if (!w.asked) {
    m->lease.request_preempt();
    w.asked = true;
    return true;
  }
  return take(p);
}

bool overdue_timer(int64_t now) noexcept {
  if (sched.idle_p_count.load(std::memory_order_relaxed) == 0) return false;
  if (earliest_timer() >= now - kSleepAfter) return false;
  int none = 0;
  if (!sched.spinning.compare_exchange_strong(none, 1, std::memory_order_seq_cst, std::memory_order_relaxed)) return false;
  start_m(nullptr, true);
  return true;
}

/// Sleeps until a P is busy.
void sleep_while_idle() noexcept {
  {
    SpinGuard hold(sched.lock);
    if (sched.idle_p_count.load(std::memory_order_relaxed) != sched.procs.load(std::memory_order_relaxed)) return;
    sched.monitor_asleep = true;
    alarm_word.store(0, std::memory_order_relaxed);
  }
  while (alarm_word.load(std::memory_order_acquire) == 0) futex_wait(&alarm_word, 0);
}

void* monitor_main(void*) {
  tid.store(gettid(), std::memory_order_relaxed);
  int64_t pause = kShortest;
  int idle_looks = 0;
  for (;;) {
    timespec ts{0, static_cast<long>(pause)};
    clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, nullptr);
    if (sched.idle_p_count.load(std::memory_order_relaxed) == sched.procs.load(std::memory_order_relaxed)) {
      sleep_while_idle();
      idle_looks = 0;
      pause = kShortest;
    }
    int64_t now = now_ns();
    coarse_now.store(now, std::memory_order_relaxed);
    bool acted = false;
    int procs = sched.stopping.load(std::memory_order_relaxed) ? 0 : sched.procs.load(std::memory_order_acquire);
    for (int i = 0; i < procs; ++i) acted |= watch(sched.all_ps[i].load(std::memory_order_acquire), now);
    acted |= overdue_timer(now);
    if (acted) {
      idle_looks = 0;
      pause = kShortest;
    } else if (++idle_looks > kEagerLooks && pause < kLongest) {
      pause = pause * 2 < kLongest ? pause * 2 : kLongest;
    }
  }
  return nullptr;
}

} // namespace

int monitor_tid() noexcept { return tid.load(std::memory_order_relaxed); }

void wake_monitor() noexcept {
  alarm_word.store(1, std::memory_order_release);
  futex_wake(&alarm_word);
}

void start_monitor() noexcept {
  coarse_now.store(now_ns(), std::memory_order_relaxed);
  pthread_attr_t attr;
  pthread_attr_init(&attr);
  pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
  pthread_t thread;
  pthread_create(&thread, &attr, &monitor_main, nullptr);
  pthread_attr_destroy(&attr);
  // Its id must be known before anybody counts threads.
  while (monitor_tid() == 0) sched_yield();
}

} // namespace gocpp::rt
