// What the sanitizers have to be told about stacks that change under them. Empty in an ordinary build.
//
// TSan: every goroutine has a fibre of its own, and a switch orders nothing (flag 1), so that races between goroutines
// are seen; the runtime's own atomics give the order that there is. ASan: the fake stack is handed over both
// ways. Called in pairs around switch_context by sched.cc, and nowhere else.
#pragma once

#include <cstddef>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define GOCPP_TSAN 1
#endif
#if __has_feature(address_sanitizer)
#define GOCPP_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__) && !defined(GOCPP_TSAN)
#define GOCPP_TSAN 1
#endif
#if defined(__SANITIZE_ADDRESS__) && !defined(GOCPP_ASAN)
#define GOCPP_ASAN 1
#endif

#ifdef GOCPP_TSAN
#include <sanitizer/tsan_interface.h>
#endif
#ifdef GOCPP_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif

namespace gocpp::rt {

#if defined(GOCPP_TSAN) || defined(GOCPP_ASAN)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

/// What a sanitizer keeps for one context.
struct Fibre {
#ifdef GOCPP_TSAN
  void* tsan = nullptr;
#endif
#ifdef GOCPP_ASAN
  void* fake_stack = nullptr;
  const void* bottom = nullptr;
  std::size_t size = 0;
#endif
};

} // namespace gocpp::rt
