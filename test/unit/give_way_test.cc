// When to give the core away while looking for work is worth its cost (runtime/give_way.h).
#include "give_way.h"

#include <gtest/gtest.h>

namespace gocpp::rt {
namespace {

constexpr int64_t kUs = 1'000, kMs = 1'000'000;

TEST(GiveWay, IsCheapUntilItTookLong) {
  GiveWay g;
  EXPECT_TRUE(g.is_cheap(0));
  g.took(kMs, kMs + 299 * kUs);
  EXPECT_TRUE(g.is_cheap(2 * kMs));
  g.took(2 * kMs, 2 * kMs + 300 * kUs);
  EXPECT_FALSE(g.is_cheap(2 * kMs + 300 * kUs));
  EXPECT_FALSE(g.is_cheap(12 * kMs + 300 * kUs - 1));
  EXPECT_TRUE(g.is_cheap(12 * kMs + 300 * kUs));
}

/// How long it is not done after having taken 3 ms at `now`.
int64_t pause_after(GiveWay& g, int64_t& now) {
  g.took(now, now + 3 * kMs);
  int64_t from = now += 3 * kMs;
  while (!g.is_cheap(now)) now += kMs;
  return now - from;
}

TEST(GiveWay, IsTriedEverMoreRarelyWhereItStaysDear) {
  GiveWay g;
  int64_t now = 0, last = 0;
  for (int64_t expected : {10, 20, 40, 80, 160, 320, 640, 1280, 1280}) {
    EXPECT_EQ(last = pause_after(g, now), expected * kMs);
    now += kMs;
  }
  now += last;
  EXPECT_EQ(pause_after(g, now), 10 * kMs);
}

} // namespace
} // namespace gocpp::rt
