// What the tests of descriptors share: a fixture that counts descriptors and threads, and programs to talk through.
#pragma once

#include "support.h"

#include <gocpp/io.h>
#include <gocpp/net.h>

#include <algorithm>
#include <cstdlib>
#include <dirent.h>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace io = gocpp::io;
namespace net = gocpp::net;

/// The descriptors that are open, the runtime's own included.
inline int open_descriptors() {
  DIR* dir = opendir("/proc/self/fd");
  int n = 0;
  while (readdir(dir)) ++n;
  closedir(dir);
  return n - 3;  // ".", ".." and the folder itself
}

/// Opens what the runtime opens once: epoll, its eventfd, what getaddrinfo keeps.
inline void warm_up() {
  auto [out, in] = io::pipe();
  in.write("x");
  char c;
  out.read(&c, 1);
}

/// Lets others run until `p()`.
template <class Predicate> void until(Predicate p) {
  for (int i = 0; !p(); ++i) i < 100 ? gocpp::yield() : gocpp::sleep_for(std::chrono::microseconds(200));
}

/// The same, but not for ever: whether it came to be.
template <class Predicate> bool soon(Predicate p) {
  for (int i = 0; i < 5000; ++i) {
    if (p()) return true;
    i < 100 ? gocpp::yield() : gocpp::sleep_for(std::chrono::microseconds(200));
  }
  return false;
}

/// More threads than goroutines that wait may cost: a busy machine takes processors from some that only look blocked.
inline constexpr int kManyThreads = 100;

/// Leaves no goroutine, no descriptor and not many threads.
class WithDescriptors : public WithProcs {
 protected:
  void SetUp() override {
    warm_up();
    WithProcs::SetUp();
    // The monitor opens files of /proc for a moment.
    before_ = open_descriptors();
    for (int i = 0; i < 10; ++i) before_ = std::min(before_, open_descriptors());
  }
  void TearDown() override {
    WithProcs::TearDown();
    EXPECT_TRUE(soon([&] { return open_descriptors() <= before_; })) << open_descriptors() - before_ << " descriptors were left open";
    EXPECT_LT(gocpp::runtime_stats().threads, kManyThreads);
  }

 private:
  int before_ = 0;
};

/// The error that `f` throws; none if it does not.
template <class F> std::error_code error_of(F f) {
  try {
    f();
  } catch (const std::system_error& e) {
    return e.code();
  }
  return {};
}
template <class F> std::string text_of_error(F f) {
  try {
    f();
  } catch (const std::system_error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

/// Two ends of a TCP connection.
struct TcpPair {
  explicit TcpPair(const char* at = "127.0.0.1:0") {
    auto listener = net::listen_tcp(at);
    client = net::dial_tcp(listener.local_address().to_string());
    server = listener.accept();
  }
  net::tcp_conn client, server;
};

/// What a connection gives until its end.
inline std::string read_to_end(const gocpp::detail::io_stream& c) { return io::read_all(c); }

/// A folder that goes with its contents.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    char text[] = "/tmp/gocpp-test-XXXXXX";
    path_ = mkdtemp(text);
  }
  ~TemporaryFolder() {
    std::string command = "rm -rf " + path_;
    if (std::system(command.c_str()) != 0) std::perror("rm");
  }
  std::string operator/(const char* name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};
