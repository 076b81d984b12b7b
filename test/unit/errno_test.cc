// errno is the goroutine's: it survives suspensions, whatever others do and in whatever thread it goes on.
#include "support.h"

#include <gocpp/detail/errno.h>

#include <fcntl.h>
#include <unistd.h>

using gocpp::chan;

namespace {

/// TSan takes errno for the thread's, as it does every thread-local variable, so it must not see who writes it.
__attribute__((no_sanitize("thread"))) void set_errno(int value) { errno = value; }

struct Errno : WithProcs {};
GOCPP_WITH_PROCS(Errno);

TEST_P(Errno, IsKeptOverASuspension) {
  constexpr int n = 50;
  chan<> done(n);
  for (int i = 1; i <= n; ++i)
    gocpp::go([=] {
      set_errno(i);
      for (int round = 0; round < 20; ++round) {
        gocpp::yield();
        EXPECT_EQ(errno, i);
      }
      done.send({});
    });
  for (int i = 0; i < n; ++i) done.recv();
}

TEST_P(Errno, OfAFailedCallIsNotTouchedByOthersThatFailMeanwhile) {
  chan<> parked, go_on, done;
  gocpp::go([=] {
    EXPECT_EQ(open("/does/not/exist", O_RDONLY), -1);
    parked.send({});
    go_on.recv();
    EXPECT_EQ(errno, ENOENT);
    done.send({});
  });
  parked.recv();
  EXPECT_EQ(close(-1), -1);
  EXPECT_EQ(errno, EBADF);
  go_on.send({});
  done.recv();
  EXPECT_EQ(errno, EBADF);
}

TEST_P(Errno, OfANewGoroutineIsZero) {
  set_errno(EPERM);
  chan<int> seen;
  gocpp::go([=] { seen.send(errno); });
  EXPECT_EQ(seen.recv(), 0);
}

TEST(ErrnoInAnotherThread, MovesWithTheGoroutine) {
  int before = gocpp::gomaxprocs(1);
  chan<> go_on, hold, done;
  gocpp::go([=] {
    set_errno(EDOM);
    auto first = gettid();
    go_on.recv();
    EXPECT_NE(gettid(), first) << "the test has to make it move";
    EXPECT_EQ(errno, EDOM);
    done.send({});
  });
  gocpp::yield();
  // Made on the same thread, since there is only one P; it keeps that thread for itself.
  gocpp::go([=] {
    gocpp::lock_os_thread();
    set_errno(ERANGE);
    go_on.send({});
    hold.recv();
    EXPECT_EQ(errno, ERANGE);
    gocpp::unlock_os_thread();
    done.send({});
  });
  done.recv();
  hold.send({});
  done.recv();
  gocpp::gomaxprocs(before);
}

} // namespace
