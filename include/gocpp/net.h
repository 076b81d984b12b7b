// The network: TCP, UDP and Unix sockets that park the goroutine, not its thread; Go's package net.
//
//   auto listener = gocpp::net::listen_tcp("127.0.0.1:7000");
//   for (;;) go serve(listener.accept());
//
//   auto conn = gocpp::net::dial_tcp("localhost:7000", 2s);
//   conn.write("hello\n");
//
// Everything here is a handle, cheap to copy: the last copy closes. Any goroutines and plain threads may use one at the same
// time. What fails throws std::system_error, whose text names the operation and the address. No operation raises SIGPIPE.
#pragma once

#include <gocpp/context.h>
#include <gocpp/detail/descriptor.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

struct sockaddr;

namespace gocpp::net {

/// Where a socket is: an IP address and a port, or the name of a Unix socket. A value.
class address {
 public:
  /// None.
  address() noexcept = default;
  /// The system's form.
  address(const sockaddr* a, std::size_t size) noexcept;
  /// "192.0.2.1:80", "[2001:db8::1]:80" or "[fe80::1%eth0]:80", without a look-up. Throws std::errc::invalid_argument.
  static address ip(std::string_view host_and_port);
  /// The socket at a path; "@name" is in Linux's abstract namespace. Throws std::errc::filename_too_long.
  static address unix_path(std::string_view path);

  bool is_v4() const noexcept;
  bool is_v6() const noexcept;
  bool is_unix() const noexcept;
  /// True unless none.
  explicit operator bool() const noexcept { return size_ != 0; }
  /// The IP address without brackets, or the Unix socket's path.
  std::string host() const;
  /// 0 when it has none.
  std::uint16_t port() const noexcept;
  /// As it is written: "127.0.0.1:80", "[::1]:80", "/run/x.sock", "@abstract".
  std::string to_string() const;

  const sockaddr* data() const noexcept { return reinterpret_cast<const sockaddr*>(bytes_.data()); }
  std::size_t size() const noexcept { return size_; }
  friend bool operator==(const address& a, const address& b) noexcept;

 private:
  alignas(8) std::array<std::byte, 112> bytes_{};
  std::size_t size_ = 0;
};

/// The addresses of "host:port" or "host:service", in the order in which to try them; Go's net.LookupHost. The system's
/// resolver is asked in another thread; numbers are not looked up. An empty host means the loopback addresses.
std::vector<address> resolve(std::string_view host_and_port, io::deadline until = std::nullopt);

/// The errors of looking names up; the values are getaddrinfo's EAI_ ones.
const std::error_category& resolver_category() noexcept;

} // namespace gocpp::net

namespace gocpp::detail {

// The core of the classes below. Those that can fail set `ec`; handles are null then.
net::address socket_local(const descriptor* d) noexcept;
net::address socket_remote(const descriptor* d) noexcept;
void socket_shutdown(descriptor* d, unsigned sides, std::error_code& ec) noexcept;
void socket_option(descriptor* d, int level, int name, int value, std::error_code& ec) noexcept;
void tcp_no_delay(descriptor* d, bool on, std::error_code& ec) noexcept;
void tcp_keep_alive(descriptor* d, std::int64_t ns, std::error_code& ec) noexcept;
descriptor_handle socket_accept(descriptor* d, std::error_code& ec) noexcept;
std::size_t socket_receive(descriptor* d, void* to, std::size_t size, net::address* from, std::error_code& ec) noexcept;
std::size_t socket_send(descriptor* d, const void* from, std::size_t size, const net::address& to, std::error_code& ec) noexcept;

descriptor_handle tcp_listen(std::string_view at);
descriptor_handle udp_listen(std::string_view at);
descriptor_handle unix_listen(std::string_view path);
descriptor_handle tcp_dial(std::string_view to, std::int64_t until, const context& ctx);
descriptor_handle udp_dial(std::string_view to, std::int64_t until);
descriptor_handle unix_dial(std::string_view path, std::int64_t until, const context& ctx);

} // namespace gocpp::detail

namespace gocpp::net {

/// A connection of either kind.
class conn : public detail::io_stream {
 public:
  constexpr conn() noexcept = default;
  explicit conn(detail::descriptor_handle h) noexcept : io_stream(std::move(h)) {}

  /// Our end; none once closed.
  address local_address() const noexcept { return detail::socket_local(core()); }
  /// The other end, also once closed.
  address remote_address() const noexcept { return detail::socket_remote(core()); }
  /// Ends one direction: later reads here give 0, or the peer's reads do once it has read everything.
  void close_read() const { shut("close read", detail::side_read); }
  void close_write() const { shut("close write", detail::side_write); }

 protected:
  void shut(const char* what, unsigned side) const {
    std::error_code ec;
    detail::socket_shutdown(core(), side, ec);
    if (ec) detail::throw_io_error(what, core(), ec);
  }
};

/// A TCP connection. At first small writes are sent at once (no_delay) and the peer is probed after 15 seconds of silence,
/// as in Go.
class tcp_conn : public conn {
 public:
  using conn::conn;

