// G: a goroutine.
//
// Life: dead (on a free list) -> fresh (has a closure, no stack yet) -> runnable -> running <-> waiting -> dead. A G is
// owned by exactly one of: the queue it stands in, the M that runs it, the waiter records that will ready it, the free
// list. Only the owner writes its fields; ownership passes through a queue's release/acquire or a waiter's lock. `state`,
// `reason`, `since` and `id` are also read by dumps, hence atomic and relaxed: a dump shows a moment, not a cut.
// A G is never freed, so a stale pointer to one is at worst a pointer to another goroutine.
#pragma once

#include "annotate.h"
#include "context.h"
#include "trust.h"
#include "wait_reason.h"

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace gocpp::rt {

struct M;

enum class GState : uint8_t { dead, starting, runnable, running, waiting };

/// What the C++ runtime keeps per thread about exceptions in flight (Itanium ABI, __cxa_eh_globals).
struct EhGlobals {
  void* caught = nullptr;
  unsigned int uncaught = 0;
};

/// A piece of address space to run on. Null `top`: none bound.
struct Stack {
  char* base = nullptr;  ///< Lowest address of the slot; the guard stands there.
  char* top = nullptr;   ///< Where execution starts; a little below the slot's end, staggered.
  explicit operator bool() const noexcept { return top != nullptr; }
};

struct alignas(64) G {
  Context ctx;                ///< Valid while not running and a stack is bound.
  G* next = nullptr;          ///< Link of the queue or free list that owns the G.
  Stack stack;
  uint8_t stack_class = 0;    ///< Size of the stack to bind; see stack.h.
  bool closure_in_heap = false;
  std::atomic<GState> state{GState::dead};
  std::atomic<WaitReason> reason{WaitReason::none};
  std::atomic<Trust> hands_over{};     ///< How sure it waits soon after it readied another (sched.cc). Written by any P's owner.
  int saved_errno = 0;
  EhGlobals eh;               ///< Of a suspended goroutine.
  M* locked_m = nullptr;      ///< lock_os_thread: the only M that may run it.
  unsigned lock_count = 0;
  uint32_t closure_align = 0; ///< Of a closure in the heap.
  std::atomic<uint64_t> id{0};
  std::atomic<int64_t> since{0};  ///< When the wait began, coarse nanoseconds; 0 when not measured.
  void (*run)(void*) = nullptr;
  void* closure = nullptr;
  uint64_t creator = 0;       ///< Id of the goroutine whose `go` made it; 0: a plain thread.
  void* created_at = nullptr; ///< Return address into the `go` statement.
  [[no_unique_address]] Fibre fibre;

  static constexpr std::size_t kInlineClosure = 64;
  alignas(16) G* closure_owner[2] = {};  ///< Its last word precedes the closure, as ClosureHeader does in the heap.
  unsigned char inline_closure[kInlineClosure];
};

} // namespace gocpp::rt
