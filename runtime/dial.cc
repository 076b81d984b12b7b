// Dialling and listening: from text to sockets.
//
// A name's addresses are tried as RFC 8305 says and Go does: those of the first one's family in turn; those of the other
// family join in after 300 ms, or when the first have failed. The caller waits for the first connection, for both to
// have failed, or for its context, and then closes what still connects.

#include "socket.h"

#include <gocpp/chan.h>
#include <gocpp/go.h>
#include <gocpp/mutex.h>
#include <gocpp/select.h>
#include <gocpp/time.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace gocpp::rt {

using detail::descriptor_handle;
using net::address;

namespace {

constexpr std::chrono::milliseconds kHeadStart{300};  // of Go's Dialer.FallbackDelay
constexpr int64_t kLeastTime = 2'000'000'000;         // for one of several addresses, as in Go

struct Outcome {
  descriptor_handle connected;
  int error = 0;
};

/// What the attempts of one dial share.
class Race final : public Attempt {
 public:
  bool begun(const descriptor_handle& h) noexcept override {
    std::lock_guard hold(lock_);
    if (!over_) connecting_.push_back(h);
    return !over_;
  }
  bool ended(const descriptor_handle& h) noexcept override {
    std::lock_guard hold(lock_);
    std::erase_if(connecting_, [&](const descriptor_handle& c) { return c.get() == h.get(); });
    return !over_;
  }
  /// Ends the attempts under way and those to come.
  void stop() {
    std::vector<descriptor_handle> losers;
    {
      std::lock_guard hold(lock_);
      over_ = true;
      losers.swap(connecting_);
    }
    std::error_code ignored;
    for (auto& h : losers) descriptor_close(h.get(), ignored);
  }
  bool over() {
    std::lock_guard hold(lock_);
    return over_;
  }

  const chan<Outcome> outcomes{2};  ///< Room for all, so that no loser waits.

