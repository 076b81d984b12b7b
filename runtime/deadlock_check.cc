// Finding out that nothing can go on any more.
//
// Looked for whenever an M becomes idle and whenever a plain thread goes to sleep in one of our operations: if then
// every M is idle, no timer is armed, nothing is queued, no descriptor is waited for, and every other thread of the
// process sleeps in one of our operations without a time-out, no goroutine can ever run again. The kernel counts the
// threads. A stranger may still make work, or end, which nobody tells us: so a look that finds one is repeated by the
// sleeper (recheck_at), at growing distance.

#include "fatal.h"
#include "poller.h"
#include "proc_file.h"
#include "sched.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace gocpp::rt {

namespace {

constexpr int64_t kFirstRecheck = 10'000'000;
constexpr int64_t kLongestRecheck = 10'000'000'000;

int64_t next_recheck = kFirstRecheck;  // Guarded by sched.lock.

/// Threads of the process that are not the runtime's; -1 when they cannot be counted. sched.lock held.
///
/// By the kernel's own count: a listing of /proc/self/task leaves threads out while others end. An M that is just being
/// made counts as ours before its thread exists, but then not all Ms are idle; one that ends counts as a stranger for a moment.
int strangers() noexcept {
  char text[1024];
  if (!read_proc_file("/proc/self/stat", text)) return -1;
  // "PID (NAME) STATE …", where NAME may hold anything; the number of threads is the 20th field, STATE the third.
  const char* at = std::strrchr(text, ')');
  for (int field = 2; at && field < 20; ++field) at = std::strchr(at + 1, ' ');
  if (!at) return -1;
  int count = std::atoi(at + 1) - sched.m_count - (monitor_tid() != 0 ? 1 : 0);
#ifdef GOCPP_TSAN
  if (count > 0) --count;  // its own background thread
#endif
  return count;
}

bool anything_queued() noexcept {
  if (sched.global.size != 0) return true;
  int procs = sched.procs.load(std::memory_order_relaxed);
  for (int i = 0; i < procs; ++i)
    if (!sched.all_ps[i].load(std::memory_order_relaxed)->runq.empty()) return true;
  return false;
}

} // namespace

void check_deadlock_locked() noexcept {
  sched.recheck_at.store(kNever, std::memory_order_relaxed);
  if (!sched.started.load(std::memory_order_relaxed) || sched.stopping.load(std::memory_order_relaxed)) return;
  if (sched.idle_m_count + sched.locked_waiting != sched.m_count) {
    next_recheck = kFirstRecheck;
    return;
  }
  if (sched.idle_p_count.load(std::memory_order_relaxed) != sched.procs.load(std::memory_order_relaxed)) return;
  if (anything_queued() || earliest_timer() != kNever || poller_has_waiters()) return;
  int blocked = sched.blocked_threads.load(std::memory_order_relaxed);
  // In a program whose main is plain C++ that thread alone is a stranger that can go on.
  if (blocked == 0 && !sched.main_is_goroutine.load(std::memory_order_relaxed)) return;
  int others = strangers();
  // The count of the blocked only falls while we hold the lock. If it has not, they were all blocked as the threads were
  // counted; else one was woken, and may have ended before it could be counted. Ordered after the system call.
  if (others == blocked && sched.blocked_threads.load(std::memory_order_seq_cst) == blocked) report_deadlock();
  if (others < blocked) return;
  sched.recheck_at.store(now_ns() + next_recheck, std::memory_order_relaxed);
  next_recheck = std::min(4 * next_recheck, kLongestRecheck);
}

void see_to_recheck() noexcept {
  int64_t when = sched.recheck_at.load(std::memory_order_relaxed);
  if (when != kNever) wake_sleeper(when);
}

void thread_blocks() noexcept {
  {
    SpinGuard hold(sched.lock);
    sched.blocked_threads.fetch_add(1, std::memory_order_relaxed);
    check_deadlock_locked();
  }
  see_to_recheck();
}

void thread_unblocks() noexcept { sched.blocked_threads.fetch_sub(1, std::memory_order_seq_cst); }

} // namespace gocpp::rt
