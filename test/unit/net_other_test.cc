// UDP and Unix sockets.

#include "net_support.h"

#include <sys/stat.h>

namespace {

using namespace std::chrono_literals;

class NetOtherTest : public WithDescriptors {};
GOCPP_WITH_PROCS(NetOtherTest);

TEST_P(NetOtherTest, DatagramsKeepTheirBoundsAndTellTheSender) {
  for (const char* at : {"127.0.0.1:0", "[::1]:0"}) {
    auto server = net::listen_udp(at);
    auto client = net::dial_udp(server.local_address().to_string());
    gocpp::wait_group done;
    done.go([&] {
      char buffer[100];
      net::address from;
      for (int i = 0; i < 10; ++i) {
        std::size_t n = server.receive(buffer, from);
        EXPECT_EQ(from, client.local_address());
        server.send(io::const_buffer(buffer, n), from);
      }
    });
    char buffer[100];
    for (std::size_t i = 0; i < 10; ++i) {
      EXPECT_EQ(client.write(std::string(i * 3, 'x')), i * 3);
      EXPECT_EQ(client.read(buffer), i * 3);  // of length 0 too
    }
    done.wait();
  }
}

TEST_P(NetOtherTest, AWriteOfSeveralBuffersIsOneDatagram) {
  auto server = net::listen_udp("127.0.0.1:0");
  auto client = net::dial_udp(server.local_address().to_string());
  client.write({"one ", "datagram"});
  char buffer[100];
  net::address from;
  EXPECT_EQ(std::string(buffer, server.receive(buffer, from)), "one datagram");
}

TEST_P(NetOtherTest, ReceivingEndsWithItsDeadlineOrSocket) {
  auto server = net::listen_udp("127.0.0.1:0");
  char buffer[10];
  net::address from;
  server.set_read_deadline(2ms);
  EXPECT_EQ(error_of([&] { server.receive(buffer, from); }), std::errc::timed_out);
  server.set_read_deadline(std::nullopt);
  gocpp::wait_group done;
  done.go([&] { EXPECT_EQ(error_of([&] { server.receive(buffer, from); }), io::errc::closed); });
  gocpp::sleep_for(1ms);
  server.close();
  done.wait();
  EXPECT_EQ(error_of([&] { net::dial_udp("127.0.0.1"); }), std::errc::invalid_argument);
}

TEST_P(NetOtherTest, APortThatNobodyHasIsReportedToAConnectedSocket) {
  std::string at = net::listen_udp("127.0.0.1:0").local_address().to_string();
  auto client = net::dial_udp(at);
  client.write("x");
  char c;
  EXPECT_EQ(text_of_error([&] { client.read(&c, 1); }), "read udp " + at + ": Connection refused");
}

TEST_P(NetOtherTest, UnixSocketsAreStreams) {
  TemporaryFolder folder;
  for (const std::string& path : {folder / "socket", "@gocpp-test-" + std::to_string(getpid())}) {
    auto listener = net::listen_unix(path);
    gocpp::wait_group done;
    done.go([&] {
      auto c = listener.accept();
      io::copy(c, c);
      c.close_write();
    });
    auto client = net::dial_unix(path, 10s);
    EXPECT_EQ(client.remote_address().to_string(), path);
    std::string much(700'000, 'u');
    done.go([&] {
      client.write(much);
      client.close_write();
    });
    EXPECT_EQ(read_to_end(client), much);
    done.wait();
  }
}

TEST_P(NetOtherTest, AUnixListenerRemovesItsPath) {
  TemporaryFolder folder;
  std::string path = folder / "socket";
  struct stat s;
  {
    auto listener = net::listen_unix(path);
    EXPECT_EQ(stat(path.c_str(), &s), 0);
    EXPECT_EQ(text_of_error([&] { net::listen_unix(path); }), "listen unix " + path + ": Address already in use");
  }
  EXPECT_EQ(stat(path.c_str(), &s), -1);
  EXPECT_EQ(text_of_error([&] { net::dial_unix(path); }), "dial unix " + path + ": No such file or directory");
}

/// The kernel has no event for a place in a Unix socket's queue.
TEST_P(NetOtherTest, DiallingWaitsForPlaceInAUnixSocketsQueue) {
  TemporaryFolder folder;
  std::string path = folder / "socket";
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto at = net::address::unix_path(path);
  ASSERT_EQ(bind(fd, at.data(), static_cast<socklen_t>(at.size())), 0);
  ASSERT_EQ(listen(fd, 0), 0);
  auto first = net::dial_unix(path);
  EXPECT_EQ(error_of([&] { net::dial_unix(path, 5ms); }), std::errc::timed_out);
  auto [ctx, cancel] = gocpp::with_cancel(gocpp::context());
  gocpp::wait_group done;
  done.go([&] { EXPECT_EQ(error_of([&] { net::dial_unix(ctx, path); }), std::errc::operation_canceled); });
  gocpp::sleep_for(1ms);
  cancel();
  done.wait();
  done.go([&] { net::dial_unix(path); });
  gocpp::sleep_for(1ms);
  int accepted = accept(fd, nullptr, nullptr);
  done.wait();
  close(accepted);
  close(fd);
}

} // namespace
