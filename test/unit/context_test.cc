// Contexts: cancellation, deadlines, values, and that nothing is left behind.
#include "support.h"

#include "sched.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using gocpp::context;
using gocpp::context_error;

namespace {

struct Context : WithProcs {};
GOCPP_WITH_PROCS(Context);

bool closed(const gocpp::recv_chan<>& c) {
  bool is = false;
  gocpp::select(gocpp::recv(c, [&](gocpp::unit, bool ok) { is = !ok; }), gocpp::otherwise([] {}));
  return is;
}

bool any_timer() { return gocpp::rt::earliest_timer() != gocpp::rt::kNever; }

TEST_P(Context, TheBackgroundIsNeverOver) {
  context c = context::background();
  EXPECT_FALSE(c.done());
  EXPECT_EQ(c.err(), context_error::none);
  EXPECT_FALSE(c.deadline());
  EXPECT_EQ(c.value<int>("k"), nullptr);
  EXPECT_EQ(c, context());
}

TEST_P(Context, CancelEndsItAndItsDescendantsButNotItsParent) {
  auto [top, cancel_top] = with_cancel(context::background());
  auto [mid, cancel_mid] = with_cancel(top);
  auto [low, cancel_low] = with_cancel(with_value(mid, "k", 1));
  auto [other, cancel_other] = with_cancel(top);
  EXPECT_FALSE(closed(low.done()));
  cancel_mid();
  for (auto& c : {mid, low}) {
    EXPECT_EQ(c.err(), context_error::canceled);
    EXPECT_TRUE(closed(c.done()));
  }
  for (auto& c : {top, other}) {
    EXPECT_EQ(c.err(), context_error::none);
    EXPECT_FALSE(closed(c.done()));
  }
  cancel_mid();
  auto again = cancel_mid;
  again();
  auto [late, cancel_late] = with_cancel(mid);
  EXPECT_EQ(late.err(), context_error::canceled);
  EXPECT_TRUE(closed(late.done()));
  cancel_top();
  EXPECT_EQ(other.err(), context_error::canceled);
  EXPECT_STREQ(to_string(other.err()), "context canceled");
}

TEST_P(Context, DeadlineEndsItInTime) {
  auto start = std::chrono::steady_clock::now();
  auto [c, cancel] = with_timeout(context(), 2ms);
  auto [child, cancel_child] = with_cancel(c);
  ASSERT_TRUE(child.deadline());
  EXPECT_EQ(child.deadline(), c.deadline());
  EXPECT_GE(*c.deadline(), start + 2ms);
  child.done().next();
  EXPECT_GE(std::chrono::steady_clock::now() - start, 2ms);
  EXPECT_EQ(child.err(), context_error::deadline_exceeded);
  EXPECT_EQ(c.err(), context_error::deadline_exceeded);
  EXPECT_STREQ(to_string(c.err()), "context deadline exceeded");
  cancel();
  EXPECT_EQ(c.err(), context_error::deadline_exceeded);
}

TEST_P(Context, TheEarlierDeadlineCounts) {
  auto [outer, cancel_outer] = with_timeout(context(), 1h);
  auto [later, cancel_later] = with_timeout(outer, 2h);
  auto [sooner, cancel_sooner] = with_deadline(outer, std::chrono::system_clock::now() + 1ms);
  EXPECT_EQ(later.deadline(), outer.deadline());
  EXPECT_LT(*sooner.deadline(), *outer.deadline());
  sooner.done().next();
  EXPECT_EQ(sooner.err(), context_error::deadline_exceeded);
  EXPECT_EQ(outer.err(), context_error::none);
}

TEST_P(Context, PastAndHugeDeadlines) {
  auto [past, c1] = with_timeout(context(), -1s);
  EXPECT_EQ(past.err(), context_error::deadline_exceeded);
  EXPECT_TRUE(closed(past.done()));
  auto [now, c2] = with_deadline(context(), std::chrono::steady_clock::now());
  EXPECT_EQ(now.err(), context_error::deadline_exceeded);
  auto [far, c3] = with_timeout(context(), std::chrono::hours::max());
  EXPECT_EQ(far.err(), context_error::none);
  EXPECT_GT(*far.deadline(), std::chrono::steady_clock::now() + 1h);
  c3();
}

TEST_P(Context, CancelReleasesTheTimer) {
  {
    auto [c, cancel] = with_timeout(context(), 1h);
    EXPECT_TRUE(any_timer());
    cancel();
    EXPECT_FALSE(any_timer());
  }
  {
    auto [parent, cancel] = with_cancel(context());
    auto [c, unused] = with_timeout(parent, 1h);
    EXPECT_TRUE(any_timer());
    cancel();
    EXPECT_FALSE(any_timer());
  }
  {
    auto [c, unused] = with_timeout(context(), 1h);
    EXPECT_TRUE(any_timer());
  }
  EXPECT_FALSE(any_timer()); // its last handle went
}

TEST_P(Context, ValuesAreFoundFromTheInsideOut) {
  context a = with_value(context(), "user", std::string("ann"));
  context b = with_value(a, "id", 7);
  auto [c, cancel] = with_cancel(b);
  context d = with_value(c, "id", std::make_unique<int>(8));
  ASSERT_TRUE(d.value<std::string>("user"));
  EXPECT_EQ(*d.value<std::string>("user"), "ann");
  EXPECT_EQ(*c.value<int>("id"), 7);
  EXPECT_EQ(d.value<int>("id"), nullptr); // hidden by one of another type
  EXPECT_EQ(**d.value<std::unique_ptr<int>>("id"), 8);
  EXPECT_EQ(a.value<int>("id"), nullptr);
  EXPECT_EQ(d.value<int>("nobody"), nullptr);
  cancel();
  EXPECT_EQ(d.err(), context_error::canceled);
}

struct Counted {
  explicit Counted(std::atomic<int>& n) : count(&n) { ++*count; }
  Counted(const Counted& o) : count(o.count) { ++*count; }
  ~Counted() { --*count; }
  std::atomic<int>* count;
};

TEST_P(Context, ALongLivedParentKeepsNoDroppedChild) {
  std::atomic<int> alive{0};
  auto [parent, cancel] = with_cancel(context());
  for (int i = 0; i < 1000; ++i) {
    auto [a, ca] = with_timeout(with_value(parent, "k", Counted(alive)), 1h);
    auto [b, cb] = with_cancel(a);
    if (i % 2)
      cb();
  }
  EXPECT_EQ(alive.load(), 0);
  EXPECT_FALSE(any_timer());
  cancel();
}

TEST_P(Context, ADeepChainNeedsNoDeepStack) {
  auto [top, cancel] = with_cancel(context());
  context c = top;
  for (int i = 0; i < 100'000; ++i) {
    if (i % 2)
      c = with_value(c, "k", i);
    else
      c = with_cancel(c).ctx;
  }
  cancel();
  EXPECT_EQ(c.err(), context_error::canceled);
  c = context();
}

TEST_P(Context, AWideTreeIsCancelledAtOnce) {
  auto [top, cancel] = with_cancel(context());
  std::atomic<int> ended{0};
  gocpp::wait_group group;
  for (int i = 0; i < 1000; ++i)
    group.go([&, c = with_timeout(top, 1h).ctx] {
      c.done().next();
      EXPECT_EQ(c.err(), context_error::canceled);
      ended++;
    });
  cancel();
  group.wait();
  EXPECT_EQ(ended.load(), 1000);
}

TEST_P(Context, WorksFromThreads) {
  auto [c, cancel] = with_timeout(context(), 1h);
  std::thread waiter([c = c] {
    c.done().next();
    EXPECT_EQ(c.err(), context_error::canceled);
  });
  std::thread canceller([cancel = cancel] { cancel(); });
  waiter.join();
  canceller.join();
  std::thread([] {
    auto [d, unused] = gocpp::with_timeout(context(), 1ms);
    d.done().next();
    EXPECT_EQ(d.err(), context_error::deadline_exceeded);
  }).join();
}

TEST_P(Context, StormOfCancellationsDeadlinesAndDrops) {
  std::atomic<int> alive{0};
  {
    for (int round = 0; round < 20; ++round) {
      auto [top, cancel_top] = with_cancel(with_value(context(), "k", Counted(alive)));
      gocpp::wait_group group;
      std::vector<std::thread> threads;
      auto work = [&alive, top = top](int seed) {
        for (int i = 0; i < 50; ++i) {
          auto [a, ca] = with_timeout(with_value(top, "v", Counted(alive)),
                                      std::chrono::microseconds((seed * 13 + i * 7) % 90));
          auto [b, cb] = with_cancel(a);
          auto [c, cc] = with_timeout(b, std::chrono::microseconds((seed + i) % 50));
          switch ((seed + i) % 4) {
          case 0:
            cb();
            EXPECT_NE(c.err(), context_error::none); // whoever else cancels at this moment
            break;
          case 1:
            gocpp::go([x = cb] { x(); });
            break;
          case 2:
            c.done().next();
            break;
          default:
            gocpp::yield();
          }
        }
      };
      for (int i = 0; i < 6; ++i)
        group.go([&, i] { work(i); });
      for (int i = 0; i < 2; ++i)
        threads.emplace_back([&, i] { work(100 + i); });
      if (round % 2) {
        gocpp::sleep_for(200us);
        cancel_top();
      }
      group.wait();
      for (auto& t : threads)
        t.join();
    }
  }
  // Goroutines of timers that have just fired may still hold the last handles.
  for (int i = 0; i < 10'000 && alive.load() != 0; ++i)
    gocpp::sleep_for(100us);
  EXPECT_EQ(alive.load(), 0);
  EXPECT_FALSE(any_timer());
}

} // namespace
