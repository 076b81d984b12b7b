// The ends of a process that the language defines, and the reports that go with them.
#pragma once

namespace gocpp::rt {

/// Misuse, corruption or exhaustion: `fatal error: TEXT` and the calling goroutine's stack, exit status 2.
/// The first line is out before anything is tried that might itself fail. Any context but a signal handler.
[[noreturn]] void fatal(const char* text) noexcept;
/// `fatal error: TEXT`, then every goroutine with its reason and stack, exit status 2. The world must be
/// stopped or all its goroutines parked.
[[noreturn]] void fatal_with_goroutines(const char* text) noexcept;

/// Called when every M is idle and no timer, poller or thread can make progress. Takes no lock of the
/// scheduler.
[[noreturn]] void report_deadlock() noexcept;

/// Never returns once a goroutine's end is being reported. For who is about to end the process in another
/// way.
void let_report_finish() noexcept;

/// Installs the handlers that turn a hit guard page and an uncaught exception in a goroutine into reports.
/// Once.
void install_fatal_handlers() noexcept;
/// Gives the calling thread the alternate stack that those handlers need. Once per M; returns what to free at
/// its end.
void* install_signal_stack() noexcept;
void remove_signal_stack(void* stack) noexcept;
/// Where execution on such a stack starts.
void* signal_stack_top(void* stack) noexcept;

} // namespace gocpp::rt
