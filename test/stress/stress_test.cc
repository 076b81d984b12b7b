// Everything at once, for a bounded time: what single tests do not bring together. Each test counts what went in and out.
//
// GOCPP_STRESS_MS sets how long each test runs (1000 by default); scripts/stress repeats the program.
#include "poller.h"
#include "support.h"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <random>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

using gocpp::chan;
using namespace std::chrono_literals;
namespace op = gocpp::abi;
namespace rt = gocpp::rt;

namespace {

std::chrono::steady_clock::time_point deadline() {
  const char* text = std::getenv("GOCPP_STRESS_MS");
  return std::chrono::steady_clock::now() + std::chrono::milliseconds(text ? std::atoi(text) : 1000);
}
bool before(std::chrono::steady_clock::time_point t) { return std::chrono::steady_clock::now() < t; }

struct Stress : WithProcs {};
GOCPP_WITH_PROCS(Stress);

TEST_P(Stress, SpawnStormsWhileProcessorsChange) {
  auto end = deadline();
  std::atomic<long> started{0}, ended{0};
  std::atomic<bool> stop{false};
  gocpp::wait_group changers;
  changers.go([&] {
    for (int i = 0; !stop; ++i) {
      gocpp::gomaxprocs(1 + i % 8);
      gocpp::sleep_for(1ms);
    }
    gocpp::gomaxprocs(GetParam());
  });
  while (before(end)) {
    gocpp::wait_group wg;
    for (int i = 0; i < 300; ++i) {
      ++started;
      wg.go([&, i] {
        if (i % 3 == 0) gocpp::yield();
        if (i % 50 == 0) gocpp::sleep_for(100us);
        if (i % 97 == 0) usleep(2000);
        ++ended;
      });
    }
    wg.wait();
  }
  stop = true;
  changers.wait();
  EXPECT_EQ(started.load(), ended.load());
}

TEST_P(Stress, ChannelsSelectsTimersAndThreadsTogether) {
  auto end = deadline();
  constexpr int kChannels = 6;
  std::vector<chan<long>> c;
  for (int i = 0; i < kChannels; ++i) c.emplace_back(i % 4);
  chan<> stop;
  std::atomic<long> in{0}, out{0};
  gocpp::wait_group wg;
  for (int s = 0; s < 8; ++s)
    wg.go([&, s] {
      std::minstd_rand random(static_cast<unsigned>(s) + 1);
      for (long i = 1;; ++i) {
        auto& a = c[random() % kChannels];
        auto& b = c[random() % kChannels];
        op::select sel{a.case_send(i), b.case_send(i), op::recv(stop), op::recv(gocpp::after(2ms))};
        if (sel.chosen() == 2) return;
        if (sel.chosen() < 2) in += i;
      }
    });
  auto receive = [&](unsigned seed) {
    std::minstd_rand random(seed);
    for (;;) {
      auto& a = c[random() % kChannels];
      auto& b = c[random() % kChannels];
      op::select sel{op::recv(a), op::recv(b), op::recv(stop)};
      switch (sel.chosen()) {
      case 0: out += op::value<0>(sel); break;
      case 1: out += op::value<1>(sel); break;
      default: return;
      }
    }
  };
  for (unsigned r = 0; r < 6; ++r) wg.go([&, r] { receive(r + 100); });
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 2; ++t) threads.emplace_back([&, t] { receive(t + 200); });
  while (before(end)) gocpp::sleep_for(5ms);
  close(stop);
  wg.wait();
  for (auto& t : threads) t.join();
  for (auto& ch : c)
    while (auto v = ch.try_recv()) out += *v;
  EXPECT_EQ(in.load(), out.load());
}

TEST_P(Stress, LocksUnderHogsSleepersAndTimeouts) {
  auto end = deadline();
  gocpp::mutex m;
  gocpp::condition_variable cv;
  gocpp::timed_mutex timed;
  long counter = 0, expected = 0;
  std::atomic<long> locked{0};
  std::atomic<bool> stop{false};
  gocpp::wait_group wg;
  for (int i = 0; i < 10; ++i)
    wg.go([&, i] {
      while (!stop) {
        {
          std::lock_guard hold(m);
          ++counter;
          if (i % 5 == 0) cv.notify_all();
        }
        ++locked;
        if (i == 0) usleep(300);
        if (i == 1)
          for (volatile int k = 0; k < 200000;) k = k + 1;
        if (i == 2 && timed.try_lock_for(100us)) timed.unlock();
        if (i == 3 && timed.try_lock()) {
          gocpp::sleep_for(50us);
          timed.unlock();
        }
        if (i == 4) {
          std::unique_lock lock(m);
          cv.wait_for(lock, 1ms);
        }
        gocpp::yield();
      }
    });
  while (before(end)) gocpp::sleep_for(5ms);
  stop = true;
  wg.wait();
  expected = locked;
  EXPECT_EQ(counter, expected);
}

