// Mutual exclusion for goroutines and threads alike: mutex, timed_mutex, recursive_mutex, once_flag.
//
// A lock or unlock that meets nobody is one compare-and-swap, inline. Waiting goroutines park; waiting plain
// threads block as threads.
#pragma once

#include <gocpp/detail/deadline.h>
#include <gocpp/detail/wait_core.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <type_traits>
#include <utility>

namespace gocpp {
namespace detail {

/// Waits for the mutex; false when the deadline passed first.
bool mutex_lock(wait_core& c, std::int64_t deadline) noexcept;
void mutex_unlock(wait_core& c) noexcept;
/// The calling goroutine, or the calling thread when it is none.
const void* current_owner() noexcept;
/// True: the caller shall run the function and then call once_end. False: somebody has.
bool once_begin(wait_core& c) noexcept;
void once_end(wait_core& c, bool done) noexcept;

// The word; mutex.cc says what the bits mean.
inline constexpr std::uint32_t mutex_locked = 1, mutex_waiters = 2, mutex_woken = 4, mutex_starving = 8, mutex_one_free = 16;
inline constexpr std::uint32_t once_done = 2;

/// Whether the unlock of a mutex with this word has to wake nobody: nobody waits, or one is on its way already.
constexpr bool mutex_wakes_nobody(std::uint32_t w) noexcept {
  constexpr std::uint32_t such = 1u << mutex_locked | 1u << (mutex_locked | mutex_woken) |
                                 1u << (mutex_locked | mutex_woken | mutex_waiters);
  return such >> (w % mutex_one_free) & 1;
}

/// The word of a locked mutex once it is free.
constexpr std::uint32_t mutex_freed(std::uint32_t w) noexcept { return w - mutex_locked + mutex_one_free; }

/// What all mutexes are. An operation that has to wait for nobody and wake nobody is one atomic read-modify-write, also while
/// others wait: a second one would double the time of a mutex that many use.
class mutex_base {
 public:
  constexpr mutex_base() noexcept = default;
  mutex_base(const mutex_base&) = delete;
  mutex_base& operator=(const mutex_base&) = delete;

  /// Waits until the mutex is free and takes it. Not recursive.
  void lock() noexcept {
    if (!take_free()) [[unlikely]]
      mutex_lock(core_, no_deadline);
  }
  /// Takes the mutex if it is free; false otherwise. Never waits.
  bool try_lock() noexcept {
    std::uint32_t w = core_.word.load(std::memory_order_relaxed);
    while (!(w & mutex_locked))
      if (core_.word.compare_exchange_weak(w, w | mutex_locked, std::memory_order_acquire,
                                           std::memory_order_relaxed))
        return true;
    return false;
  }
  /// Frees the mutex, which need not have been taken by the same goroutine. Of a free one: `fatal error:
  /// unlock of unlocked mutex`.
  void unlock() noexcept {
    std::uint32_t w = core_.word.load(std::memory_order_relaxed);
    // release: what was done under the lock reaches the next owner's acquire.
    if (!mutex_wakes_nobody(w) || !core_.word.compare_exchange_strong(w, mutex_freed(w), std::memory_order_release,
                                                                      std::memory_order_relaxed)) [[unlikely]]
      mutex_unlock(core_);
  }

 protected:
  /// Sets the bit, which changes nothing where it was set.
  bool take_free() noexcept { return !(core_.word.fetch_or(mutex_locked, std::memory_order_acquire) & mutex_locked); }
  wait_core core_;
};

} // namespace detail

/// A lock that one goroutine or thread holds at a time; Go's sync.Mutex, std::mutex's interface. Use it with
/// std::lock_guard, std::unique_lock and std::scoped_lock. Fair as Go's: who has waited more than 1 ms gets
/// it handed. May be unlocked by another goroutine than the one that locked it, and destroyed as soon as it
/// is free.
class mutex : public detail::mutex_base {};

/// A mutex whose lock can be waited for with a time limit.
class timed_mutex : public detail::mutex_base {
 public:
  /// Waits no longer than `d` for the mutex; says whether it was taken. With d <= 0 it only tries.
  template <class Rep, class Period> bool try_lock_for(const std::chrono::duration<Rep, Period>& d) {
    return try_lock() || try_until_ns(detail::deadline_after(d));
  }
  /// Waits no longer than until `t`, on any clock; says whether it was taken.
  template <class Clock, class Duration>
  bool try_lock_until(const std::chrono::time_point<Clock, Duration>& t) {
    return try_lock() ||
           detail::attempt_until(t, [&](std::int64_t deadline) { return try_until_ns(deadline); });
  }

 private:
  bool try_until_ns(std::int64_t deadline) noexcept {
    if (deadline <= detail::steady_ns())
      return try_lock();
    return detail::mutex_lock(core_, deadline);
  }
};

/// A mutex that its owner, a goroutine or a plain thread, may take again. It is free after as many unlocks.
class recursive_mutex {
 public:
  constexpr recursive_mutex() noexcept = default;
  recursive_mutex(const recursive_mutex&) = delete;
  recursive_mutex& operator=(const recursive_mutex&) = delete;

  /// Takes the mutex, at once if the caller has it already.
  void lock() noexcept {
    const void* me = detail::current_owner();
    if (!mine(me)) {
      inner_.lock();
      owner_.store(me, std::memory_order_relaxed);
    }
    ++depth_;
  }
  /// The same without waiting; says whether the caller has it now.
  bool try_lock() noexcept {
    const void* me = detail::current_owner();
    if (!mine(me)) {
      if (!inner_.try_lock())
        return false;
      owner_.store(me, std::memory_order_relaxed);
    }
    ++depth_;
    return true;
  }
  /// Undoes one lock. Of a free one: `fatal error: unlock of unlocked mutex`.
  void unlock() noexcept {
    if (depth_ > 1) {
      --depth_;
      return;
    }
    depth_ = 0;
    owner_.store(nullptr, std::memory_order_relaxed);
    inner_.unlock();
  }

 private:
  // Only the owner can read its own name here, so no order is needed.
  bool mine(const void* me) const noexcept { return owner_.load(std::memory_order_relaxed) == me; }

  mutex inner_;
  std::atomic<const void*> owner_{nullptr};
  std::uint32_t depth_ = 0; // the owner's
};

/// What call_once remembers; Go's sync.Once.
class once_flag {
 public:
  constexpr once_flag() noexcept = default;
  once_flag(const once_flag&) = delete;
  once_flag& operator=(const once_flag&) = delete;

 private:
  template <class F, class... Args> friend void call_once(once_flag& flag, F&& f, Args&&... args);
  detail::wait_core core_;
};

/// Calls f(args…) unless a call with the same flag has returned. Callers that come meanwhile wait for it.
/// When `f` throws, the exception goes to this caller and the next one tries. A call from within `f` waits
/// for ever.
template <class F, class... Args> void call_once(once_flag& flag, F&& f, Args&&... args) {
  static_assert(std::is_invocable_v<F, Args...>,
                "gocpp: call_once cannot call the function with these arguments");
  // acquire: what the function did is seen.
  if (flag.core_.word.load(std::memory_order_acquire) == detail::once_done) [[likely]]
    return;
  if (!detail::once_begin(flag.core_))
    return;
  struct End {
    detail::wait_core& core;
    bool done = false;
    ~End() { detail::once_end(core, done); }
  } end{flag.core_};
  std::invoke(std::forward<F>(f), std::forward<Args>(args)...);
  end.done = true;
}

} // namespace gocpp
