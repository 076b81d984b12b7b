// Sockets inside the runtime: what a descriptor of one knows besides.
#pragma once

#include "descriptor.h"

#include <gocpp/net.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gocpp::rt {

struct Socket final : detail::descriptor {
  Socket(int number, IoKind k, Pollable* p, const char* what, const net::address& own, const net::address& peer) noexcept
      : descriptor(number, k, p), network(what), local(own), remote(peer) {}
  /// "tcp 127.0.0.1:80": the other end's address, or else the own one.
  std::string name() const override;
  void closing() noexcept override;
  void destroy() noexcept override { delete this; }

  const char* const network;
  const net::address local;   ///< Of a listener or a UDP socket; else none, to save the system call.
  const net::address remote;  ///< Of a connection.
  bool owns_path = false;     ///< Closing removes the path of `local`. Written before the first handle is given out.
};

/// A new non-blocking socket, not registered; -1 with `error`.
int make_socket(int family, int type, int& error) noexcept;
/// Registers `fd`, which is closed when that fails.
detail::descriptor_handle adopt_socket(int fd, IoKind kind, const char* network, const net::address& local,
                                       const net::address& remote, int& error) noexcept;
/// What Go sets on TCP connections. Accepted ones have it from their listener.
void set_tcp_defaults(int fd) noexcept;
net::address local_address_of(int fd) noexcept;

/// Who may want to end a connecting by closing it. Both are told of it and say whether to go on.
struct Attempt {
  virtual bool begun(const detail::descriptor_handle&) noexcept { return true; }
  virtual bool ended(const detail::descriptor_handle&) noexcept { return true; }
  virtual ~Attempt() = default;
};
/// Connects to one address, until then. Null, with `error`, when that failed.
detail::descriptor_handle connect_to(const net::address& to, IoKind kind, const char* network, int64_t until, Attempt& attempt,
                                     int& error) noexcept;

[[noreturn]] void throw_net_error(const char* operation, const char* network, std::string_view where, const std::error_code& ec);

/// "host:port" as two, the host without brackets.
struct HostPort {
  std::string host, port;
};
/// Throws std::errc::invalid_argument for anything else.
HostPort split_host_port(const char* operation, const char* network, std::string_view text);
/// None unless both are numbers.
net::address numeric_address(const HostPort& at) noexcept;

/// A context with a deadline, unless that is kNever, for a scope.
class WithDeadline {
 public:
  WithDeadline(const context& ctx, int64_t until) : ctx_(ctx) {
    if (until == kNever) return;
    auto [derived, cancel] = detail::derive(ctx, until);
    ctx_ = derived;
    cancel_ = cancel;
  }
  ~WithDeadline() {
    if (cancel_) (*cancel_)();
  }
  WithDeadline(const WithDeadline&) = delete;
  WithDeadline& operator=(const WithDeadline&) = delete;
  const context& ctx() const noexcept { return ctx_; }

 private:
  context ctx_;
  std::optional<cancel_func> cancel_;
};

struct Found {
  std::vector<net::address> addresses;
  std::error_code error;  ///< When there are none.
};
/// Asks the resolver in a handed-off thread, until `ctx` is over. `passive`: to listen there.
Found look_up(const HostPort& at, bool passive, const context& ctx);
std::error_code why_over(const context& ctx) noexcept;

} // namespace gocpp::rt
