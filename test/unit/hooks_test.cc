// Hooked reads, writes and messages: goroutines park in them, and the calls keep their meaning.

#include "hooks_support.h"

#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <string>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <thread>
#include <vector>

// TSan takes it for a race to close what others use; ClosingEndsTheWaitsOfOthers is about just that.
extern "C" const char* __tsan_default_suppressions();
const char* __tsan_default_suppressions() { return "race:^close$\nrace:^dup2$"; }

namespace {

using namespace std::chrono_literals;

class HooksTest : public WithProcs {};
GOCPP_WITH_PROCS(HooksTest);

TEST_P(HooksTest, ReadersOfAPipeParkUntilThereIsSomething) {
  Pipe p;
  parks(
      [&](int) {
        char c;
        EXPECT_EQ(read(p.fd[0], &c, 1), 1);
      },
      [&] {
        std::string all(200, 'x');
        EXPECT_EQ(write(p.fd[1], all.data(), all.size()), 200);
      });
}

TEST_P(HooksTest, ReceiversOfSocketsPark) {
  std::vector<std::unique_ptr<Sockets>> pairs;
  for (int i = 0; i < 200; ++i) pairs.push_back(std::make_unique<Sockets>());
  parks(
      [&](int i) {
        int fd = pairs[static_cast<std::size_t>(i)]->fd[0];
        char c = 0;
        iovec part{&c, 1};
        msghdr m{};
        m.msg_iov = &part;
        m.msg_iovlen = 1;
        ssize_t n = 0;
        switch (i % 5) {
        case 0: n = read(fd, &c, 1); break;
        case 1: n = readv(fd, &part, 1); break;
        case 2: n = recv(fd, &c, 1, 0); break;
        case 3: n = recvfrom(fd, &c, 1, 0, nullptr, nullptr); break;
        case 4: n = recvmsg(fd, &m, 0); break;
        }
        EXPECT_EQ(n, 1);
        EXPECT_EQ(c, 'a' + i % 5);
      },
      [&] {
        for (int i = 0; i < 200; ++i) {
          char c = static_cast<char>('a' + i % 5);
          EXPECT_EQ(send(pairs[static_cast<std::size_t>(i)]->fd[1], &c, 1, 0), 1);
        }
      });
}

/// Writes `size` bytes with `send`, which is called once, while a slow reader takes them.
template <class Send> void arrives_whole(Ends& ends, std::size_t size, Send send) {
  std::string text(size, 0);
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 7919 >> 3);
  std::string got;
  gocpp::wait_group reader;
  reader.go([&] {
    std::vector<char> room(100'000);
    while (got.size() < size) {
      ssize_t n = read(ends.fd[0], room.data(), room.size());
      ASSERT_GT(n, 0);
      got.append(room.data(), static_cast<std::size_t>(n));
    }
  });
  EXPECT_EQ(send(text), static_cast<ssize_t>(size));
  reader.wait();
  EXPECT_TRUE(got == text);
}

TEST_P(HooksTest, WritesArriveWholeWhenTheReaderIsSlow) {
  constexpr std::size_t size = 3'000'000;
  Sockets s;
  Pipe p;
  arrives_whole(s, size, [&](std::string& t) { return write(s.fd[1], t.data(), t.size()); });
  arrives_whole(s, size, [&](std::string& t) { return send(s.fd[1], t.data(), t.size(), MSG_NOSIGNAL); });
  arrives_whole(s, size, [&](std::string& t) { return sendto(s.fd[1], t.data(), t.size(), 0, nullptr, 0); });
  arrives_whole(p, size, [&](std::string& t) { return write(p.fd[1], t.data(), t.size()); });
  auto split = [](std::string& t) {
    return std::vector<iovec>{{t.data(), 1}, {t.data() + 1, 0}, {t.data() + 1, 1'000'000}, {t.data() + 1'000'001, t.size() - 1'000'001}};
  };
  arrives_whole(s, size, [&](std::string& t) { return writev(s.fd[1], split(t).data(), 4); });
  arrives_whole(p, size, [&](std::string& t) { return writev(p.fd[1], split(t).data(), 4); });
  arrives_whole(s, size, [&](std::string& t) {
    auto parts = split(t);
    msghdr m{};
    m.msg_iov = parts.data();
    m.msg_iovlen = parts.size();
    return sendmsg(s.fd[1], &m, 0);
  });
}

TEST_P(HooksTest, WhoWantsToHearEagainHearsIt) {
  Sockets s;
  Pipe p;
  char c;
  EXPECT_EQ(recv(s.fd[0], &c, 1, MSG_DONTWAIT), -1);
  EXPECT_EQ(errno, EAGAIN);
  for (int fd : {s.fd[0], p.fd[0]}) {
    fcntl(fd, F_SETFL, O_NONBLOCK);
    EXPECT_EQ(read(fd, &c, 1), -1);
    EXPECT_EQ(errno, EAGAIN);
  }
  fcntl(s.fd[1], F_SETFL, O_NONBLOCK);
  std::string much(10'000'000, 'x');
  ssize_t n = write(s.fd[1], much.data(), much.size());
  EXPECT_GT(n, 0);
  EXPECT_LT(n, 10'000'000);
  EXPECT_EQ(write(s.fd[1], much.data(), much.size()), -1);
  EXPECT_EQ(errno, EAGAIN);
  Listener l;
  fcntl(l.fd, F_SETFL, O_NONBLOCK);
  EXPECT_EQ(accept(l.fd, nullptr, nullptr), -1);
  EXPECT_EQ(errno, EAGAIN);
}

TEST_P(HooksTest, TheTimeOutsOfASocketEndItsWaits) {
  Sockets s;
  timeval soon{0, 2000};
  setsockopt(s.fd[0], SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof soon);
  setsockopt(s.fd[1], SOL_SOCKET, SO_SNDTIMEO, &soon, sizeof soon);
  char c;
  EXPECT_EQ(recv(s.fd[0], &c, 1, 0), -1);
  EXPECT_EQ(errno, EAGAIN);
  std::string much(10'000'000, 'x');
  EXPECT_LT(send(s.fd[1], much.data(), much.size(), 0), 10'000'000);
  EXPECT_EQ(send(s.fd[1], much.data(), much.size(), 0), -1);
  EXPECT_EQ(errno, EAGAIN);
}

TEST_P(HooksTest, APeerThatGoesAwayEndsWaits) {
  Sockets s;
  gocpp::wait_group group;
  group.go([&] {
    char c;
    EXPECT_TRUE(read(s.fd[0], &c, 1) == 0 || errno == ECONNRESET);
  });
  group.go([&] {
    std::string much(10'000'000, 'x');
    while (send(s.fd[0], much.data(), much.size(), MSG_NOSIGNAL) > 0) {
    }
    EXPECT_EQ(errno, EPIPE);
  });
  gocpp::sleep_for(5ms);
  s.shut(1);
  group.wait();
}

TEST_P(HooksTest, ClosingEndsTheWaitsOfOthers) {
  for (int call = 0; call < 6; ++call) {
    Sockets s;
    Pipe p;
    Listener l;
    gocpp::wait_group group;
    std::atomic<int> begun{0}, ended{0};
    // Of those that queue for what dup2 replaces only the first can know.
    int n = call == 5 ? 1 : 3;
    for (int i = 0; i < n; ++i)
      group.go([&, socket = s.fd[0], pipe = p.fd[0], listener = l.fd] {
        char c;
        ++begun;
        epoll_event event;
        pollfd one{socket, POLLIN, 0};
        switch (call) {
        case 0: EXPECT_EQ(recv(socket, &c, 1, 0), -1); break;
        case 1: EXPECT_EQ(read(pipe, &c, 1), -1); break;
        case 2: EXPECT_EQ(accept(listener, nullptr, nullptr), -1); break;
        case 3:
          EXPECT_EQ(poll(&one, 1, -1), 1);
          EXPECT_EQ(one.revents, POLLNVAL);
          break;
        case 4: EXPECT_EQ(epoll_wait(pipe, &event, 1, -1), -1); break;
        case 5: EXPECT_EQ(read(pipe, &c, 1), -1); break;
        }
        if (call != 3) EXPECT_EQ(errno, call == 4 ? EINVAL : EBADF);
        ++ended;
      });
    // The one that fails at once is to fail for its own reason.
    while ((call == 4 ? ended : begun) < n) gocpp::yield();
    gocpp::sleep_for(1ms);
    if (call != 4) EXPECT_EQ(ended, 0);
    int spare = dup(0);
    s.shut(0);
    if (call == 5) {
      EXPECT_EQ(dup2(spare, p.fd[0]), p.fd[0]);
      close(spare);
      p.shut(0);
    } else {
      close(spare);
      p.shut(0);
    }
    close(std::exchange(l.fd, -1));
    group.wait();
  }
}

TEST_P(HooksTest, ANumberThatIsReusedAtOnceWorks) {
  for (int round = 0; round < 300; ++round) {
    Sockets s;
    gocpp::wait_group group;
    group.go([&] {
      char c = 0;
      EXPECT_EQ(recv(s.fd[0], &c, 1, 0), 1);
      EXPECT_EQ(c, static_cast<char>(round));
    });
    if (round % 2) gocpp::yield();
    char c = static_cast<char>(round);
    EXPECT_EQ(send(s.fd[1], &c, 1, 0), 1);
    group.wait();
  }
}

TEST_P(HooksTest, BothDirectionsOfASocketAreWaitedForAtOnce) {
  Sockets s;
  constexpr std::size_t size = 5'000'000;
  gocpp::wait_group group;
  for (int side = 0; side < 2; ++side) {
    group.go([&, side] {
      std::string text(size, static_cast<char>('a' + side));
      EXPECT_EQ(write(s.fd[side], text.data(), size), static_cast<ssize_t>(size));
    });
    group.go([&, side] {
      std::string got(size, 0);
      EXPECT_EQ(recv(s.fd[side], got.data(), size, MSG_WAITALL), static_cast<ssize_t>(size));
      EXPECT_EQ(got, std::string(size, static_cast<char>('b' - side)));
    });
  }
  group.wait();
}

TEST_P(HooksTest, DatagramsKeepTheirBoundariesAndSenders) {
  int in = socket(AF_INET, SOCK_DGRAM, 0), out = socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(bind(in, generic, sizeof address), 0);
  socklen_t size = sizeof address;
  ASSERT_EQ(getsockname(in, generic, &size), 0);
  gocpp::wait_group group;
  group.go([&] {
    for (int n = 0; n < 3; ++n) {
      char text[100];
      sockaddr_in from{};
      socklen_t from_size = sizeof from;
      EXPECT_EQ(recvfrom(in, text, sizeof text, 0, reinterpret_cast<sockaddr*>(&from), &from_size), n * 10);
      EXPECT_EQ(from.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    }
  });
  gocpp::yield();
  char text[100] = {};
  for (std::size_t n = 0; n < 3; ++n)
    EXPECT_EQ(sendto(out, text, n * 10, 0, generic, sizeof address), static_cast<ssize_t>(n * 10));
  group.wait();
  close(in);
  close(out);
}

TEST_P(HooksTest, SeveralMessagesAtOnceAreWaitedFor) {
  Sockets s(SOCK_DGRAM);
  gocpp::wait_group group;
  group.go([&] {
    char text[3][16];
    iovec parts[3];
    mmsghdr messages[3] = {};
    for (int i = 0; i < 3; ++i) {
      parts[i] = {text[i], sizeof text[i]};
      messages[i].msg_hdr.msg_iov = &parts[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
    EXPECT_EQ(recvmmsg(s.fd[0], messages, 3, 0, nullptr), 3);
    for (unsigned i = 0; i < 3; ++i) EXPECT_EQ(messages[i].msg_len, i + 1);
    EXPECT_GE(recvmmsg(s.fd[0], messages, 3, MSG_WAITFORONE, nullptr), 1);
  });
  gocpp::yield();
  char byte[3] = {'a', 'b', 'c'};
  for (std::size_t i = 1; i <= 3; ++i) {
    gocpp::sleep_for(1ms);
    EXPECT_EQ(send(s.fd[1], byte, i, 0), static_cast<ssize_t>(i));
  }
  gocpp::sleep_for(1ms);
  iovec parts[2] = {{byte, 1}, {byte, 2}};
  mmsghdr messages[2] = {};
  for (int i = 0; i < 2; ++i) {
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  EXPECT_EQ(sendmmsg(s.fd[1], messages, 2, 0), 2);
  EXPECT_EQ(messages[1].msg_len, 2u);
  group.wait();
}

TEST_P(HooksTest, PlainThreadsAreLeftAlone) {
  Sockets s;
  std::thread t([&] {
    char c;
    EXPECT_EQ(read(s.fd[0], &c, 1), 1);
    usleep(100);
    pollfd one{s.fd[0], POLLIN, 0};
    EXPECT_EQ(poll(&one, 1, 1), 0);
  });
  gocpp::sleep_for(1ms);
  EXPECT_EQ(write(s.fd[1], "x", 1), 1);
  t.join();
}

TEST_P(HooksTest, WhatTheRuntimeItselfReadsAndClosesIsLeftAlone) {
  // All wait, and a thread that nobody knows might wake them: the runtime then counts threads, its locks held.
  for (int i = 0; i < 5; ++i) {
    gocpp::chan<int> c;
    std::thread t([&] {
      std::this_thread::sleep_for(20ms);
      c.send(i);
    });
    EXPECT_EQ(c.recv(), i);
    t.join();
  }
}

TEST_P(HooksTest, OneGoroutineTicksWhileAnotherIsInEachCall) {
  Sockets s;
  std::atomic<int> ticks{0};
  gocpp::wait_group group;
  group.go([&] {
    for (; ticks < 20; ++ticks) usleep(100);
    EXPECT_EQ(send(s.fd[1], "x", 1, 0), 1);
  });
  char c;
  EXPECT_EQ(recv(s.fd[0], &c, 1, 0), 1);
  EXPECT_EQ(ticks, 20);
  group.wait();
}

} // namespace
