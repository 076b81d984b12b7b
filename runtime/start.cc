// Bringing the scheduler up: at the first `go`, or before a main that is a goroutine. Any thread may be the first.

#include "fatal.h"
#include "sched.h"

#include <algorithm>
#include <cstdlib>

namespace gocpp::rt {

namespace {

SpinLock start_lock;

int initial_procs() noexcept {
  if (const char* text = std::getenv("GOMAXPROCS")) {
    char* end;
    long n = std::strtol(text, &end, 10);
    if (end != text && *end == 0 && n > 0) return static_cast<int>(std::min<long>(n, kMaxProcs));
  }
  return usable_cores();
}

} // namespace

void start_scheduler() {
  SpinGuard hold(start_lock);
  if (sched.started.load(std::memory_order_relaxed)) return;
  membarrier_register();
  install_fatal_handlers();
  int procs = initial_procs();
  for (int i = procs - 1; i >= 0; --i) {
    P* p = new_p(i);
    sched.all_ps[i].store(p, std::memory_order_release);
    SpinGuard also(sched.lock);
    put_idle_p(p);
  }
  sched.procs.store(procs, std::memory_order_release);
  start_monitor();
  sched.started.store(true, std::memory_order_release);
}

} // namespace gocpp::rt
