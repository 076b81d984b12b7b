// Channels: Go's semantics, one by one.
#include "support.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

using gocpp::chan;

namespace {

struct Channel : WithProcs {};
GOCPP_WITH_PROCS(Channel);

template <class F> std::string panic_of(F f) {
  try {
    f();
  } catch (const gocpp::panic& p) {
    return p.what();
  }
  return "no panic";
}

TEST_P(Channel, BuffersInOrder) {
  chan<int> c(3);
  for (int i = 0; i < 3; ++i) c.send(i);
  EXPECT_EQ(c.len(), 3u);
  EXPECT_EQ(cap(c), 3u);
  EXPECT_FALSE(c.try_send(9));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(c.recv(), i);
  EXPECT_EQ(len(c), 0u);
  EXPECT_FALSE(c.try_recv());
}

TEST_P(Channel, UnbufferedSendCompletesWithItsReceive) {
  chan<int> c;
  std::atomic<int> step{0};
  gocpp::go([&, c] {
    c.send(1);
    step = 1;
  });
  for (int i = 0; i < 100; ++i) gocpp::yield();
  EXPECT_EQ(step.load(), 0);
  EXPECT_EQ(c.recv(), 1);
  while (step == 0) gocpp::yield();
}

TEST_P(Channel, WaitersAreServedInOrder) {
  if (GetParam() != 1) return;  // the order in which goroutines come to wait is certain with one processor
  chan<int> c;
  std::vector<int> got;
  chan<> done(5);
  for (int i = 0; i < 5; ++i) {
    gocpp::go([&, c, done, i] {
      c.recv();
      got.push_back(i);
      done.send({});
    });
    gocpp::yield();
  }
  for (int i = 0; i < 5; ++i) {
    c.send(i);
    done.recv();
  }
  EXPECT_EQ(got, (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST_P(Channel, CloseDrainsThenGivesZeroValues) {
  chan<std::string> c(2);
  c.send("a");
  c.close();
  EXPECT_EQ(c.recv(), "a");
  auto [v, ok] = +~c;
  EXPECT_EQ(v, "");
  EXPECT_FALSE(ok);
  std::string into = "old";
  EXPECT_FALSE(c.recv(into));
  EXPECT_EQ(into, "");
  EXPECT_FALSE(c.next());
}

TEST_P(Channel, TheZeroValueOfAChannelIsNil) {
  chan<chan<int>> c;
  c.close();
  EXPECT_EQ(c.recv(), nullptr);
  auto [v, ok] = +~c;
  EXPECT_EQ(v, nullptr);
  EXPECT_FALSE(ok);
  chan<int> into;
  EXPECT_FALSE(c.recv(into));
  EXPECT_EQ(into, nullptr);
  gocpp::select(gocpp::recv(c, [](chan<int> got) { EXPECT_EQ(got, nullptr); }));
  gocpp::select(gocpp::recv(c, [](chan<int> got, bool) { EXPECT_EQ(got, nullptr); }));
}

TEST_P(Channel, CloseWakesEveryReceiverAndPanicsEverySender) {
  chan<int> in, full;
  std::atomic<int> zeros{0}, panics{0};
  for (int i = 0; i < 50; ++i) {
    gocpp::go([&, in] {
      if (in.recv() == 0) ++zeros;
    });
    gocpp::go([&, full] {
      if (panic_of([&] { full.send(1); }) == "send on closed channel") ++panics;
    });
  }
  for (int i = 0; i < 1000; ++i) gocpp::yield();
  close(in);
  close(full);
  while (zeros + panics < 100) gocpp::yield();
  EXPECT_EQ(zeros.load(), 50);
}

TEST_P(Channel, MisusePanicsInGosWords) {
  chan<int> c;
  close(c);
  EXPECT_EQ(panic_of([&] { c.send(1); }), "send on closed channel");
  EXPECT_EQ(panic_of([&] { c.try_send(1); }), "send on closed channel");
  EXPECT_EQ(panic_of([&] { c.close(); }), "close of closed channel");
  EXPECT_EQ(panic_of([] { chan<int>(nullptr).close(); }), "close of nil channel");
  EXPECT_EQ(panic_of([] { chan<int> bad(-1); }), "makechan: size out of range");
  EXPECT_EQ(panic_of([] { chan<long> bad(PTRDIFF_MAX); }), "makechan: size out of range");
}

TEST_P(Channel, HandlesCompareHashAndTestAsPointersDo) {
  chan<int> a, b = a, nil = nullptr;
  EXPECT_EQ(a, b);
  EXPECT_NE(a, nil);
  EXPECT_TRUE(nil == nullptr);
  EXPECT_FALSE(nil);
  EXPECT_TRUE(a);
  chan<int> moved = std::move(b);
  EXPECT_TRUE(b == nullptr);
  EXPECT_EQ(len(nil), 0u);
  EXPECT_EQ(cap(nil), 0u);
  std::unordered_set<chan<int>> set{a, moved, nil};
  EXPECT_EQ(set.size(), 2u);
}

TEST_P(Channel, CarriesMoveOnlyValues) {
  chan<std::unique_ptr<int>> c(1);
  auto p = std::make_unique<int>(7);
  EXPECT_TRUE(c.try_send(std::move(p)));
  EXPECT_FALSE(p);
  auto q = std::make_unique<int>(8);
  EXPECT_FALSE(c.try_send(std::move(q)));
  EXPECT_TRUE(q) << "a value that was not sent stays";
  EXPECT_EQ(*c.recv(), 7);
}

TEST_P(Channel, ALoopTakesMoveOnlyValues) {
  chan<std::unique_ptr<int>> c(4);
  for (int i = 1; i <= 4; ++i) c.send(std::make_unique<int>(i));
  close(c);
  std::vector<std::unique_ptr<int>> kept;
  for (auto p : c) {
    kept.push_back(std::move(p));
    if (kept.size() == 2) break;
  }
  for (auto&& p : c) kept.push_back(std::move(p));
  for (int i = 1; i <= 4; ++i) EXPECT_EQ(*kept[static_cast<std::size_t>(i - 1)], i);
  static_assert(std::input_iterator<chan<std::unique_ptr<int>>::iterator> && std::input_iterator<chan<int>::iterator>);
}

/// Counts its objects; its copy may throw, so a channel boxes it.
struct Counted {
  static inline std::atomic<int> alive{0};
  int value = 0;
  Counted(int v = 0) : value(v) { ++alive; }
  Counted(const Counted& o) : value(o.value) { ++alive; }
  ~Counted() { --alive; }
};

TEST_P(Channel, DestroysWhatItHeld) {
  {
    chan<Counted> c(10);
    for (int i = 0; i < 10; ++i) c.send(Counted(i));
    EXPECT_EQ(c.recv().value, 0);
    EXPECT_EQ(Counted::alive.load(), 9) << "a slot is destroyed as its value is received";
  }
  EXPECT_EQ(Counted::alive.load(), 0);
}

TEST_P(Channel, TheLastHandleFreesIt) {
  auto shared = std::make_shared<int>(1);
  {
    chan<std::shared_ptr<int>> c(4);
    c.send(shared);
    auto copy = c;
    copy.send(shared);
    EXPECT_EQ(shared.use_count(), 3);
  }
  EXPECT_EQ(shared.use_count(), 1);
}

TEST_P(Channel, DirectionsConvertOneWay) {
  chan<int> c(1);
  gocpp::send_chan<int> s = c;
  gocpp::recv_chan<int> r = c;
  s.send(5);
  EXPECT_EQ(r.recv(), 5);
  static_assert(!std::is_convertible_v<gocpp::send_chan<int>, chan<int>>);
  static_assert(!std::is_convertible_v<gocpp::recv_chan<int>, chan<int>>);
  static_assert(!std::is_convertible_v<gocpp::recv_chan<int>, gocpp::send_chan<int>>);
}

TEST_P(Channel, RangeReadsUntilClosed) {
  chan<int> c;
  gocpp::go([c] {
    for (int i = 0; i < 100; ++i) c.send(i);
    close(c);
  });
  int sum = 0;
  for (int v : c) sum += v;
  EXPECT_EQ(sum, 4950);
}

TEST_P(Channel, ManySendersAndReceiversLoseNothing) {
  for (int capacity : {0, 1, 10, 1000}) {
    chan<int> c(capacity), sums(8);
    constexpr int senders = 8, each = 2000;
    gocpp::wait_group wg;
    for (int s = 0; s < senders; ++s)
      wg.go([=] {
        for (int i = 0; i < each; ++i) c.send(i);
      });
    for (int r = 0; r < 8; ++r)
      gocpp::go([=] {
        int sum = 0;
        for (int v : c) sum += v;
        sums.send(sum);
      });
    wg.wait();
    close(c);
    long total = 0;
    for (int r = 0; r < 8; ++r) total += sums.recv();
    EXPECT_EQ(total, static_cast<long>(senders) * each * (each - 1) / 2);
  }
}

TEST_P(Channel, ManyAreMadeInOnePlaceAndUsedInAll) {
  // Thousands favour the P that made them when others come, and lose that one by one and then all at once.
  constexpr int kChannels = 3000, kUsers = 4, kRounds = 50;
  std::vector<chan<int>> all;
  gocpp::wait_group users;
  for (int i = 0; i < kChannels; ++i) all.push_back(chan<int>(1));
  for (auto& c : all) c.send(0);
  for (int u = 0; u < kUsers; ++u)
    users.go([&, u] {
      for (int i = 0; i < kRounds * kChannels; ++i) {
        auto& c = all[static_cast<std::size_t>(u % 2 ? i : kRounds * kChannels - 1 - i) % kChannels];
        c.send(c.recv() + 1);
        if (i % 64 == 0) chan<int>(1).send(i);
      }
    });
  users.wait();
  for (auto& c : all) EXPECT_EQ(c.recv(), kUsers * kRounds);
}

TEST(ChannelBeforeMain, CanBeMadeByAStaticInitialiser) {
  static chan<int> c = gocpp::make_chan<int>(1);
  c.send(1);
  EXPECT_EQ(c.recv(), 1);
}

} // namespace
