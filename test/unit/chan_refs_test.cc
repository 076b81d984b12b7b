// References of channels: a thread keeps the last one that was dropped on it for the next copy.
#include "crowd.h"

#include "annotate.h"

#include <memory>

using namespace std::chrono_literals;
using gocpp::chan;

namespace {

struct ChannelRefs : WithProcs {};
GOCPP_WITH_PROCS(ChannelRefs);

constexpr std::uint32_t kSpare = gocpp::rt::kSanitized ? 0 : 1;

template <class T> std::uint32_t refs_of(const chan<T>& c) { return gocpp::detail::state_of(c.core()).refs.load(); }

/// Waits until all threads that dropped a reference have slept.
template <class T> void wait_for_only(const chan<T>& c) {
  for (int i = 0; i < 5000 && refs_of(c) != 1; ++i) gocpp::sleep_for(1ms);
  EXPECT_EQ(refs_of(c), 1u);
}

TEST_P(ChannelRefs, ADroppedOneIsTakenOverByTheNextCopy) {
  chan<int> c;
  { chan<int> copy = c; }
  EXPECT_EQ(refs_of(c), 1 + kSpare);
  {
    chan<int> copy = c;
    EXPECT_EQ(refs_of(c), 2u);
    chan<int> another = copy;
    EXPECT_EQ(refs_of(c), 3u);
  }
  EXPECT_EQ(refs_of(c), 1u) << "two spare ones are taken away together";
}

TEST_P(ChannelRefs, AnotherChannelsTakesItsPlace) {
  chan<int> first, second;
  { chan<int> copy = first; }
  { chan<int> copy = second; }
  EXPECT_EQ(refs_of(first), 1u);
  EXPECT_EQ(refs_of(second), 1 + kSpare);
}

TEST_P(ChannelRefs, TheLastOneFreesTheChannel) {
  // What is not freed, or freed twice, the sanitizers and glibc find.
  for (int i = 0; i < 1000; ++i) {
    auto* c = new chan<int>(4);
    { chan<int> copy = *c; }
    delete c;
  }
}

TEST_P(ChannelRefs, WhoSleepsKeepsNone) {
  chan<int> c;
  { chan<int> copy = c; }
  wait_for_only(c);
}

TEST_P(ChannelRefs, WhatHasToBeDestroyedIsSoAtOnce) {
  auto shared = std::make_shared<int>(1);
  {
    chan<std::shared_ptr<int>> c(1);
    c.send(shared);
    { auto copy = c; }
    EXPECT_EQ(refs_of(c), 1u);
  }
  EXPECT_EQ(shared.use_count(), 1);
}

TEST_P(ChannelRefs, OfLargeBuffersNoneIsKept) {
  chan<int> c(100'000);
  { chan<int> copy = c; }
  EXPECT_EQ(refs_of(c), 1u);
}

TEST_P(ChannelRefs, NoneIsLostBetweenManyThreads) {
  chan<int> c, d;
  crowd(16, 2, [&](int i) {
    for (int n = 0; n < 2000; ++n) {
      chan<int> copy = n % 3 == 0 ? d : c, another = copy;
      if (n % 16 == i) gocpp::yield();
    }
  });
  wait_for_only(c);
  wait_for_only(d);
}

} // namespace
