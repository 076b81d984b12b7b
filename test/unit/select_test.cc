// select: choice, parking, and that exactly one case takes effect.
#include "support.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using gocpp::chan;
namespace op = gocpp::abi;  // `abi` alone is the C++ ABI's

namespace {

struct Select : WithProcs {};
GOCPP_WITH_PROCS(Select);

TEST_P(Select, TakesTheDefaultWhenNothingIsReady) {
  chan<int> c;
  op::select s{op::recv(c), c.case_send(1), op::otherwise};
  EXPECT_EQ(s.chosen(), gocpp::detail::select_default);
}

TEST_P(Select, ChoosesUniformlyAmongReadyCases) {
  chan<int> c[4] = {chan<int>(1), chan<int>(1), chan<int>(1), chan<int>(1)};
  int hits[4] = {};
  constexpr int rounds = 40'000;
  for (auto& ch : c) ch.send(0);
  for (int i = 0; i < rounds; ++i) {
    op::select s{op::recv(c[0]), op::recv(c[1]), op::recv(c[2]), op::recv(c[3])};
    ++hits[s.chosen()];
    c[s.chosen()].send(0);
  }
  // Expected 10,000 each with a standard deviation of 87: ten of those never happen by chance.
  for (int h : hits) EXPECT_NEAR(h, rounds / 4, 870);
}

TEST_P(Select, ParksUntilACaseCanGoOn) {
  chan<int> a;
  chan<std::string> b;
  gocpp::go([b] { b.send("x"); });
  op::select s{op::recv(a), op::recv(b)};
  EXPECT_EQ(s.chosen(), 1);
  EXPECT_EQ(op::value<1>(s), "x");
}

TEST_P(Select, ANilChannelIsNeverReady) {
  chan<int> nil = nullptr, c(1);
  for (int i = 0; i < 100; ++i) {
    op::select s{op::recv(nil), nil.case_send(1), c.case_send(i)};
    ASSERT_EQ(s.chosen(), 2);
    c.recv();
  }
}

TEST_P(Select, MovesAValueOnlyIfItsCaseIsChosen) {
  chan<std::unique_ptr<int>> full, roomy(1);
  auto p = std::make_unique<int>(1), q = std::make_unique<int>(2);
  op::select s{full.case_send(std::move(p)), roomy.case_send(std::move(q))};
  EXPECT_EQ(s.chosen(), 1);
  EXPECT_TRUE(p);
  EXPECT_FALSE(q);
}

TEST_P(Select, AClosedChannelIsReadyAndASendToItPanics) {
  chan<int> c;
  close(c);
  {
    op::select s{op::recv(c)};
    auto [v, ok] = op::value_ok<0>(s);
    EXPECT_EQ(v, 0);
    EXPECT_FALSE(ok);
  }
  EXPECT_THROW((op::select{c.case_send(1)}), gocpp::panic);
  EXPECT_THROW((op::select{c.case_send(1), op::otherwise}), gocpp::panic);
}

TEST_P(Select, CloseWakesAParkedSelect) {
  chan<int> c, d;
  gocpp::go([c] {
    for (int i = 0; i < 10; ++i) gocpp::yield();
    close(c);
  });
  op::select s{op::recv(d), op::recv(c)};
  EXPECT_EQ(s.chosen(), 1);
  EXPECT_FALSE(op::value_ok<1>(s).ok);
}

TEST_P(Select, CloseLeavesAloneWhatAnotherChannelHasDecided) {
  for (int round = 0; round < 200; ++round) {
    chan<int> closes, sends;
    std::atomic<int> received{0}, chosen{0};
    gocpp::wait_group all;
    auto parks = [&](auto f) {
      std::atomic<bool> began{false};
      all.go([&began, f] {
        began = true;
        f();
      });
      while (!began) gocpp::yield();
      for (int i = 0; i < 10; ++i) gocpp::yield();
    };
    parks([&] { received += !closes.next(); });
    // Its record stands behind the receiver's, and is still there when the channel is closed, on one P.
    parks([&] { gocpp::select(gocpp::recv(closes, [] {}), gocpp::recv(sends, [&](int v) { chosen += v; })); });
    sends.send(1);
    close(closes);
    for (int i = 0; i < 10; ++i) gocpp::yield();
    all.wait();
    EXPECT_EQ(received, 1);
    EXPECT_EQ(chosen, 1);
  }
}

TEST_P(Select, OneChannelMayStandInSeveralCases) {
  chan<int> c(1);
  c.send(1);
  op::select s{op::recv(c), op::recv(c), c.case_send(5)};
  EXPECT_NE(s.chosen(), 2);
}

TEST_P(Select, ASelectDoesNotMeetItself) {
  chan<int> c;
  gocpp::go([c] {
    for (int i = 0; i < 20; ++i) gocpp::yield();
    c.send(7);
  });
  op::select s{c.case_send(1), op::recv(c)};
  EXPECT_EQ(s.chosen(), 1);
  EXPECT_EQ(op::value<1>(s), 7);
}

TEST_P(Select, TwoSelectsMeetOnce) {
  // Each side offers both directions; exactly one value passes for each meeting.
  chan<int> a, b;
  constexpr int rounds = 3000;
  std::atomic<int> sent{0}, received{0};
  auto side = [=, &sent, &received](chan<int> x, chan<int> y) {
    for (int i = 0; i < rounds; ++i) {
      op::select s{x.case_send(1), op::recv(y)};
      if (s.chosen() == 0)
        ++sent;
      else
        received += op::value<1>(s);
    }
  };
  gocpp::wait_group wg;
  wg.go(side, a, b);
  wg.go(side, b, a);
  wg.wait();
  EXPECT_EQ(sent.load(), received.load());
  EXPECT_EQ(sent + received, 2 * rounds);
}

TEST_P(Select, NothingIsLostBetweenManySelects) {
  constexpr int kChans = 5, kSenders = 6, kEach = 2000;
  std::vector<chan<int>> c;
  for (int i = 0; i < kChans; ++i) c.emplace_back(i % 3);
  std::atomic<long> out{0}, in{0};
  chan<> stop;
  gocpp::wait_group senders, receivers;
  for (int s = 0; s < kSenders; ++s)
    senders.go([&, s] {
      for (int i = 0; i < kEach; ++i) {
        int x = (s + i) % kChans, y = (s * 3 + i * 7) % kChans;
        op::select sel{c[x].case_send(i), c[y].case_send(i)};
        out += i;
      }
    });
  for (int r = 0; r < 4; ++r)
    receivers.go([&] {
      for (;;) {
        op::select s{op::recv(c[0]), op::recv(c[1]), op::recv(c[2]), op::recv(c[3]), op::recv(c[4]),
                      op::recv(stop)};
        switch (s.chosen()) {
        case 0: in += op::value<0>(s); break;
        case 1: in += op::value<1>(s); break;
        case 2: in += op::value<2>(s); break;
        case 3: in += op::value<3>(s); break;
        case 4: in += op::value<4>(s); break;
        default: return;
        }
      }
    });
  senders.wait();
  for (auto& ch : c)
    while (len(ch) > 0) gocpp::yield();
  close(stop);
  receivers.wait();
  for (auto& ch : c)
    while (auto v = ch.try_recv()) in += *v;
  EXPECT_EQ(in.load(), out.load());
}

TEST_P(Select, WorksInPlainThreads) {
  chan<int> a, b;
  chan<> stop;
  std::atomic<int> sum{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t)
    threads.emplace_back([&] {
      for (;;) {
        op::select s{op::recv(a), op::recv(b), op::recv(stop)};
        if (s.chosen() == 2) return;
        sum += s.chosen() == 0 ? op::value<0>(s) : op::value<1>(s);
      }
    });
  for (int i = 0; i < 1000; ++i) (i % 2 ? a : b).send(1);
  close(stop);
  for (auto& t : threads) t.join();
  EXPECT_EQ(sum.load(), 1000);
}

TEST_P(Select, ChannelsMayLoseTheirLastHandleOnceACaseWasTaken) {
  for (int i = 0; i < 200; ++i) {
    auto a = std::make_unique<chan<int>>();
    auto b = std::make_unique<chan<std::string>>();
    chan<> done;
    gocpp::go([&a = *a, &b = *b, done] {
      {
        op::select s{op::recv(a), op::recv(b)};
      }
      done.send({});
    });
    gocpp::yield();
    a->send(1);  // the select has its value, but may not have run since
    a.reset();
    b.reset();
    done.recv();
  }
}

TEST_P(Select, LibraryFormRunsTheChosenArm) {
  chan<int> c(1), d;
  std::string log;
  gocpp::select(gocpp::recv(d, [&](int) { log += "d"; }), gocpp::send(c, 4, [&] { log += "sent"; }));
  gocpp::select(gocpp::recv(c, [&](int v, bool ok) { log += ok ? std::to_string(v) : "closed"; }));
  gocpp::select(gocpp::recv(c, [&] { log += "c"; }), gocpp::otherwise([&] { log += "none"; }));
  EXPECT_EQ(log, "sent4none");
}

} // namespace
