// How many system calls the operations of a socket make. The program's own recv, send and epoll_ctl count and call the system.

#include "net_support.h"

#include <atomic>
#include <sys/epoll.h>
#include <sys/syscall.h>

namespace {
std::atomic<int> receives{0}, in_vain{0}, sends{0}, registrations{0};
}

extern "C" ssize_t recv(int fd, void* to, size_t size, int flags) {
  ++receives;
  ssize_t n = syscall(SYS_recvfrom, fd, to, size, flags, nullptr, nullptr);
  if (n < 0) ++in_vain;
  return n;
}
extern "C" ssize_t send(int fd, const void* from, size_t size, int flags) {
  ++sends;
  return syscall(SYS_sendto, fd, from, size, flags, nullptr, 0);
}
extern "C" int epoll_ctl(int ep, int what, int fd, epoll_event* event) noexcept {
  ++registrations;
  return static_cast<int>(syscall(SYS_epoll_ctl, ep, what, fd, event));
}

namespace {

using namespace std::chrono_literals;

class NetCallsTest : public WithDescriptors {
 protected:
  void reset() { receives = in_vain = sends = registrations = 0; }
};
GOCPP_WITH_PROCS(NetCallsTest);

TEST_P(NetCallsTest, ASocketIsRegisteredOnce) {
  auto listener = net::listen_tcp("127.0.0.1:0");
  reset();
  auto client = net::dial_tcp(listener.local_address().to_string());
  auto server = listener.accept();
  EXPECT_EQ(registrations, 2);
}

TEST_P(NetCallsTest, AnOperationOnAReadySocketIsOneCall) {
  TcpPair pair;
  char buffer[100];
  reset();
  for (int i = 0; i < 100; ++i) {
    pair.client.write("ten bytes.");
    // A socket that has been read to the end may be known to be empty, but not that it is full again.
    EXPECT_EQ(pair.server.read(io::mutable_buffer(buffer, 10)), 10u);
  }
  EXPECT_EQ(sends, 100);
  EXPECT_EQ(receives, 100);
  EXPECT_EQ(registrations, 0);
}

TEST_P(NetCallsTest, AReadAfterAShortOneWaitsWithoutAsking) {
  TcpPair pair;
  constexpr int kRounds = 1000;
  char first[100];
  pair.client.write("x");
  ASSERT_EQ(pair.server.read(first), 1u);
  reset();
  gocpp::wait_group done;
  done.go([&] {
    char buffer[100];
    for (int i = 0; i < kRounds; ++i) {
      pair.server.read(buffer);
      pair.server.write("y");
    }
  });
  char buffer[100];
  for (int i = 0; i < kRounds; ++i) {
    pair.client.write("x");
    pair.client.read(buffer);
  }
  done.wait();
  EXPECT_EQ(sends, 2 * kRounds);
  EXPECT_EQ(registrations, 0);
  EXPECT_EQ(receives - in_vain, 2 * kRounds);
  // An edge may come late, after what it tells of has been read.
  EXPECT_LT(in_vain, kRounds / 4);
}

} // namespace
