// Looking names up: getaddrinfo, which blocks, in a thread that has handed its processor on.
//
// getaddrinfo cannot be ended. Who has a deadline or a context asks in a goroutine of its own, and leaves it behind when he
// goes. As in Go at most 500 ask at a time, so that a resolver that does not answer does not use up the threads.

#include "socket.h"

#include <gocpp/blocking.h>
#include <gocpp/chan.h>
#include <gocpp/go.h>
#include <gocpp/select.h>
#include <gocpp/semaphore.h>

#include <memory>
#include <netdb.h>
#include <sys/socket.h>

namespace gocpp::rt {

namespace {

constinit counting_semaphore<> places(500);

class ResolverCategory final : public std::error_category {
 public:
  constexpr ResolverCategory() noexcept = default;
  const char* name() const noexcept override { return "gocpp.resolver"; }
  std::string message(int value) const override { return ::gai_strerror(value); }
};
constinit const ResolverCategory resolver;

Found ask(const HostPort& at, bool passive) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;  // one result for each address
  hints.ai_flags = passive ? AI_PASSIVE : 0;
  addrinfo* list = nullptr;
  const char* host = at.host.empty() ? nullptr : at.host.c_str();
  const char* port = at.port.empty() ? "0" : at.port.c_str();
  places.acquire();
  int error = 0;
  int result = blocking([&] {
    int r = ::getaddrinfo(host, port, &hints, &list);
    error = errno;
    return r;
  });
  places.release();
  if (result == EAI_SYSTEM) return {{}, io_error(error)};
  if (result != 0) return {{}, std::error_code(result, resolver)};
  std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(list, ::freeaddrinfo);
  Found found;
  for (addrinfo* a = list; a; a = a->ai_next) found.addresses.emplace_back(a->ai_addr, a->ai_addrlen);
  return found;
}

} // namespace

std::error_code why_over(const context& ctx) noexcept {
  bool late = ctx.err() == context_error::deadline_exceeded;
  return std::make_error_code(late ? std::errc::timed_out : std::errc::operation_canceled);
}

Found look_up(const HostPort& at, bool passive, const context& ctx) {
  if (net::address number = numeric_address(at)) return {{number}, {}};
  if (!ctx.done()) return ask(at, passive);
  chan<Found> answer(1);
  gocpp::go([=] { answer.send(ask(at, passive)); });
  Found found;
  gocpp::select(gocpp::recv(answer, [&](Found f) { found = std::move(f); }),
                gocpp::recv(ctx.done(), [&] { found.error = why_over(ctx); }));
  return found;
}

} // namespace gocpp::rt

namespace gocpp::net {

const std::error_category& resolver_category() noexcept { return rt::resolver; }

std::vector<address> resolve(std::string_view host_and_port, io::deadline until) {
  rt::HostPort at = rt::split_host_port("look up", "address", host_and_port);
  rt::WithDeadline scope(context(), until.ns());
  rt::Found found = rt::look_up(at, false, scope.ctx());
  if (found.error) rt::throw_net_error("look up", "address", host_and_port, found.error);
  return std::move(found.addresses);
}

} // namespace gocpp::net
