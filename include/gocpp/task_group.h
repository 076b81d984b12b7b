// task_group: goroutines that belong together, and the first error among them; Go's errgroup.
//
//   gocpp::task_group group;
//   for (auto& url : urls)
//     group.go([&, ctx = group.context()] { fetch(ctx, url); });
//   group.wait();  // throws what the first failing fetch threw, after all have ended
#pragma once

#include <gocpp/context.h>
#include <gocpp/go.h>
#include <gocpp/mutex.h>
#include <gocpp/semaphore.h>
#include <gocpp/wait_group.h>

#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

namespace gocpp {
namespace detail {
[[noreturn]] void throw_panic(const char* text);
}

/// Runs functions in goroutines and waits for all of them. The first exception that leaves one cancels the
/// group's context and is what wait() throws; later ones are dropped. Neither copied nor moved: the tasks
/// refer to it.
class task_group {
 public:
  /// A group whose context is derived from `parent`.
  explicit task_group(const gocpp::context& parent = gocpp::context::background())
      : scope_(with_cancel(parent)) {}
  task_group(const task_group&) = delete;
  task_group& operator=(const task_group&) = delete;
  /// Without a wait() before it, cancels the context, waits for all tasks and drops their exceptions. So a
  /// scope that an exception leaves does not leave goroutines behind that refer to its variables.
  ~task_group() {
    scope_.cancel();
    group_.wait();
  }

  /// The group's context: over at the first exception, when wait() has returned, or with its parent. (Name
  /// the type gocpp::context inside derived classes.)
  const gocpp::context& context() const noexcept { return scope_.ctx; }

  /// Runs `f(args…)` in a new goroutine of the group. Copies are as with gocpp::go. With a limit, waits until
  /// fewer than that many tasks run. May be called by the group's own tasks.
  template <class F, class... Args> [[gnu::always_inline]] void go(F&& f, Args&&... args) {
    static_assert(detail::taken_by_go<F, Args...>::checked);
    if (limit_)
      limit_->acquire();
    start(std::forward<F>(f), std::forward<Args>(args)...);
  }

  /// The same if the limit allows it now; says whether the task was started. Never waits.
  template <class F, class... Args> [[gnu::always_inline]] bool try_go(F&& f, Args&&... args) {
    static_assert(detail::taken_by_go<F, Args...>::checked);
    if (limit_ && !limit_->try_acquire())
      return false;
    start(std::forward<F>(f), std::forward<Args>(args)...);
    return true;
  }

  /// Waits until every task has ended, then cancels the context. Throws the first exception that left a task.
  void wait() {
    group_.wait();
    scope_.cancel();
    if (failed_.load(std::memory_order_acquire))
      std::rethrow_exception(first_);
  }

  /// Lets at most `n` tasks run at a time; 0 lets none start, a negative number takes the limit away. Panics
  /// with `task_group limit changed while tasks run`.
  void set_limit(std::ptrdiff_t n) {
    if (running_.load(std::memory_order_acquire) != 0)
      detail::throw_panic("task_group limit changed while tasks run");
    if (n < 0)
      limit_.reset();
    else
      limit_.emplace(n < counting_semaphore<>::max() ? n : counting_semaphore<>::max());
  }

 private:
  /// What a task holds while it exists: its place under the limit. Given back wherever the task ends up.
  class place {
   public:
    explicit place(task_group& group) noexcept : group_(&group) {
      group.running_.fetch_add(1, std::memory_order_relaxed);
    }
    place(place&& other) noexcept : group_(std::exchange(other.group_, nullptr)) {}
    place& operator=(place&&) = delete;
    ~place() {
      if (!group_)
        return;
      if (group_->limit_)
        group_->limit_->release();
      group_->running_.fetch_sub(1, std::memory_order_release);  // set_limit, which acquires it, may go on
    }
    task_group& group() const noexcept { return *group_; }

   private:
    task_group* group_;
  };
  /// The call is declared last: its copies are destroyed before the place is given back.
  template <class Call> struct task {
    place held;
    Call call;
    void operator()() && {
      try {
        std::move(call)();
      } catch (...) {
        // Not an exception of the task's, but the end of the goroutine on its way through.
        if (!std::current_exception())
          throw;
        held.group().fail(std::current_exception());
      }
    }
  };

  template <class F, class... Args> [[gnu::always_inline]] void start(F&& f, Args&&... args) {
    using Call = detail::bound_call<std::decay_t<F>, std::decay_t<Args>...>;
    place held(*this);
    group_.go(task<Call>{std::move(held), Call{std::forward<F>(f), std::tuple<std::decay_t<Args>...>(
                                                                       std::forward<Args>(args)...)}});
  }

  void fail(std::exception_ptr e) noexcept {
    {
      std::lock_guard hold(lock_);
      if (failed_.load(std::memory_order_relaxed))
        return;
      first_ = std::move(e);
      failed_.store(true, std::memory_order_release); // publishes first_ to wait()
    }
    scope_.cancel();
  }

  cancelable_context scope_;
  mutex lock_;
  std::exception_ptr first_; ///< Written once, under lock_, before failed_.
  std::atomic<bool> failed_{false};
  std::atomic<std::ptrdiff_t> running_{0};
  std::optional<counting_semaphore<>> limit_;
  wait_group group_;
};

} // namespace gocpp
