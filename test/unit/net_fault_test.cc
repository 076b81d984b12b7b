// Sockets in bulk and in trouble: many silent connections, no descriptors left, system calls counted.

#include "net_support.h"

#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/wait.h>

namespace {

using namespace std::chrono_literals;

class NetFaultTest : public WithDescriptors {};
GOCPP_WITH_PROCS(NetFaultTest);

rlimit raise_limit() {
  rlimit old;
  getrlimit(RLIMIT_NOFILE, &old);
  rlimit all{old.rlim_max, old.rlim_max};
  setrlimit(RLIMIT_NOFILE, &all);
  return old;
}

/// A child process that connects so often and then is silent until it is killed. Only system calls, since it is forked.
pid_t silent_clients(const net::address& to, int count) {
  pid_t child = fork();
  if (child != 0) return child;
  for (int i = 0; i < count; ++i) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, to.data(), static_cast<socklen_t>(to.size())) != 0) _exit(1);
  }
  for (;;) pause();
}

TEST_P(NetFaultTest, TenThousandSilentConnectionsTakeNoThreadEach) {
  rlimit old = raise_limit();
  rlimit now;
  getrlimit(RLIMIT_NOFILE, &now);
  const int count = static_cast<int>(std::min<rlim_t>(10'000, now.rlim_cur - 200));
  auto listener = net::listen_tcp("127.0.0.1:0");
  pid_t child = silent_clients(listener.local_address(), count);
  gocpp::wait_group done;
  std::atomic<int> ended{0};
  for (int i = 0; i < count; ++i)
    done.go([&ended, c = listener.accept()] {
      char buffer[16];
      std::error_code ec;
      while (c.read(buffer, ec) > 0) {
      }
      ++ended;
    });
  EXPECT_EQ(ended, 0);
  EXPECT_GE(gocpp::num_goroutine(), static_cast<std::size_t>(count));
  EXPECT_LT(gocpp::runtime_stats().threads, kManyThreads);
  // The others are served meanwhile.
  auto client = net::dial_tcp(listener.local_address().to_string());
  auto server = listener.accept();
  client.write("x");
  char c;
  EXPECT_EQ(server.read(&c, 1), 1u);
  kill(child, SIGKILL);
  gocpp::blocking([&] { waitpid(child, nullptr, 0); });
  done.wait();
  EXPECT_EQ(ended, count);
  setrlimit(RLIMIT_NOFILE, &old);
}

/// Uses up the descriptors below the limit.
struct Hoard {
  Hoard() {
    getrlimit(RLIMIT_NOFILE, &old);
    rlimit few{static_cast<rlim_t>(open_descriptors() + 40), old.rlim_max};
    setrlimit(RLIMIT_NOFILE, &few);
    for (int fd; (fd = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;) fds.push_back(fd);
    EXPECT_EQ(errno, EMFILE);
  }
  ~Hoard() {
    release();
    setrlimit(RLIMIT_NOFILE, &old);
  }
  void release() {
    for (int fd : fds) close(fd);
    fds.clear();
  }
  rlimit old;
  std::vector<int> fds;
};

TEST_P(NetFaultTest, AcceptGoesOnWhenThereAreDescriptorsAgain) {
  auto listener = net::listen_tcp("127.0.0.1:0");
  Hoard hoard;
  ASSERT_FALSE(hoard.fds.empty());
  close(hoard.fds.back());
  hoard.fds.pop_back();
  auto client = net::dial_tcp(listener.local_address().to_string());  // has taken the last one
  EXPECT_EQ(error_of([&] { net::dial_tcp(listener.local_address().to_string()); }), std::errc::too_many_files_open);
  gocpp::wait_group done;
  std::atomic<bool> accepted{false};
  done.go([&] {
    auto server = listener.accept();
    accepted = true;
    server.write("at last");
  });
  gocpp::sleep_for(8ms);
  EXPECT_FALSE(accepted);
  hoard.release();
  EXPECT_EQ(read_to_end(client), "at last");
  done.wait();
}

TEST_P(NetFaultTest, AcceptThatHasNoDescriptorsEndsWithItsListenerOrDeadline) {
  auto listener = net::listen_tcp("127.0.0.1:0");
  Hoard hoard;
  close(hoard.fds.back());
  hoard.fds.pop_back();
  auto client = net::dial_tcp(listener.local_address().to_string());
  listener.set_deadline(12ms);
  EXPECT_EQ(error_of([&] { listener.accept(); }), std::errc::timed_out);
  listener.set_deadline(std::nullopt);
  gocpp::wait_group done;
  done.go([&] { EXPECT_EQ(error_of([&] { listener.accept(); }), io::errc::closed); });
  gocpp::sleep_for(1ms);
  listener.close();
  done.wait();
}

TEST_P(NetFaultTest, ConnectionsThatComeAndGoLeaveNothing) {
  auto listener = net::listen_tcp("127.0.0.1:0");
  std::string at = listener.local_address().to_string();
  std::atomic<int> served{0};
  gocpp::wait_group all;
  all.go([&] {
    for (;;) {
      std::error_code ec;
      auto c = listener.accept(ec);
      if (ec) return;
      all.go([&served, c] {
        std::error_code ignored;
        char buffer[64];
        c.set_read_deadline(2ms);
        while (std::size_t n = c.read(buffer, ignored)) c.write(io::const_buffer(buffer, n), ignored);
        ++served;
      });
    }
  });
  gocpp::wait_group clients;
  for (int i = 0; i < 16; ++i)
    clients.go([&, i] {
      for (int j = 0; j < 20; ++j) {
        auto c = net::dial_tcp(at);
        std::error_code ignored;
        c.write("x", ignored);
        gocpp::wait_group reader;
        if ((i + j) % 3 == 0)  // closed under a reader
          reader.go([c] {
            char buffer[64];
            std::error_code ec;
            while (c.read(buffer, ec) > 0) {
            }
          });
        if ((i + j) % 4 == 1) c.set_deadline(1ms);
        if ((i + j) % 5 == 2) gocpp::sleep_for(1ms);
        c.close(ignored);
        reader.wait();
      }
    });
  clients.wait();
  until([&] { return served == 16 * 20; });
  listener.close();
  all.wait();
}

} // namespace