 private:
  mutex lock_;
  bool over_ = false;
  std::vector<descriptor_handle> connecting_;
};

/// Tries addresses in turn, each with its share of the time. The first one's error counts.
Outcome try_each(const std::vector<address>& addresses, IoKind kind, const char* network, int64_t until, Race& race) {
  Outcome result;
  for (std::size_t i = 0; i < addresses.size() && !race.over(); ++i) {
    int64_t end = until;
    if (until != kNever) {
      int64_t now = now_ns();
      int64_t share = (until - now) / static_cast<int64_t>(addresses.size() - i);
      end = std::min(until, now + std::max(share, kLeastTime));
    }
    int error;
    result.connected = connect_to(addresses[i], kind, network, end, race, error);
    if (result.connected.get()) return result;
    if (!result.error) result.error = error;
  }
  return result;
}

descriptor_handle dial_race(std::vector<address> addresses, IoKind kind, const char* network, int64_t until, const context& ctx,
                            std::error_code& ec) {
  std::vector<address> fallback;
  auto is_other = [v4 = addresses[0].is_v4()](const address& a) { return a.is_v4() != v4; };
  std::copy_if(addresses.begin(), addresses.end(), std::back_inserter(fallback), is_other);
  std::erase_if(addresses, is_other);
  auto race = std::make_shared<Race>();
  int running = 0;
  auto start = [&](std::vector<address> some) {
    ++running;
    gocpp::go([=, some = std::move(some)] { race->outcomes.send(try_each(some, kind, network, until, *race)); });
  };
  start(std::move(addresses));
  recv_chan<std::chrono::steady_clock::time_point> head_start = nullptr;
  if (!fallback.empty()) head_start = after(kHeadStart);
  int first_error = 0;
  while (running > 0) {
    bool over = false;
    Outcome outcome;
    gocpp::select(gocpp::recv(race->outcomes, [&](Outcome o) { --running, outcome = std::move(o); }),
                  gocpp::recv(head_start, [] {}), gocpp::recv(ctx.done(), [&] { over = true; }));
    if (over || outcome.connected.get()) {
      race->stop();
      if (over) ec = why_over(ctx);
      return std::move(outcome.connected);
    }
    if (!first_error) first_error = outcome.error;
    if (!fallback.empty()) start(std::exchange(fallback, {}));
    head_start = nullptr;
  }
  ec = io_error(first_error);
  return {};
}

descriptor_handle dial(const std::vector<address>& addresses, IoKind kind, const char* network, int64_t until, const context& ctx,
                       std::error_code& ec) {
  if (addresses.size() > 1 || ctx.done()) return dial_race(addresses, kind, network, until, ctx, ec);
  Attempt alone;
  int error;
  descriptor_handle h = connect_to(addresses[0], kind, network, until, alone, error);
  if (!h.get()) ec = io_error(error);
  return h;
}

descriptor_handle dial_name(std::string_view to, IoKind kind, const char* network, int64_t until, const context& ctx) {
  HostPort at = split_host_port("dial", network, to);
  std::error_code ec;
  descriptor_handle h;
  if (address number = numeric_address(at); number && !ctx.done()) {
    h = dial({number}, kind, network, until, ctx, ec);
  } else {
    WithDeadline scope(ctx, until);
    Found found = look_up(at, false, scope.ctx());
    ec = found.error;
    if (kind == IoKind::packets && !ec) found.addresses.resize(1);  // nothing is known to answer anyway
    if (!ec) h = dial(found.addresses, kind, network, until, scope.ctx(), ec);
  }
  if (ec) throw_net_error("dial", network, to, ec);
  return h;
}

// ---- listening ----

struct Place {
  address where;
  bool both_families = false;
};

/// The places that a text may mean, in the order in which to try them.
std::vector<Place> places_of(const char* network, std::string_view at) {
  HostPort parts = split_host_port("listen", network, at);
  Found found = look_up(parts, true, context());
  if (found.error) throw_net_error("listen", network, at, found.error);
  bool any = parts.host.empty();
  // One for everything, or else IPv4, as in Go.
  std::vector<Place> places;
  for (bool v6 : {any, !any})
    for (auto& a : found.addresses)
      if (a.is_v6() == v6) places.push_back({a, any && v6});
  return places;
}

descriptor_handle listen_at(const Place& place, IoKind kind, const char* network, int& error) noexcept {
  error = 0;
  const address& at = place.where;
  int fd = make_socket(at.data()->sa_family, kind == IoKind::packets ? SOCK_DGRAM : SOCK_STREAM, error);
  if (fd < 0) return {};
  auto set = [fd](int level, int name, int value) { ::setsockopt(fd, level, name, &value, sizeof value); };
  if (at.is_v6()) set(IPPROTO_IPV6, IPV6_V6ONLY, !place.both_families);
  if (kind == IoKind::tcp) {
    set(SOL_SOCKET, SO_REUSEADDR, 1);
    set_tcp_defaults(fd);
  }
  constexpr int kBacklog = 65535;  // the kernel takes net.core.somaxconn if that is less
  if (::bind(fd, at.data(), static_cast<socklen_t>(at.size())) != 0 || (kind != IoKind::packets && ::listen(fd, kBacklog) != 0)) {
    error = errno;
    ::close(fd);
    return {};
  }
  return adopt_socket(fd, kind, network, local_address_of(fd), {}, error);
}

descriptor_handle listen_name(std::string_view at, IoKind kind, const char* network) {
  int first_error = 0;
  for (const Place& place : places_of(network, at)) {
    int error;
    descriptor_handle h = listen_at(place, kind, network, error);
    if (h.get()) return h;
    if (!first_error) first_error = error;
  }
  throw_net_error("listen", network, at, io_error(first_error));
}

} // namespace

} // namespace gocpp::rt

namespace gocpp::detail {

using namespace rt;

descriptor_handle tcp_listen(std::string_view at) { return listen_name(at, IoKind::tcp, "tcp"); }
descriptor_handle udp_listen(std::string_view at) { return listen_name(at, IoKind::packets, "udp"); }

descriptor_handle unix_listen(std::string_view path) {
  int error;
  descriptor_handle h = listen_at({address::unix_path(path)}, IoKind::stream, "unix", error);
  if (!h.get()) throw_net_error("listen", "unix", path, io_error(error));
  static_cast<Socket*>(h.get())->owns_path = !path.starts_with('@');
  return h;
}

descriptor_handle tcp_dial(std::string_view to, std::int64_t until, const context& ctx) {
  return dial_name(to, IoKind::tcp, "tcp", until, ctx);
}
descriptor_handle udp_dial(std::string_view to, std::int64_t until) {
  return dial_name(to, IoKind::packets, "udp", until, context());
}
descriptor_handle unix_dial(std::string_view path, std::int64_t until, const context& ctx) {
  std::error_code ec;
  descriptor_handle h = dial({address::unix_path(path)}, IoKind::stream, "unix", until, ctx, ec);
  if (!h.get()) throw_net_error("dial", "unix", path, ec);
  return h;
}

} // namespace gocpp::detail
