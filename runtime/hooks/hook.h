// What the hooks share. A hook is a function of libc's name that stands before libc's: for a goroutine that would wait it
// parks the goroutine instead of the thread; for anybody else it calls libc's.
//
// Hooks are linked into the executable (gocpp --hook-libc), so calls from shared libraries reach them too; calls inside libc
// do not. Nothing of a descriptor is remembered and its flags are left alone, since others may hold it or close it.
#pragma once

#include "blocking.h"
#include "borrowed_fd.h"

#include <cerrno>
#include <ctime>
#include <gocpp/blocking.h>
#include <gocpp/detail/errno.h>

namespace gocpp::hooks {

/// Whether the caller is the code of a goroutine that may park: not a plain thread, not the runtime, not a call that has been
/// declared blocking, not the child of a fork.
bool applies() noexcept;

/// The function of that name behind the hook: a sanitizer's or libc's.
void* find_real(const char* name) noexcept;

/// `GOCPP_REAL(read)(fd, …)` calls the function behind the hook.
#define GOCPP_REAL(name)                                                                                               \
  ([]() noexcept {                                                                                                     \
    static auto* const found = reinterpret_cast<decltype(&::name)>(::gocpp::hooks::find_real(#name));                  \
    return found;                                                                                                      \
  }())

/// Whether this is the process that has the goroutines, not a child of a fork.
bool in_the_process() noexcept;

/// Whether the descriptor's owner wants to hear EAGAIN instead of waiting.
bool is_nonblocking(int fd) noexcept;

/// now_ns() time at which a wait of so many milliseconds ends; negative: never.
int64_t deadline_after_ms(int64_t ms) noexcept;
int64_t deadline_after(const timespec& t) noexcept;

/// Runs a call that may block in a way that the poller does not know, the processor handed off meanwhile.
template <class Call> auto in_thread(Call call) {
  detail::blocking_scope scope;
  return call();
}

} // namespace gocpp::hooks
