// When the sleeper gets up for timers (runtime/timer_gather.h).
#include "timer_gather.h"

#include <gtest/gtest.h>

namespace gocpp::rt {
namespace {

constexpr int64_t kUs = 1'000, kMs = 1'000'000;

/// Lets so many timers come by themselves, `apart`; returns how late the last of them was.
struct Sleeper {
  TimerGather gather;
  int64_t now = 1'000 * kMs;
  uint32_t fired = 0;
  int sleeps = 0;
  int64_t latest = 0;

  int64_t run(int timers, int64_t apart, uint32_t each = 1) {
    int64_t late = 0, due = now;
    for (int i = 0; i < timers; ++i) {
      due += apart;
      if (due <= now) {  // gathered with the one before
        late = now - due;
      } else {
        int64_t up = gather.wake_up_at(now, fired, due);
        ++sleeps;
        late = up - due;
        now = up;
      }
      fired += each;
      latest = std::max(latest, late);
    }
    return late;
  }
};

TEST(TimerGather, SeldomTimersAreExact) {
  Sleeper s;
  EXPECT_EQ(s.run(1'000, kMs), 0);
}

TEST(TimerGather, OneByOneTheyAreGatheredWhereTheyAreDense) {
  Sleeper s;
  s.run(1'000, 100 * kUs);
  EXPECT_GT(s.latest, 0);
  EXPECT_LE(s.latest, TimerGather::kTogether);
  EXPECT_LT(s.sleeps, 300);  // two in a millisecond, once it is known
}

TEST(TimerGather, ItEndsWhereTheyAreSeldomAgain) {
  Sleeper s;
  s.run(1'000, 100 * kUs);
  s.run(20, kMs);
  EXPECT_EQ(s.run(20, kMs), 0);
  EXPECT_EQ(s.run(1, 100 * kUs), 0);
}

TEST(TimerGather, ManyAtOnceAreFollowedByARest) {
  Sleeper s;
  s.run(10, 10 * kMs, TimerGather::kMany);
  EXPECT_EQ(s.run(1, 100 * kUs), TimerGather::kTogether - 100 * kUs);
}

TEST(TimerGather, FewAtOnceThatAreFarApartAreExact) {
  Sleeper s;
  EXPECT_EQ(s.run(1'000, kMs, TimerGather::kMany - 1), 0);
  EXPECT_EQ(s.run(1, 100 * kUs), 0);
}

} // namespace
} // namespace gocpp::rt
