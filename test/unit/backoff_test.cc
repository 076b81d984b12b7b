// How a wait for a held lock goes on (runtime/backoff.h), and the spin lock above it.

#include "backoff.h"
#include "spinlock.h"

#include <gtest/gtest.h>

#include <thread>

namespace gocpp::rt {
namespace {

bool never() noexcept { return false; }

TEST(Backoff, EachPauseIsTwiceAsLongAsTheOneBefore) {
  Backoff b;
  for (int i = 0; i < 3; ++i) {
    uint64_t next = b.next_pause(), waited = b.waited();
    EXPECT_TRUE(b.pause(never));
    EXPECT_GE(b.waited() - waited, next);
    EXPECT_EQ(b.next_pause(), 2 * next);
  }
}

TEST(Backoff, APauseEndsAtOnceWhenTold) {
  Backoff b;
  uint64_t next = b.next_pause();
  EXPECT_FALSE(b.pause([] { return true; }));
  EXPECT_EQ(b.waited(), 0u);
  EXPECT_EQ(b.next_pause(), next);
}

TEST(Backoff, ALockThatOthersUseSeldomIsTaken) {
  Backoff b;
  EXPECT_TRUE(b.pause(never));
  EXPECT_TRUE(b.may_take(0));
  EXPECT_TRUE(b.may_take(1));  // one use in three times of what a look costs
}

TEST(Backoff, ALockThatOthersUseAllTheTimeIsLeftToThemOnce) {
  Backoff b;
  EXPECT_TRUE(b.pause(never));
  uint64_t next = b.next_pause();
  EXPECT_FALSE(b.may_take(1'000'000));
  EXPECT_GT(b.next_pause(), next);
  EXPECT_TRUE(b.may_take(1'000'000));
}

TEST(SpinLock, CountsPastTheEndOfItsWord) {
  SpinLock lock;
  for (int i = 0; i < 100'000; ++i) {
    ASSERT_TRUE(lock.try_lock());
    ASSERT_FALSE(lock.try_lock());
    lock.unlock();
  }
}

TEST(SpinLock, OneHolderAtATime) {
  constexpr long kEach = 200'000;
  SpinLock lock;
  long count = 0;
  auto add = [&] {
    for (long i = 0; i < kEach; ++i) {
      SpinGuard hold(lock);
      ++count;
    }
  };
  std::thread other(add), third(add);
  add();
  other.join();
  third.join();
  EXPECT_EQ(count, 3 * kEach);
}

} // namespace
} // namespace gocpp::rt
