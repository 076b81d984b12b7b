// Condition variables, among goroutines, among threads, and between the two.
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

struct Condition : WithProcs {};
GOCPP_WITH_PROCS(Condition);

// ---- condition variables ----

TEST_P(Condition, ConditionVariablePassesEveryItem) {
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

TEST_P(Condition, ConditionVariableBetweenThreadsAndGoroutines) {
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

TEST_P(Condition, NotifyOneWakesOneEach) {
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

TEST_P(Condition, ConditionVariableWaitsNoLongerThanItsTime) {
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

TEST_P(Condition, ANotificationIsNotLostToAWaiterWhoseTimeIsUp) {
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

TEST_P(Condition, ConditionVariableMayBeDestroyedOnceAllWereNotified) {
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

TEST_P(Condition, ConditionVariableAnyTakesAnyLock) {
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

} // namespace
