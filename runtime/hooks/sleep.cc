// nanosleep and its relatives. A goroutine's sleep is not ended by signals.

#include "hook.h"

#include <algorithm>
#include <gocpp/time.h>
#include <unistd.h>

using namespace gocpp::hooks;
using gocpp::detail::sleep_until_ns;

namespace {

bool is_valid(const timespec* t) noexcept { return t->tv_sec >= 0 && t->tv_nsec >= 0 && t->tv_nsec < 1'000'000'000; }

} // namespace

extern "C" {

int nanosleep(const timespec* duration, timespec* left) {
  if (!applies() || !is_valid(duration)) return GOCPP_REAL(nanosleep)(duration, left);
  sleep_until_ns(deadline_after(*duration));
  return 0;
}

int clock_nanosleep(clockid_t clock, int flags, const timespec* t, timespec* left) {
  if (!applies() || !is_valid(t) || (clock != CLOCK_MONOTONIC && clock != CLOCK_REALTIME))
    return GOCPP_REAL(clock_nanosleep)(clock, flags, t, left);
  if (!(flags & TIMER_ABSTIME)) {
    sleep_until_ns(deadline_after(*t));
    return 0;
  }
  // The time of day may be set meanwhile, so it is asked again at the end.
  for (;;) {
    timespec now;
    clock_gettime(clock, &now);
    constexpr time_t kLong = 1'000'000'000;
    int64_t ns = std::min(t->tv_sec - now.tv_sec, kLong) * 1'000'000'000 + t->tv_nsec - now.tv_nsec;
    if (ns <= 0) return 0;
    sleep_until_ns(gocpp::rt::now_ns() + ns);
  }
}

int usleep(useconds_t us) {
  if (!applies()) return GOCPP_REAL(usleep)(us);
  sleep_until_ns(gocpp::rt::now_ns() + int64_t{us} * 1000);
  return 0;
}

unsigned sleep(unsigned seconds) {
  if (!applies()) return GOCPP_REAL(sleep)(seconds);
  sleep_until_ns(gocpp::rt::now_ns() + int64_t{seconds} * 1'000'000'000);
  return 0;
}

} // extern "C"
