// The run queue alone: half-stealing, overflow, and that nothing is lost or handed out twice.
#include "runq.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <set>
#include <thread>
#include <vector>

using namespace gocpp::rt;

namespace {

struct Queue : testing::Test {
  std::unique_ptr<G[]> gs = std::make_unique<G[]>(2000);
  RunQueue q;
  bool was_next = false;

  void fill(RunQueue& into, int n) {
    for (int i = 0; i < n; ++i) ASSERT_TRUE(into.push(&gs[i]));
  }
};

TEST_F(Queue, IsFirstInFirstOut) {
  fill(q, 3);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(q.pop(was_next), &gs[i]);
  EXPECT_EQ(q.pop(was_next), nullptr);
}

TEST_F(Queue, ThiefTakesTheOlderFiveOfTen) {
  fill(q, 10);
  RunQueue thief;
  uint32_t taken = 0;
  G* first = q.steal_half(thief, taken);
  EXPECT_EQ(taken, 5u);
  EXPECT_EQ(thief.size(), 4u);  // one is handed out to be run
  EXPECT_EQ(q.size(), 5u);
  std::set<G*> got{first};
  while (G* g = thief.pop(was_next)) got.insert(g);
  EXPECT_EQ(got, (std::set<G*>{&gs[0], &gs[1], &gs[2], &gs[3], &gs[4]}));
  for (int i = 5; i < 10; ++i) EXPECT_EQ(q.pop(was_next), &gs[i]);
}

TEST_F(Queue, ThiefTakesTheLargerHalfOfAnOddNumber) {
  for (int n : {1, 3, 7, 255}) {
    RunQueue victim, thief;
    fill(victim, n);
    uint32_t taken = 0;
    victim.steal_half(thief, taken);
    EXPECT_EQ(taken, static_cast<uint32_t>(n - n / 2)) << n;
  }
}

TEST_F(Queue, NextRunsFirstAndKicksOutWhatStoodThere) {
  fill(q, 2);
  EXPECT_EQ(q.exchange_next(&gs[7]), nullptr);
  EXPECT_EQ(q.exchange_next(&gs[8]), &gs[7]);
  EXPECT_EQ(q.pop(was_next), &gs[8]);
  EXPECT_TRUE(was_next);
  EXPECT_EQ(q.pop(was_next), &gs[0]);
  EXPECT_FALSE(was_next);
}

TEST_F(Queue, ThievesLeaveWhatRunsNext) {
  RunQueue thief;
  uint32_t taken = 0;
  q.exchange_next(&gs[0]);
  EXPECT_EQ(q.steal_half(thief, taken), nullptr);
  EXPECT_FALSE(q.empty());
  EXPECT_EQ(q.exchange_next(nullptr), &gs[0]);  // as who borrows the owner's lease takes it
  EXPECT_TRUE(q.empty());
}

TEST_F(Queue, WhatIsOpenAnybodyTakes) {
  q.exchange_next(&gs[0]);
  EXPECT_EQ(q.take_open_next(), nullptr);  // not open yet
  q.open_next();
  EXPECT_FALSE(q.empty());
  EXPECT_EQ(q.peek_next(), &gs[0]);
  EXPECT_EQ(q.size(), 1u);
  EXPECT_EQ(q.take_open_next(), &gs[0]);
  EXPECT_TRUE(q.empty());
  EXPECT_EQ(q.pop(was_next), nullptr);
}

TEST_F(Queue, ItsOwnerTakesWhatIsOpenFirstAndKicksItOut) {
  fill(q, 1);
  q.exchange_next(&gs[7]);
  q.open_next();
  EXPECT_EQ(q.exchange_next(&gs[8]), &gs[7]);
  q.open_next();
  EXPECT_EQ(q.pop(was_next), &gs[8]);
  EXPECT_TRUE(was_next);
  EXPECT_EQ(q.pop(was_next), &gs[0]);
}

TEST_F(Queue, NewestIsTakenOfARingMoreThanHalfFull) {
  constexpr int kHalf = RunQueue::kCapacity / 2;
  for (bool alone : {false, true}) {
    RunQueue ring;
    fill(ring, kHalf + 2);
    EXPECT_EQ(ring.pop_newest(alone), &gs[kHalf + 1]);
    EXPECT_EQ(ring.pop_newest(alone), &gs[kHalf]);
    EXPECT_EQ(ring.pop_newest(alone), nullptr);
    for (int i = 0; i < kHalf; ++i) EXPECT_EQ(ring.pop(was_next), &gs[i]);
    EXPECT_EQ(ring.pop(was_next), nullptr);
  }
}

TEST_F(Queue, WhatHasRunKeepsItsTurn) {
  constexpr int kHalf = RunQueue::kCapacity / 2;
  fill(q, kHalf + 2);
  char place;
  gs[1000].stack = {&place, &place};
  ASSERT_TRUE(q.push(&gs[1000]));
  EXPECT_EQ(q.pop_newest(false), nullptr);
  EXPECT_EQ(q.pop(was_next), &gs[0]);
}

TEST_F(Queue, FullRingOverflowsItsOlderHalf) {
  fill(q, RunQueue::kCapacity);
  EXPECT_FALSE(q.push(&gs[1000]));
  GList out;
  ASSERT_TRUE(q.take_overflow(out));
  EXPECT_EQ(out.size, RunQueue::kCapacity / 2);
  for (uint32_t i = 0; i < RunQueue::kCapacity / 2; ++i) EXPECT_EQ(out.pop_front(), &gs[i]);
  EXPECT_EQ(q.size(), RunQueue::kCapacity / 2);
  GList none;
  EXPECT_FALSE(q.take_overflow(none));
}

TEST_F(Queue, NothingIsLostOrTakenTwiceUnderThieves) {
  constexpr int kThieves = 3, kRounds = 200'000;
  std::vector<std::atomic<int>> in_queue(2000);
  std::atomic<bool> done{false};
  std::atomic<long> consumed{0};
  auto consume = [&](G* g) {
    EXPECT_EQ(in_queue[static_cast<size_t>(g - gs.get())].fetch_sub(1), 1);
    ++consumed;
  };
  std::vector<std::thread> thieves;
  for (int t = 0; t < kThieves; ++t) {
    thieves.emplace_back([&] {
      RunQueue mine;
      bool next;
      for (;;) {
        bool last = done.load();
        uint32_t taken;
        if (G* g = q.steal_half(mine, taken)) {
          consume(g);
          while (G* more = mine.pop(next)) consume(more);
        } else if (last) {
          return;
        }
      }
    });
  }
  long produced = 0;
  uint32_t random = 1;
  for (int i = 0; i < kRounds; ++i) {
    random = random * 1664525 + 1013904223;
    G* g = &gs[static_cast<size_t>(i) % 2000];
    if (random >> 30) {
      if (in_queue[static_cast<size_t>(g - gs.get())].load() != 0) continue;
      in_queue[static_cast<size_t>(g - gs.get())] = 1;
      ++produced;
      if (random >> 31) {
        if (G* kicked = q.exchange_next(g); kicked && !q.push(kicked)) consume(kicked);
      } else if (!q.push(g)) {
        GList half;
        q.take_overflow(half);
        while (G* h = half.pop_front()) consume(h);
        consume(g);
      }
    } else if (G* h = (random >> 29) & 1 ? q.pop_newest(false) : q.pop(was_next)) {
      consume(h);
    }
  }
  done = true;
  for (auto& t : thieves) t.join();
  while (G* g = q.pop(was_next)) consume(g);
  EXPECT_EQ(consumed.load(), produced);
}

} // namespace
