// See give_way.h.

#include "give_way.h"

#include "timer.h"

#include <sched.h>

namespace gocpp::rt {

int64_t give_way_at(int64_t now) noexcept {
  sched_yield();
  int64_t after = now_ns();
  give_way.took(now, after);
  return after;
}

} // namespace gocpp::rt
