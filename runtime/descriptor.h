// A descriptor that goroutines share: who uses it, who takes turns, when its number is given back.
//
//   state      closed        set once
//              reading       somebody has the reading side; so for writing. Operations of one side take turns
//              read_queue    the queue of that side holds waiters; set and cleared under `lock`; so for writing
//              users         other operations in progress, and a close that has not let go yet
//
// The number stays open while anybody reads, writes or is a user. Whoever leaves a closed descriptor last gives it back
// (`finish`), and nobody can come in any more, so that happens once and no system call ever meets a number
// that means something else by then. close() sets `closed`, ends all waits (the poller's and those in the queues)
// and, where every operation can be ended so, waits for `finish`: then the number is free, and a port can
// be listened on again, when close() returns.
//
// A side is handed over: who leaves it while others queue passes it to the first of them with its bit still set.
//
//   lock       guards the queues, `finished` and the two queue bits. Taken inside the runtime only; no lock is
//              taken under it.
//
// A descriptor lives as long as handles to it do, which callers of operations hold.
#pragma once

#include "poller.h"
#include "waitq.h"

#include <gocpp/detail/descriptor.h>
#include <gocpp/detail/errno.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <sys/types.h>

namespace gocpp::rt {

/// How operations on a descriptor wait.
enum class IoMode : uint8_t {
  undecided,  ///< A standard stream that nobody has used yet (io_standard.cc).
  blocking,   ///< The call blocks its thread: regular files, and what the poller refuses.
  polled,     ///< Non-blocking and ours alone.
  borrowed,   ///< Polled, but shared with other processes, so that each call says for itself that it must not block.
  stream,     ///< A socket that is a stream, non-blocking.
  packets,    ///< A socket that keeps messages apart, non-blocking.
};

/// An outcome that is no errno: the descriptor is closed.
inline constexpr int kClosedError = -1;
std::error_code io_error(int error) noexcept;

} // namespace gocpp::rt

namespace gocpp::detail {

struct descriptor {
  constexpr descriptor(int number, rt::IoMode m) noexcept : fd(number), mode(m) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;

  /// What error texts call it.
  virtual std::string name() const = 0;
  /// Called once, by the close, while the number is still open.
  virtual void closing() noexcept {}
  /// Called before every operation: decides an undecided mode.
  virtual void prepare() noexcept {}

  /// Takes a side, waiting for its turn. False when closed.
  bool enter(rt::Direction side) noexcept;
  void leave(rt::Direction side) noexcept;
  /// Becomes a user. False when closed.
  bool use() noexcept;
  void unuse() noexcept;

  /// Ends every operation and, when the last of them is over, gives the number back. 0 or the system's error.
  int close() noexcept;
  /// Sleeps until `until`, the closing or a new deadline. The caller uses the descriptor.
  void pause(int64_t until) noexcept;
  /// Sets the deadline of a side. 0 or an error. The caller uses the descriptor.
  int set_deadline(rt::Direction side, int64_t when) noexcept;
  bool closed() const noexcept { return state.load(std::memory_order_acquire) & 1; }

  /// Whether every wait on it can be ended.
  bool has_poller() const noexcept { return pollable.load(std::memory_order_relaxed) != nullptr; }
  rt::Pollable* poll() const noexcept { return pollable.load(std::memory_order_relaxed); }

  std::atomic<uint32_t> refs{1};            ///< Handles.
  std::atomic<uint32_t> state{0};
  const int fd;
  std::atomic<rt::IoMode> mode;             ///< Written before the first handle is given out, or by prepare().
  std::atomic<rt::Pollable*> pollable{nullptr};  ///< As `mode`; relaxed, since who learns of the descriptor sees it.
  bool drained = false;                     ///< The last read took all there was at edge `drained_at`. Of the reading side.
  uint32_t drained_at = 0;                  ///< Of the reading side.

 protected:
  ~descriptor() = default;

 private:
  friend void descriptor_unref(descriptor*) noexcept;
  virtual void destroy() noexcept = 0;
  bool queue_for(rt::Direction side) noexcept;
  bool pass_on(rt::Direction side) noexcept;
  void finish() noexcept;

  rt::SpinLock lock_;
  bool finished_ = false;
  int close_error_ = 0;                     ///< Written by finish(), before finished_.
  rt::WaitList queues_[2];                  ///< Who waits for a side.
  rt::WaitList pausing_;
  rt::WaitList closers_;                    ///< The close that waits for finish().
  std::atomic<int64_t> deadlines_[2] = {rt::kNever, rt::kNever};
};

} // namespace gocpp::detail

namespace gocpp::rt {

using detail::descriptor;

/// A side of a descriptor, taken for a scope.
class Turn {
 public:
  Turn(descriptor& d, Direction side) noexcept : d_(d), side_(side), mine_(d.enter(side)) {}
  ~Turn() {
    if (mine_) d_.leave(side_);
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  explicit operator bool() const noexcept { return mine_; }

 private:
  descriptor& d_;
  Direction side_;
  bool mine_;
};

/// The number stays open for a scope.
class Use {
 public:
  explicit Use(descriptor& d) noexcept : d_(d), mine_(d.use()) {}
  ~Use() {
    if (mine_) d_.unuse();
  }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  explicit operator bool() const noexcept { return mine_; }

 private:
  descriptor& d_;
  bool mine_;
};

/// The error of an operation that may not begin or go on; 0: it may.
inline int refusal(WaitResult r) noexcept {
  return r == WaitResult::ready ? 0 : r == WaitResult::shut ? kClosedError : ETIMEDOUT;
}

/// Repeats a non-blocking system call until it succeeds or fails, waiting whenever it would block. The caller has the
/// side. -1, with `error`, when it failed.
template <class Call> ssize_t until_done(descriptor& d, Direction side, int& error, Call call) noexcept {
  Pollable* p = d.poll();
  for (;;) {
    uint32_t seen = pollable_events(p, side);
    error = refusal(pollable_check(p, side));
    if (error) return -1;
    ssize_t n = call();
    if (n >= 0) return n;
    error = errno;
    if (error == EAGAIN)
      pollable_wait(p, side, seen);
    else if (error != EINTR)
      return -1;
  }
}

/// Gives `ec` the error, or clears it.
inline void report(std::error_code& ec, int error) noexcept {
  if (error == 0)
    ec.clear();
  else
    ec = io_error(error);
}

} // namespace gocpp::rt
