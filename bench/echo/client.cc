// Loads an echo server and tells requests a second and how long they took: client PORT CONNECTIONS SECONDS
//
// Each connection sends 64 bytes and waits until they are back. One thread with epoll, so that it takes as little of the machine
// as it can, and the same for every server.
#include <algorithm>
#include <arpa/inet.h>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

using clock_type = std::chrono::steady_clock;

constexpr int kSize = 64;

struct Connection {
  int fd = -1;
  int have = 0;  ///< Bytes of the answer that are there.
  clock_type::time_point sent;
};

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

void send_request(Connection& c) {
  char text[kSize] = "a request";
  c.sent = clock_type::now();
  if (write(c.fd, text, kSize) != kSize) fail("write");
}

int main(int argc, char** argv) {
  if (argc != 4) return std::fprintf(stderr, "usage: client PORT CONNECTIONS SECONDS\n"), 2;
  rlimit most;
  getrlimit(RLIMIT_NOFILE, &most);
  most.rlim_cur = most.rlim_max;
  setrlimit(RLIMIT_NOFILE, &most);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(std::atoi(argv[1])));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::vector<Connection> all(static_cast<std::size_t>(std::atoi(argv[2])));
  int ep = epoll_create1(0);
  for (Connection& c : all) {
    c.fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(c.fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("connect");
    int on = 1;
    setsockopt(c.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &c;
    epoll_ctl(ep, EPOLL_CTL_ADD, c.fd, &event);
  }
  std::vector<double> took;
  took.reserve(5'000'000);
  auto start = clock_type::now();
  auto end = start + std::chrono::duration_cast<clock_type::duration>(std::chrono::duration<double>(std::atof(argv[3])));
  for (Connection& c : all) send_request(c);
  while (clock_type::now() < end) {
    epoll_event events[256];
    int n = epoll_wait(ep, events, 256, 100);
    for (int i = 0; i < n; ++i) {
      auto& c = *static_cast<Connection*>(events[i].data.ptr);
      char text[kSize];
      ssize_t got = recv(c.fd, text, static_cast<std::size_t>(kSize - c.have), MSG_DONTWAIT);
      if (got <= 0) fail("recv");
      if ((c.have += static_cast<int>(got)) < kSize) continue;
      c.have = 0;
      took.push_back(std::chrono::duration<double, std::micro>(clock_type::now() - c.sent).count());
      send_request(c);
    }
  }
  double seconds = std::chrono::duration<double>(clock_type::now() - start).count();
  if (took.empty()) return std::fprintf(stderr, "no answer\n"), 1;
  std::sort(took.begin(), took.end());
  std::printf("%.0f %.1f %.1f\n", static_cast<double>(took.size()) / seconds, took[took.size() / 2], took[took.size() * 99 / 100]);
}
