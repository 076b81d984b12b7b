// TCP: listening, dialling, streams, ends, closing and deadlines.

#include "net_support.h"

#include <atomic>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <thread>

namespace {

using namespace std::chrono_literals;

class NetTest : public WithDescriptors {};
GOCPP_WITH_PROCS(NetTest);

int option(const gocpp::detail::io_object& s, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  getsockopt(s.native_handle(), level, name, &value, &size);
  return value;
}

/// A place of the loopback where nobody listens.
std::string nobody() { return net::listen_tcp("127.0.0.1:0").local_address().to_string(); }

TEST_P(NetTest, EchoesToManyAtOnce) {
  auto listener = net::listen_tcp("127.0.0.1:0");
  gocpp::wait_group all;
  all.go([&] {
    for (int i = 0; i < 50; ++i)
      all.go([c = listener.accept()] { io::copy(c, c), c.close_write(); });
  });
  for (int i = 0; i < 50; ++i)
    all.go([&, i] {
      auto c = net::dial_tcp(listener.local_address().to_string());
      std::string text = "hello " + std::to_string(i);
      c.write(text);
      c.close_write();
      EXPECT_EQ(read_to_end(c), text);
    });
  all.wait();
}

TEST_P(NetTest, WritesEverythingToASlowReader) {
  TcpPair pair;
  std::string sent(6'000'000, 0);
  for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>(i * 7);
  gocpp::wait_group done;
  done.go([&] {
    EXPECT_EQ(pair.client.write(sent), sent.size());
    pair.client.close_write();
  });
  std::string got;
  char buffer[999];
  while (std::size_t n = pair.server.read(buffer, 1 + got.size() % sizeof buffer)) {
    got.append(buffer, n);
    if (got.size() % 64 == 0) gocpp::yield();
  }
  EXPECT_TRUE(got == sent);
  done.wait();
}

TEST_P(NetTest, WritesSeveralBuffersAsOne) {
  TcpPair pair;
  std::vector<std::string> parts;
  std::string all;
  for (int i = 0; i < 300; ++i) {
    parts.push_back(std::string(static_cast<std::size_t>(i % 7 == 0 ? 0 : i * 20), static_cast<char>('a' + i % 26)));
    all += parts.back();
  }
  std::vector<io::const_buffer> buffers(parts.begin(), parts.end());
  gocpp::wait_group done;
  done.go([&] {
    EXPECT_EQ(pair.client.write(buffers), all.size());
    EXPECT_EQ(pair.client.write({"head ", std::string("body")}), 9u);
    pair.client.close();
  });
  EXPECT_TRUE(read_to_end(pair.server) == all + "head body");
  done.wait();
}

TEST_P(NetTest, WritersAndReadersTakeTurns) {
  TcpPair pair;
  constexpr int kWriters = 8, kRecords = 40, kSize = 20'000;
  gocpp::wait_group done;
  for (int w = 0; w < kWriters; ++w)
    done.go([&, w] {
      std::string record(kSize, static_cast<char>('a' + w));
      for (int i = 0; i < kRecords; ++i) pair.client.write(record);
    });
  io::buffered_reader in(pair.server, 65536);
  std::string record(kSize, 0);
  for (int i = 0; i < kWriters * kRecords; ++i) {
    ASSERT_TRUE(in.read_exact(record));
    ASSERT_EQ(record.find_first_not_of(record[0]), std::string::npos) << "records are mixed";
  }
  done.wait();
}

TEST_P(NetTest, ClosingWakesAllWhoWait) {
  TcpPair pair;
  auto listener = net::listen_tcp("127.0.0.1:0");
  gocpp::wait_group done;
  for (int i = 0; i < 3; ++i) {
    done.go([&] {
      char c;
      EXPECT_EQ(error_of([&] { pair.server.read(&c, 1); }), io::errc::closed);
    });
    done.go([&] { EXPECT_EQ(error_of([&] { listener.accept(); }), std::errc::operation_canceled); });
    done.go([&] {
      std::string much(20'000'000, 'x');
      EXPECT_EQ(error_of([&] { pair.server.write(much); }), io::errc::closed);
    });
  }
  gocpp::sleep_for(1ms);
  pair.server.close();
  listener.close();
  pair.server.close();  // does nothing
  done.wait();
  EXPECT_EQ(pair.server.native_handle(), -1);
  char c;
  EXPECT_EQ(error_of([&] { pair.server.read(&c, 1); }), io::errc::closed);
  EXPECT_EQ(error_of([&] { pair.server.write("x"); }), io::errc::closed);
  EXPECT_EQ(error_of([&] { listener.accept(); }), io::errc::closed);
  EXPECT_EQ(error_of([&] { pair.server.set_deadline(1s); }), io::errc::closed);
  EXPECT_EQ(error_of([&] { pair.server.no_delay(true); }), io::errc::closed);
}

TEST_P(NetTest, ANumberThatIsReusedAtOnceIsNeverTakenForTheOldOne) {
  auto listener = net::listen_tcp("127.0.0.1:0");
  std::string at = listener.local_address().to_string();
  int reused = 0;
  for (int i = 0; i < 200; ++i) {
    auto old = net::dial_tcp(at);
    int number = old.native_handle();
    auto old_peer = listener.accept();
    gocpp::wait_group done;
    done.go([old] {
      char c;
      std::error_code ec;
      old.read(io::mutable_buffer(&c, 1), ec);
      EXPECT_EQ(ec, io::errc::closed);
    });
    if (i % 2) gocpp::yield();
    old.close();  // the number is free when it returns
    auto young = net::dial_tcp(at);
    reused += young.native_handle() == number;  // or the monitor has just opened something
    auto young_peer = listener.accept();
    young_peer.write("y");
    char c = 0;
    EXPECT_EQ(young.read(&c, 1), 1u);
    EXPECT_EQ(c, 'y');
    done.wait();
  }
  EXPECT_GT(reused, 170);
}

TEST_P(NetTest, TheLastHandleCloses) {
  TcpPair pair;
  {
    auto copy = pair.client;
    pair.client = net::tcp_conn();
    copy.write("x");
  }
  EXPECT_EQ(read_to_end(pair.server), "x");
}

TEST_P(NetTest, DeadlinesEndReadsWritesAndAccepts) {
  TcpPair pair;
  auto listener = net::listen_tcp("127.0.0.1:0");
  char c;
  pair.client.set_read_deadline(2ms);
  EXPECT_EQ(error_of([&] { pair.client.read(&c, 1); }), std::errc::timed_out);
  EXPECT_EQ(error_of([&] { pair.client.read(&c, 1); }), std::errc::timed_out);
  pair.client.write("w");  // only reading has timed out
  EXPECT_EQ(pair.server.read(&c, 1), 1u);
  pair.client.set_read_deadline(std::nullopt);
  pair.server.write("r");
  EXPECT_EQ(pair.client.read(&c, 1), 1u);

  std::string much(20'000'000, 'x');
  pair.client.set_write_deadline(std::chrono::steady_clock::now() + 5ms);
  std::error_code ec;
  std::size_t written = pair.client.write(much, ec);
  EXPECT_EQ(ec, std::errc::timed_out);
  EXPECT_GT(written, 0u);
  EXPECT_LT(written, much.size());
  listener.set_deadline(2ms);
  EXPECT_EQ(error_of([&] { listener.accept(); }), std::errc::timed_out);

  // One in the past ends who waits already.
  gocpp::wait_group done;
  done.go([&] { EXPECT_EQ(error_of([&] { pair.client.read(&c, 1); }), std::errc::timed_out); });
  gocpp::sleep_for(1ms);
  pair.client.set_deadline(-1s);
  done.wait();
}

TEST_P(NetTest, HalfClosesEndOneDirection) {
  TcpPair pair;
  pair.client.write("question");
  pair.client.close_write();
  EXPECT_EQ(read_to_end(pair.server), "question");
  pair.server.write("answer");
  pair.server.close();
  EXPECT_EQ(read_to_end(pair.client), "answer");
  EXPECT_EQ(error_of([&] { pair.client.write("x"); }), std::errc::broken_pipe);

  TcpPair other;
  gocpp::wait_group done;
  done.go([&] {
    char c;
    EXPECT_EQ(other.client.read(&c, 1), 0u);
  });
  gocpp::sleep_for(1ms);
  other.client.close_read();
  done.wait();
}

TEST_P(NetTest, APeerThatVanishesInTheMiddleOfAMessageIsAnError) {
  TcpPair pair;
  pair.client.write("half");
  linger now{1, 0};
  setsockopt(pair.client.native_handle(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  std::string message(8, 0);
  io::buffered_reader in(pair.server);
  gocpp::wait_group done;
  done.go([&] { EXPECT_EQ(error_of([&] { in.read_exact(message); }), std::errc::connection_reset); });
  gocpp::sleep_for(1ms);
  pair.client.close();  // sends a reset
  done.wait();

  TcpPair other;
  other.client.write("half");
  other.client.close();
  EXPECT_EQ(error_of([&] { io::read_exact(other.server, message); }), io::errc::unexpected_end);
}

TEST_P(NetTest, WritingToWhoHasGoneRaisesNoSignal) {
  TcpPair pair;
  pair.server.close();
  std::error_code ec;
  while (!ec) pair.client.write("x", ec);
  EXPECT_TRUE(ec == std::errc::broken_pipe || ec == std::errc::connection_reset) << ec.message();
}

/// What came with the end of the stream, in one edge, must not be waited for again.
TEST_P(NetTest, SeesAnEndThatCameTogetherWithTheData) {
  for (int i = 0; i < 300; ++i) {
    TcpPair pair;
    gocpp::wait_group done;
    done.go([&] {
      pair.client.write("data");
      if (i % 3 == 1) gocpp::yield();
      pair.client.close();
    });
    if (i % 2) gocpp::yield();
    char buffer[64];
    std::string got;
    while (std::size_t n = pair.server.read(buffer)) got.append(buffer, n);
    EXPECT_EQ(got, "data");
    done.wait();
  }
}

TEST_P(NetTest, ErrorsNameTheOperationAndTheAddress) {
  std::string at = nobody();
  EXPECT_EQ(text_of_error([&] { net::dial_tcp(at); }), "dial tcp " + at + ": Connection refused");
  auto listener = net::listen_tcp("127.0.0.1:0");
  at = listener.local_address().to_string();
  EXPECT_EQ(text_of_error([&] { net::listen_tcp(at); }), "listen tcp " + at + ": Address already in use");
  listener.close();
  EXPECT_EQ(text_of_error([&] { listener.accept(); }), "accept tcp " + at + ": use of closed file or connection");
  TcpPair pair;
  std::string peer = pair.server.remote_address().to_string();
  pair.server.close();
  EXPECT_EQ(text_of_error([&] { pair.server.write("x"); }), "write tcp " + peer + ": use of closed file or connection");
  EXPECT_EQ(text_of_error([] { net::dial_tcp("127.0.0.1"); }), "dial tcp 127.0.0.1 (missing port): Invalid argument");
  EXPECT_EQ(text_of_error([] { net::dial_tcp("1::2:80"); }), "dial tcp 1::2:80 (too many colons: IPv6 needs brackets): Invalid argument");
  EXPECT_EQ(text_of_error([] { net::tcp_conn().write("x"); }), "write: Bad file descriptor");
}

TEST_P(NetTest, SetsTheOptionsThatGoSets) {
  TcpPair pair;
  for (auto& c : {pair.client, pair.server}) {
    EXPECT_EQ(option(c, IPPROTO_TCP, TCP_NODELAY), 1);
    EXPECT_EQ(option(c, SOL_SOCKET, SO_KEEPALIVE), 1);
    EXPECT_EQ(option(c, IPPROTO_TCP, TCP_KEEPIDLE), 15);
    EXPECT_EQ(option(c, IPPROTO_TCP, TCP_KEEPINTVL), 15);
    c.no_delay(false);
    c.keep_alive(2500ms);
    EXPECT_EQ(option(c, IPPROTO_TCP, TCP_NODELAY), 0);
    EXPECT_EQ(option(c, IPPROTO_TCP, TCP_KEEPIDLE), 3);
    c.keep_alive(std::nullopt);
    EXPECT_EQ(option(c, SOL_SOCKET, SO_KEEPALIVE), 0);
    EXPECT_NE(fcntl(c.native_handle(), F_GETFD) & FD_CLOEXEC, 0);
  }
  EXPECT_EQ(option(net::listen_tcp("127.0.0.1:0"), SOL_SOCKET, SO_REUSEADDR), 1);
  EXPECT_EQ(pair.client.local_address(), pair.server.remote_address());
  EXPECT_EQ(pair.client.remote_address(), pair.server.local_address());
}

TEST_P(NetTest, APortCanBeListenedOnAgainAtOnce) {
  auto listener = net::listen_tcp("127.0.0.1:0");
  std::string at = listener.local_address().to_string();
  auto client = net::dial_tcp(at);
  auto server = listener.accept();
  server.close();  // the side that closes first keeps the port in TIME_WAIT
  client.close();
  gocpp::wait_group done;
  done.go([&] { EXPECT_EQ(error_of([&] { listener.accept(); }), io::errc::closed); });
  gocpp::yield();
  listener.close();
  auto again = net::listen_tcp(at);
  net::dial_tcp(at);
  done.wait();
}

TEST_P(NetTest, IPv6) {
  TcpPair pair("[::1]:0");
  EXPECT_TRUE(pair.client.remote_address().is_v6());
  EXPECT_EQ(pair.client.remote_address().host(), "::1");
  pair.client.write("six");
  pair.client.close();
  EXPECT_EQ(read_to_end(pair.server), "six");
}

TEST_P(NetTest, AnEmptyHostListensOnEveryAddressOfBothFamilies) {
  auto listener = net::listen_tcp(":0");
  std::string port = std::to_string(listener.local_address().port());
  for (std::string host : {"127.0.0.1:", "[::1]:"}) {
    auto client = net::dial_tcp(host + port);
    auto server = listener.accept();
    server.write("ok");
    server.close();
    EXPECT_EQ(read_to_end(client), "ok");
  }
}

TEST_P(NetTest, NamesAreLookedUp) {
  auto listener = net::listen_tcp("localhost:0");
  std::string port = std::to_string(listener.local_address().port());
  net::dial_tcp("localhost:" + port);
  net::dial_tcp("localhost:" + port, 10s);
  EXPECT_FALSE(net::resolve("localhost:80").empty());
  EXPECT_EQ(net::resolve("192.0.2.7:80").at(0).to_string(), "192.0.2.7:80");
  std::error_code ec = error_of([] { net::resolve("no host has spaces:80"); });
  EXPECT_EQ(&ec.category(), &net::resolver_category());
  EXPECT_EQ(text_of_error([] { net::dial_tcp("localhost:nonsense"); }).find("dial tcp localhost:nonsense: "), 0u);
}

/// A listener whose queue is full, so that connecting to it waits.
struct Deaf {
  Deaf() {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
    EXPECT_EQ(listen(fd, 0), 0);
    socklen_t size = sizeof at;
    getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size);
    fds.push_back(fd);
    address = net::address(reinterpret_cast<sockaddr*>(&at), size).to_string();
    // A queue of length 0 takes one.
    for (int i = 0; i < 2; ++i) {
      int c = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      connect(c, reinterpret_cast<sockaddr*>(&at), size);
      fds.push_back(c);
    }
  }
  ~Deaf() {
    for (int fd : fds) close(fd);
  }
  std::vector<int> fds;
  std::string address;
};

TEST_P(NetTest, DialsEndWithTheirDeadlineOrContext) {
  Deaf deaf;
  std::size_t goroutines = gocpp::num_goroutine();
  EXPECT_EQ(error_of([&] { net::dial_tcp(deaf.address, 3ms); }), std::errc::timed_out);
  EXPECT_EQ(error_of([&] { net::dial_tcp(deaf.address, -1s); }), std::errc::timed_out);
  auto [late, cancel_late] = gocpp::with_timeout(gocpp::context(), 3ms);
  EXPECT_EQ(error_of([&] { net::dial_tcp(late, deaf.address); }), std::errc::timed_out);
  auto [ctx, cancel] = gocpp::with_cancel(gocpp::context());
  gocpp::wait_group done;
  done.go([&] { EXPECT_EQ(error_of([&] { net::dial_tcp(ctx, deaf.address); }), std::errc::operation_canceled); });
  gocpp::sleep_for(1ms);
  cancel();
  done.wait();
  EXPECT_TRUE(soon([&] { return gocpp::num_goroutine() <= goroutines; })) << "they still try to connect";
  auto listener = net::listen_tcp("127.0.0.1:0");
  auto [alive, stop] = gocpp::with_timeout(gocpp::context(), 10s);
  net::dial_tcp(alive, listener.local_address().to_string()).write("x");
  stop();
}

TEST_P(NetTest, PlainThreadsTalkToGoroutines) {
  auto listener = net::listen_tcp("127.0.0.1:0");
  std::string at = listener.local_address().to_string();
  std::thread client([&] {
    auto c = net::dial_tcp(at, 10s);
    c.write("from a thread");
    c.close_write();
    EXPECT_EQ(read_to_end(c), "from a goroutine");
  });
  auto c = listener.accept();
  EXPECT_EQ(read_to_end(c), "from a thread");
  c.write("from a goroutine");
  c.close();
  gocpp::blocking([&] { client.join(); });
}

TEST(Address, ReadsAndWritesText) {
  for (const char* text : {"127.0.0.1:80", "[::1]:65535", "[2001:db8::1]:0", "0.0.0.0:1", "[fe80::1%lo]:80"})
    EXPECT_EQ(net::address::ip(text).to_string(), text);
  for (const char* text : {"", ":", "1.2.3.4", "1.2.3:4", "::1:80", "[::1]", "[::1]80", "1.2.3.4:65536", "1.2.3.4:-1", "1.2.3.4:8x",
                           "host:80", "[1.2.3.4:80", "1.2.3.4]:80"})
    EXPECT_EQ(error_of([&] { net::address::ip(text); }), std::errc::invalid_argument) << text;
  EXPECT_EQ(net::address::unix_path("@x").to_string(), "@x");
  EXPECT_EQ(net::address::unix_path("/tmp/x").to_string(), "/tmp/x");
  EXPECT_EQ(error_of([] { net::address::unix_path(std::string(108, 'x')); }), std::errc::filename_too_long);
  EXPECT_FALSE(net::address());
  EXPECT_EQ(net::address::ip("1.2.3.4:5"), net::address::ip("1.2.3.4:5"));
  EXPECT_NE(net::address::ip("1.2.3.4:5"), net::address::ip("1.2.3.4:6"));
  EXPECT_EQ(net::address::ip("1.2.3.4:5").port(), 5);
}

} // namespace
