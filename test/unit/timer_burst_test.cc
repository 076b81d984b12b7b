// Bursts of timers whose goroutines are done before another thread could help (runtime/timer_burst.h), and trust (runtime/trust.h).
#include "support.h"

#include "sched.h"
#include "timer_burst.h"

#include <atomic>
#include <chrono>

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace gocpp::rt {
namespace {

Trust after(Trust t, int good) {
  for (int i = 0; i < good; ++i) t = t.after_good();
  return t;
}

TEST(Trust, IsEarnedByFourGoodOnes) {
  EXPECT_TRUE(Trust().unknown());
  EXPECT_TRUE(after({}, 3).unknown());
  EXPECT_FALSE(after({}, 3).earned());
  EXPECT_TRUE(after({}, 4).earned());
  EXPECT_FALSE(after({}, 4).unknown());
}

TEST(Trust, OneBadOneDoesNotEndALongTrust) {
  Trust t = after({}, 1000).after_bad();
  EXPECT_TRUE(t.earned());
  EXPECT_FALSE(t.after_bad().earned());
}

TEST(Trust, WhoWasBadIsNotUnknownAndNeedsFourGoodOnes) {
  for (Trust bad : {Trust().after_bad(), after({}, 4).after_bad(), Trust().after_bad().after_bad()}) {
    for (int good = 0; good < 4; ++good) {
      EXPECT_FALSE(after(bad, good).earned());
      EXPECT_FALSE(after(bad, good).unknown());
    }
    EXPECT_TRUE(after(bad, 4).earned());
  }
}

/// A burst of so many timers that ends after so many cycles.
void burst(TimerBurst& b, unsigned timers, uint64_t cycles) {
  b.fired(timers, 1'000'000);
  b.ended(1'000'000 + cycles);
}

TEST(TimerBurst, LastsFromTheFirstTimerUntilItsEnd) {
  TimerBurst b;
  b.fired(0, 10);
  EXPECT_FALSE(b.lasts());
  b.fired(3, 20);
  b.fired(2, 30'000);
  EXPECT_TRUE(b.lasts());
  b.ended(20 + 20'000 + 5 * 1'000);  // short, counted from the first
  EXPECT_FALSE(b.lasts());
  for (int i = 0; i < 3; ++i) burst(b, 5, 25'000);
  EXPECT_TRUE(b.is_short());
}

TEST(TimerBurst, IsShortAfterFourThatWere) {
  TimerBurst b;
  for (int i = 0; i < 4; ++i) {
    EXPECT_FALSE(b.is_short());
    burst(b, 100, 120'000);
  }
  EXPECT_TRUE(b.is_short());
}

TEST(TimerBurst, IsNotShortWhereGoroutinesTakeLong) {
  TimerBurst b;
  for (int i = 0; i < 100; ++i) burst(b, 100, 120'001);
  EXPECT_FALSE(b.is_short());
}

uint64_t unhelped_bursts() {
  uint64_t sum = 0;
  for (int i = 0; i < sched.procs.load(); ++i) sum += sched.all_ps[i].load()->unhelped_bursts.get();
  return sum;
}

/// Two goroutines sleep until the same time, and then do `f(0)` and `f(1)`.
template <class F> void both_at_once(F f) {
  auto at = Clock::now() + 1ms;
  gocpp::wait_group both;
  for (int i = 0; i < 2; ++i)
    both.go([at, i, &f] {
      gocpp::sleep_until(at);
      f(i);
    });
  both.wait();
}

struct TimerBursts : WithProcs {
  void SetUp() override {
    WithProcs::SetUp();
    if (kSanitized) GTEST_SKIP() << "no goroutine is short enough under a sanitizer";
  }
};
GOCPP_WITH_PROCS(TimerBursts);

TEST_P(TimerBursts, WakeNobodyWhereTheyAreShort) {
  for (uint64_t before = unhelped_bursts(); unhelped_bursts() == before;) both_at_once([](int) {});
}

TEST_P(TimerBursts, AreHelpedWhereTheyTurnOutLong) {
  if (GetParam() == 1) GTEST_SKIP() << "there is nobody to help";
  // Each computes until the other runs too. It may also be that the P was taken from the first after its 10 ms, which is no help.
  for (bool helped = false; !helped;) {
    for (uint64_t before = unhelped_bursts(); unhelped_bursts() == before;) both_at_once([](int) {});
    uint64_t trusted = unhelped_bursts(), taken = sched.handoffs.load();
    std::atomic<int> running{0};
    both_at_once([&](int) {
      for (++running; running.load() < 2;) {
      }
    });
    helped = unhelped_bursts() != trusted && sched.handoffs.load() == taken;
  }
}

} // namespace
} // namespace gocpp::rt
