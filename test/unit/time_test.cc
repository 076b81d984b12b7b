// Sleeping, after, timer and ticker, for goroutines and for threads.
#include "support.h"

#include "sched.h"

#include <atomic>
#include <chrono>
#include <limits>
#include <optional>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using gocpp::chan;

namespace {

struct Time : WithProcs {};
GOCPP_WITH_PROCS(Time);

TEST_P(Time, SleepLastsAtLeastItsTime) {
  auto start = Clock::now();
  gocpp::sleep_for(3ms);
  EXPECT_GE(Clock::now() - start, 3ms);
  start = Clock::now();
  gocpp::sleep_for(std::chrono::duration<float, std::micro>(1500.5f));
  EXPECT_GE(Clock::now() - start, 1500us);
}

TEST_P(Time, SleepOfNothingReturns) {
  gocpp::sleep_for(0s);
  gocpp::sleep_for(-1h);
  gocpp::sleep_for(std::chrono::hours::min());
  gocpp::sleep_for(std::chrono::duration<double>(std::numeric_limits<double>::quiet_NaN()));
  gocpp::sleep_until(Clock::time_point::min());
  gocpp::sleep_until(std::chrono::system_clock::now() - 1h);
}

TEST_P(Time, SleepUntilTakesAnyClock) {
  auto steady = Clock::now() + 2ms;
  gocpp::sleep_until(steady);
  EXPECT_GE(Clock::now(), steady);
  auto system = std::chrono::system_clock::now() + 2ms;
  gocpp::sleep_until(system);
  EXPECT_GE(std::chrono::system_clock::now(), system);
}

TEST_P(Time, AnEarlierTimeIsNotKeptWaitingByALaterOne) {
  // Whoever sleeps until the later time has to be told of the earlier one.
  gocpp::timer later(1h);
  chan<> stop;
  gocpp::wait_group group;
  group.go([&] { gocpp::select(gocpp::recv(later.channel(), [] {}), gocpp::recv(stop, [] {})); });
  for (int i = 0; i < 20; ++i)
    gocpp::sleep_for(50us);
  stop.send({});
  group.wait();
}

TEST_P(Time, ASleeperLetsOthersRun) {
  // With one P a sleep that kept it would never let the other goroutine run.
  std::atomic<bool> ran{false};
  gocpp::go([&] { ran = true; });
  while (!ran)
    gocpp::sleep_for(100us);
}

TEST_P(Time, ThreadsSleepToo) {
  std::thread([] {
    auto start = Clock::now();
    gocpp::sleep_for(2ms);
    EXPECT_GE(Clock::now() - start, 2ms);
  }).join();
}

TEST_P(Time, HugeDurationsDoNotOverflow) {
  EXPECT_FALSE(gocpp::after(std::chrono::hours::max()).try_recv());
  EXPECT_FALSE(gocpp::after(std::chrono::nanoseconds::max()).try_recv());
  EXPECT_FALSE(gocpp::after(std::chrono::duration<double>::max()).try_recv());
  gocpp::timer t(std::chrono::years::max());
  EXPECT_FALSE(t.channel().try_recv());
  EXPECT_TRUE(t.reset(std::chrono::hours::max()));
  EXPECT_TRUE(t.stop());
  gocpp::ticker k(std::chrono::hours::max());
  EXPECT_FALSE(k.channel().try_recv());
  // Parked with such a timer, something else must still get through.
  chan<int> c;
  gocpp::go([=] { c.send(1); });
  int got = 0;
  gocpp::select(gocpp::recv(c, [&](int v) { got = v; }),
                gocpp::recv(gocpp::after(std::chrono::hours::max()), [] {}));
  EXPECT_EQ(got, 1);
}

TEST_P(Time, AfterGivesTheTimeItWasDue) {
  auto start = Clock::now();
  auto due = gocpp::after(2ms).recv();
  EXPECT_GE(due - start, 2ms);
  EXPECT_LE(due, Clock::now());
}

TEST_P(Time, AfterOfNothingIsReadyAtOnce) {
  EXPECT_TRUE(gocpp::after(0s).try_recv());
  EXPECT_TRUE(gocpp::after(-1s).try_recv());
  bool ready = false;
  gocpp::select(gocpp::recv(gocpp::after(-1h), [&] { ready = true; }), gocpp::otherwise([] {}));
  EXPECT_TRUE(ready);
}

TEST_P(Time, AfterGivesOneValue) {
  auto c = gocpp::after(0s);
  EXPECT_TRUE(c.try_recv());
  EXPECT_FALSE(c.try_recv());
  EXPECT_EQ(c.cap(), 0u);
  EXPECT_EQ(c.len(), 0u);
}

TEST_P(Time, SelectTimesOut) {
  chan<int> never;
  bool timed_out = false;
  gocpp::select(gocpp::recv(never, [](int) {}), gocpp::recv(gocpp::after(1ms), [&] { timed_out = true; }));
  EXPECT_TRUE(timed_out);
}

TEST_P(Time, ThreadsReceiveFromTimers) {
  std::thread([] {
    auto start = Clock::now();
    gocpp::after(2ms).recv();
    EXPECT_GE(Clock::now() - start, 2ms);
    chan<int> never;
    bool timed_out = false;
    gocpp::select(gocpp::recv(never, [](int) {}), gocpp::recv(gocpp::after(1ms), [&] { timed_out = true; }));
    EXPECT_TRUE(timed_out);
  }).join();
}

bool any_timer() { return gocpp::rt::earliest_timer() != gocpp::rt::kNever; }

TEST_P(Time, ATimerThatNobodyWaitsForStandsInNoHeap) {
  auto a = gocpp::after(1h);
  gocpp::timer t(1h);
  gocpp::ticker k(1h);
  EXPECT_FALSE(any_timer());
  // Nor does one that was waited for.
  chan<int> c(1);
  for (int i = 0; i < 100; ++i) {
    chan<int> reply;
    gocpp::go([=] { reply.send(1); });
    gocpp::select(gocpp::recv(reply, [](int) {}), gocpp::recv(gocpp::after(1h), [] {}),
                  gocpp::recv(k.channel(), [] {}));
  }
  EXPECT_FALSE(any_timer());
}

TEST_P(Time, StopSaysWhetherTheTimeWasStillToBeReceived) {
  gocpp::timer t(1h);
  EXPECT_TRUE(t.stop());
  EXPECT_FALSE(t.stop());
  EXPECT_FALSE(t.reset(0s));
  EXPECT_TRUE(t.channel().try_recv());
  EXPECT_FALSE(t.stop());
  EXPECT_FALSE(t.reset(1h));
  EXPECT_TRUE(t.reset(1h));
}

TEST_P(Time, NothingStaleAfterStopOrReset) {
  gocpp::timer t(0s);
  gocpp::sleep_for(1ms);
  EXPECT_TRUE(t.stop()); // due, but not received
  EXPECT_FALSE(t.channel().try_recv());
  t.reset(0s);
  gocpp::sleep_for(1ms);
  t.reset(1h);
  EXPECT_FALSE(t.channel().try_recv());
  gocpp::ticker k(100us);
  gocpp::sleep_for(1ms);
  k.stop();
  EXPECT_FALSE(k.channel().try_recv());
  k.reset(100us);
  gocpp::sleep_for(1ms);
  k.reset(1h);
  EXPECT_FALSE(k.channel().try_recv());
}

TEST_P(Time, ResetReachesAReceiverThatWaitsAlready) {
  for (int i = 0; i < 50; ++i) {
    gocpp::timer t(1h);
    chan<> got(1);
    gocpp::go([=, c = t.channel()] {
      c.recv();
      got.send({});
    });
    gocpp::yield();
    t.reset(i % 2 ? 0us : 50us);
    got.recv();
    EXPECT_FALSE(t.stop());
  }
}

TEST_P(Time, StopKeepsAWaitingReceiverWaiting) {
  // A timer that has fired before stop() is rightly received, and stop() says so; one that stop()
  // stopped must not be. Tried with longer ones until stop() comes before.
  bool stopped = false;
  for (std::chrono::microseconds after = 5us; !stopped && after < 10s; after *= 2) {
    gocpp::timer t(after);
    chan<int> wake(1);
    std::atomic<int> got{0};
    gocpp::wait_group group;
    group.go([&, c = t.channel()] {
      gocpp::select(gocpp::recv(c, [&] { got = 1; }), gocpp::recv(wake, [&](int) { got = 2; }));
    });
    gocpp::yield();
    stopped = t.stop();
    gocpp::sleep_for(1ms + 2 * after);
    wake.send(1);
    group.wait();
    EXPECT_EQ(got.load(), stopped ? 2 : 1);
  }
  EXPECT_TRUE(stopped);
}

TEST_P(Time, TickerTicksAtMultiplesOfItsInterval) {
  auto start = Clock::now();
  gocpp::ticker k(1ms);
  auto last = k.channel().recv();
  EXPECT_GE(last - start, 1ms);
  for (int i = 0; i < 10; ++i) {
    auto next = k.channel().recv();
    EXPECT_GT(next, last);
    EXPECT_EQ((next - last) % 1ms, 0ms);
    last = next;
  }
}

TEST_P(Time, TickerDropsTicksForASlowReceiver) {
  gocpp::ticker k(50us);
  gocpp::sleep_for(5ms);
  EXPECT_TRUE(k.channel().try_recv());
  int more = 0;
  while (k.channel().try_recv())
    ++more;
  EXPECT_LT(more, 50); // the hundred that went by are not in store
}

TEST_P(Time, TickerRefusesIntervalsThatAreNotPositive) {
  auto text = [](auto f) -> std::string {
    try {
      f();
    } catch (const gocpp::panic& p) {
      return p.what();
    }
    return "no panic";
  };
  EXPECT_EQ(text([] { gocpp::ticker k(0s); }), "non-positive interval for ticker");
  EXPECT_EQ(text([] { gocpp::ticker k(-1s); }), "non-positive interval for ticker");
  gocpp::ticker k(1h);
  EXPECT_EQ(text([&] { k.reset(0ms); }), "non-positive interval for ticker");
}

TEST_P(Time, TimersMove) {
  gocpp::timer a(1h);
  gocpp::timer b(std::move(a));
  EXPECT_FALSE(a.channel());
  EXPECT_FALSE(a.stop());
  EXPECT_TRUE(b.channel());
  b = gocpp::timer(0s);
  b.channel().recv();
  std::vector<gocpp::ticker> tickers;
  for (int i = 0; i < 10; ++i)
    tickers.emplace_back(1ms);
  for (auto& t : tickers)
    t.channel().recv();
}

TEST_P(Time, OneTimersReceiversShareItsOneValue) {
  gocpp::timer t(1ms);
  chan<int> stop, results(8);
  for (int i = 0; i < 8; ++i)
    gocpp::go([=, c = t.channel()] {
      gocpp::select(gocpp::recv(c, [&] { results.send(1); }),
                    gocpp::recv(stop, [&](int, bool) { results.send(0); }));
    });
  int got = results.recv();
  close(stop);
  for (int i = 1; i < 8; ++i)
    got += results.recv();
  EXPECT_EQ(got, 1);
}

TEST_P(Time, TimersMayDieWhileTheyFire) {
  gocpp::wait_group group;
  std::atomic<int> received{0};
  for (int g = 0; g < 8; ++g)
    group.go([&, g] {
      for (int i = 0; i < 300; ++i) {
        chan<int> other(1);
        gocpp::go([=] {
          if (i % 3 == 0)
            gocpp::yield();
          other.send(1);
        });
        // The channel's last handle is the one in the select.
        gocpp::select(
            gocpp::recv(gocpp::after(std::chrono::microseconds((g * 7 + i) % 30)), [&] { received++; }),
            gocpp::recv(other, [](int) {}));
      }
    });
  group.wait();
}

TEST_P(Time, ResetAndStopStormWhileReceiversWait) {
  gocpp::ticker k(20us);
  std::atomic<int> got{0};
  chan<> stop;
  gocpp::wait_group group;
  for (int i = 0; i < 4; ++i)
    group.go([&, stop] {
      for (bool on = true; on;)
        gocpp::select(gocpp::recv(k.channel(),
                                  [&](Clock::time_point due) {
                                    EXPECT_LE(due, Clock::now()); // not one that was stopped or moved
                                    got++;
                                  }),
                      gocpp::recv(stop, [&](gocpp::unit, bool) { on = false; }));
    });
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i)
    threads.emplace_back([&, i] {
      for (int n = 0; n < 500; ++n) {
        if ((n + i) % 3 == 0)
          k.stop();
        else
          k.reset(std::chrono::microseconds(10 + n % 30));
        if (n % 16 == 0)
          std::this_thread::yield();
      }
    });
  for (auto& t : threads)
    t.join();
  k.reset(20us);
  int before = got.load();
  while (got.load() < before + 3)
    gocpp::sleep_for(100us);
  close(stop);
  group.wait();
}

TEST_P(Time, TenThousandSleepersAllWake) {
  gocpp::wait_group group;
  std::atomic<int> woken{0};
  for (int i = 0; i < 10'000; ++i)
    group.go([&, i] {
      gocpp::sleep_for(std::chrono::microseconds(i % 1000));
      woken++;
    });
  group.wait();
  EXPECT_EQ(woken.load(), 10'000);
}

gocpp::timer global_timer(1h);

TEST(TimeBeforeMain, TimersWorkThatStaticInitialisersMade) {
  global_timer.reset(0s);
  EXPECT_TRUE(global_timer.channel().recv() != Clock::time_point{});
}

} // namespace
