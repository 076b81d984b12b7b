// The monitor: a thread without a P that takes Ps from Ms that do not use them.
//
// It looks every 20 µs where it has just taken a P or been roused by a block, and then ever more rarely: down to every 1
// ms while work waits (0.1 ms if one that is trusted woke no M for what stands next although a P is idle), every 10 ms
// while none does. While no P is busy it sleeps for good; the first P to become busy wakes it (take_idle_p). `drowsy`
// says how rarely it looks, so that who makes work or blocks can rouse it: both first publish what they did and then
// look at `drowsy`; the monitor first sets it and then looks for work. Where blocks rouse it in vain, since the calls
// are short, pauses of up to 1 ms become deaf to them (Pace): a call that does block then is found two looks later, after 2
// to 3 ms. The first P that it takes ends that.
//
// It takes a P from an M that
//   - declared a blocking call: at the second look at the same call, if the kernel calls the thread's state a sleep. One that
//     waits for a core, or copies much, has use for its P;
//   - sleeps in the kernel undeclared: its slice is older than 1 ms, its CPU clock stands still between two looks, and the
//     kernel calls its state a sleep. Each P that is taken for that reason shortens the millisecond (Watch::sleep_after),
//     down to where the first look that finds a sleeper decides, if work waits; looks that find none lengthen it again;
//   - computes past its slice of 10 ms while something waits: asked to yield first, revoked at the next look.
// It gives the memory of stacks that are not used any more back (stack.h). It also starts an M when a timer is overdue,
// or a goroutine waits between two looks on a P that does not switch, or at one look on a P whose timers fired since the last without
// waking an M, although a P is idle, and asks the poller at a look when nobody else has for 1 ms.

#include "fatal.h"
#include "futex.h"
#include "poller.h"
#include "proc_file.h"
#include "sched.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <pthread.h>
#include <sys/prctl.h>
#include <unistd.h>
#include <utility>

