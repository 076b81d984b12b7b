// See socket.h: sockets' options, accepting, datagrams.

#include "socket.h"

#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gocpp/detail/errno.h>

namespace gocpp::rt {

using detail::descriptor_handle;

std::string Socket::name() const {
  const net::address& shown = remote ? remote : local;
  return std::string(network) + (shown ? " " + shown.to_string() : "");
}

void Socket::closing() noexcept {
  if (owns_path) ::unlink(reinterpret_cast<const char*>(local.data()->sa_data));
}

int make_socket(int family, int type, int& error) noexcept {
  int fd = ::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) error = errno;
  return fd;
}

descriptor_handle adopt_socket(int fd, IoKind kind, const char* network, const net::address& local, const net::address& remote,
                               int& error) noexcept {
  if (Pollable* p = pollable_open(fd)) return descriptor_handle(new Socket(fd, kind, p, network, local, remote));
  error = errno;
  ::close(fd);
  return {};
}

void set_tcp_defaults(int fd) noexcept {
  auto set = [fd](int level, int name, int value) { ::setsockopt(fd, level, name, &value, sizeof value); };
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 15);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 15);
}

net::address local_address_of(int fd) noexcept {
  sockaddr_storage a{};
  socklen_t size = sizeof a;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&a), &size) != 0) return {};
  return {reinterpret_cast<sockaddr*>(&a), size};
}

void throw_net_error(const char* operation, const char* network, std::string_view where, const std::error_code& ec) {
  throw std::system_error(ec, std::string(operation) + " " + network + " " + std::string(where));
}

namespace {

constexpr int64_t kFirstPause = 5'000'000, kLongestPause = 1'000'000'000;  // of Go's net/http

/// Descriptors or memory have run out, which may pass.
bool is_shortage(int error) noexcept {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM || error == ENOSPC;
}

/// Sleeps for `ns`, whatever connections come. False when the socket may not be waited for any longer, with `error`.
bool pause(Pollable* p, int64_t ns, int& error) noexcept {
  int64_t until = now_ns() + ns;
  do {
    error = refusal(pollable_wait(p, Direction::read, pollable_events(p, Direction::read), until));
    if (error) return false;
  } while (now_ns() < until);
  return true;
}

const Socket* as_socket(const descriptor* d) noexcept { return static_cast<const Socket*>(d); }

} // namespace

} // namespace gocpp::rt

namespace gocpp::detail {

using namespace rt;

net::address socket_local(const descriptor* d) noexcept {
  if (!d) return {};
  if (as_socket(d)->local) return as_socket(d)->local;
  Use hold(const_cast<descriptor&>(*d));
  return hold ? local_address_of(d->fd) : net::address();
}

net::address socket_remote(const descriptor* d) noexcept { return d ? as_socket(d)->remote : net::address(); }

void socket_shutdown(descriptor* d, unsigned sides, std::error_code& ec) noexcept {
  if (!d) return report(ec, EBADF);
  Use hold(*d);
  if (!hold) return report(ec, kClosedError);
  int how = sides == side_both ? SHUT_RDWR : sides == side_read ? SHUT_RD : SHUT_WR;
  report(ec, ::shutdown(d->fd, how) == 0 ? 0 : errno);
}

void socket_option(descriptor* d, int level, int name, int value, std::error_code& ec) noexcept {
  if (!d) return report(ec, EBADF);
  Use hold(*d);
  if (!hold) return report(ec, kClosedError);
  report(ec, ::setsockopt(d->fd, level, name, &value, sizeof value) == 0 ? 0 : errno);
}

void tcp_no_delay(descriptor* d, bool on, std::error_code& ec) noexcept {
  socket_option(d, IPPROTO_TCP, TCP_NODELAY, on, ec);
}

void tcp_keep_alive(descriptor* d, std::int64_t ns, std::error_code& ec) noexcept {
  socket_option(d, SOL_SOCKET, SO_KEEPALIVE, ns > 0, ec);
  if (ec || ns <= 0) return;
  constexpr int64_t kSecond = 1'000'000'000, kMost = 32767;  // the kernel's MAX_TCP_KEEPIDLE
  int64_t seconds = ns / kSecond + (ns % kSecond != 0);
  int value = static_cast<int>(seconds < kMost ? seconds : kMost);
  socket_option(d, IPPROTO_TCP, TCP_KEEPIDLE, value, ec);
  if (!ec) socket_option(d, IPPROTO_TCP, TCP_KEEPINTVL, value, ec);
}

descriptor_handle socket_accept(descriptor* d, std::error_code& ec) noexcept {
  int error = 0;
  descriptor_handle accepted;
  if (!d) {
    error = EBADF;
  } else if (Turn turn{*d, Direction::read}; !turn) {
    error = kClosedError;
  } else {
    sockaddr_storage peer;
    socklen_t size;
    auto call = [&] {
      size = sizeof peer;
      return ::accept4(d->fd, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    };
    for (int64_t next_pause = kFirstPause;;) {
      ssize_t fd = until_done(*d, Direction::read, error, call);
      if (fd >= 0) {
        const Socket& listener = *as_socket(d);
        // Whoever connects to a Unix socket mostly has no name.
        net::address remote = d->kind == IoKind::tcp ? net::address(reinterpret_cast<sockaddr*>(&peer), size) : listener.local;
        accepted = adopt_socket(static_cast<int>(fd), d->kind, listener.network, {}, remote, error);
        break;
      }
      if (error == ECONNABORTED) continue;  // the peer has gone already
      if (!is_shortage(error) || !pause(d->pollable, next_pause, error)) break;
      next_pause = next_pause < kLongestPause / 2 ? next_pause * 2 : kLongestPause;
    }
  }
  report(ec, error);
  return accepted;
}

std::size_t socket_receive(descriptor* d, void* to, std::size_t size, net::address* from, std::error_code& ec) noexcept {
  int error = 0;
  ssize_t n = 0;
  if (!d) {
    error = EBADF;
  } else if (Turn turn{*d, Direction::read}; !turn) {
    error = kClosedError;
  } else {
    sockaddr_storage peer;
    socklen_t peer_size;
    n = until_done(*d, Direction::read, error, [&] {
      peer_size = sizeof peer;
      return ::recvfrom(d->fd, to, size, MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&peer), &peer_size);
    });
    if (n >= 0) *from = net::address(reinterpret_cast<sockaddr*>(&peer), peer_size);
  }
  report(ec, error);
  return n > 0 ? static_cast<std::size_t>(n) : 0;
}

std::size_t socket_send(descriptor* d, const void* from, std::size_t size, const net::address& to, std::error_code& ec) noexcept {
  int error = 0;
  ssize_t n = 0;
  if (!d) {
    error = EBADF;
  } else if (Turn turn{*d, Direction::write}; !turn) {
    error = kClosedError;
  } else {
    n = until_done(*d, Direction::write, error,
                   [&] { return ::sendto(d->fd, from, size, kSendFlags, to.data(), static_cast<socklen_t>(to.size())); });
  }
  report(ec, error);
  return n > 0 ? static_cast<std::size_t>(n) : 0;
}

} // namespace gocpp::detail
