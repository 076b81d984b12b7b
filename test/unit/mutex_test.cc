// The mutexes and call_once, among goroutines, among threads, and between the two.
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

namespace {

struct Mutex : WithProcs {};
GOCPP_WITH_PROCS(Mutex);

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

TEST_P(Mutex, MutexExcludesGoroutines) {
  gocpp::mutex m;
  exclude(m, 10, 0, 2000);
}
TEST_P(Mutex, MutexExcludesGoroutinesAndThreads) {
  gocpp::mutex m;
  exclude(m, 4, 4, 2000);
}
TEST_P(Mutex, TimedAndRecursiveMutexExclude) {
  gocpp::timed_mutex t;
  exclude(t, 4, 2, 500);
  gocpp::recursive_mutex r;
  exclude(r, 4, 2, 500);
}

TEST_P(Mutex, TryLockTakesOnlyAFreeMutex) {
  gocpp::mutex m;
  EXPECT_TRUE(m.try_lock());
  EXPECT_FALSE(m.try_lock());
  m.unlock();
  EXPECT_TRUE(m.try_lock());
  m.unlock();
}

TEST_P(Mutex, MutexMayBeUnlockedByAnother) {
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

TEST_P(Mutex, ScopedLockTakesSeveral) {
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

TEST_P(Mutex, AWaiterGetsABusyMutexInTheEnd) {
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

TEST_P(Mutex, AMutexIsHandedToWhoHasWaitedLong) {
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

TEST_P(Mutex, MutexMayBeDestroyedByWhoeverGetsItLast) {
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

TEST_P(Mutex, TimedMutexGivesUpInTime) {
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

TEST_P(Mutex, TimedLockersAllGetTheirTurn) {
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

TEST_P(Mutex, RecursiveMutexKnowsItsOwner) {
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

TEST_P(Mutex, OnceRunsOnceAndAllSeeIt) {
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

TEST_P(Mutex, OnceTriesAgainAfterAnException) {
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

TEST_P(Mutex, SharedMutexExcludesWritersFromAll) {
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

TEST_P(Mutex, ReadersHoldItTogether) {
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

TEST_P(Mutex, ReadersThatWaitedForAWriterGetInTogether) {
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

/// Those who take the mutex in a row by `Stream` let one in who takes it by `One`.
template <template <class> class Stream, template <class> class One> void stream_lets_in() {
  gocpp::shared_mutex m;
  std::atomic<bool> done{false};
  gocpp::wait_group group;
  for (int i = 0; i < 4; ++i)
    group.go([&] {
      while (!done) {
        Stream<gocpp::shared_mutex> hold(m);
        gocpp::yield();
      }
    });
  for (int i = 0; i < 20; ++i) {
    One<gocpp::shared_mutex> hold(m);
    gocpp::yield();
  }
  done = true;
  group.wait();
}

TEST_P(Mutex, AStreamOfReadersDoesNotKeepAWriterOut) { stream_lets_in<std::shared_lock, std::unique_lock>(); }
TEST_P(Mutex, AStreamOfWritersDoesNotKeepAReaderOut) { stream_lets_in<std::unique_lock, std::shared_lock>(); }

TEST_P(Mutex, SharedMutexMayBeDestroyedByWhoeverGetsItLast) {
  // As with mutex: a writer that lets a reader or a writer in, and a reader that a writer waits for.
  for (int i = 0; i < 3000; ++i) {
    auto* m = new gocpp::shared_mutex;
    bool we_read = i % 3 == 0, it_reads = i % 3 == 1;
    we_read ? m->lock_shared() : m->lock();
    gocpp::wait_group group;
    group.go([=] {
      it_reads ? m->lock_shared() : m->lock();
      it_reads ? m->unlock_shared() : m->unlock();
      delete m;
    });
    if (i % 2)
      gocpp::yield();
    we_read ? m->unlock_shared() : m->unlock();
    group.wait();
  }
}

TEST_P(Mutex, ReadersAndWritersOfEveryKindMeet) {
  // Threads, goroutines, those that only try, on a word that readers change while they wait.
  gocpp::shared_mutex m;
  int volatile sum = 0;
  std::atomic<int> added{0};
  crowd(12, 3, [&](int i) {
    for (int n = 0; n < 2000; ++n) {
      switch ((n * 7 + i) % 5) {
      case 0: {
        std::lock_guard hold(m);
        sum = sum + 1;
        ++added;
        break;
      }
      case 1:
        if (m.try_lock()) {
          sum = sum + 1;
          ++added;
          m.unlock();
        }
        break;
      case 2:
        if (m.try_lock_shared()) {
          EXPECT_EQ(sum, added.load());
          m.unlock_shared();
        }
        break;
      default: {
        std::shared_lock hold(m);
        EXPECT_EQ(sum, added.load());
      }
      }
    }
  });
  EXPECT_EQ(sum, added.load());
  EXPECT_TRUE(m.try_lock());
  m.unlock();
}

} // namespace
