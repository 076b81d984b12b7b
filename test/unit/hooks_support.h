// What the tests of hooked calls share: ends to wait at, and whether a wait parks.
#pragma once

#include "support.h"

#include <arpa/inet.h>
#include <atomic>
#include <chrono>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

/// Two ends of something, closed in the end.
struct Ends {
  int fd[2];
  Ends(const Ends&) = delete;
  Ends& operator=(const Ends&) = delete;
  ~Ends() {
    shut(0);
    shut(1);
  }
  void shut(int i) {
    if (fd[i] >= 0) close(fd[i]);
    fd[i] = -1;
  }

 protected:
  Ends() = default;
};
struct Sockets : Ends {
  explicit Sockets(int type = SOCK_STREAM) { EXPECT_EQ(socketpair(AF_UNIX, type, 0, fd), 0); }
};
struct Pipe : Ends {
  Pipe() { EXPECT_EQ(pipe(fd), 0); }
};

/// A listener on a port of the system's choice, and connections to it.
struct Listener {
  Listener() {
    fd = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(fd, generic(), sizeof address), 0);
    EXPECT_EQ(listen(fd, 1024), 0);
    socklen_t size = sizeof address;
    EXPECT_EQ(getsockname(fd, generic(), &size), 0);
  }
  ~Listener() { close(fd); }
  sockaddr* generic() { return reinterpret_cast<sockaddr*>(&address); }
  int fd;
  sockaddr_in address{};
};

/// How many threads may come to be by chance, whatever is hooked: one a P, the sleeper, and a few that are on their way.
int few() { return 8 + gocpp::gomaxprocs(0); }

/// Runs `wait(i)` in 200 goroutines at once, `release` when all of them are waiting or about to; few threads may be made.
template <class Wait, class Release> void parks(Wait wait, Release release) {
  constexpr int n = 200;
  auto threads = gocpp::runtime_stats().threads_created;
  std::atomic<int> begun{0};
  gocpp::wait_group group;
  for (int i = 0; i < n; ++i)
    group.go([&, i] {
      ++begun;
      wait(i);
    });
  while (begun < n) gocpp::yield();
  gocpp::sleep_for(std::chrono::milliseconds(20));
  release();
  group.wait();
  EXPECT_LE(static_cast<int>(gocpp::runtime_stats().threads_created - threads), few());
}

} // namespace
