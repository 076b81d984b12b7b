// Condition variables: waiting until something that a lock guards has changed.
#pragma once

#include <gocpp/detail/deadline.h>
#include <gocpp/detail/wait_core.h>
#include <gocpp/mutex.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <utility>

namespace gocpp {
namespace detail {

/// A place in the queue, taken before the user's lock is given up.
struct cond_place {
  alignas(8) unsigned char record[96];
};
void cond_begin(wait_core& c, cond_place& p) noexcept;
/// Waits for the notification; false when the deadline passed first. Ends the place.
bool cond_wait(wait_core& c, cond_place& p, std::int64_t deadline) noexcept;
/// Ends a place that was not waited at.
void cond_cancel(wait_core& c, cond_place& p) noexcept;
void cond_notify(wait_core& c, bool all) noexcept;
void cond_destroy(wait_core& c) noexcept;

class condition_base {
 public:
  constexpr condition_base() noexcept = default;
  condition_base(const condition_base&) = delete;
  condition_base& operator=(const condition_base&) = delete;
  ~condition_base() { cond_destroy(core_); }

  /// Lets the one that has waited longest go on, if any. Does not block. Go's Signal.
  void notify_one() noexcept {
    if (somebody())
      cond_notify(core_, false);
  }
  /// Lets all that wait now go on. Does not block. Go's Broadcast.
  void notify_all() noexcept {
    if (somebody())
      cond_notify(core_, true);
  }

 protected:
  /// Gives `lock` up, waits, takes it again. False when the deadline passed before the notification.
  template <class Lock> bool wait_with(Lock& lock, std::int64_t deadline) {
    place p(core_);
    lock.unlock();
    bool notified = p.wait(deadline);
    lock.lock();
    return notified;
  }
  template <class Lock, class Clock, class Duration>
  std::cv_status wait_until_time(Lock& lock, const std::chrono::time_point<Clock, Duration>& t) {
    if (wait_with(lock, deadline_at(t)))
      return std::cv_status::no_timeout;
    // Another clock may have been set back meanwhile: then this was a spurious wake-up.
    if constexpr (!std::is_same_v<Clock, std::chrono::steady_clock>)
      if (Clock::now() < t)
        return std::cv_status::no_timeout;
    return std::cv_status::timeout;
  }

 private:
  /// The word counts those who are between cond_begin and the end of their wait. Whoever changed the
  /// condition under the lock sees all who gave the lock up before, so relaxed is enough.
  bool somebody() const noexcept { return core_.word.load(std::memory_order_relaxed) != 0; }

  class place {
   public:
    explicit place(wait_core& c) noexcept : core_(&c) { cond_begin(c, place_); }
    place(const place&) = delete;
    place& operator=(const place&) = delete;
    ~place() {
      if (core_)
        cond_cancel(*core_, place_);
    }
    bool wait(std::int64_t deadline) noexcept {
      return cond_wait(*std::exchange(core_, nullptr), place_, deadline);
    }

   private:
    wait_core* core_;
    cond_place place_;
  };
  wait_core core_;
};

/// The waits of a condition variable; Self::check says which locks it takes.
template <class Self> class condition_waits : public condition_base {
 public:
  /// Gives `lock` up, waits for a notification, and takes the lock again. Never wakes without one.
  template <class Lock> void wait(Lock& lock) {
    Self::template check<Lock>();
    this->wait_with(lock, no_deadline);
  }
  /// Waits until `ready()` is true, which is called with the lock held.
  template <class Lock, class Predicate> void wait(Lock& lock, Predicate ready) {
    while (!ready())
      wait(lock);
  }
  /// Waits no longer than `d` for a notification; std::cv_status::timeout when there was none.
  template <class Lock, class Rep, class Period>
  std::cv_status wait_for(Lock& lock, const std::chrono::duration<Rep, Period>& d) {
    Self::template check<Lock>();
    return this->wait_with(lock, deadline_after(d)) ? std::cv_status::no_timeout : std::cv_status::timeout;
  }
  /// Waits no longer than `d` until `ready()` is true, and gives its value.
  template <class Lock, class Rep, class Period, class Predicate>
  bool wait_for(Lock& lock, const std::chrono::duration<Rep, Period>& d, Predicate ready) {
    Self::template check<Lock>();
    std::int64_t deadline = deadline_after(d);
    while (!ready())
      if (!this->wait_with(lock, deadline))
        return ready();
    return true;
  }
  /// Waits no longer than until `t`, on any clock.
  template <class Lock, class Clock, class Duration>
  std::cv_status wait_until(Lock& lock, const std::chrono::time_point<Clock, Duration>& t) {
    Self::template check<Lock>();
    return this->wait_until_time(lock, t);
  }
  /// Waits no longer than until `t`, on any clock, until `ready()` is true, and gives its value.
  template <class Lock, class Clock, class Duration, class Predicate>
  bool wait_until(Lock& lock, const std::chrono::time_point<Clock, Duration>& t, Predicate ready) {
    while (!ready())
      if (wait_until(lock, t) == std::cv_status::timeout)
        return ready();
    return true;
  }
};

} // namespace detail

/// Waits with a std::unique_lock<gocpp::mutex>; Go's sync.Cond, std::condition_variable's interface. It may
/// be destroyed once all that wait have been notified, even before their waits have returned.
class condition_variable : public detail::condition_waits<condition_variable> {
  friend class detail::condition_waits<condition_variable>;
  template <class Lock> static constexpr void check() {
    static_assert(
        std::is_same_v<Lock, std::unique_lock<mutex>>,
        "gocpp: condition_variable waits with a std::unique_lock<gocpp::mutex>; for another lock use "
        "gocpp::condition_variable_any");
  }
};

/// A condition variable for any lock that has lock() and unlock().
class condition_variable_any : public detail::condition_waits<condition_variable_any> {
  friend class detail::condition_waits<condition_variable_any>;
  template <class Lock> static constexpr void check() {
    static_assert(
        requires(Lock& l) {
          l.lock();
          l.unlock();
        }, "gocpp: condition_variable_any waits with a lock that has lock() and unlock()");
  }
};

} // namespace gocpp