namespace gocpp::rt {

namespace {

constexpr int64_t kShortest = 20'000, kLongest = 10'000'000;
constexpr int64_t kLongestWithWork = 1'000'000, kLongestBesideIdle = 100'000;
/// So many looks at kShortest each may find nothing to do: few, and many while it is found over and over, 0.2 and 1 ms.
constexpr int kFewLooks = 10, kManyLooks = 50;
/// Pauses up to this are too short to rouse anybody from.
constexpr int64_t kLeastDeaf = 3 * kShortest;
constexpr int64_t kSleepAfter = 1'000'000, kSlice = 10'000'000;
constexpr int64_t kPollAfter = 1'000'000;
/// So many looks may find no sleeper before they become rarer again.
constexpr int kLooksForSleepers = 8;

std::atomic<uint32_t> alarm_word{0};
std::atomic<int> tid{0};

/// CPU time of a thread, as CLOCK_THREAD_CPUTIME_ID would tell it that thread; -1 when it is gone.
int64_t thread_cpu_ns(int thread) noexcept {
  clockid_t id = static_cast<clockid_t>((~static_cast<unsigned>(thread) << 3) | 6u);  // see clock_gettime(2)'s kernel ABI
  timespec ts;
  if (clock_gettime(id, &ts) != 0) return -1;
  return ts.tv_sec * 1'000'000'000 + ts.tv_nsec;
}

/// True when the kernel says that the thread sleeps, and not that it waits for a core; `unknown` when it says nothing.
bool thread_sleeps(int thread, bool unknown) noexcept {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/self/task/%d/stat", thread);
  char text[512];
  if (!read_proc_file(path, text)) return unknown;
  // "TID (name) STATE …"; the name may hold anything, its closing bracket is the last one.
  char* after = std::strrchr(text, ')');
  return after && after[1] == ' ' && std::strchr("SDTt", after[2]);
}

bool take(P* p) noexcept {
  if (!retake(p)) return false;
  hand_off(p);
  return true;
}

bool work_waits(P* p, int64_t now) noexcept {
  return !p->runq.empty() || sched.global_size.load(std::memory_order_relaxed) != 0 || p->timers.next() <= now;
}

/// Where threads were caught sleeping one after the other, the next one is expected to sleep.
bool expects_sleeper(P* p, int64_t now) noexcept { return p->watch.sleep_after == kShortest && work_waits(p, now); }

/// Takes the P of a thread that sleeps undeclared.
bool take_from_sleeper(P* p, M* m, bool expected) noexcept {
  P::Watch& w = p->watch;
  int thread = m->tid.load(std::memory_order_relaxed);
  bool may_sleep = expected;
  if (!expected) {
    int64_t cpu = thread_cpu_ns(thread);
    may_sleep = cpu >= 0 && cpu == w.cpu;
    w.cpu = cpu;
  }
  if (!may_sleep || !thread_sleeps(thread, false)) {
    if (w.looks_left > 0)
      --w.looks_left;
    else
      w.sleep_after = std::min(2 * w.sleep_after, kSleepAfter);
    return false;
  }
  if (!take(p)) return false;
  w.sleep_after = std::max(w.sleep_after / 4, kShortest);
  w.looks_left = kLooksForSleepers;
  if (expected) prepare_m();
  return true;
}

/// What came of a look at a P, in the order of weight: whoever has it was asked to yield; it was taken.
enum class Outcome : uint8_t { nothing, asked, taken };

Outcome taken_if(bool taken) noexcept { return taken ? Outcome::taken : Outcome::nothing; }

/// For a P whose M does not get on: nobody was woken for what waits, or came in vain.
void help_beside_idle(P* p) noexcept {
  if (sched.idle_p_count.load(std::memory_order_relaxed) != 0 && !p->runq.empty()) wake_p();
}

/// Looks at one P.
Outcome watch(P* p, int64_t now, int64_t pause) noexcept {
  P::Watch& w = p->watch;
  M* m = p->m.load(std::memory_order_acquire);
  uint32_t tick = p->tick.load(std::memory_order_relaxed);
  if (!m || p->state.load(std::memory_order_relaxed) != PState::running) {
    w.m = nullptr;
    return Outcome::nothing;
  }
  uint64_t switches = p->switches.get();
  bool stands = w.m == m && w.switches == switches;
  w.switches = switches;
  uint64_t unhelped = p->unhelped_bursts.get();
  if (std::exchange(w.unhelped_bursts, unhelped) != unhelped) help_beside_idle(p);
  uint32_t block = m->declared.load(std::memory_order_relaxed);
  bool same_block = w.m == m && w.block == block && block % 2 != 0;
  w.block = block;
  if (w.m != m || w.tick != tick) {
    w.m = m;
    w.tick = tick;
    w.since = now;
    w.asked = false;
    if (expects_sleeper(p, now)) return taken_if(take_from_sleeper(p, m, true));
    // Asking for the CPU time costs as much as the rest of a look; it is wanted when few looks decide.
    w.cpu = 20 * pause >= w.sleep_after ? thread_cpu_ns(m->tid.load(std::memory_order_relaxed)) : -1;
    return Outcome::nothing;
  }
  // The call may have ended while the kernel was asked.
  if (same_block && thread_sleeps(m->tid.load(std::memory_order_relaxed), true) &&
      m->declared.load(std::memory_order_relaxed) == block)
    return taken_if(take(p));
  if (stands) help_beside_idle(p);
  int64_t age = now - w.since;
  if (age >= w.sleep_after && take_from_sleeper(p, m, expects_sleeper(p, now))) return Outcome::taken;
  if (age < kSlice || !work_waits(p, now)) return Outcome::nothing;
  if (!w.asked) {
    m->lease.request_preempt();
    w.asked = true;
    return Outcome::asked;
  }
  return taken_if(take(p));
}

/// Asks the poller in place of Ms that are all busy.
void ask_poller(int64_t now) noexcept {
  int64_t last = poller_last_asked();
  if (!poller_has_waiters() || last == kNever || now - last < kPollAfter) return;
  GList found;
  poller_ask(found, 0);
  if (found.size != 0) ready_all(found, nullptr);
}

bool overdue_timer(int64_t now) noexcept {
  if (sched.idle_p_count.load(std::memory_order_relaxed) == 0) return false;
  if (earliest_timer() >= now - kSleepAfter) return false;
  int none = 0;
  if (!sched.spinning.compare_exchange_strong(none, 1, std::memory_order_seq_cst, std::memory_order_relaxed)) return false;
  start_m(nullptr, true);
  return true;
}

/// Sleeps until a P is busy; stacks that are not wanted any more are let go of before it sleeps for good.
void sleep_while_idle() noexcept {
  {
    SpinGuard hold(sched.lock);
    if (sched.idle_p_count.load(std::memory_order_relaxed) != sched.procs.load(std::memory_order_relaxed)) return;
    sched.monitor_asleep = true;
    alarm_word.store(0, std::memory_order_relaxed);
  }
  while (alarm_word.load(std::memory_order_acquire) == 0) {
    int64_t again = stack_trim(now_ns());
    if (again == kNever)
      futex_wait(&alarm_word, 0);
    else
      futex_wait_until(&alarm_word, 0, again);
  }
}

/// True when somebody has made a goroutine next without waking an M for it since the last call.
bool trust_is_new() noexcept {
  static uint64_t last = 0;
  uint64_t puts = 0;
  int procs = sched.procs.load(std::memory_order_acquire);
  for (int i = 0; i < procs; ++i) puts += sched.all_ps[i].load(std::memory_order_acquire)->trusted_puts.get();
  return std::exchange(last, puts) != puts;
}

bool any_work_waits(int64_t now) noexcept {
  int procs = sched.procs.load(std::memory_order_acquire);
  for (int i = 0; i < procs; ++i)
    if (work_waits(sched.all_ps[i].load(std::memory_order_acquire), now)) return true;
  return false;
}

/// Pauses between two looks, the last of which began at `looked`; says who roused us, if anybody.
int pause_for(int64_t pause, bool listen, int64_t looked) noexcept {
  if (!listen) {
    // From the beginning of a look to the next: one that made threads has taken longer than that already.
    int64_t until = looked + pause;
    timespec ts{static_cast<time_t>(until / 1'000'000'000), static_cast<long>(until % 1'000'000'000)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, nullptr);
    return alert;
  }
  int64_t until = now_ns() + pause;
  alarm_word.store(0, std::memory_order_relaxed);
  sched.monitor_drowsy.store(pause > kLongestWithWork ? late_for_work : late_for_blocks, std::memory_order_seq_cst);
  if (pause <= kLongestWithWork || !any_work_waits(now_ns()))
    while (alarm_word.load(std::memory_order_acquire) == 0 && futex_wait_until(&alarm_word, 0, until)) {
    }
  int now = sched.monitor_drowsy.exchange(alert, std::memory_order_seq_cst);
  return now < alert ? now : alert;
}

/// After work came up: short only where threads have been caught sleeping lately. Who declares a block rouses us.
int64_t first_pause() noexcept {
  int procs = sched.procs.load(std::memory_order_acquire);
  for (int i = 0; i < procs; ++i)
    if (sched.all_ps[i].load(std::memory_order_acquire)->watch.sleep_after < kSleepAfter) return kShortest;
  return kLongestWithWork;
}

/// How often the monitor looks.
class Pace {
 public:
  int64_t pause() const noexcept { return pause_; }
  /// Whoever blocks or makes work may end the present pause.
  bool listens() const noexcept { return pause_ > deaf_; }
  void start() noexcept {
    idle_looks_ = 0;
    pause_ = first_pause();
  }
  void roused(int by) noexcept {
    if (by == roused_by_work) pause_ = first_pause();
    if (by != roused_by_block) return;
    if (std::exchange(in_vain_, true)) deaf_ = std::min(2 * deaf_, kLongestWithWork);
    look_soon(kFewLooks);  // whoever blocked will be seen at the second look from here
  }
  /// After a look that began at `now`.
  void looked(Outcome found, int64_t now) noexcept {
    switch (found) {
    case Outcome::taken:
      in_vain_ = false;
      deaf_ = kLeastDeaf;
      look_soon(pause_ == kShortest ? kManyLooks : kFewLooks);
      break;
    case Outcome::asked:  // one quick look will tell
      if (pause_ != kShortest) idle_looks_ = most_idle_looks_;
      pause_ = kShortest;
      break;
    case Outcome::nothing:
      if (++idle_looks_ > most_idle_looks_) pause_ = std::min(pause_ * 2, longest_pause(now));
    }
  }

