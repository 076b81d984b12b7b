// gocpp::blocking, and calls that block without saying so.

#include "support.h"

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <gocpp/io.h>
#include <iterator>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <unistd.h>

namespace {

using namespace std::chrono_literals;
namespace io = gocpp::io;

class BlockingTest : public WithProcs {};
GOCPP_WITH_PROCS(BlockingTest);

/// Runs `block`, which must not return before `release` is called, while another goroutine counts to five and then calls it.
template <class Block, class Release> void others_go_on(Block block, Release release) {
  std::atomic<int> ticks{0};
  gocpp::wait_group done;
  done.go([&] {
    for (int i = 0; i < 5; ++i) {
      gocpp::sleep_for(100us);
      ++ticks;
    }
    release();
  });
  block();
  EXPECT_EQ(ticks, 5);
  done.wait();
}

TEST_P(BlockingTest, OthersRunWhileADeclaredCallBlocks) {
  int fd[2];
  ASSERT_EQ(pipe(fd), 0);
  others_go_on(
      [&] {
        char c;
        EXPECT_EQ(gocpp::blocking([&] { return read(fd[0], &c, 1); }), 1);
      },
      [&] { EXPECT_EQ(write(fd[1], "x", 1), 1); });
  close(fd[0]);
  close(fd[1]);
}

TEST_P(BlockingTest, OthersRunWhileAnUndeclaredCallBlocks) {
  int fd[2];
  ASSERT_EQ(pipe(fd), 0);
  others_go_on(
      [&] {
        char c;
        EXPECT_EQ(read(fd[0], &c, 1), 1);
      },
      [&] { EXPECT_EQ(write(fd[1], "x", 1), 1); });
  close(fd[0]);
  close(fd[1]);
}

TEST_P(BlockingTest, OthersRunWhileAMutexOfTheStandardLibraryBlocks) {
  std::mutex m;
  gocpp::chan<int> locked;
  gocpp::chan<int> release;
  std::thread owner([&] {
    m.lock();
    locked.send(1);
    release.recv();
    m.unlock();
  });
  locked.recv();
  others_go_on([&] { std::lock_guard hold(m); }, [&] { release.send(1); });
  gocpp::blocking([&] { owner.join(); });
}

/// To take it would only put one thread more than there are processors to work. Whoever has run for 10 ms may have to go.
TEST_P(BlockingTest, ADeclaredCallThatComputesKeepsItsProcessor) {
  auto zeros = io::open("/dev/zero");  // what a read of it takes is copying, which here is more than the monitor's pause
  std::string buffer(4 << 20, 'x');
  std::atomic<bool> over{false};
  gocpp::wait_group others;
  for (int i = 0; i < 2 * GetParam(); ++i)
    others.go([&] {
      while (!over) gocpp::yield();
    });
  auto before = gocpp::runtime_stats();
  auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(zeros.read(io::mutable_buffer(buffer.data(), buffer.size())), buffer.size());
  auto after = gocpp::runtime_stats();
  over = true;
  others.wait();
  auto slices = (std::chrono::steady_clock::now() - begin) / 10ms;
  EXPECT_LE(after.handoffs - before.handoffs, static_cast<uint64_t>((1 + GetParam()) * slices + 10));
}

TEST_P(BlockingTest, OthersRunWhileAGoroutineComputes) {
  std::atomic<bool> stop{false};
  others_go_on(
      [&] {
        for (volatile int n = 0; !stop; n = n + 1) {
        }
      },
      [&] { stop = true; });
}

TEST_P(BlockingTest, GivesTheValueTheReferenceAndTheException) {
  EXPECT_EQ(gocpp::blocking([] { return 41; }), 41);
  int x = 1;
  gocpp::blocking([&]() -> int& { return x; }) = 5;
  EXPECT_EQ(x, 5);
  EXPECT_THROW(gocpp::blocking([] { throw std::runtime_error("no"); }), std::runtime_error);
  EXPECT_EQ(gocpp::blocking([] {
              errno = ENOTTY;
              return 0;
            }),
            0);
  EXPECT_EQ(errno, ENOTTY);
}

TEST_P(BlockingTest, MayUseTheRuntimeAndNest) {
  gocpp::chan<int> c;
  gocpp::wait_group done;
  done.go([&] { gocpp::blocking([&] { gocpp::blocking([&] { c.send(3); }); }); });
  EXPECT_EQ(gocpp::blocking([&] { return c.recv(); }), 3);
  done.wait();
}

TEST_P(BlockingTest, AHundredBlockAtOnce) {
  std::atomic<int> inside{0};
  gocpp::wait_group done;
  for (int i = 0; i < 100; ++i)
    done.go([&] {
      ++inside;
      // Each waits for all the others: none can end unless all of them block in threads of their own.
      while (inside < 100) usleep(200);
    });
  done.wait();
}

int threads_of_the_process() {
  return static_cast<int>(std::distance(std::filesystem::directory_iterator("/proc/self/task"), {}));
}

TEST(Crowd, AThousandBlockAtOnceUndeclaredAndTheirThreadsEndLater) {
  int before = threads_of_the_process();
  std::atomic<int> inside{0};
  gocpp::wait_group done;
  for (int i = 0; i < 1000; ++i)
    done.go([&] {
      ++inside;
      while (inside < 1000) usleep(100'000);
    });
  done.wait();
  EXPECT_GT(threads_of_the_process(), 900);
  for (int i = 0; i < 6000 && threads_of_the_process() > before + 20; ++i) gocpp::sleep_for(10ms);
  EXPECT_LE(threads_of_the_process(), before + 20);
}

TEST_P(BlockingTest, InALockedThreadToo) {
  gocpp::wait_group done;
  done.go([] {
    gocpp::lock_os_thread();
    pid_t thread = gettid();
    for (int i = 0; i < 20; ++i) gocpp::blocking([] { usleep(10); });
    EXPECT_EQ(gettid(), thread);
    gocpp::unlock_os_thread();
  });
  done.wait();
}

TEST_P(BlockingTest, TheWorldStopsWhileCallsBlock) {
  std::atomic<bool> stop{false};
  gocpp::wait_group done;
  done.go([&] {
    gocpp::blocking([&] {
      while (!stop) usleep(100);
    });
  });
  done.go([&] {
    while (!stop) usleep(100);
  });
  int procs = gocpp::gomaxprocs(0);
  for (int i = 0; i < 20; ++i) {
    gocpp::gomaxprocs(1 + i % 4);
    gocpp::yield();
  }
  gocpp::gomaxprocs(procs);
  stop = true;
  done.wait();
}

} // namespace
