// Sleeping: a goroutine parks on a timer of its own, a plain thread sleeps in the kernel.

#include "sched.h"
#include "timer.h"

#include <gocpp/time.h>

#include <cerrno>
#include <ctime>

namespace gocpp::rt {

namespace {

struct Sleep {
  Timer timer;
  int64_t until;
};

int64_t wake_up(Timer* t, int64_t) {
  ready(static_cast<G*>(t->arg), this_m());
  return kGone; // the timer stands on the goroutine's stack
}

/// Armed once the goroutine is parked: wake_up may ready it at any moment from then on.
void commit_sleep(M*, G*, void* arg) noexcept {
  auto* s = static_cast<Sleep*>(arg);
  timer_start(&s->timer, s->until);
}

} // namespace
} // namespace gocpp::rt

namespace gocpp::detail {

using namespace rt;

void sleep_until_ns(std::int64_t deadline) noexcept {
  {
    Entry e;
    if (G* g = e.g()) {
      Sleep s;
      s.timer.fire = &wake_up;
      s.timer.arg = g;
      s.timer.never_stopped = true;
      s.until = deadline;
      park(e, WaitReason::sleep, &commit_sleep, &s);
      return;
    }
  }
  timespec ts{static_cast<time_t>(deadline / 1'000'000'000), static_cast<long>(deadline % 1'000'000'000)};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, nullptr) == EINTR) {
  }
}

} // namespace gocpp::detail