 private:
  void look_soon(int looks) noexcept {
    pause_ = kShortest;
    idle_looks_ = 0;
    most_idle_looks_ = looks;
  }
  static int64_t longest_pause(int64_t now) noexcept {
    bool helps = trust_is_new() && sched.idle_p_count.load(std::memory_order_relaxed) != 0;
    return !any_work_waits(now) ? kLongest : helps ? kLongestBesideIdle : kLongestWithWork;
  }

  int64_t pause_ = kShortest, deaf_ = kLeastDeaf;
  int idle_looks_ = 0, most_idle_looks_ = kManyLooks;
  bool in_vain_ = false;  ///< Roused by a block, and no P was taken since.
};

void* monitor_main(void*) {
  prctl(PR_SET_TIMERSLACK, 1);  // of nanoseconds; 50 µs are usual, more than our shortest pause
  tid.store(gettid(), std::memory_order_relaxed);
  Pace pace;
  int64_t now = now_ns();
  for (;;) {
    pace.roused(pause_for(pace.pause(), pace.listens(), now));
    if (sched.idle_p_count.load(std::memory_order_relaxed) == sched.procs.load(std::memory_order_relaxed)) {
      sleep_while_idle();
      pace.start();
    }
    now = now_ns();
    coarse_now.store(now, std::memory_order_relaxed);
    Outcome most = Outcome::nothing;
    int procs = sched.stopping.load(std::memory_order_relaxed) ? 0 : sched.procs.load(std::memory_order_acquire);
    for (int i = 0; i < procs; ++i)
      most = std::max(most, watch(sched.all_ps[i].load(std::memory_order_acquire), now, pace.pause()));
    if (overdue_timer(now)) most = Outcome::taken;
    ask_poller(now);
    stack_trim(now);
    pace.looked(most, now);
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
  bool made = pthread_create(&thread, &attr, &monitor_main, nullptr) == 0;
  pthread_attr_destroy(&attr);
  if (!made) fatal("thread exhaustion: the system refuses another thread");
  // Its id must be known before anybody counts threads.
  while (monitor_tid() == 0) sched_yield();
}

} // namespace gocpp::rt
