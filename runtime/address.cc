// net::address: the system's socket addresses as a value, to and from text.

#include "socket.h"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <cstring>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace gocpp::net {

namespace {

constexpr std::size_t kPathAt = offsetof(sockaddr_un, sun_path);

const sockaddr_in& v4(const address& a) noexcept { return *reinterpret_cast<const sockaddr_in*>(a.data()); }
const sockaddr_in6& v6(const address& a) noexcept { return *reinterpret_cast<const sockaddr_in6*>(a.data()); }

} // namespace

address::address(const sockaddr* a, std::size_t size) noexcept : size_(std::min(size, bytes_.size())) {
  std::memcpy(bytes_.data(), a, size_);
}

address address::ip(std::string_view host_and_port) {
  address a = rt::numeric_address(rt::split_host_port("parse", "address", host_and_port));
  if (!a) rt::throw_net_error("parse", "address", host_and_port, std::make_error_code(std::errc::invalid_argument));
  return a;
}

address address::unix_path(std::string_view path) {
  sockaddr_un a{};
  a.sun_family = AF_UNIX;
  bool abstract = !path.empty() && path[0] == '@';
  // A path ends with a zero, an abstract name with the address.
  if (path.size() + !abstract > sizeof a.sun_path)
    rt::throw_net_error("parse", "unix", path, std::make_error_code(std::errc::filename_too_long));
  std::memcpy(a.sun_path, path.data(), path.size());
  if (abstract) a.sun_path[0] = 0;
  return {reinterpret_cast<sockaddr*>(&a), kPathAt + path.size() + !abstract};
}

bool address::is_v4() const noexcept { return size_ >= sizeof(sockaddr_in) && data()->sa_family == AF_INET; }
bool address::is_v6() const noexcept { return size_ >= sizeof(sockaddr_in6) && data()->sa_family == AF_INET6; }
bool address::is_unix() const noexcept { return size_ >= kPathAt && data()->sa_family == AF_UNIX; }

std::uint16_t address::port() const noexcept {
  return is_v4() ? ntohs(v4(*this).sin_port) : is_v6() ? ntohs(v6(*this).sin6_port) : std::uint16_t{0};
}

std::string address::host() const {
  char text[INET6_ADDRSTRLEN + IF_NAMESIZE + 1] = "";
  if (is_v4()) {
    ::inet_ntop(AF_INET, &v4(*this).sin_addr, text, sizeof text);
  } else if (is_v6()) {
    ::inet_ntop(AF_INET6, &v6(*this).sin6_addr, text, sizeof text);
    char zone[IF_NAMESIZE];
    if (unsigned scope = v6(*this).sin6_scope_id) {
      std::strcat(text, "%");
      return text + (::if_indextoname(scope, zone) ? std::string(zone) : std::to_string(scope));
    }
  } else if (is_unix()) {
    std::string path(reinterpret_cast<const char*>(bytes_.data()) + kPathAt, size_ - kPathAt);
    if (path.empty()) return path;
    if (path[0] == 0)
      path[0] = '@';
    else
      path.resize(std::strlen(path.c_str()));
    return path;
  }
  return text;
}

std::string address::to_string() const {
  std::string h = host();
  if (is_v6()) h = "[" + h + "]";
  return is_v4() || is_v6() ? h + ":" + std::to_string(port()) : h;
}

bool operator==(const address& a, const address& b) noexcept {
  return a.size_ == b.size_ && std::memcmp(a.bytes_.data(), b.bytes_.data(), a.size_) == 0;
}

} // namespace gocpp::net

namespace gocpp::rt {

HostPort split_host_port(const char* operation, const char* network, std::string_view text) {
  std::size_t colon = text.rfind(':');
  if (colon != text.npos) {
    std::string_view host = text.substr(0, colon);
    bool brackets = host.size() >= 2 && host.front() == '[' && host.back() == ']';
    if (brackets) host = host.substr(1, host.size() - 2);
    // A colon of its own needs brackets: which one would the port's be?
    if (host.find_first_of("[]") == host.npos && (brackets || host.find(':') == host.npos) && text.find('\0') == text.npos)
      return {std::string(host), std::string(text.substr(colon + 1))};
  }
  const char* why = colon == text.npos ? " (missing port)" : std::count(text.begin(), text.end(), ':') > 1 ? " (too many colons: IPv6 needs brackets)" : "";
  throw_net_error(operation, network, std::string(text) + why, std::make_error_code(std::errc::invalid_argument));
}

net::address numeric_address(const HostPort& at) noexcept {
  std::uint16_t port = 0;
  const char* end = at.port.data() + at.port.size();
  auto [stop, failed] = std::from_chars(at.port.data(), end, port);
  if (failed != std::errc() || stop != end) return {};
  sockaddr_in a4{};
  if (::inet_pton(AF_INET, at.host.c_str(), &a4.sin_addr) == 1) {
    a4.sin_family = AF_INET;
    a4.sin_port = htons(port);
    return {reinterpret_cast<sockaddr*>(&a4), sizeof a4};
  }
  sockaddr_in6 a6{};
  std::size_t percent = at.host.find('%');
  if (::inet_pton(AF_INET6, at.host.substr(0, percent).c_str(), &a6.sin6_addr) != 1) return {};
  if (percent != at.host.npos && !(a6.sin6_scope_id = ::if_nametoindex(at.host.c_str() + percent + 1))) return {};
  a6.sin6_family = AF_INET6;
  a6.sin6_port = htons(port);
  return {reinterpret_cast<sockaddr*>(&a6), sizeof a6};
}

} // namespace gocpp::rt
