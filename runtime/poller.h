// The poller: goroutines that wait for descriptors.
//
// A Pollable is a descriptor's registration with epoll, edge-triggered for both directions from open to close. Each edge
// is counted. Who wants to read or write reads the count, tries the system call, and on EAGAIN waits for a count other
// than the one it read; so an edge between the attempt and the wait is not lost, an edge too many costs one more
// attempt, and any number may wait for one descriptor, since an edge wakes all that wait in its direction.
//
//   lock       guards `waiters` and what decides whether somebody may go on waiting: events, shut, expired. These three
//              are written under it and also read without.
//   timers     fire takes `lock`. Arming and stopping them is serialised by `deadline_lock`, which fire does not take.
//
// Pollables come from a pool and are never freed: an M may hold an event of one that was closed a moment ago. If it
// is in use again by then, that is an edge too many.
//
// Who asks epoll: every M that runs out of work, without waiting; the sleeper (m.cc), which waits in epoll once there is
// a poller; the monitor, when nobody has asked for a while. An eventfd, level-triggered and read by the sleeper only, ends
// the sleeper's wait.
#pragma once

#include "g.h"
#include "runq.h"
#include "sched.h"
#include "spinlock.h"
#include "timer.h"
#include "waitq.h"

#include <atomic>
#include <cstdint>

namespace gocpp::rt {

enum class Direction : uint8_t { read, write };

/// How a wait ended. `ready` means: try again.
enum class WaitResult { ready, timed_out, shut };

struct alignas(64) Pollable {
  SpinLock lock;
  std::atomic<bool> shut{false};
  std::atomic<bool> hung_up{false};            ///< The peer will send no more, or the descriptor failed.
  std::atomic<bool> expired[2] = {};           ///< The deadline has passed.
  std::atomic<uint32_t> events[2] = {};        ///< Edges seen.
  WaitList waiters[2];
  SpinLock deadline_lock;
  Timer timers[2];
  int fd = -1;
  Pollable* next_free = nullptr;               ///< Guarded by the pool's lock.
};

/// Registers a non-blocking descriptor. Null, with errno: EPERM when it is one that never waits, as files.
Pollable* pollable_open(int fd) noexcept;
/// Lets every present and future wait end with `shut`. Once is enough; the registration stays.
void pollable_shut(Pollable* p) noexcept;
/// Ends the registration. Nobody waits on it or uses it any more, and `fd` is still open.
void pollable_close(Pollable* p) noexcept;

/// The count to hand to pollable_wait, read before the attempt.
inline uint32_t pollable_events(const Pollable* p, Direction d) noexcept {
  return p->events[static_cast<int>(d)].load(std::memory_order_acquire);
}
/// `shut` or `timed_out` when an operation may not even begin, else `ready`.
WaitResult pollable_check(const Pollable* p, Direction d) noexcept;
/// Waits for an edge after `seen`, the deadline, the shutting or `until` (now_ns() time), which is `ready` too.
/// Goroutines park, plain threads sleep.
WaitResult pollable_wait(Pollable* p, Direction d, uint32_t seen, int64_t until = kNever) noexcept;
/// Sets the deadline of present and future waits: now_ns() time; kNever: none. One that has passed ends them at once.
void pollable_deadline(Pollable* p, Direction d, int64_t when) noexcept;

// ---- for other kinds of waits (borrowed_fd.cc) ----

/// Counts the caller among the waiters, from before it waits until it runs again. Inside.
class CountedWait {
 public:
  CountedWait() noexcept;
  ~CountedWait();
  CountedWait(const CountedWait&) = delete;
  CountedWait& operator=(const CountedWait&) = delete;
};
/// epoll's descriptor, made if need be; -1 with errno.
int poller_fd() noexcept;
/// Goroutines of `taken` go to `out`, threads are woken.
void poller_pass_on(WakeList& taken, GList& out) noexcept;

// ---- for the scheduler ----

/// Whether anything waits for a descriptor, or was woken and does not run yet, so that asking makes sense and there is no
/// deadlock. seq_cst, with the idle count of Ps.
bool poller_has_waiters() noexcept;
/// Whether epoll exists, so that the sleeper sleeps there.
bool poller_exists() noexcept;
/// When epoll was asked last, now_ns() time.
int64_t poller_last_asked() noexcept;
/// Asks epoll and takes what can go on: goroutines to `out`, which are the caller's to make runnable; plain threads are
/// woken. Waits until `until` (0: not at all; kNever) or poller_interrupt.
void poller_ask(GList& out, int64_t until) noexcept;
/// Ends the present or next wait in poller_ask.
void poller_interrupt() noexcept;

} // namespace gocpp::rt
