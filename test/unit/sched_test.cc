// The scheduler's rules, seen through its counters and through what programs can see.
#include "support.h"

#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <thread>
#include <unistd.h>
#include <vector>

using gocpp::chan;

namespace {

struct Scheduler : WithProcs {};
GOCPP_WITH_PROCS(Scheduler);

/// Waits for something that another goroutine does; fails instead of hanging.
template <class Condition> void eventually(Condition ready) {
  for (long i = 0; i < 20'000'000; ++i) {
    if (ready()) return;
    gocpp::yield();
  }
  FAIL() << "never came true";
}

TEST_P(Scheduler, RunsEveryGoroutineOnce) {
  constexpr int n = 10'000;
  std::vector<std::atomic<int>> ran(n);
  chan<> done(n);
  for (int i = 0; i < n; ++i)
    gocpp::go([&ran, done, i] {
      ran[static_cast<size_t>(i)]++;
      done.send({});
    });
  for (int i = 0; i < n; ++i) done.recv();
  for (auto& r : ran) EXPECT_EQ(r.load(), 1);
}

TEST_P(Scheduler, OverflowsTheLocalQueueToTheGlobalOne) {
  auto before = gocpp::runtime_stats();
  constexpr int n = 2000;
  chan<> gate, done(n);
  for (int i = 0; i < n; ++i) gocpp::go([=] { done.send({}); });
  for (int i = 0; i < n; ++i) done.recv();
  auto after = gocpp::runtime_stats();
  if (GetParam() == 1) EXPECT_GT(after.overflows, before.overflows);
  EXPECT_GE(after.goroutines_created - before.goroutines_created, static_cast<uint64_t>(n));
}

TEST_P(Scheduler, WhoMakesHundredsStandsBackForThem) {
  std::atomic<int> ran{0};
  constexpr int n = 2000;
  gocpp::wait_group all;
  all.add(n);
  for (int i = 0; i < n; ++i)
    gocpp::go([&] {
      ++ran;
      all.done();
    });
  EXPECT_GT(ran.load(), 0);
  all.wait();
  EXPECT_EQ(ran.load(), n);
}

TEST_P(Scheduler, OldGoroutinesRunThoughNewOnesNeverEnd) {
  // So many wait that the newest runs first, and there is always a new one.
  constexpr int old = 200;
  std::atomic<bool> stop{false};
  chan<> ended;
  gocpp::wait_group waiting;
  waiting.add(old);
  for (int i = 0; i < old; ++i) gocpp::go([&] { waiting.done(); });
  struct Grower {
    static void grow(std::atomic<bool>& enough, chan<> end) {
      if (enough) return end.send({});
      gocpp::go([&enough, end] { grow(enough, end); });
      gocpp::go([] {});  // runs next; the one before goes to the ring
    }
  };
  gocpp::go([&] { Grower::grow(stop, ended); });
  waiting.wait();
  stop = true;
  ended.recv();
}

TEST_P(Scheduler, GlobalQueueIsAskedRegularlyThoughLocalWorkNeverEnds) {
  // Two goroutines keep the local queue busy by waking each other; one made by a thread stands in the global queue.
  std::atomic<bool> stop{false}, ran{false};
  chan<int> ping, pong, ended(2);
  gocpp::go([&, ping, pong] {
    while (!stop) {
      ping.send(1);
      pong.recv();
    }
    close(ping);
    ended.send(1);
  });
  gocpp::go([&, ping, pong] {
    while (auto v = ping.next()) pong.send(*v);
    ended.send(1);
  });
  std::thread([&] { gocpp::go([&] { ran = true; }); }).join();
  chan<> over;
  gocpp::go([&, over] {
    while (!ran) gocpp::yield();
    over.send({});
  });
  over.recv();
  EXPECT_TRUE(ran);
  stop = true;
  ended.recv();
  ended.recv();
}

TEST_P(Scheduler, IdleProcessorsStealHalf) {
  if (GetParam() == 1) return;  // nobody to steal from
  auto before = gocpp::runtime_stats(), after = before;
  // Again where this goroutine's thread lost its core: then the processor is handed on with all that waits there.
  for (int round = 0; round < 200 && after.steals == before.steals; ++round) {
    std::atomic<int> ran{0};
    constexpr int n = 200;
    // This goroutine does not give its processor up, so the others must be taken from it.
    for (int i = 0; i < n; ++i) gocpp::go([&] { ++ran; });
    auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (ran < n && std::chrono::steady_clock::now() < until) {}
    ASSERT_EQ(ran.load(), n);
    after = gocpp::runtime_stats();
    if (after.steals == before.steals) EXPECT_GT(after.handoffs, before.handoffs);
  }
  EXPECT_GT(after.steals, before.steals);
  EXPECT_GE(after.stolen - before.stolen, after.steals - before.steals);
}

/// Whether what would run next on a processor is stolen while the goroutine that put it there does something else.
template <class Meanwhile> bool next_is_stolen(Meanwhile meanwhile) {
  auto before = gocpp::runtime_stats();
  for (int i = 0; i < 200; ++i) {
    std::atomic<bool> ran{false};
    gocpp::go([&] { ran = true; });
    while (!ran) meanwhile();  // whoever comes first: a thief, or the monitor after some milliseconds
    if (gocpp::runtime_stats().steals > before.steals) return true;
  }
  return false;
}

TEST_P(Scheduler, IdleProcessorsStealEvenWhatWouldRunNext) {
  if (GetParam() == 1) return;  // nobody to steal from
  EXPECT_TRUE(next_is_stolen([] {}));
  chan<int> one(1);
  EXPECT_TRUE(next_is_stolen([&] {  // from one that comes into the runtime all the time, and does not wait there
    one.send(1);
    one.recv();
  }));
}

TEST_P(Scheduler, AGoroutineThatComputesDoesNotStarveOthers) {
  std::atomic<bool> stop{false};
  std::atomic<int> ended{0};
  for (int i = 0; i < 8; ++i)
    gocpp::go([&] {
      // It looks seldom: TSan gives readers precedence, and eight that do nothing else keep `stop` from being set.
      while (!stop)
        for (volatile int k = 0; k < 1000;) k = k + 1;
      ++ended;
    });
  int ticks = 0;
  for (int i = 0; i < 5; ++i) {
    gocpp::sleep_for(std::chrono::milliseconds(1));
    ++ticks;
  }
  EXPECT_EQ(ticks, 5);
  stop = true;
  eventually([&] { return ended == 8; });
}

TEST_P(Scheduler, AThreadThatSleepsInTheKernelLosesItsProcessor) {
  auto before = gocpp::runtime_stats();
  chan<int> done(9);
  for (int i = 0; i < 8; ++i)
    gocpp::go([=] {
      usleep(100'000);
      done.send(1);
    });
  gocpp::go([=] { done.send(0); });
  int sum = 0;
  for (int i = 0; i < 9; ++i) sum += done.recv();
  EXPECT_EQ(sum, 8);
  if (GetParam() < 8) EXPECT_GT(gocpp::runtime_stats().handoffs, before.handoffs);
}

/// The order in which two goroutines take the steps 1, 3 and 2, 4 with a yield between.
std::vector<int> order_around_yields() {
  std::vector<int> order;
  std::mutex m;  // one processor runs them in turn, but a yield orders nothing
  chan<> done(2);
  for (int first : {1, 2})
    gocpp::go([&, done, first] {
      for (int step : {first, first + 2}) {
        if (step != first) gocpp::yield();
        std::lock_guard hold(m);
        order.push_back(step);
      }
      done.send({});
    });
  done.recv();
  done.recv();
  return order;
}

TEST_P(Scheduler, YieldLetsOthersRunFirst) {
  if (GetParam() != 1) return;  // order is promised for one processor only
  // The goroutine made last runs next.
  const std::vector<int> fair{2, 1, 4, 3};
  auto order = order_around_yields();
  // Every 61st look asks the global queue first, where the one that yielded stands; then the next 60 do not.
  if (order != fair) order = order_around_yields();
  EXPECT_EQ(order, fair);
}

TEST_P(Scheduler, ProcessorsCanBeChangedWhileGoroutinesRun) {
  std::atomic<bool> stop{false};
  std::atomic<long> rounds{0};
  chan<> ended(16);
  for (int i = 0; i < 16; ++i)
    gocpp::go([&, ended] {
      while (!stop) {
        ++rounds;
        gocpp::yield();
      }
      ended.send({});
    });
  for (int n : {1, 3, 8, 2, 5, 1, 16, GetParam()}) {
    gocpp::gomaxprocs(n);
    EXPECT_EQ(gocpp::gomaxprocs(0), n);
    long now = rounds;
    eventually([&] { return rounds > now + 100; });
  }
  stop = true;
  for (int i = 0; i < 16; ++i) ended.recv();
}

TEST_P(Scheduler, ChangingProcessorsDoesNotWaitForUserCode) {
  std::atomic<bool> stop{false}, in{false}, out{false};
  gocpp::go([&] {
    in = true;
    while (!stop) {}
    out = true;
  });
  eventually([&] { return in.load(); });
  gocpp::gomaxprocs(GetParam() + 1);  // would hang if it waited
  stop = true;
  eventually([&] { return out.load(); });
}

TEST_P(Scheduler, ALockedGoroutineStaysOnItsThread) {
  chan<int> in, out;
  constexpr int locked = 3, each = 300;
  for (int k = 0; k < locked; ++k)
    gocpp::go([=] {
      gocpp::lock_os_thread();
      gocpp::lock_os_thread();
      gocpp::unlock_os_thread();
      auto me = gettid();
      for (int i = 0; i < each; ++i) {
        in.recv();
        gocpp::yield();
        out.send(gettid() == me ? 1 : 0);
      }
    });
  gocpp::go([=] {
    for (int i = 0; i < locked * each; ++i) in.send(i);
  });
  int same = 0;
  for (int i = 0; i < locked * each; ++i) same += out.recv();
  EXPECT_EQ(same, locked * each);
}

TEST_P(Scheduler, PlainThreadsAndGoroutinesTalk) {
  chan<int> c, back(10);
  std::thread thread([=] {
    for (int i = 0; i < 1000; ++i) c.send(i);
    close(c);
    int sum = 0;
    for (int v : back) sum += v;
    EXPECT_EQ(sum, 10);
  });
  long sum = 0;
  for (int v : c) sum += v;
  EXPECT_EQ(sum, 499'500);
  for (int i = 0; i < 10; ++i) back.send(1);
  close(back);
  thread.join();
}

TEST_P(Scheduler, ArgumentsAreCopiedOrMovedIntoTheGoroutine) {
  chan<std::string> out;
  std::string s = "kept";
  auto p = std::make_unique<std::string>("moved");
  gocpp::go([out](std::string a, std::unique_ptr<std::string> b) { out.send(a + *b); }, s, std::move(p));
  s = "changed";
  EXPECT_EQ(out.recv(), "keptmoved");
  EXPECT_FALSE(p);
}

struct ThrowsOnCopy {
  ThrowsOnCopy() = default;
  ThrowsOnCopy(const ThrowsOnCopy&) { throw 7; }
};

TEST_P(Scheduler, AThrowingArgumentMakesNoGoroutine) {
  ThrowsOnCopy t;
  auto before = gocpp::num_goroutine();
  EXPECT_THROW(gocpp::go([](const ThrowsOnCopy&) {}, t), int);
  EXPECT_EQ(gocpp::num_goroutine(), before);
}

TEST_P(Scheduler, LargeAndOveralignedClosuresWork) {
  struct alignas(128) Big {
    char bytes[4096];
  };
  Big big{};
  big.bytes[4095] = 42;
  chan<int> out;
  gocpp::go(
      [out](const Big& b) {
        out.send(reinterpret_cast<uintptr_t>(&b) % 128 == 0 ? b.bytes[4095] : -1);
      },
      big);
  EXPECT_EQ(out.recv(), 42);
}

TEST_P(Scheduler, StacksOfOtherSizesWork) {
  auto old = gocpp::set_stack_size(4 << 20);
  chan<int> out;
  gocpp::go([out] {
    volatile char deep[3 << 20];
    deep[0] = 1;
    deep[(3 << 20) - 1] = 2;
    out.send(deep[0] + deep[(3 << 20) - 1]);
  });
  EXPECT_EQ(out.recv(), 3);
  gocpp::set_stack_size(old);
  EXPECT_EQ(gocpp::set_stack_size(old), old);
}

// A sanitizer keeps megabytes for each stack that is in use, and TSan knows at most 8,128 fibres.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr int kManyGoroutines = 1000;
#define GOCPP_SANITIZED_TEST
#endif
#endif
#ifndef GOCPP_SANITIZED_TEST
constexpr int kManyGoroutines = 100'000;
#endif

TEST_P(Scheduler, ManyGoroutinesAliveAtOnce) {
  constexpr int n = kManyGoroutines;
  chan<int> gate, out(100);
  for (int i = 0; i < n; ++i) gocpp::go([=] { out.send(gate.recv()); });
  EXPECT_GE(gocpp::num_goroutine(), static_cast<std::size_t>(n));
  gocpp::go([=] {
    for (int i = 0; i < n; ++i) gate.send(1);
  });
  int sum = 0;
  for (int i = 0; i < n; ++i) sum += out.recv();
  EXPECT_EQ(sum, n);
}

} // namespace
