// The synchronisation types, among goroutines, among threads, and between the two.
#include "support.h"

#include <atomic>
#include <chrono>
#include <functional>
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

std::string panic_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const gocpp::panic& p) {
    return p.what();
  }
  return "no panic";
}

/// Runs f(i) in `goroutines` goroutines and `threads` plain threads and waits for all.
template <class F> void crowd(int goroutines, int threads, F f) {
  gocpp::wait_group group;
  std::vector<std::thread> plain;
  for (int i = 0; i < threads; ++i)
    plain.emplace_back([&f, i, goroutines] { f(goroutines + i); });
  for (int i = 0; i < goroutines; ++i)
    group.go([&f, i] { f(i); });
  group.wait();
  for (auto& t : plain)
    t.join();
}

// ---- mutex ----

template <class Mutex> void exclude(Mutex& m, int goroutines, int threads, int rounds) {
  long shared = 0; // unguarded but by m: TSan sees a hole
  std::atomic<int> inside{0};
  crowd(goroutines, threads, [&](int i) {
    for (int n = 0; n < rounds; ++n) {
      std::lock_guard hold(m);
      EXPECT_EQ(inside.fetch_add(1), 0);
      ++shared;
      if ((n + i) % 64 == 0)
        gocpp::yield();
      if ((n + i) % 512 == 0)
        gocpp::sleep_for(10us);
      inside.fetch_sub(1);
    }
  });
  EXPECT_EQ(shared, static_cast<long>(rounds) * (goroutines + threads));
}

TEST_P(Sync, MutexExcludesGoroutines) {
  gocpp::mutex m;
  exclude(m, 10, 0, 2000);
}
TEST_P(Sync, MutexExcludesGoroutinesAndThreads) {
  gocpp::mutex m;
  exclude(m, 4, 4, 2000);
}
TEST_P(Sync, TimedAndRecursiveMutexExclude) {
  gocpp::timed_mutex t;
  exclude(t, 4, 2, 500);
  gocpp::recursive_mutex r;
  exclude(r, 4, 2, 500);
}

TEST_P(Sync, TryLockTakesOnlyAFreeMutex) {
  gocpp::mutex m;
  EXPECT_TRUE(m.try_lock());
  EXPECT_FALSE(m.try_lock());
  m.unlock();
  EXPECT_TRUE(m.try_lock());
  m.unlock();
}

TEST_P(Sync, MutexMayBeUnlockedByAnother) {
  gocpp::mutex m;
  m.lock();
  gocpp::go([&] { m.unlock(); });
  m.lock();
  m.unlock();
  m.lock();
  std::thread([&] { m.unlock(); }).join();
  m.lock();
  m.unlock();
}

TEST_P(Sync, ScopedLockTakesSeveral) {
  gocpp::mutex a, b;
  long sum = 0;
  crowd(4, 2, [&](int i) {
    for (int n = 0; n < 300; ++n) {
      if (i % 2) {
        std::scoped_lock hold(a, b);
        ++sum;
      } else {
        std::scoped_lock hold(b, a);
        ++sum;
      }
    }
  });
  EXPECT_EQ(sum, 1800);
}

TEST_P(Sync, AWaiterGetsABusyMutexInTheEnd) {
  // Without starvation mode a goroutine that takes the mutex again at once could keep it for ever.
  gocpp::mutex m;
  std::atomic<bool> done{false};
  gocpp::wait_group group;
  for (int i = 0; i < 2; ++i)
    group.go([&] {
      while (!done) {
        std::lock_guard hold(m);
        auto until = std::chrono::steady_clock::now() + 100us;
        while (std::chrono::steady_clock::now() < until) {
        }
      }
    });
  group.go([&] {
    for (int i = 0; i < 10; ++i) {
      gocpp::sleep_for(100us);
      std::lock_guard hold(m);
    }
    done = true;
  });
  group.wait();
}

TEST_P(Sync, AMutexIsHandedToWhoHasWaitedLong) {
  gocpp::mutex m;
  chan<> release;
  gocpp::wait_group group;
  m.lock();
  group.go([&] {
    std::lock_guard hold(m);
    release.recv();
  });
  gocpp::sleep_for(3ms);
  m.unlock();
  if (m.try_lock()) {
    // It was woken and found the mutex taken again, after more than 1 ms.
    gocpp::sleep_for(1ms);
    m.unlock();
    EXPECT_FALSE(m.try_lock());
  }
  release.send({});
  group.wait();
  EXPECT_TRUE(m.try_lock());
  m.unlock();
}