TEST_P(Stress, CancellationTreesComeDownWhole) {
  auto end = deadline();
  long rounds = 0;
  while (before(end)) {
    auto [root, cancel] = gocpp::with_timeout(gocpp::context::background(), 1ms + std::chrono::microseconds(rounds % 700));
    std::atomic<int> left{0};
    gocpp::wait_group wg;
    for (int i = 0; i < 20; ++i)
      wg.go([&, ctx = root] {
        auto [child, cancel_child] = gocpp::with_cancel(ctx);
        op::select s{op::recv(child.done()), op::recv(gocpp::after(1ms))};
        cancel_child();
        ++left;
      });
    if (rounds % 2) cancel();
    wg.wait();
    cancel();
    EXPECT_EQ(left.load(), 20);
    ++rounds;
  }
  EXPECT_GT(rounds, 0);
}

TEST_P(Stress, LockedThreadsAmongBlockingCalls) {
  auto end = deadline();
  std::atomic<long> rounds{0};
  chan<int> baton;
  gocpp::wait_group wg;
  for (int i = 0; i < 4; ++i)
    wg.go([&, i] {
      gocpp::lock_os_thread();
      pid_t thread = gettid();
      for (int n = 0; before(end); ++n) {
        switch ((n + i) % 4) {
        case 0: gocpp::yield(); break;
        case 1: gocpp::blocking([] { usleep(10); }); break;
        case 2: gocpp::sleep_for(20us); break;
        case 3: {
          op::select sel{baton.case_send(n), op::recv(baton), op::recv(gocpp::after(100us))};
          sel.chosen();
        }
        }
        ASSERT_EQ(gettid(), thread);
        ++rounds;
      }
      gocpp::unlock_os_thread();
    });
  for (int i = 0; i < 4; ++i)
    wg.go([&] {
      while (before(end)) {
        usleep(30);
        gocpp::yield();
        ++rounds;
      }
    });
  wg.wait();
  EXPECT_GT(rounds.load(), 0);
}

/// A message of eight bytes over a non-blocking socket.
bool read_all(rt::Pollable* p, long& value) {
  for (std::size_t got = 0; got < sizeof value;) {
    uint32_t seen = rt::pollable_events(p, rt::Direction::read);
    if (rt::pollable_check(p, rt::Direction::read) != rt::WaitResult::ready) return false;
    ssize_t n = read(p->fd, reinterpret_cast<char*>(&value) + got, sizeof value - got);
    if (n > 0)
      got += static_cast<std::size_t>(n);
    else
      rt::pollable_wait(p, rt::Direction::read, seen);
  }
  return true;
}

TEST_P(Stress, SocketsComeAndGoUnderLoad) {
  auto end = deadline();
  std::atomic<long> in{0}, out{0};
  gocpp::wait_group wg;
  for (int i = 0; i < 12; ++i)
    wg.go([&, i] {
      while (before(end)) {
        int fd[2];
        ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fd), 0);
        rt::Pollable* side[2] = {rt::pollable_open(fd[0]), rt::pollable_open(fd[1])};
        gocpp::wait_group echo;
        echo.go([&] {
          for (long v; read_all(side[1], v);) ASSERT_EQ(write(fd[1], &v, sizeof v), ssize_t{sizeof v});
        });
        for (long n = 1; n <= 50; ++n) {
          long v = n;
          ASSERT_EQ(write(fd[0], &v, sizeof v), ssize_t{sizeof v});
          in += n;
          if (n % 16 == i) gocpp::sleep_for(50us);
          if (i % 5 == 4 && n == 25) usleep(100);
          ASSERT_TRUE(read_all(side[0], v));
          out += v;
        }
        rt::pollable_shut(side[1]);
        echo.wait();
        for (int s = 0; s < 2; ++s) {
          rt::pollable_close(side[s]);
          close(fd[s]);
        }
      }
    });
  wg.wait();
  EXPECT_EQ(in.load(), out.load());
}

} // namespace
