// Which channels favour a P, and when all of them cease to.
#include "chan_bias.h"

#include <gtest/gtest.h>

using gocpp::rt::ChanBias;

namespace {

/// How many channels are made without a bias before the next one with it.
int pause_of(ChanBias& b) {
  int without = 0;
  while (b.for_new_channel() == ChanBias::kNobody) ++without;
  return without;
}

TEST(ChanBias, PausesLongerEachTime) {
  ChanBias b(3);
  ChanBias::Key key = b.for_new_channel();
  EXPECT_EQ(ChanBias::number_of_p(key), 3);
  EXPECT_TRUE(b.is(key));
  EXPECT_EQ(pause_of(b), 0);
  b.end(key);
  EXPECT_EQ(pause_of(b), 256);
  b.end(key);
  EXPECT_EQ(pause_of(b), 512);
  EXPECT_TRUE(b.is(key)) << "channels that never crossed keep their bias";
}

TEST(ChanBias, EndsAllTogetherWhereManyCross) {
  ChanBias b(0);
  ChanBias::Key key = b.for_new_channel();
  int one_by_one = 0;
  for (; b.is(key); ++one_by_one) b.end(key);
  EXPECT_EQ(one_by_one, 5);
  int pause = pause_of(b);
  EXPECT_EQ(pause, 4096);
  for (int i = 0; i < 1000; ++i) b.end(key);  // the others of that time cost nothing, and are no reason to pause
  ChanBias::Key next = ChanBias::kNobody;
  while (next == ChanBias::kNobody) next = b.for_new_channel();
  EXPECT_NE(next, key);
  EXPECT_TRUE(b.is(next));
  EXPECT_EQ(ChanBias::number_of_p(next), 0);
  b.end(next);
  EXPECT_EQ(pause_of(b), 2 * pause);
}

TEST(ChanBias, TrustComesBackWithChannelsThatKeepTheirs) {
  ChanBias b(0);
  ChanBias::Key key = b.for_new_channel();
  for (int i = 0; i < 3; ++i) b.end(key);
  for (int i = 0; i < 10'000; ++i) b.was_kept();
  while (b.for_new_channel() == ChanBias::kNobody) {
  }
  b.end(key);
  EXPECT_LT(pause_of(b), 512);
}

} // namespace
