// Loads a server and tells requests a second and how long they took (median and 99th percentile, microseconds):
//
//   client echo|http PORT CONNECTIONS SECONDS
//
// Each connection sends a request and waits for the whole answer: 64 bytes that come back, or a GET and what
// Content-Length says. One thread with epoll, so that it takes as little of the machine as it can, and the same for
// every server.
#include <algorithm>
#include <arpa/inet.h>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <netinet/tcp.h>
#include <string_view>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

using clock_type = std::chrono::steady_clock;

constexpr std::string_view kEcho = "a request of sixty-four bytes, which the server is to send back\n";
constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: client\r\n\r\n";
static_assert(kEcho.size() == 64);

struct Connection {
  int fd = -1;
  std::size_t have = 0;  ///< Bytes of the answer that are there.
  char answer[1024];
  clock_type::time_point sent;
};

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

[[noreturn]] void wrong(std::string_view answer) {
  std::fprintf(stderr, "wrong answer: %.*s\n", static_cast<int>(answer.size()), answer.data());
  std::exit(1);
}

void send_request(Connection& c, std::string_view request, clock_type::time_point now) {
  c.sent = now;
  c.have = 0;
  if (write(c.fd, request.data(), request.size()) != static_cast<ssize_t>(request.size())) fail("write");
}

bool whole_echo(std::string_view answer) {
  if (answer.size() < kEcho.size()) return false;
  if (answer != kEcho) wrong(answer);
  return true;
}

bool whole_http(std::string_view answer) {
  std::size_t end = answer.find("\r\n\r\n");
  if (end == answer.npos) return false;
  std::string_view key = "Content-Length: ";
  std::size_t length = answer.find(key);
  if (answer.substr(0, 15) != "HTTP/1.1 200 OK" || length == answer.npos) wrong(answer);
  return answer.size() >= end + 4 + static_cast<std::size_t>(std::atoi(answer.data() + length + key.size()));
}

int main(int argc, char** argv) {
  bool http = argc > 1 && std::strcmp(argv[1], "http") == 0;
  if (argc != 5 || (!http && std::strcmp(argv[1], "echo") != 0))
    return std::fprintf(stderr, "usage: client echo|http PORT CONNECTIONS SECONDS\n"), 2;
  std::string_view request = http ? kGet : kEcho;
  rlimit most;
  getrlimit(RLIMIT_NOFILE, &most);
  most.rlim_cur = most.rlim_max;
  setrlimit(RLIMIT_NOFILE, &most);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(std::atoi(argv[2])));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::vector<Connection> all(static_cast<std::size_t>(std::atoi(argv[3])));
  int ep = epoll_create1(0);
  for (Connection& c : all) {
    c.fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(c.fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("connect");
    int on = 1;
    setsockopt(c.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_event event{};
    event.events = EPOLLIN | EPOLLET;  // one report for what came since the last, which is read at once
    event.data.ptr = &c;
    epoll_ctl(ep, EPOLL_CTL_ADD, c.fd, &event);
  }
  std::vector<double> took;
  took.reserve(5'000'000);
  auto start = clock_type::now();
  auto end = start + std::chrono::duration_cast<clock_type::duration>(std::chrono::duration<double>(std::atof(argv[4])));
  for (Connection& c : all) send_request(c, request, clock_type::now());
  for (auto now = start; now < end;) {
    epoll_event events[256];
    int n = epoll_wait(ep, events, 256, 100);
    now = clock_type::now();
    for (int i = 0; i < n; ++i) {
      auto& c = *static_cast<Connection*>(events[i].data.ptr);
      ssize_t got = recv(c.fd, c.answer + c.have, sizeof c.answer - c.have - 1, MSG_DONTWAIT);
      if (got <= 0) fail("recv");
      c.have += static_cast<std::size_t>(got);
      c.answer[c.have] = 0;
      std::string_view answer(c.answer, c.have);
      if (!(http ? whole_http(answer) : whole_echo(answer))) continue;
      now = clock_type::now();
      took.push_back(std::chrono::duration<double, std::micro>(now - c.sent).count());
      send_request(c, request, now);
    }
  }
  double seconds = std::chrono::duration<double>(clock_type::now() - start).count();
  if (took.empty()) return std::fprintf(stderr, "no answer\n"), 1;
  std::sort(took.begin(), took.end());
  std::printf("%.0f %.1f %.1f\n", static_cast<double>(took.size()) / seconds, took[took.size() / 2], took[took.size() * 99 / 100]);
}
