// The timer heap and the protocol of arming, firing and disarming, below the library.
#include "support.h"

#include "sched.h"
#include "timer.h"

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>
#include <vector>

using gocpp::rt::Entry;
using gocpp::rt::kNever;
using gocpp::rt::now_ns;
using gocpp::rt::Timer;
using gocpp::rt::TimerHeap;

namespace {

/// Notes in which order timers fired.
struct Noted {
  Timer timer;
  std::vector<Noted*>* order = nullptr;
  int64_t when = 0;
  int fired = 0;

  Noted() {
    timer.arg = this;
    timer.fire = [](Timer* t, int64_t) -> int64_t {
      auto* self = static_cast<Noted*>(t->arg);
      ++self->fired;
      if (self->order)
        self->order->push_back(self);
      return kNever;
    };
  }
};

/// A call fires a limited number, so that who has many due at once looks at other things in between.
unsigned run_all_due(gocpp::rt::TimerHeap& heap, int64_t now) {
  unsigned all = 0;
  while (unsigned some = heap.run_due(now)) {
    EXPECT_LE(some, gocpp::rt::RunQueue::kCapacity);
    all += some;
  }
  return all;
}

TEST(TimerHeap, FiresInOrderOfTime) {
  TimerHeap heap;
  std::mt19937 random(1);
  std::vector<Noted> timers(1000);
  std::vector<Noted*> order;
  for (auto& t : timers) {
    t.order = &order;
    t.when = static_cast<int64_t>(random() % 500);
    heap.insert(&t.timer, t.when);
  }
  EXPECT_EQ(run_all_due(heap, 249), static_cast<unsigned>(order.size()));
  EXPECT_TRUE(std::all_of(order.begin(), order.end(), [](Noted* t) { return t->when <= 249; }));
  EXPECT_GT(heap.next(), 249);
  run_all_due(heap, 1000);
  ASSERT_EQ(order.size(), timers.size());
  EXPECT_TRUE(
      std::is_sorted(order.begin(), order.end(), [](Noted* a, Noted* b) { return a->when < b->when; }));
  EXPECT_TRUE(heap.empty());
}

TEST(TimerHeap, RemovesFromAnywhereAndKeepsTheOrder) {
  TimerHeap heap;
  std::mt19937 random(2);
  std::vector<Noted> timers(1000);
  std::vector<Noted*> order;
  int64_t earliest = kNever;
  for (auto& t : timers) {
    t.order = &order;
    t.when = static_cast<int64_t>(random() % 5000) + 1;
    bool first = heap.insert(&t.timer, t.when);
    EXPECT_EQ(first, t.when < earliest);
    earliest = std::min(earliest, t.when);
    EXPECT_EQ(heap.next(), earliest);
  }
  std::vector<Noted*> shuffled;
  for (auto& t : timers)
    shuffled.push_back(&t);
  std::shuffle(shuffled.begin(), shuffled.end(), random);
  for (std::size_t i = 0; i < 600; ++i) {
    EXPECT_TRUE(heap.remove(&shuffled[i]->timer));
    EXPECT_FALSE(heap.remove(&shuffled[i]->timer));
  }
  run_all_due(heap, kNever - 1);
  EXPECT_EQ(order.size(), 400u);
  EXPECT_TRUE(
      std::is_sorted(order.begin(), order.end(), [](Noted* a, Noted* b) { return a->when < b->when; }));
  for (std::size_t i = 0; i < 600; ++i)
    EXPECT_EQ(shuffled[i]->fired, 0);
}

TEST(TimerHeap, DrainedTimersStandInTheOtherHeap) {
  TimerHeap from, to;
  std::vector<Noted> timers(100);
  for (std::size_t i = 0; i < timers.size(); ++i)
    (i % 2 ? from : to).insert(&timers[i].timer, static_cast<int64_t>(100 - i));
  from.drain_into(to);
  EXPECT_TRUE(from.empty());
  EXPECT_EQ(to.next(), 1);
  for (auto& t : timers)
    EXPECT_EQ(t.timer.heap.load(), &to);
  EXPECT_FALSE(from.remove(&timers[1].timer));
  EXPECT_TRUE(to.remove(&timers[1].timer));
  EXPECT_EQ(to.run_due(1000), 99u);
}

struct Timers : WithProcs {};
GOCPP_WITH_PROCS(Timers);

TEST_P(Timers, StoppedTimerNeverFiresAfterwards) {
  // Timers in freed memory would be seen by ASan; one that fires after its stop by the flag.
  struct Armed {
    Timer timer;
    std::atomic<bool> stopped{false};
    std::atomic<int>* late;
  };
  std::atomic<int> late{0}, fired{0}, stopped{0};
  gocpp::wait_group group;
  for (int g = 0; g < 8; ++g)
    group.go([&, g] {
      std::mt19937 random(static_cast<unsigned>(g));
      for (int i = 0; i < 1000; ++i) {
        auto t = std::make_unique<Armed>();
        t->late = &late;
        t->timer.arg = t.get();
        t->timer.fire = [](Timer* timer, int64_t) -> int64_t {
          auto* a = static_cast<Armed*>(timer->arg);
          if (a->stopped.load())
            a->late->fetch_add(1);
          return kNever;
        };
        {
          Entry e;
          timer_start(&t->timer, now_ns() + static_cast<int64_t>(random() % 40'000));
        }
        if (random() % 2)
          gocpp::yield();
        if (random() % 8 == 0)
          gocpp::sleep_for(std::chrono::microseconds(random() % 40));
        bool was_armed;
        {
          Entry e;
          was_armed = timer_stop(&t->timer);
        }
        t->stopped = true;
        (was_armed ? stopped : fired)++;
      }
    });
  group.wait();
  EXPECT_EQ(late.load(), 0);
  EXPECT_EQ(stopped.load() + fired.load(), 8000);
}

TEST_P(Timers, StopEndsATimerThatArmsItselfAgain) {
  struct Ticking {
    Timer timer;
    std::atomic<int> ticks{0};
  };
  for (int round = 0; round < 200; ++round) {
    auto t = std::make_unique<Ticking>();
    t->timer.arg = t.get();
    t->timer.fire = [](Timer* timer, int64_t now) -> int64_t {
      static_cast<Ticking*>(timer->arg)->ticks++;
      return now + 1000;
    };
    {
      Entry e;
      timer_start(&t->timer, now_ns());
    }
    while (t->ticks.load() < 3)
      gocpp::yield();
    Entry e;
    EXPECT_TRUE(timer_stop(&t->timer));
    EXPECT_FALSE(timer_stop(&t->timer));
  }
}

TEST_P(Timers, SurviveThatTheNumberOfProcsChanges) {
  std::atomic<bool> done{false};
  gocpp::wait_group group;
  std::atomic<long> slept{0};
  for (int g = 0; g < 16; ++g)
    group.go([&] {
      for (int i = 0; i < 100; ++i) {
        gocpp::sleep_for(std::chrono::microseconds(50));
        slept++;
      }
    });
  std::thread plain([&] {
    while (!done) {
      auto t = gocpp::after(std::chrono::microseconds(20));
      t.recv();
    }
  });
  gocpp::wait_group changer;
  changer.go([&] {
    for (int i = 0; !done; ++i) {
      gocpp::gomaxprocs(1 + i % 8);
      gocpp::sleep_for(std::chrono::microseconds(100));
    }
  });
  group.wait();
  done = true;
  changer.wait();
  plain.join();
  gocpp::gomaxprocs(GetParam());
  EXPECT_EQ(slept.load(), 1600);
}

TEST_P(Timers, AHundredThousandTimersAllFire) {
  constexpr int n = 100'000;
  struct Counting {
    Timer timer;
    std::atomic<int>* count;
  };
  std::atomic<int> count{0};
  std::vector<Counting> timers(n);
  std::mt19937 random(3);
  int64_t start = now_ns();
  for (auto& t : timers) {
    t.count = &count;
    t.timer.arg = &t;
    t.timer.fire = [](Timer* timer, int64_t) -> int64_t {
      static_cast<Counting*>(timer->arg)->count->fetch_add(1);
      return kNever;
    };
    Entry e;
    timer_start(&t.timer, start + static_cast<int64_t>(random() % 50'000'000));
  }
  while (count.load() < n)
    gocpp::sleep_for(std::chrono::milliseconds(1));
  for (auto& t : timers) {
    Entry e;
    EXPECT_FALSE(timer_stop(&t.timer));
  }
}

} // namespace
