// The one home of thread-local state in the runtime.
//
// Compilers keep the address of a thread-local variable in a register across calls, which is wrong once a call may
// return in another thread. So nothing else may name one, and these functions stay calls: noinline, with an asm that
// keeps link-time optimisation from proving them pure.

#include "m.h"

#include <cerrno>
#include <gocpp/detail/errno.h>

namespace gocpp::rt {

namespace {
constinit thread_local M* tls_m [[gnu::tls_model("initial-exec")]] = nullptr;
}

[[gnu::noinline]] M* this_m() noexcept {
  asm volatile("");
  return tls_m;
}

[[gnu::noinline]] void set_this_m(M* m) noexcept {
  asm volatile("");
  tls_m = m;
}

} // namespace gocpp::rt

namespace gocpp::detail {

[[gnu::noinline]] int* errno_location() noexcept {
  asm volatile("");
  return __errno_location();
}

} // namespace gocpp::detail
