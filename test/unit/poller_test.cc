// The poller: waiting for descriptors, deadlines, shutting, and who else may run meanwhile.

#include "poller.h"
#include "support.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <memory>
#include <poll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using namespace std::chrono_literals;
using namespace gocpp::rt;

/// A connected pair of non-blocking sockets, both registered.
struct Pair {
  Pair() {
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fd), 0);
    for (int i = 0; i < 2; ++i) side[i] = pollable_open(fd[i]);
  }
  ~Pair() {
    for (int i = 0; i < 2; ++i) {
      pollable_close(side[i]);
      close(fd[i]);
    }
  }
  int fd[2];
  Pollable* side[2];
};

/// Reads one byte; -1 when the wait ended otherwise, which `how` tells.
int read_byte(Pollable* p, WaitResult& how) {
  for (;;) {
    uint32_t seen = pollable_events(p, Direction::read);
    unsigned char c;
    how = pollable_check(p, Direction::read);
    if (how != WaitResult::ready) return -1;
    ssize_t n = read(p->fd, &c, 1);
    if (n == 1) return c;
    if (n == 0) return -1;
    how = pollable_wait(p, Direction::read, seen);
  }
}

void write_byte(Pollable* p, unsigned char c) {
  for (;;) {
    uint32_t seen = pollable_events(p, Direction::write);
    if (write(p->fd, &c, 1) == 1) return;
    pollable_wait(p, Direction::write, seen);
  }
}

class PollerTest : public WithProcs {};
GOCPP_WITH_PROCS(PollerTest);

TEST_P(PollerTest, PingPongThroughASocket) {
  Pair pair;
  gocpp::wait_group done;
  done.go([&] {
    WaitResult how;
    for (int i = 0; i < 2000; ++i) {
      int c = read_byte(pair.side[1], how);
      write_byte(pair.side[1], static_cast<unsigned char>(c + 1));
    }
  });
  WaitResult how;
  for (int i = 0; i < 2000; ++i) {
    write_byte(pair.side[0], static_cast<unsigned char>(i));
    EXPECT_EQ(read_byte(pair.side[0], how), (i + 1) & 255);
  }
  done.wait();
}

TEST_P(PollerTest, ReadersOfManySocketsNeedNoThreadEach) {
  constexpr int kPairs = 400;
  std::vector<std::unique_ptr<Pair>> pairs;
  for (int i = 0; i < kPairs; ++i) pairs.push_back(std::make_unique<Pair>());
  std::atomic<int> sum{0};
  gocpp::wait_group done;
  for (auto& pair : pairs)
    done.go([&, p = pair->side[1]] {
      WaitResult how;
      sum += read_byte(p, how);
    });
  gocpp::sleep_for(5ms);
  EXPECT_LT(gocpp::runtime_stats().threads, 30);
  for (auto& pair : pairs) write_byte(pair->side[0], 1);
  done.wait();
  EXPECT_EQ(sum, kPairs);
}

TEST_P(PollerTest, AnEdgeBetweenAttemptAndWaitIsNotLost) {
  Pair pair;
  for (int i = 0; i < 100; ++i) {
    uint32_t seen = pollable_events(pair.side[1], Direction::read);
    unsigned char c;
    ASSERT_EQ(read(pair.fd[1], &c, 1), -1);
    write_byte(pair.side[0], 7);
    EXPECT_EQ(pollable_wait(pair.side[1], Direction::read, seen), WaitResult::ready);
    WaitResult how;
    EXPECT_EQ(read_byte(pair.side[1], how), 7);
  }
}

TEST_P(PollerTest, ManyWaitForOneDescriptor) {
  Pair pair;
  std::atomic<int> sum{0};
  gocpp::wait_group done;
  for (int i = 0; i < 20; ++i)
    done.go([&] {
      WaitResult how;
      sum += read_byte(pair.side[1], how);
    });
  for (int i = 0; i < 20; ++i) {
    write_byte(pair.side[0], 1);
    gocpp::yield();
  }
  done.wait();
  EXPECT_EQ(sum, 20);
}

TEST_P(PollerTest, AWriterWaitsUntilThereIsRoom) {
  Pair pair;
  constexpr int kBytes = 600'000;
  gocpp::wait_group done;
  done.go([&] {
    std::vector<unsigned char> all(kBytes);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<unsigned char>(i);
    for (std::size_t sent = 0; sent < all.size();) {
      uint32_t seen = pollable_events(pair.side[0], Direction::write);
      ssize_t n = write(pair.fd[0], all.data() + sent, std::min<std::size_t>(999, all.size() - sent));
      if (n > 0)
        sent += static_cast<std::size_t>(n);
      else
        pollable_wait(pair.side[0], Direction::write, seen);
    }
  });
  std::vector<unsigned char> buffer(65536);
  int got = 0;
  while (got < kBytes) {
    uint32_t seen = pollable_events(pair.side[1], Direction::read);
    ssize_t n = read(pair.fd[1], buffer.data(), buffer.size());
    if (n < 0) {
      pollable_wait(pair.side[1], Direction::read, seen);
      continue;
    }
    for (ssize_t i = 0; i < n; ++i) ASSERT_EQ(buffer[static_cast<std::size_t>(i)], static_cast<unsigned char>(got + i));
    got += static_cast<int>(n);
  }
  done.wait();
}

