// membarrier(2), or the fence that stands in for it. The protocol stands in lease.h.

#include "lease.h"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace gocpp::rt {

bool g_have_membarrier = false;

void membarrier_register() noexcept {
  g_have_membarrier = syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
}

void membarrier_all() noexcept {
  if (g_have_membarrier && syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0) return;
  std::atomic_thread_fence(std::memory_order_seq_cst);  // pairs with the fence in Lease::enter
}

} // namespace gocpp::rt
