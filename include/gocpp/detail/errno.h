// `errno` for code that may go on in another thread.
//
// libc declares its __errno_location const, so that a compiler may keep the address over a suspension, after
// which the goroutine can be in another thread. This one makes no such promise. The value itself moves
// with the goroutine.
#pragma once

#include <cerrno>

namespace gocpp::detail {
/// The address of the calling thread's errno; good until the next suspension.
int* errno_location() noexcept;
} // namespace gocpp::detail

#undef errno
#define errno (*::gocpp::detail::errno_location())
