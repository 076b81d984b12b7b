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
// What can be polled is non-blocking and has a Pollable from the start. Everything else, such as regular files, blocks its
// thread under a DeclaredBlock; closing it does not end a call under way.
//
// A descriptor lives as long as handles to it do, which callers of operations hold.
#pragma once

#include "blocking.h"
#include "poller.h"
#include "waitq.h"

#include <gocpp/detail/descriptor.h>
#include <gocpp/detail/errno.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <sys/types.h>

namespace gocpp::rt {

/// What a descriptor is, as reading and writing must know it.
enum class IoKind : uint8_t {
  file,     ///< Cannot raise SIGPIPE.
  pipe,     ///< Can, and has no flag against it.
  tcp,      ///< A stream socket whose short reads mean that there is no more.
  stream,   ///< Another stream socket.
  packets,  ///< A socket that keeps messages apart.
};

/// Of everything sent to a socket. Each call says for itself that it must not wait, so that whoever stands between us and libc
/// need not find out.
inline constexpr int kSendFlags = MSG_NOSIGNAL | MSG_DONTWAIT;

/// An outcome that is no errno: the descriptor is closed.
inline constexpr int kClosedError = -1;
std::error_code io_error(int error) noexcept;

} // namespace gocpp::rt

namespace gocpp::detail {

struct descriptor {
  /// Takes the number over. `p` null: system calls block their thread.
  descriptor(int number, rt::IoKind k, rt::Pollable* p) noexcept : fd(number), kind(k), pollable(p) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;

  /// What error texts call it.
  virtual std::string name() const = 0;
  /// Called once, by the close, while the number is still open.
  virtual void closing() noexcept {}

  /// Takes a side, waiting for its turn. False when closed.
  bool enter(rt::Direction side) noexcept;
  void leave(rt::Direction side) noexcept;
  /// Becomes a user. False when closed.
  bool use() noexcept;
  void unuse() noexcept;

  /// Ends every operation and, when the last of them is over, gives the number back. 0 or the system's error.
  int close() noexcept;
  bool closed() const noexcept { return state.load(std::memory_order_acquire) & 1; }

  std::atomic<uint32_t> refs{1};   ///< Handles.
  std::atomic<uint32_t> state{0};
  const int fd;
  const rt::IoKind kind;
  rt::Pollable* const pollable;    ///< Null: calls block, and closing does not end them.
  bool drained = false;            ///< The last read took all there was at edge `drained_at`. Of the reading side.
  uint32_t drained_at = 0;         ///< Of the reading side.

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
  int close_error_ = 0;            ///< Written by finish(), before finished_.
  rt::WaitList queues_[2];         ///< Who waits for a side.
  rt::WaitList closers_;           ///< The close that waits for finish().
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

/// Repeats a system call that blocks its thread until it succeeds or fails. -1, with `error`, when it failed.
template <class Call> ssize_t until_done_blocking(const descriptor& d, Direction side, int& error, Call call) noexcept {
  for (;;) {
    DeclaredBlock block;
    ssize_t n = call();
    error = n < 0 ? errno : 0;
    if (error == EAGAIN) {  // somebody else has made it non-blocking: a terminal or pipe is shared with other processes
      pollfd what{d.fd, static_cast<short>(side == Direction::read ? POLLIN : POLLOUT), 0};
      ::poll(&what, 1, -1);
    } else if (error != EINTR) {
      return n;
    }
  }
}

/// Repeats a non-blocking system call until it succeeds or fails, waiting whenever it would block. The caller has the
/// side. -1, with `error`, when it failed.
template <class Call> ssize_t until_done(descriptor& d, Direction side, int& error, Call call) noexcept {
  Pollable* p = d.pollable;
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
