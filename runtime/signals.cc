// Signals: a fault in a goroutine's guard page is a stack overflow; every other one goes to whoever had the
// signal before.
//
// The handler runs on the M's signal stack, which is large enough to write the whole report there; panics
// write theirs on it, too (report_with_room). The thread's former signal stack, a sanitizer's for instance,
// is put back when the M ends.

#include "dump.h"
#include "fatal.h"
#include "m.h"
#include "panic.h"
#include "report.h"
#include "stack.h"
#include "symbolize.h"

#include <csignal>
#include <cstring>
#include <sys/mman.h>
#include <ucontext.h>

namespace gocpp::rt {

namespace {

constexpr std::size_t kSignalStack = 256 * 1024;
#ifdef GOCPP_TSAN
constexpr bool kAllocationIsReported = true; // as unsafe in a signal handler
#else
constexpr bool kAllocationIsReported = false;
#endif

struct sigaction previous_segv; // written once, before the first goroutine
Trace trace;                    // the reporter's

uintptr_t interrupted_pc(void* context) noexcept {
#if defined(__x86_64__)
  return static_cast<uintptr_t>(static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP]);
#endif
}

[[noreturn]] void report_overflow(G* g, uintptr_t pc) noexcept {
  begin_report();
  put("goroutine stack exceeds ");
  put_number(stack_class_bytes(g->stack_class) / 1024);
  put(g->id.load(std::memory_order_relaxed) == 1 ? " KiB: ulimit -s sets main's\n" : " KiB: gocpp::set_stack_size makes later ones larger\n");
  put("fatal error: stack overflow\n\n");
  send_report();
  trace_here(trace, pc);
  if (kAllocationIsReported || inside_allocator(trace))
    allocate_nothing();
  put_goroutine(g, "running", &trace);
  send_report();
  flush_standard_output();
  end_report();
}

/// Does what would have happened without us.
void pass_on(int sig, siginfo_t* info, void* context) noexcept {
  const struct sigaction& old = previous_segv;
  if (old.sa_flags & SA_SIGINFO)
    return old.sa_sigaction(sig, info, context);
  if (old.sa_handler != SIG_DFL && old.sa_handler != SIG_IGN)
    return old.sa_handler(sig);
  bool is_fault = info->si_code > 0; // else somebody sent it
  if (old.sa_handler == SIG_IGN && !is_fault)
    return;
  struct sigaction standard{};
  standard.sa_handler = SIG_DFL;
  sigaction(sig, &standard, nullptr);
  // A fault happens again as soon as we return, and then ends the process; a sent signal has to be sent
  // again.
  if (!is_fault)
    raise(sig);
}

void on_fault(int sig, siginfo_t* info, void* context) {
  if (reporting_here())
    begin_report(); // ends it
  M* m = this_m();
  if (m && m->g && info->si_code > 0 && m->g->stack && stack_guard_hit(m->g->stack, info->si_addr))
    report_overflow(m->g, interrupted_pc(context));
  pass_on(sig, info, context);
}

} // namespace

void install_fatal_handlers() noexcept {
  install_terminate_handler();
  struct sigaction action{};
  action.sa_sigaction = &on_fault;
  action.sa_flags = SA_ONSTACK | SA_SIGINFO;
  sigemptyset(&action.sa_mask);
  sigaction(SIGSEGV, &action, &previous_segv);
}

namespace {

/// At the lowest address of a signal stack: what the thread had before.
struct SignalStackNote {
  stack_t former;
};

} // namespace

void* install_signal_stack() noexcept {
  void* mem =
      mmap(nullptr, kSignalStack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mem == MAP_FAILED)
    return nullptr;
  auto* note = static_cast<SignalStackNote*>(mem);
  stack_t mine{};
  mine.ss_sp = note + 1;
  mine.ss_size = kSignalStack - sizeof(SignalStackNote);
  if (sigaltstack(&mine, &note->former) != 0) {
    munmap(mem, kSignalStack);
    return nullptr;
  }
  return mem;
}

void* signal_stack_top(void* stack) noexcept { return static_cast<char*>(stack) + kSignalStack; }

void remove_signal_stack(void* stack) noexcept {
  if (!stack)
    return;
  sigaltstack(&static_cast<SignalStackNote*>(stack)->former, nullptr);
  munmap(stack, kSignalStack);
}

} // namespace gocpp::rt
