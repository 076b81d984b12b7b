// Questions to the scheduler and settings of it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gocpp {

/// Lets other goroutines run; the caller goes to the global queue. From a plain thread: the thread's own yield.
void yield();

/// Ends the calling goroutine after its destructors have run; Go's runtime.Goexit. Other goroutines go on. A
/// `catch (...)` on the way must rethrow. Panics in a thread that is no goroutine.
[[noreturn]] void goexit();

/// Ties the calling goroutine to its thread, which then runs nothing else. Calls nest. Goroutines only.
void lock_os_thread();
/// Undoes one lock_os_thread.
void unlock_os_thread();

/// Sets how many goroutines run at once and returns the old number; n < 1 only asks. Default: the usable cores, or the
/// environment's GOMAXPROCS. Does not wait for user code.
int gomaxprocs(int n);

/// The cores that this process may use: its affinity and every cgroup limit above it.
int num_cpu() noexcept;

/// The goroutines that exist now, main included.
std::size_t num_goroutine() noexcept;

/// Sets the most threads that the runtime may have, 10,000 at first; returns the old maximum. Going over it is
/// `fatal error: thread exhaustion`.
int set_max_threads(int n);

/// Sets the stack of goroutines made from now on, 256 KiB at first; returns the old size in bytes. Rounded up to a
/// power of two, at least 32 KiB.
std::size_t set_stack_size(std::size_t bytes);

/// What the scheduler has counted since the start. Figures of one moment, not of one instant.
struct stats {
  std::uint64_t goroutines_created;
  std::uint64_t goroutines_finished;
  std::uint64_t switches;           ///< Times a goroutine was given a processor.
  std::uint64_t steals;             ///< Successful raids on another P's queue.
  std::uint64_t stolen;             ///< Goroutines taken in them.
  std::uint64_t global_polls;       ///< Times the global queue gave work.
  std::uint64_t global_regular;     ///< Of these, because of the regular look (every 61st).
  std::uint64_t overflows;          ///< Times a full local queue moved its older half to the global one.
  std::uint64_t handoffs;           ///< Processors taken from, or given up by, threads that blocked or computed on.
  std::uint64_t preemptions;        ///< Goroutines sent to the global queue after their time slice.
  std::uint64_t threads_created;
  std::uint64_t threads_ended;
  std::uint64_t wakeups;            ///< Waiting threads woken.
  std::uint64_t stacks_mapped;      ///< Stack slots ever carved.
  int threads;                      ///< Runtime threads that exist now (without the monitor).
  int threads_idle;
  int processors;                   ///< GOMAXPROCS.
};
stats runtime_stats() noexcept;

} // namespace gocpp
