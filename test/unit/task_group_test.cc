// Task groups.
#include "support.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;
using gocpp::context;
using gocpp::context_error;
using gocpp::task_group;

namespace {

struct TaskGroup : WithProcs {};
GOCPP_WITH_PROCS(TaskGroup);

std::string what_of(task_group& group) {
  try {
    group.wait();
  } catch (const std::exception& e) {
    return e.what();
  }
  return "nothing";
}

TEST_P(TaskGroup, WaitsForAll) {
  task_group group;
  std::atomic<int> sum{0};
  for (int i = 0; i < 100; ++i)
    group.go([&](int n, std::unique_ptr<int> p) { sum += n + *p; }, i, std::make_unique<int>(1));
  EXPECT_EQ(group.context().err(), context_error::none);
  group.wait();
  EXPECT_EQ(sum.load(), 4950 + 100);
  EXPECT_EQ(group.context().err(), context_error::canceled);
}

TEST_P(TaskGroup, TheFirstExceptionCancelsTheOthersAndIsThrown) {
  task_group group;
  std::atomic<int> cancelled{0};
  for (int i = 0; i < 10; ++i)
    group.go([&, c = group.context()] {
      c.done().next();
      cancelled++;
      throw std::runtime_error("second");
    });
  group.go([] {
    gocpp::sleep_for(1ms);
    throw std::runtime_error("first");
  });
  EXPECT_EQ(what_of(group), "first");
  EXPECT_EQ(cancelled.load(), 10);
  EXPECT_EQ(what_of(group), "first");
}

TEST_P(TaskGroup, ExceptionsNeedNotBeStandardOnes) {
  task_group group;
  group.go([] { throw 42; });
  try {
    group.wait();
    FAIL();
  } catch (int n) {
    EXPECT_EQ(n, 42);
  }
}

TEST_P(TaskGroup, IsCancelledWithItsParent) {
  auto [parent, cancel] = with_cancel(context());
  task_group group(parent);
  group.go([c = group.context()] { c.done().next(); });
  cancel();
  EXPECT_EQ(what_of(group), "nothing");
  EXPECT_EQ(parent.err(), context_error::canceled);
}

TEST_P(TaskGroup, DoesNotCancelItsParent) {
  auto [parent, cancel] = with_cancel(context());
  task_group group(parent);
  group.go([] { throw std::runtime_error("x"); });
  EXPECT_EQ(what_of(group), "x");
  EXPECT_EQ(parent.err(), context_error::none);
}

TEST_P(TaskGroup, TheDestructorCancelsAndWaits) {
  std::atomic<int> ended{0};
  try {
    task_group group;
    for (int i = 0; i < 5; ++i)
      group.go([&, c = group.context()] {
        c.done().next();
        ended++;
        throw 1;
      });
    throw std::runtime_error("away");
  } catch (const std::runtime_error&) {
    EXPECT_EQ(ended.load(), 5);
  }
}

TEST_P(TaskGroup, LimitBoundsHowManyRun) {
  task_group group;
  group.set_limit(3);
  std::atomic<int> running{0}, total{0};
  for (int i = 0; i < 200; ++i)
    group.go([&] {
      EXPECT_LE(++running, 3);
      gocpp::yield();
      --running;
      total++;
    });
  group.wait();
  EXPECT_EQ(total.load(), 200);
}

TEST_P(TaskGroup, TryGoStartsNothingOverTheLimit) {
  task_group group;
  group.set_limit(2);
  gocpp::chan<> gate;
  auto wait = [=] { gate.recv(); };
  EXPECT_TRUE(group.try_go(wait));
  EXPECT_TRUE(group.try_go(wait));
  EXPECT_FALSE(group.try_go(wait));
  try {
    group.set_limit(5);
    ADD_FAILURE() << "no panic";
  } catch (const gocpp::panic& p) {
    EXPECT_STREQ(p.what(), "task_group limit changed while tasks run");
  }
  close(gate);
  group.wait();
  group.set_limit(0);
  EXPECT_FALSE(group.try_go(wait));
  group.set_limit(-1);
  for (int i = 0; i < 10; ++i)
    EXPECT_TRUE(group.try_go(wait));
  group.wait();
}

TEST_P(TaskGroup, TasksMayStartTasks) {
  task_group group;
  std::atomic<int> ran{0};
  group.go([&] {
    for (int i = 0; i < 10; ++i)
      group.go([&] {
        group.go([&] { ran++; });
        ran++;
      });
  });
  group.wait();
  EXPECT_EQ(ran.load(), 20);
}

TEST_P(TaskGroup, AGoroutineThatExitsIsNoFailure) {
  task_group group;
  group.go([] { gocpp::goexit(); });
  EXPECT_EQ(what_of(group), "nothing");
}

TEST_P(TaskGroup, ACopyThatThrowsStartsNothing) {
  struct Throws {
    Throws() = default;
    Throws(const Throws&) { throw std::runtime_error("no copy"); }
    void operator()() const {}
  } f;
  task_group group;
  group.set_limit(1);
  EXPECT_THROW(group.go(f), std::runtime_error);
  EXPECT_TRUE(group.try_go([] {})); // the place was given back
  group.wait();
}

TEST_P(TaskGroup, MayBeMadeAndDroppedInAStorm) {
  std::atomic<int> ran{0};
  gocpp::wait_group outer;
  for (int g = 0; g < 8; ++g)
    outer.go([&, g] {
      for (int i = 0; i < 50; ++i) {
        task_group group;
        for (int n = 0; n < 4; ++n)
          group.go([&, n] {
            ran++;
            if ((n + i + g) % 5 == 0)
              throw n;
          });
        if (i % 2) {
          try {
            group.wait();
          } catch (int) {
          }
        }
      }
    });
  outer.wait();
  EXPECT_EQ(ran.load(), 8 * 50 * 4);
}

} // namespace
