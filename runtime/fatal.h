// The ends of a process that the language defines, and the reports that go with them.
#pragma once

#include "g.h"

#include <atomic>

namespace gocpp::rt {

/// Corruption or exhaustion: `fatal error: TEXT`, exit status 2. Allocates nothing, takes no lock, never returns.
[[noreturn]] void fatal(const char* text) noexcept;
/// `fatal error: TEXT`, then every goroutine with its reason and stack, exit status 2. The world must be stopped or
/// all its goroutines parked.
[[noreturn]] void fatal_with_goroutines(const char* text) noexcept;

/// Called when every M is idle and no timer, poller or thread can make progress. Never returns.
[[noreturn]] void report_deadlock() noexcept;

/// Installs the handlers that turn a hit guard page and an uncaught exception in a goroutine into reports. Once.
void install_fatal_handlers() noexcept;
/// Gives the calling thread the alternate stack that those handlers need. Once per M; returns what to free at its end.
void* install_signal_stack() noexcept;
void remove_signal_stack(void* stack) noexcept;

/// A parked goroutine that is resumed with this request set records its own stack and parks again (dump.cc).
struct BacktraceRequest {
  static constexpr int kMax = 128;
  void* pcs[kMax];
  int count = 0;
};
/// Fills `r` with the return addresses of a parked goroutine by switching to it and back. All goroutines must be
/// stopped; the caller runs on an M's own stack.
void backtrace_parked(G* g, BacktraceRequest& r) noexcept;
/// The pending request; park() looks at it right after it resumes and, while it is set, calls answer_backtrace.
extern std::atomic<BacktraceRequest*> backtrace_request;
void answer_backtrace(G* g) noexcept;

} // namespace gocpp::rt
