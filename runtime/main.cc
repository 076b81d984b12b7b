// The real `main` of a program whose own main is a goroutine.
//
// Stands alone in its archive member: a program with a main of its own does not pull it in. When the user's main returns the
// world is stopped for good and the process ends as after any main, on the stack and thread where main happened to run
// last; that thread is a plain one from then on, so static destructors may use channels.

#include "descriptor_limit.h"
#include "fatal.h"
#include "sched.h"
#include "switch.h"

#include <gocpp/detail/rt.h>

#include <algorithm>
#include <cstdlib>
#include <sys/resource.h>

/// The user's main, under the label that the compiler gave it.
extern "C" int gocpp_main(int argc, char** argv, char** envp);

namespace gocpp::rt {

namespace {

struct MainCall {
  int argc;
  char** argv;
  char** envp;
};

/// The stack that the process was promised.
std::size_t main_stack_bytes() noexcept {
  constexpr std::size_t unlimited = std::size_t{1} << 30;
  rlimit limit;
  if (getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return unlimited;
  return std::clamp(static_cast<std::size_t>(limit.rlim_cur) + kStackGuard, std::size_t{1} << 20, unlimited);
}

[[noreturn]] void end_process(int status) noexcept {
  let_report_finish();
  {
    Entry e;
    while (!sched.world_lock.try_lock()) yield_now(e);
    stop_world(e.m);
  }
  // The world stays stopped. What runs now, static destructors above all, runs in a plain thread.
  set_this_m(nullptr);
  std::exit(status);
}

void run_main(void* closure) {
  auto* call = static_cast<MainCall*>(closure);
  end_process(gocpp_main(call->argc, call->argv, call->envp));
}

} // namespace
} // namespace gocpp::rt

int main(int argc, char** argv, char** envp) {
  using namespace gocpp::rt;
  lift_descriptor_limit();  // as Go does: the usual soft limit, 1,024, is for the sake of select(2)
  ensure_started();
  sched.main_is_goroutine.store(true, std::memory_order_relaxed);
  auto* call = static_cast<MainCall*>(gocpp::detail::spawn_begin(sizeof(MainCall), alignof(MainCall)));
  *call = {argc, argv, envp};
  M* m = adopt_first_thread();
  put_global(make_main_g(call, &run_main, stack_class_for(main_stack_bytes())));
  if (!regain_p(m)) wake_p();  // goroutines of static initialisers hold all Ps: main waits its turn
  schedule_loop(m);
  return 0;  // not reached: the first thread's loop has no end
}