TEST_P(Sync, MutexMayBeDestroyedByWhoeverGetsItLast) {
  // The unlocking side must not touch the mutex once the other can have it: ASan sees it if it does.
  for (int i = 0; i < 2000; ++i) {
    auto* m = new gocpp::mutex;
    m->lock();
    gocpp::wait_group group;
    group.go([=] {
      m->lock();
      m->unlock();
      delete m;
    });
    if (i % 2)
      gocpp::yield();
    m->unlock();
    group.wait();
  }
}

TEST_P(Sync, TimedMutexGivesUpInTime) {
  gocpp::timed_mutex m;
  m.lock();
  auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(m.try_lock_for(2ms));
  EXPECT_GE(std::chrono::steady_clock::now() - start, 2ms);
  EXPECT_FALSE(m.try_lock_for(-1s));
  EXPECT_FALSE(m.try_lock_until(std::chrono::system_clock::now() + 1ms));
  std::thread([&] { EXPECT_FALSE(m.try_lock_for(1ms)); }).join();
  gocpp::go([&] {
    gocpp::sleep_for(1ms);
    m.unlock();
  });
  EXPECT_TRUE(m.try_lock_for(std::chrono::hours::max()));
  m.unlock();
}

TEST_P(Sync, TimedLockersAllGetTheirTurn) {
  gocpp::timed_mutex m;
  long owned = 0;
  std::atomic<long> took{0};
  crowd(8, 2, [&](int i) {
    std::mt19937 random(static_cast<unsigned>(i));
    for (int n = 0; n < 200;) {
      if (!m.try_lock_for(std::chrono::microseconds(random() % 50)))
        continue;
      ++owned;
      if (random() % 16 == 0)
        gocpp::sleep_for(20us);
      m.unlock();
      took++;
      ++n;
    }
  });
  EXPECT_EQ(owned, 2000);
  EXPECT_TRUE(m.try_lock());
  m.unlock();
}

TEST_P(Sync, RecursiveMutexKnowsItsOwner) {
  gocpp::recursive_mutex m;
  m.lock();
  gocpp::yield();
  m.lock();
  EXPECT_TRUE(m.try_lock());
  auto free_for = [&](auto run) {
    bool got = false;
    run([&] {
      got = m.try_lock();
      if (got)
        m.unlock();
    });
    return got;
  };
  auto goroutine = [](auto f) {
    gocpp::wait_group group;
    group.go(f);
    group.wait();
  };
  auto thread = [](auto f) { std::thread(f).join(); };
  EXPECT_FALSE(free_for(goroutine));
  EXPECT_FALSE(free_for(thread));
  m.unlock();
  m.unlock();
  EXPECT_FALSE(free_for(goroutine));
  m.unlock();
  EXPECT_TRUE(free_for(goroutine));
  EXPECT_TRUE(free_for(thread));
  std::thread([&] {
    m.lock();
    m.lock();
    EXPECT_FALSE(free_for(goroutine));
    m.unlock();
    m.unlock();
  }).join();
}

// ---- once ----

TEST_P(Sync, OnceRunsOnceAndAllSeeIt) {
  for (int round = 0; round < 50; ++round) {
    gocpp::once_flag flag;
    int runs = 0;
    crowd(8, 2, [&](int) {
      gocpp::call_once(
          flag,
          [&](int by) {
            gocpp::yield();
            runs += by;
          },
          1);
      EXPECT_EQ(runs, 1);
    });
  }
}

TEST_P(Sync, OnceTriesAgainAfterAnException) {
  gocpp::once_flag flag;
  std::atomic<int> tries{0}, thrown{0};
  crowd(6, 2, [&](int) {
    try {
      gocpp::call_once(flag, [&] {
        int mine = ++tries;
        gocpp::yield();
        if (mine < 4)
          throw std::runtime_error("no");
      });
    } catch (const std::runtime_error&) {
      thrown++;
    }
  });
  EXPECT_EQ(tries.load(), 4);
  EXPECT_EQ(thrown.load(), 3);
}

// ---- shared_mutex ----

TEST_P(Sync, SharedMutexExcludesWritersFromAll) {
  gocpp::shared_mutex m;
  long a = 0, b = 0;
  std::atomic<int> readers{0}, writers{0};
  crowd(8, 4, [&](int i) {
    for (int n = 0; n < 500; ++n) {
      if ((n + i) % 4 == 0) {
        std::unique_lock hold(m);
        EXPECT_EQ(writers.fetch_add(1), 0);
        EXPECT_EQ(readers.load(), 0);
        ++a;
        if (n % 32 == 0)
          gocpp::yield();
        ++b;
        writers.fetch_sub(1);
      } else {
        std::shared_lock hold(m);
        readers.fetch_add(1);
        EXPECT_EQ(writers.load(), 0);
        EXPECT_EQ(a, b);
        if (n % 32 == 0)
          gocpp::yield();
        readers.fetch_sub(1);
      }
    }
  });
  EXPECT_EQ(a, b);
  EXPECT_TRUE(m.try_lock());
  m.unlock();
}

