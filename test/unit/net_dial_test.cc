// Dialling names and strange ports. The program's own getaddrinfo knows a name with two addresses and one that is never found; its own
// connect can bind first.

#include "net_support.h"

#include <atomic>
#include <dlfcn.h>
#include <netdb.h>
#include <sys/syscall.h>

namespace {
std::atomic<bool> answer_slow{false}, bind_first{false};
}

extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** result) {
  static auto real = reinterpret_cast<decltype(&getaddrinfo)>(dlsym(RTLD_NEXT, "getaddrinfo"));
  std::string name = node ? node : "";
  if (name == "slow.test") {
    while (!answer_slow) usleep(200);
    return EAI_NONAME;
  }
  if (name != "two.test") return real(node, service, hints, result);
  addrinfo* second;
  if (int error = real("::1", service, hints, result)) return error;
  if (int error = real("127.0.0.1", service, hints, &second)) return error;
  (*result)->ai_next = second;
  return 0;
}

extern "C" int connect(int fd, const sockaddr* to, socklen_t size) {
  if (bind_first) syscall(SYS_bind, fd, to, size);
  return static_cast<int>(syscall(SYS_connect, fd, to, size));
}

namespace {

using namespace std::chrono_literals;

class NetDialTest : public WithDescriptors {};
GOCPP_WITH_PROCS(NetDialTest);

TEST_P(NetDialTest, TakesAnAddressAsItIs) {
  auto listener = net::listen_tcp("127.0.0.1:0");
  const net::address at = listener.local_address();
  EXPECT_EQ(net::dial_tcp(at).remote_address(), at);
  EXPECT_EQ(net::dial_tcp(at, 10s).remote_address(), at);
  EXPECT_EQ(net::dial_tcp(gocpp::context::background(), at).remote_address(), at);
  auto socket = net::listen_udp("127.0.0.1:0");
  EXPECT_EQ(net::dial_udp(socket.local_address()).remote_address(), socket.local_address());
}

TEST_P(NetDialTest, TheOtherFamilyJoinsInWhenTheFirstIsSilent) {
  auto listener = net::listen_tcp("127.0.0.1:0");
  std::string port = std::to_string(listener.local_address().port());
  // On the same port of ::1 somebody whose queue takes one connection, which we make, and drops further ones.
  auto at = net::address::ip("[::1]:" + port);
  int silent = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(bind(silent, at.data(), static_cast<socklen_t>(at.size())), 0);
  ASSERT_EQ(listen(silent, 0), 0);
  auto only = net::dial_tcp(at);
  EXPECT_EQ(net::dial_tcp("two.test:" + port).remote_address(), listener.local_address());
  EXPECT_EQ(net::dial_tcp("two.test:" + port, 10s).remote_address(), listener.local_address());
  only.close();
  close(silent);
  // At once when the first refuses.
  EXPECT_EQ(net::dial_tcp("two.test:" + port).remote_address(), listener.local_address());
  listener.close();
  EXPECT_EQ(text_of_error([&] { net::dial_tcp("two.test:" + port); }), "dial tcp two.test:" + port + ": Connection refused");
}

TEST_P(NetDialTest, TheFirstFamilyIsPreferred) {
  auto six = net::listen_tcp("[::1]:0");
  std::string port = std::to_string(six.local_address().port());
  auto four = net::listen_tcp("127.0.0.1:" + port);
  EXPECT_TRUE(net::dial_tcp("two.test:" + port).remote_address().is_v6());
  EXPECT_TRUE(net::listen_tcp("two.test:0").local_address().is_v4());  // as in Go
}

TEST_P(NetDialTest, AResolverThatDoesNotAnswerIsLeftBehind) {
  answer_slow = false;
  EXPECT_EQ(error_of([] { net::dial_tcp("slow.test:80", 3ms); }), std::errc::timed_out);
  EXPECT_EQ(error_of([] { net::resolve("slow.test:80", 3ms); }), std::errc::timed_out);
  auto [ctx, cancel] = gocpp::with_cancel(gocpp::context());
  gocpp::wait_group done;
  done.go([&] { EXPECT_EQ(error_of([&] { net::dial_tcp(ctx, "slow.test:80"); }), std::errc::operation_canceled); });
  // Others run while it is asked without a deadline.
  done.go([&] {
    EXPECT_EQ(text_of_error([] { net::dial_tcp("slow.test:80"); }), "dial tcp slow.test:80: Name or service not known");
  });
  for (int i = 0; i < 10; ++i) gocpp::sleep_for(100us);
  cancel();
  answer_slow = true;
  done.wait();
}

/// The kernel makes a connection of a socket with itself of such a dial.
TEST_P(NetDialTest, ADialDoesNotConnectWithItself) {
  std::string nobody = net::listen_tcp("127.0.0.1:0").local_address().to_string();
  bind_first = true;
  EXPECT_EQ(text_of_error([&] { net::dial_tcp(nobody); }), "dial tcp " + nobody + ": Connection refused");
  bind_first = false;
}

} // namespace