TEST_P(PollerTest, DeadlinesEndWaitsAndCanBeMoved) {
  Pair pair;
  Pollable* p = pair.side[1];
  WaitResult how;
  pollable_deadline(p, Direction::read, now_ns() - 1);
  EXPECT_EQ(read_byte(p, how), -1);
  EXPECT_EQ(how, WaitResult::timed_out);
  pollable_deadline(p, Direction::read, now_ns() + 2'000'000);
  EXPECT_EQ(read_byte(p, how), -1);
  EXPECT_EQ(how, WaitResult::timed_out);

  // A deadline that is set while somebody waits counts for him.
  pollable_deadline(p, Direction::read, kNever);
  gocpp::wait_group done;
  done.go([&] {
    gocpp::sleep_for(1ms);
    pollable_deadline(p, Direction::read, now_ns());
  });
  EXPECT_EQ(read_byte(p, how), -1);
  EXPECT_EQ(how, WaitResult::timed_out);
  done.wait();

  // One that is taken back does not.
  pollable_deadline(p, Direction::read, now_ns() + 1'000'000'000'000);
  pollable_deadline(p, Direction::read, kNever);
  write_byte(pair.side[0], 9);
  EXPECT_EQ(read_byte(p, how), 9);
}

TEST_P(PollerTest, ShuttingWakesAllWhoWait) {
  Pair pair;
  std::atomic<int> ended{0};
  gocpp::wait_group done;
  for (int i = 0; i < 10; ++i)
    done.go([&] {
      WaitResult how;
      EXPECT_EQ(read_byte(pair.side[1], how), -1);
      EXPECT_EQ(how, WaitResult::shut);
      ++ended;
    });
  gocpp::sleep_for(1ms);
  EXPECT_EQ(ended, 0);
  pollable_shut(pair.side[1]);
  done.wait();
  EXPECT_EQ(ended, 10);
}

TEST_P(PollerTest, AGoroutineThatAnswersAloneWakesOneThreadAtMostEachTime) {
  Pair pair;
  constexpr int rounds = 500;
  std::thread client([&] {  // past the runtime
    for (int i = 0; i < rounds; ++i) {
      unsigned char byte = 1;
      ASSERT_EQ(send(pair.fd[0], &byte, 1, 0), 1);
      pollfd one{pair.fd[0], POLLIN, 0};
      ASSERT_EQ(poll(&one, 1, -1), 1);
      ASSERT_EQ(recv(pair.fd[0], &byte, 1, 0), 1);
    }
  });
  auto before = gocpp::runtime_stats().wakeups;
  WaitResult how;
  for (int i = 0; i < rounds; ++i) {
    EXPECT_EQ(read_byte(pair.side[1], how), 1);
    write_byte(pair.side[1], 1);
  }
  EXPECT_LE(gocpp::runtime_stats().wakeups - before, GetParam() == 1 ? 2 : rounds + rounds / 4);
  gocpp::blocking([&] { client.join(); });
}

/// After some that came soon the sleeper looks on before it sleeps; there it hears calls and timers as well.
TEST_P(PollerTest, WhoLooksOnForDescriptorsHearsACallAndATimer) {
  Pair pair;
  gocpp::chan<int> c(1), timed(1);
  constexpr int rounds = 200;
  std::thread client([&] {
    for (int i = 0; i < rounds; ++i) {
      for (int soon = 0; soon < 4; ++soon) {
        unsigned char byte = 1;
        ASSERT_EQ(send(pair.fd[0], &byte, 1, 0), 1);
        pollfd one{pair.fd[0], POLLIN, 0};
        ASSERT_EQ(poll(&one, 1, -1), 1);
        ASSERT_EQ(recv(pair.fd[0], &byte, 1, 0), 1);
      }
      c.send(i);
    }
  });
  WaitResult how;
  for (int i = 0; i < rounds; ++i) {
    for (int soon = 0; soon < 4; ++soon) {
      EXPECT_EQ(read_byte(pair.side[1], how), 1);
      write_byte(pair.side[1], 1);
    }
    EXPECT_EQ(c.recv(), i);
    if (i % 8 != 0) continue;
    gocpp::go([&] {
      gocpp::sleep_for(20us);
      timed.send(i);
    });
    EXPECT_EQ(timed.recv(), i);
  }
  gocpp::blocking([&] { client.join(); });
}

TEST_P(PollerTest, PlainThreadsWaitToo) {
  Pair pair;
  std::thread other([&] {
    WaitResult how;
    for (int i = 0; i < 200; ++i) {
      EXPECT_EQ(read_byte(pair.side[1], how), i & 255);
      write_byte(pair.side[1], 1);
    }
  });
  WaitResult how;
  for (int i = 0; i < 200; ++i) {
    write_byte(pair.side[0], static_cast<unsigned char>(i));
    EXPECT_EQ(read_byte(pair.side[0], how), 1);
  }
  gocpp::blocking([&] { other.join(); });
}

TEST_P(PollerTest, HogsDoNotKeepSocketsFromBeingAsked) {
  Pair pair;
  std::atomic<bool> stop{false};
  gocpp::wait_group done;
  int procs = gocpp::gomaxprocs(0);
  for (int i = 0; i < procs; ++i)
    done.go([&] {
      while (!stop) gocpp::yield();
    });
  for (int i = 0; i < procs; ++i)
    done.go([&] {
      for (volatile int n = 0; !stop; n = n + 1) {
      }
    });
  done.go([&] {
    WaitResult how;
    for (int i = 0; i < 5; ++i) write_byte(pair.side[1], static_cast<unsigned char>(read_byte(pair.side[1], how)));
  });
  WaitResult how;
  for (int i = 0; i < 5; ++i) {
    write_byte(pair.side[0], 3);
    EXPECT_EQ(read_byte(pair.side[0], how), 3);
  }
  stop = true;
  done.wait();
}

TEST(Poller, RefusesAFileThatNeverWaits) {
  int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  ASSERT_GE(fd, 0);
  EXPECT_EQ(pollable_open(fd), nullptr);
  EXPECT_EQ(errno, EPERM);
  close(fd);
}

} // namespace
