// Finding out that nothing can go on any more.
//
// Looked for whenever an M becomes idle and whenever a plain thread goes to sleep in one of our operations: if then every
// M is idle, no timer is armed, nothing is queued, and every other thread of the process sleeps in one of our operations
// without a time-out, no goroutine can ever run again. Threads are counted by /proc/self/task against the Ms' and the
// monitor's ids. A thread that is just ending still stands there, so a look that finds a stranger is
// repeated a few times, at growing distance.

#include "fatal.h"
#include "sched.h"

#include <cstdlib>
#include <dirent.h>
#include <unistd.h>

namespace gocpp::rt {

namespace {

constexpr int64_t kFirstRecheck = 10'000'000;
constexpr int kRechecks = 5;

int rechecks_done = 0;  // Guarded by sched.lock.

bool is_ours(int tid) noexcept {
  if (tid == monitor_tid()) return true;
  for (M* m = sched.all_ms.load(std::memory_order_acquire); m; m = m->all_next)
    if (m->tid.load(std::memory_order_relaxed) == tid) return true;
  return false;
}

/// Threads of the process that are not the runtime's; -1 when they cannot be counted.
int strangers() noexcept {
  DIR* dir = opendir("/proc/self/task");
  if (!dir) return -1;
  int count = 0;
  while (dirent* entry = readdir(dir)) {
    int tid = std::atoi(entry->d_name);
    if (tid > 0 && !is_ours(tid)) ++count;
  }
  closedir(dir);
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
    rechecks_done = 0;
    return;
  }
  if (sched.idle_p_count.load(std::memory_order_relaxed) != sched.procs.load(std::memory_order_relaxed)) return;
  if (anything_queued() || earliest_timer() != kNever) return;
  int blocked = sched.blocked_threads.load(std::memory_order_relaxed);
  // In a program whose main is plain C++ that thread alone is a stranger that can go on.
  if (blocked == 0 && !sched.main_is_goroutine.load(std::memory_order_relaxed)) return;
  int others = strangers();
  if (others == blocked) report_deadlock();
  if (others > blocked && rechecks_done < kRechecks) {
    sched.recheck_at.store(now_ns() + (kFirstRecheck << (2 * rechecks_done)), std::memory_order_relaxed);
    ++rechecks_done;
  }
}

void thread_blocks() noexcept {
  SpinGuard hold(sched.lock);
  sched.blocked_threads.fetch_add(1, std::memory_order_relaxed);
  check_deadlock_locked();
}

void thread_unblocks() noexcept { sched.blocked_threads.fetch_sub(1, std::memory_order_relaxed); }

} // namespace gocpp::rt
