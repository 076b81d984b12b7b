// What the sanitizers have to be told about stacks that change under them. Empty in an ordinary build.
//
// TSan: every goroutine has a fibre of its own, and a switch orders nothing (flag 1), so that races between goroutines
// are seen. What a goroutine's M and P pass from one context to the next would then look like races of the scheduler
// with itself, so the files that switch are compiled without TSan (CMakeLists.txt) and the order that programs may rely on is
// told here: ready -> resumed, spawn -> first run, end -> the record's or stack's next user, which comes as late as can be, since
// that order hides races between the two. An address that is told must not be that of an atomic which instrumented files use.
// ASan: the fake stack is handed over both ways. The switch's own pair stands in switch.h.
#pragma once

#include <cstddef>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer) && !defined(GOCPP_TSAN)
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

#if defined(__clang__)
#define GOCPP_NO_TSAN __attribute__((no_sanitize("thread")))
// The above leaves atomics visible.
#define GOCPP_UNSEEN_BY_TSAN __attribute__((disable_sanitizer_instrumentation))
#else
#define GOCPP_NO_TSAN __attribute__((no_sanitize_thread))
#define GOCPP_UNSEEN_BY_TSAN GOCPP_NO_TSAN
#endif

#ifdef GOCPP_TSAN
#include <sanitizer/tsan_interface.h>
// In no header of TSan's.
extern "C" {
void AnnotateIgnoreSyncBegin(const char* file, int line);
void AnnotateIgnoreSyncEnd(const char* file, int line);
void AnnotateIgnoreWritesBegin(const char* file, int line);
void AnnotateIgnoreWritesEnd(const char* file, int line);
}
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

/// What comes before happens before what comes after an order_after of the same object, as TSan sees it.
inline void order_before([[maybe_unused]] void* object) noexcept {
#ifdef GOCPP_TSAN
  __tsan_release(object);
#endif
}
inline void order_after([[maybe_unused]] void* object) noexcept {
#ifdef GOCPP_TSAN
  __tsan_acquire(object);
#endif
}

/// A scope in which what the thread does orders nothing, and is no access, for TSan: under a lock that it does not see, where it
/// sees the allocator; and where one goroutine does something for the next, which does not come after it.
class Unseen {
 public:
#ifdef GOCPP_TSAN
  Unseen() noexcept {
    AnnotateIgnoreSyncBegin(__FILE__, __LINE__);
    AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
  }
  ~Unseen() {
    AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
    AnnotateIgnoreSyncEnd(__FILE__, __LINE__);
  }
#else
  Unseen() noexcept {}
#endif
  Unseen(const Unseen&) = delete;
  Unseen& operator=(const Unseen&) = delete;
};

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
