// Hooked waits for time, readiness and connections: goroutines park in them, and the calls keep their meaning.

#include "hooks_support.h"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <memory>
#include <poll.h>
#include <string>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/un.h>
#include <vector>

namespace {

using namespace std::chrono_literals;

struct HooksReady : WithProcs {};
GOCPP_WITH_PROCS(HooksReady);

TEST_P(HooksReady, SleepersPark) {
  auto start = std::chrono::steady_clock::now();
  parks(
      [](int i) {
        timespec t{0, 50'000'000};
        switch (i % 4) {
        case 0: EXPECT_EQ(usleep(50'000), 0); break;
        case 1: EXPECT_EQ(nanosleep(&t, nullptr), 0); break;
        case 2: EXPECT_EQ(clock_nanosleep(CLOCK_MONOTONIC, 0, &t, nullptr), 0); break;
        case 3:
          clock_gettime(CLOCK_REALTIME, &t);
          t.tv_sec += 1;
          EXPECT_EQ(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &t, nullptr), 0);
        }
      },
      [] {});
  EXPECT_GE(std::chrono::steady_clock::now() - start, 900ms);
  EXPECT_EQ(sleep(0), 0u);
  timespec bad{0, -1};
  EXPECT_EQ(nanosleep(&bad, nullptr), -1);
  EXPECT_EQ(errno, EINVAL);
}

TEST_P(HooksReady, PollersPark) {
  Pipe p, other;
  parks(
      [&](int i) {
        pollfd two[2] = {{p.fd[0], POLLIN, 0}, {other.fd[0], POLLIN, 0}};
        timespec ten{10, 0};
        fd_set set;
        FD_ZERO(&set);
        FD_SET(p.fd[0], &set);
        FD_SET(other.fd[0], &set);
        switch (i % 4) {
        case 0: EXPECT_EQ(poll(two, 1, 10'000), 1); break;
        case 1:
          EXPECT_EQ(poll(two, 2, -1), 1);
          EXPECT_EQ(two[0].revents, POLLIN);
          EXPECT_EQ(two[1].revents, 0);
          break;
        case 2: EXPECT_EQ(ppoll(two, 2, &ten, nullptr), 1); break;
        case 3:
          EXPECT_EQ(select(std::max(p.fd[0], other.fd[0]) + 1, &set, nullptr, nullptr, nullptr), 1);
          EXPECT_TRUE(FD_ISSET(p.fd[0], &set));
          EXPECT_FALSE(FD_ISSET(other.fd[0], &set));
        }
      },
      [&] { EXPECT_EQ(write(p.fd[1], "x", 1), 1); });
}

TEST_P(HooksReady, AnEpollOfTheProgramsOwnIsWaitedForByParking) {
  Pipe p;
  int ep = epoll_create1(0);
  epoll_event what{};
  what.events = EPOLLIN;
  what.data.u64 = 77;
  ASSERT_EQ(epoll_ctl(ep, EPOLL_CTL_ADD, p.fd[0], &what), 0);
  parks(
      [&](int) {
        epoll_event got{};
        EXPECT_EQ(epoll_wait(ep, &got, 1, -1), 1);
        EXPECT_EQ(got.data.u64, 77u);
      },
      [&] { EXPECT_EQ(write(p.fd[1], "x", 1), 1); });
  epoll_event got;
  char c;
  EXPECT_EQ(read(p.fd[0], &c, 1), 1);
  EXPECT_EQ(epoll_wait(ep, &got, 1, 1), 0);
  close(ep);
}

TEST_P(HooksReady, PollSaysWhatThePlainCallSays) {
  Pipe p;
  EXPECT_EQ(poll(nullptr, 0, 1), 0);
  pollfd none{-1, POLLIN, 0};
  EXPECT_EQ(poll(&none, 1, 1), 0);
  pollfd quiet{p.fd[0], POLLIN, 0};
  EXPECT_EQ(poll(&quiet, 1, 1), 0);
  pollfd both[2] = {{p.fd[0], POLLIN, 0}, {p.fd[1], POLLOUT, 0}};
  EXPECT_EQ(poll(both, 2, -1), 1);
  EXPECT_EQ(both[1].revents, POLLOUT);
  p.shut(1);
  EXPECT_EQ(poll(&quiet, 1, -1), 1);
  EXPECT_EQ(quiet.revents, POLLHUP);
  int closed = p.fd[0];
  p.shut(0);
  pollfd bad{closed, POLLIN, 0};
  EXPECT_EQ(poll(&bad, 1, -1), 1);
  EXPECT_EQ(bad.revents, POLLNVAL);
  fd_set set;
  FD_ZERO(&set);
  FD_SET(closed, &set);
  EXPECT_EQ(select(closed + 1, &set, nullptr, nullptr, nullptr), -1);
  EXPECT_EQ(errno, EBADF);
  timeval soon{0, 1000};
  EXPECT_EQ(select(0, nullptr, nullptr, nullptr, &soon), 0);
  // A regular file is always ready, and epoll takes none.
  char name[] = "/tmp/gocpp-hooks-XXXXXX";
  int file = mkstemp(name);
  unlink(name);
  pollfd of_file[2] = {{file, POLLIN | POLLOUT, 0}, {-1, 0, 0}};
  EXPECT_EQ(poll(of_file, 2, -1), 1);
  EXPECT_EQ(write(file, "abc", 3), 3);
  char text[4] = {};
  lseek(file, 0, SEEK_SET);
  EXPECT_EQ(read(file, text, 3), 3);
  EXPECT_STREQ(text, "abc");
  close(file);
}

TEST_P(HooksReady, AnEventAndATimeOutAtOnceEndAWaitOnce) {
  constexpr int n = 16;
  for (int round = 0; round < 60; ++round) {
    std::vector<std::unique_ptr<Pipe>> pipes;
    for (int i = 0; i < n; ++i) pipes.push_back(std::make_unique<Pipe>());
    gocpp::wait_group group;
    std::atomic<int> ended{0};
    for (auto& p : pipes)
      group.go([&ended, fd = p->fd[0]] {
        pollfd one{fd, POLLIN, 0};
        timespec soon{0, 300'000};
        int events = ppoll(&one, 1, &soon, nullptr);
        EXPECT_TRUE(events == 0 || events == 1);
        ++ended;
      });
    gocpp::sleep_for(250us);
    for (auto& p : pipes) EXPECT_EQ(write(p->fd[1], "x", 1), 1);
    group.wait();
    EXPECT_EQ(ended, n);
  }
}

TEST_P(HooksReady, ConnectAndAcceptPark) {
  Listener l;
  parks(
      [&](int i) {
        sockaddr_in from{};
        socklen_t size = sizeof from;
        int fd = i % 2 ? accept(l.fd, reinterpret_cast<sockaddr*>(&from), &size) : accept4(l.fd, nullptr, nullptr, SOCK_CLOEXEC);
        ASSERT_GE(fd, 0);
        if (i % 2) EXPECT_EQ(from.sin_family, AF_INET);
        EXPECT_EQ(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
        EXPECT_EQ(write(fd, "hello", 5), 5);
        close(fd);
      },
      [&] {
        gocpp::wait_group clients;
        for (int i = 0; i < 200; ++i)
          clients.go([&] {
            int fd = socket(AF_INET, SOCK_STREAM, 0);
            ASSERT_EQ(connect(fd, l.generic(), sizeof l.address), 0);
            EXPECT_EQ(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
            char text[5];
            EXPECT_EQ(recv(fd, text, 5, MSG_WAITALL), 5);
            EXPECT_EQ(std::string(text, 5), "hello");
            EXPECT_EQ(read(fd, text, 5), 0);
            close(fd);
          });
        clients.wait();
      });
}

TEST_P(HooksReady, ConnectReportsTheSystemsError) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in nobody{};
  {
    Listener gone;
    nobody = gone.address;
  }
  EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&nobody), sizeof nobody), -1);
  EXPECT_EQ(errno, ECONNREFUSED);
  EXPECT_EQ(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
  close(fd);
  EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&nobody), sizeof nobody), -1);
  EXPECT_EQ(errno, EBADF);
}

TEST_P(HooksReady, AUnixConnectWaitsForABusyListener) {
  int l = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;  // bound to nothing: the system chooses an abstract name
  ASSERT_EQ(bind(l, reinterpret_cast<sockaddr*>(&address), sizeof address.sun_family), 0);
  socklen_t size = sizeof address;
  ASSERT_EQ(getsockname(l, reinterpret_cast<sockaddr*>(&address), &size), 0);
  ASSERT_EQ(listen(l, 0), 0);
  std::atomic<int> connected{0};
  gocpp::wait_group group;
  for (int i = 0; i < 10; ++i)
    group.go([&] {
      int fd = socket(AF_UNIX, SOCK_STREAM, 0);
      EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), size), 0);
      ++connected;
      close(fd);
    });
  gocpp::sleep_for(10ms);
  EXPECT_LT(connected, 10);
  for (int i = 0; i < 10; ++i) {
    int fd = accept(l, nullptr, nullptr);
    EXPECT_GE(fd, 0);
    close(fd);
  }
  group.wait();
  EXPECT_EQ(connected, 10);
  close(l);
}

} // namespace