  /// False: small writes are gathered (Nagle's algorithm).
  void no_delay(bool on) const {
    std::error_code ec;
    detail::tcp_no_delay(core(), on, ec);
    if (ec) detail::throw_io_error("set no_delay", core(), ec);
  }
  /// How long the peer may be silent before it is probed, and how long between probes; seconds, rounded up. Nine unanswered
  /// ones end the connection. std::nullopt: never.
  template <class Rep, class Period> void keep_alive(const std::chrono::duration<Rep, Period>& d) const {
    probe(detail::wait_ns(d));
  }
  void keep_alive(std::nullopt_t) const { probe(0); }

 private:
  void probe(std::int64_t ns) const {
    std::error_code ec;
    detail::tcp_keep_alive(core(), ns, ec);
    if (ec) detail::throw_io_error("set keep_alive", core(), ec);
  }
};

/// A connection over a Unix socket.
class unix_conn : public conn {
 public:
  using conn::conn;
};

/// What connections come from.
template <class Conn> class basic_listener : public detail::io_object {
 public:
  constexpr basic_listener() noexcept = default;
  explicit basic_listener(detail::descriptor_handle h) noexcept : io_object(std::move(h)) {}

  /// The next connection, waiting for one. Where descriptors or memory run out it tries again after 5 ms, then twice that and
  /// so on up to a second, until there are some. Throws, after close() io::errc::closed.
  Conn accept() const {
    std::error_code ec;
    Conn c = accept(ec);
    if (ec) detail::throw_io_error("accept", core(), ec);
    return c;
  }
  Conn accept(std::error_code& ec) const noexcept { return Conn(detail::socket_accept(core(), ec)); }
  /// Where it listens, also once closed.
  address local_address() const noexcept { return detail::socket_local(core()); }
  /// When waiting accepts give up with std::errc::timed_out.
  void set_deadline(io::deadline t) const { set(detail::side_read, t); }
};

using tcp_listener = basic_listener<tcp_conn>;
/// Closing it removes the path.
using unix_listener = basic_listener<unix_conn>;

/// A UDP socket. One that was dialled knows its peer: read, write and send send to it, and only what comes from it is received.
/// What does not fit into a buffer is lost.
class udp_socket : public conn {
 public:
  using conn::conn;

  /// Receives one datagram, waiting for it, and says from where.
  std::size_t receive(io::mutable_buffer to, address& from) const {
    std::error_code ec;
    std::size_t n = detail::socket_receive(core(), to.data(), to.size(), &from, ec);
    if (ec) detail::throw_io_error("receive", core(), ec);
    return n;
  }
  std::size_t receive(io::mutable_buffer to, address& from, std::error_code& ec) const noexcept {
    return detail::socket_receive(core(), to.data(), to.size(), &from, ec);
  }
  /// Sends one datagram.
  std::size_t send(io::const_buffer from, const address& to) const {
    std::error_code ec;
    std::size_t n = detail::socket_send(core(), from.data(), from.size(), to, ec);
    if (ec) detail::throw_io_error("send", core(), ec);
    return n;
  }
  std::size_t send(io::const_buffer from, const address& to, std::error_code& ec) const noexcept {
    return detail::socket_send(core(), from.data(), from.size(), to, ec);
  }
};

/// Listens: "127.0.0.1:80", "[::1]:80", "localhost:http"; port 0 is one that is free. An empty host, as in ":80", means every
/// address of the machine, IPv6 and IPv4. The address may be in use by connections of a listener before (SO_REUSEADDR).
inline tcp_listener listen_tcp(std::string_view at) { return tcp_listener(detail::tcp_listen(at)); }
inline udp_socket listen_udp(std::string_view at) { return udp_socket(detail::udp_listen(at)); }
/// Listens at a path, which must not exist; "@name" is in the abstract namespace.
inline unix_listener listen_unix(std::string_view path) { return unix_listener(detail::unix_listen(path)); }

/// Connects to "host:port". A name's addresses are tried one after the other; when the first family has not answered after
/// 300 ms, or has failed, the other one joins in, and the first connection wins (RFC 8305). Throws the first address's error,
/// std::errc::timed_out after the deadline.
inline tcp_conn dial_tcp(std::string_view to, io::deadline until = std::nullopt) {
  return tcp_conn(detail::tcp_dial(to, until.ns(), context()));
}
/// The same until `ctx` is over: std::errc::timed_out by its deadline, else std::errc::operation_canceled.
inline tcp_conn dial_tcp(const context& ctx, std::string_view to) {
  return tcp_conn(detail::tcp_dial(to, detail::no_deadline, ctx));
}
/// The same of an address, such as a listener's.
inline tcp_conn dial_tcp(const address& to, io::deadline until = std::nullopt) { return dial_tcp(to.to_string(), until); }
inline tcp_conn dial_tcp(const context& ctx, const address& to) { return dial_tcp(ctx, to.to_string()); }
inline udp_socket dial_udp(std::string_view to, io::deadline until = std::nullopt) {
  return udp_socket(detail::udp_dial(to, until.ns()));
}
inline udp_socket dial_udp(const address& to, io::deadline until = std::nullopt) { return dial_udp(to.to_string(), until); }
inline unix_conn dial_unix(std::string_view path, io::deadline until = std::nullopt) {
  return unix_conn(detail::unix_dial(path, until.ns(), context()));
}
inline unix_conn dial_unix(const context& ctx, std::string_view path) {
  return unix_conn(detail::unix_dial(path, detail::no_deadline, ctx));
}

} // namespace gocpp::net