TEST_P(Sync, ReadersHoldItTogether) {
  gocpp::shared_mutex m;
  gocpp::barrier<> all(5);
  crowd(4, 1, [&](int) {
    std::shared_lock hold(m);
    all.arrive_and_wait(); // never, if one excluded another
  });
  m.lock_shared();
  EXPECT_FALSE(m.try_lock());
  EXPECT_TRUE(m.try_lock_shared());
  m.unlock_shared();
  m.unlock_shared();
  EXPECT_TRUE(m.try_lock());
  EXPECT_FALSE(m.try_lock_shared());
  m.unlock();
}

TEST_P(Sync, ReadersThatWaitedForAWriterGetInTogether) {
  gocpp::shared_mutex m;
  gocpp::barrier<> all(4);
  m.lock();
  gocpp::wait_group group;
  for (int i = 0; i < 4; ++i)
    group.go([&] {
      std::shared_lock hold(m);
      all.arrive_and_wait();
    });
  gocpp::sleep_for(1ms);
  m.unlock();
  group.wait();
}

TEST_P(Sync, AStreamOfReadersDoesNotKeepAWriterOut) {
  gocpp::shared_mutex m;
  std::atomic<bool> done{false};
  gocpp::wait_group group;
  for (int i = 0; i < 4; ++i)
    group.go([&] {
      while (!done) {
        std::shared_lock hold(m);
        gocpp::yield();
      }
    });
  for (int i = 0; i < 20; ++i) {
    std::unique_lock hold(m);
    gocpp::yield();
  }
  done = true;
  group.wait();
}

// ---- condition variables ----

TEST_P(Sync, ConditionVariablePassesEveryItem) {
  gocpp::mutex m;
  gocpp::condition_variable not_empty, not_full;
  std::vector<int> queue;
  std::atomic<long> sum{0};
  constexpr int per = 500, makers = 4, takers = 4;
  crowd(makers + takers, 0, [&](int i) {
    for (int n = 0; n < per; ++n) {
      std::unique_lock hold(m);
      if (i < makers) {
        not_full.wait(hold, [&] { return queue.size() < 3; });
        queue.push_back(n);
        not_empty.notify_one();
      } else {
        not_empty.wait(hold, [&] { return !queue.empty(); });
        sum += queue.back();
        queue.pop_back();
        not_full.notify_one();
      }
    }
  });
  EXPECT_EQ(sum.load(), static_cast<long>(makers) * per * (per - 1) / 2);
}

TEST_P(Sync, ConditionVariableBetweenThreadsAndGoroutines) {
  gocpp::mutex m;
  gocpp::condition_variable turn;
  int whose = 0;
  constexpr int parties = 6;
  crowd(3, 3, [&](int i) {
    for (int n = 0; n < 100; ++n) {
      std::unique_lock hold(m);
      turn.wait(hold, [&] { return whose == i; });
      whose = (whose + 1) % parties;
      turn.notify_all();
    }
  });
  EXPECT_EQ(whose, 0);
}

TEST_P(Sync, NotifyOneWakesOneEach) {
  gocpp::mutex m;
  gocpp::condition_variable c;
  int waiting = 0, woken = 0;
  gocpp::wait_group group;
  for (int i = 0; i < 10; ++i)
    group.go([&] {
      std::unique_lock hold(m);
      ++waiting;
      c.wait(hold);
      ++woken;
    });
  auto count = [&](int& n) {
    std::lock_guard hold(m);
    return n;
  };
  while (count(waiting) < 10)
    gocpp::yield();
  for (int i = 1; i <= 10; ++i) {
    {
      std::lock_guard hold(m);
      c.notify_one();
    }
    while (count(woken) < i)
      gocpp::yield();
    for (int n = 0; n < 20; ++n)
      gocpp::yield();
    EXPECT_EQ(count(woken), i);
  }
  group.wait();
}

