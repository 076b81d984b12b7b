// Semaphores, latch, barrier and wait_group, among goroutines, among threads, and between the two; and all of
// the types as globals.
#include "crowd.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <random>
#include <shared_mutex>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using gocpp::chan;

// All of them can be made at compile time, so globals work before main.
constinit gocpp::mutex global_mutex;
constinit gocpp::recursive_mutex global_recursive_mutex;
constinit gocpp::timed_mutex global_timed_mutex;
constinit gocpp::shared_mutex global_shared_mutex;
constinit gocpp::condition_variable global_condition;
constinit gocpp::condition_variable_any global_condition_any;
constinit gocpp::once_flag global_once;
constinit gocpp::counting_semaphore<> global_semaphore(3);
constinit gocpp::binary_semaphore global_binary(1);
constinit gocpp::latch global_latch(0);
constinit gocpp::barrier<> global_barrier(1);
constinit gocpp::wait_group global_group;

namespace {

struct Sync : WithProcs {};
GOCPP_WITH_PROCS(Sync);

// ---- semaphores ----

TEST_P(Sync, SemaphoreLimitsHowManyAreInside) {
  gocpp::counting_semaphore<> s(3);
  std::atomic<int> inside{0}, most{0};
  crowd(8, 4, [&](int i) {
    for (int n = 0; n < 300; ++n) {
      s.acquire();
      int now = ++inside;
      EXPECT_LE(now, 3);
      for (int m = most; m < now && !most.compare_exchange_weak(m, now);) {
      }
      if ((n + i) % 16 == 0)
        gocpp::yield();
      --inside;
      s.release();
    }
  });
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(s.try_acquire());
  EXPECT_FALSE(s.try_acquire());
}

TEST_P(Sync, SemaphoreReleasesMany) {
  gocpp::counting_semaphore<10> s(0);
  static_assert(s.max() == 10);
  gocpp::wait_group group;
  for (int i = 0; i < 5; ++i)
    group.go([&] { s.acquire(); });
  gocpp::yield();
  s.release(7);
  group.wait();
  EXPECT_TRUE(s.try_acquire());
  EXPECT_TRUE(s.try_acquire());
  EXPECT_FALSE(s.try_acquire());
  s.release(0);
  EXPECT_FALSE(s.try_acquire());
  s.release(10);
  EXPECT_EQ(panic_of([&] { s.release(1); }), "semaphore released over its maximum");
}

TEST_P(Sync, SemaphoreServesInOrder) {
  gocpp::counting_semaphore<> s(0);
  std::vector<int> order;
  gocpp::mutex m;
  gocpp::wait_group group;
  std::atomic<int> started{0};
  for (int i = 0; i < 5; ++i) {
    group.go([&, i] {
      started++;
      s.acquire();
      {
        std::lock_guard hold(m);
        order.push_back(i);
      }
      s.release();
    });
    while (started <= i)
      gocpp::yield();
    gocpp::sleep_for(1ms);
  }
  s.release();
  group.wait();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST_P(Sync, SemaphoreTimeoutsLoseNoPermit) {
  gocpp::counting_semaphore<> s(2);
  std::atomic<long> got{0};
  crowd(8, 3, [&](int i) {
    std::mt19937 random(static_cast<unsigned>(i));
    for (int n = 0; n < 200; ++n) {
      if (!s.try_acquire_for(std::chrono::microseconds(random() % 30)))
        continue;
      if (random() % 4 == 0)
        gocpp::sleep_for(10us);
      got++;
      s.release();
    }
  });
  EXPECT_TRUE(s.try_acquire_until(std::chrono::system_clock::now() + 1h));
  EXPECT_TRUE(s.try_acquire_for(std::chrono::hours::max()));
  EXPECT_FALSE(s.try_acquire_for(1ms));
  EXPECT_FALSE(s.try_acquire_for(std::chrono::hours::min()));
}

TEST_P(Sync, SemaphoreMayBeDestroyedByWhoeverGotThePermit) {
  for (int i = 0; i < 2000; ++i) {
    auto* s = new gocpp::binary_semaphore(0);
    auto take = [=] {
      s->acquire();
      delete s;
    };
    gocpp::wait_group group;
    group.go(take);
    if (i % 2)
      gocpp::yield();
    s->release();
    group.wait();
  }
}

// ---- latch, barrier ----

TEST_P(Sync, LatchOpensAtZero) {
  gocpp::latch l(3);
  EXPECT_FALSE(l.try_wait());
  std::atomic<int> passed{0};
  gocpp::wait_group group;
  for (int i = 0; i < 4; ++i)
    group.go([&] {
      l.wait();
      passed++;
    });
  std::thread thread([&] {
    l.wait();
    passed++;
  });
  l.count_down();
  gocpp::yield();
  EXPECT_EQ(passed.load(), 0);
  l.count_down(2);
  group.wait();
  thread.join();
  EXPECT_EQ(passed.load(), 5);
  EXPECT_TRUE(l.try_wait());
  l.wait();
  EXPECT_EQ(panic_of([&] { l.count_down(); }), "negative latch counter");
}

TEST_P(Sync, LatchMayBeDestroyedAsSoonAsItsWaitReturns) {
  for (int i = 0; i < 1000; ++i) {
    auto l = std::make_unique<gocpp::latch>(3);
    for (int n = 0; n < 2; ++n)
      gocpp::go([p = l.get()] { p->count_down(); });
    if (i % 8 == 0) {
      std::thread([p = l.get()] { p->count_down(); }).detach();
      l->wait();
    } else {
      l->arrive_and_wait();
    }
  }
}

TEST_P(Sync, BarrierKeepsPhasesApart) {
  constexpr int parties = 6, phases = 100;
  int completed = 0;
  auto complete = [&]() noexcept { ++completed; };
  gocpp::barrier b(parties, complete);
  std::atomic<int> arrived{0};
  crowd(4, 2, [&](int) {
    for (int p = 0; p < phases; ++p) {
      EXPECT_EQ(completed, p);
      arrived++;
      b.arrive_and_wait();
      EXPECT_GE(arrived.load(), (p + 1) * parties);
    }
  });
  EXPECT_EQ(completed, phases);
}

TEST_P(Sync, BarrierTokensAndDrops) {
  gocpp::barrier<> b(3);
  auto t1 = b.arrive();
  auto t2 = b.arrive();
  gocpp::wait_group group;
  group.go([&] { b.arrive_and_drop(); });
  b.wait(std::move(t1));
  b.wait(std::move(t2));
  group.wait();
  b.wait(b.arrive(2)); // only two parties are left
  EXPECT_EQ(panic_of([&] { (void)b.arrive(3); }), "barrier: more arrivals than expected");
}

// ---- wait_group ----

TEST_P(Sync, WaitGroupWaitsForAll) {
  gocpp::wait_group group;
  group.wait();
  std::atomic<int> done{0};
  for (int i = 0; i < 1000; ++i)
    group.go([&](int by) { done += by; }, 1);
  group.wait();
  EXPECT_EQ(done.load(), 1000);
  group.add(2); // used again
  for (int i = 0; i < 2; ++i)
    std::thread([&] {
      done++;
      group.done();
    }).detach();
  group.wait();
  EXPECT_EQ(done.load(), 1002);
}

TEST_P(Sync, WaitGroupHasManyWaiters) {
  for (int round = 0; round < 50; ++round) {
    gocpp::wait_group work;
    work.add(5);
    std::atomic<int> finished{0};
    crowd(10, 3, [&](int i) {
      if (i < 5) {
        finished++;
        work.done();
      } else {
        work.wait();
        EXPECT_EQ(finished.load(), 5);
      }
    });
  }
}

TEST_P(Sync, WaitGroupMayBeDestroyedAsSoonAsItsWaitReturns) {
  for (int i = 0; i < 3000; ++i) {
    auto group = std::make_unique<gocpp::wait_group>();
    group->go([] {});
    group->go([=] {
      if (i % 4 == 0)
        gocpp::yield();
    });
    if (i % 64 == 0) {
      group->add(1);
      std::thread([p = group.get()] { p->done(); }).detach();
    }
    group->wait();
  }
}

TEST_P(Sync, WaitGroupDestroysTheTasksCopiesBeforeItIsDone) {
  for (int i = 0; i < 200; ++i) {
    auto alive = std::make_shared<int>(0);
    gocpp::wait_group group;
    group.go([alive](std::shared_ptr<int>) {}, alive);
    group.wait();
    EXPECT_EQ(alive.use_count(), 1);
  }
}

TEST_P(Sync, WaitGroupPanicsBelowZero) {
  gocpp::wait_group group;
  EXPECT_EQ(panic_of([&] { group.done(); }), "negative wait_group counter");
  group.add(2);
  EXPECT_EQ(panic_of([&] { group.add(-3); }), "negative wait_group counter");
  group.add(-2);
  group.wait();
}

TEST_P(Sync, WaitGroupKeepsItsCountWhenAStepLeadsOutOfRange) {
  gocpp::wait_group group;
  group.add(INT32_MAX);
  EXPECT_EQ(panic_of([&] { group.add(1); }), "wait_group counter out of range");
  EXPECT_EQ(panic_of([&] { group.add(std::ptrdiff_t{1} << 32); }), "wait_group counter out of range");
  EXPECT_EQ(panic_of([&] { group.add(PTRDIFF_MIN); }), "negative wait_group counter");
  group.add(-INT32_MAX);
  group.wait();
}

TEST_P(Sync, AStepBelowZeroLeavesNobodyWaiting) {
  gocpp::wait_group group, all;
  std::atomic<bool> over{false};
  all.go([&] {
    while (!over.load()) group.wait();
  });
  for (int i = 0; i < 20'000; ++i) panic_of([&] { group.done(); });
  over = true;
  all.wait();
}

TEST_P(Sync, WaitGroupCountsNothingWhenNoGoroutineWasMade) {
  struct Throws {
    Throws() = default;
    Throws(const Throws&) { throw std::runtime_error("no copy"); }
    void operator()() const {}
  } f;
  gocpp::wait_group group;
  EXPECT_THROW(group.go(f), std::runtime_error);
  group.wait();
}

TEST_P(Sync, GoexitIsCounted) {
  gocpp::wait_group group;
  group.go([] { gocpp::goexit(); });
  group.wait();
}

TEST(SyncBeforeMain, GlobalsAreUsable) {
  std::scoped_lock hold(global_mutex, global_recursive_mutex, global_timed_mutex, global_shared_mutex);
  global_condition.notify_one();
  global_condition_any.notify_all();
  static int ran = 0; // the flag lives as long
  gocpp::call_once(global_once, [&] { ++ran; });
  gocpp::call_once(global_once, [&] { ++ran; });
  EXPECT_EQ(ran, 1);
  global_semaphore.acquire();
  global_semaphore.release();
  global_binary.acquire();
  global_binary.release();
  global_latch.wait();
  global_barrier.arrive_and_wait();
  global_group.go([] {});
  global_group.wait();
}

} // namespace
