// The one home of thread-local state in the runtime.
//
// Compilers keep the address of a thread-local variable in a register across calls, which is wrong once a call may
// return in another thread. So nothing else may name one: it is read by assembly (this_m in cpu.h), and the other
// functions stay calls, noinline, with an asm that keeps link-time optimisation from proving them pure.

#include "m.h"

#include <cerrno>
#include <gocpp/detail/errno.h>

extern "C" {
// retain: link-time optimisation does not see who reads it.
[[gnu::used, gnu::retain, gnu::tls_model("initial-exec")]]
constinit thread_local gocpp::rt::M* gocpp_rt_this_m = nullptr;
}

namespace gocpp::rt {

[[gnu::noinline]] void set_this_m(M* m) noexcept {
  asm volatile("");
  gocpp_rt_this_m = m;
}

} // namespace gocpp::rt

namespace gocpp::detail {

[[gnu::noinline]] int* errno_location() noexcept {
  asm volatile("");
  return __errno_location();
}

} // namespace gocpp::detail