TEST_P(Sync, ConditionVariableWaitsNoLongerThanItsTime) {
  gocpp::mutex m;
  gocpp::condition_variable c;
  std::unique_lock hold(m);
  auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(c.wait_for(hold, 2ms), std::cv_status::timeout);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 2ms);
  EXPECT_TRUE(hold.owns_lock());
  EXPECT_EQ(c.wait_until(hold, std::chrono::system_clock::now() - 1s), std::cv_status::timeout);
  EXPECT_FALSE(c.wait_for(hold, 1ms, [] { return false; }));
  EXPECT_TRUE(c.wait_for(hold, -1s, [] { return true; }));
  EXPECT_FALSE(c.wait_until(hold, std::chrono::system_clock::now() + 1ms, [] { return false; }));
  gocpp::go([&] {
    std::lock_guard held(m);
    c.notify_one();
  });
  EXPECT_EQ(c.wait_for(hold, std::chrono::hours::max()), std::cv_status::no_timeout);
}

TEST_P(Sync, ANotificationIsNotLostToAWaiterWhoseTimeIsUp) {
  // Tokens are given out with notify_one each; half of the waiters give up all the time. If a notification
  // went to one that had given up, a token would stay and its waiter sleep for ever.
  gocpp::mutex m;
  gocpp::condition_variable c;
  int tokens = 0;
  std::atomic<bool> done{false};
  std::atomic<int> taken{0};
  constexpr int n = 1000;
  gocpp::wait_group group;
  std::vector<std::thread> threads;
  auto impatient = [&] {
    while (!done) {
      std::unique_lock hold(m);
      if (c.wait_for(hold, 20us) == std::cv_status::no_timeout && tokens == 0)
        continue;
      if (tokens > 0) {
        // Not ours to keep: hand it on.
        c.notify_one();
      }
    }
  };
  for (int i = 0; i < 3; ++i)
    group.go(impatient);
  threads.emplace_back(impatient);
  for (int i = 0; i < 3; ++i)
    group.go([&] {
      for (;;) {
        std::unique_lock hold(m);
        c.wait(hold, [&] { return tokens > 0 || taken == n; });
        if (tokens == 0)
          return;
        --tokens;
        if (++taken == n)
          c.notify_all();
      }
    });
  for (int i = 0; i < n; ++i) {
    {
      std::lock_guard hold(m);
      ++tokens;
      c.notify_one();
    }
    if (i % 16 == 0)
      gocpp::yield();
  }
  while (taken < n)
    gocpp::sleep_for(100us);
  done = true;
  {
    std::lock_guard hold(m);
    c.notify_all();
  }
  group.wait();
  for (auto& t : threads)
    t.join();
}

TEST_P(Sync, ConditionVariableMayBeDestroyedOnceAllWereNotified) {
  for (int i = 0; i < 500; ++i) {
    gocpp::mutex m;
    auto c = std::make_unique<gocpp::condition_variable>();
    int waiting = 0;
    bool go = false;
    gocpp::wait_group group;
    std::vector<std::thread> threads;
    auto waiter = [&, timed = false]() mutable {
      std::unique_lock hold(m);
      ++waiting;
      // No predicate: after the notification the condition variable may be gone.
      if (timed)
        c->wait_for(hold, 1h);
      else
        c->wait(hold);
      EXPECT_TRUE(go);
    };
    group.go(waiter);
    group.go([&] {
      std::unique_lock hold(m);
      ++waiting;
      c->wait_for(hold, 1h);
      EXPECT_TRUE(go);
    });
    if (i % 8 == 0)
      threads.emplace_back(waiter);
    int expected = 2 + static_cast<int>(threads.size());
    for (;;) {
      std::unique_lock hold(m);
      if (waiting == expected) {
        go = true;
        c->notify_all();
        c.reset(); // with the lock still held
        break;
      }
      hold.unlock();
      gocpp::yield();
    }
    group.wait();
    for (auto& t : threads)
      t.join();
  }
}

TEST_P(Sync, ConditionVariableAnyTakesAnyLock) {
  gocpp::condition_variable_any c;
  gocpp::shared_mutex m;
  bool ready = false;
  gocpp::wait_group group;
  for (int i = 0; i < 4; ++i)
    group.go([&] {
      std::shared_lock hold(m);
      c.wait(hold, [&] { return ready; });
    });
  std::mutex plain;
  std::thread thread([&] {
    std::unique_lock hold(plain);
    gocpp::condition_variable_any nobody_notifies;
    EXPECT_EQ(nobody_notifies.wait_for(hold, 1ms), std::cv_status::timeout);
    std::shared_lock shared(m);
    c.wait(shared, [&] { return ready; });
  });
  gocpp::sleep_for(1ms);
  {
    std::lock_guard hold(m);
    ready = true;
  }
  c.notify_all();
  group.wait();
  thread.join();
}

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
