// The untyped core of a channel.
//
// One small lock guards everything. Invariants while it is free:
//   - a waiting receiver means an empty buffer and no waiting sender; a waiting sender means a full buffer (so any, when
//     unbuffered) and no waiting receiver. Records of selects that another channel has decided do not count;
//   - `closed` is set once, and then nobody waits.
// Values go straight to a waiting receiver or from a waiting sender; queues are FIFO, so the buffer's order is the senders'
// order. Elements are moved under the lock; their moves do not throw (element.h). The lock is taken only inside the runtime;
// locks of several channels are taken in the order of their addresses (select.cc).
#pragma once

#include "chan_lock.h"
#include "channel_timer.h"
#include "waitq.h"

#include <gocpp/detail/chan_state.h>

#include <atomic>
#include <cstddef>
#include <cstring>

namespace gocpp::detail {

/// Whether blocks of malloc are aligned as such elements have to be.
inline bool malloc_suits(const elem_ops* ops) noexcept { return ops->align <= alignof(std::max_align_t); }

struct chan_locked {
  rt::ChanLock lock;
};

/// What every operation writes stands beside the lock, so that it comes from another core together with it; what never changes
/// is behind it.
struct chan_core : chan_locked, chan_state {
  unsigned char* const buffer;

  chan_core(const elem_ops* o, std::size_t cap, unsigned char* buf) noexcept : chan_state(o, cap), buffer(buf) {}

  /// What was asked of malloc for the core and its buffer.
  std::size_t block_bytes() const noexcept {
    return static_cast<std::size_t>(buffer - reinterpret_cast<const unsigned char*>(this)) + capacity * ops->size;
  }
  void* slot(std::size_t i) const noexcept {
    std::size_t at = first + i;
    if (at >= capacity) at -= capacity;
    return buffer + at * ops->size;
  }
  void move_elem(void* to, void* from) const noexcept {
    if (ops->move)
      ops->move(to, from);
    else
      copy_bytes(to, from, ops->size);
  }
  /// Moves out of a place of ours, which is raw memory afterwards.
  void relocate_elem(void* to, void* from) const noexcept {
    move_elem(to, from);
    if (ops->destroy) ops->destroy(from);
  }

  void push(void* from) noexcept {
    std::size_t n = count.load(std::memory_order_relaxed);
    move_elem(slot(n), from);
    count.store(n + 1, std::memory_order_relaxed);
  }
  void pop(void* to) noexcept {
    relocate_elem(to, buffer + first * ops->size);
    if (++first == capacity) first = 0;
    count.store(count.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
  }

  /// What a send or receive found. `wake` must be woken once no lock is held.
  struct Outcome {
    bool done;
    bool got;         ///< Receive: a value was made at `to`. Send: false means closed.
    rt::Waiter* wake;
  };
  /// One attempt without waiting. Lock held.
  [[gnu::always_inline]] Outcome try_send_locked(void* from) noexcept {
    if (closed.load(std::memory_order_relaxed)) return {true, false, nullptr};
    if (rt::Waiter* r = receivers.pop_claimed()) {
      move_elem(r->elem, from);
      r->ok = true;
      return {true, true, r};
    }
    if (count.load(std::memory_order_relaxed) < capacity) {
      push(from);
      return {true, true, nullptr};
    }
    return {false, false, nullptr};
  }
  [[gnu::always_inline]] Outcome try_recv_locked(void* to) noexcept {
    if (count.load(std::memory_order_relaxed) > 0) {
      pop(to);
      rt::Waiter* s = senders.pop_claimed();
      if (s) {
        push(s->elem);
        s->ok = true;
      }
      return {true, true, s};
    }
    if (rt::Waiter* s = senders.pop_claimed()) {
      move_elem(to, s->elem);
      s->ok = true;
      return {true, true, s};
    }
    if (timer && timer->take(to)) return {true, true, nullptr};
    return {closed.load(std::memory_order_relaxed), false, nullptr};
  }

  /// A guess, without the lock, at whether try_send_locked or try_recv_locked would do something.
  bool seems_ready(bool is_send) const noexcept {
    if (closed.load(std::memory_order_relaxed) || timer) return true;
    std::size_t n = count.load(std::memory_order_relaxed);
    return is_send ? n < capacity || !receivers.empty() : n > 0 || !senders.empty();
  }

 private:
  static void copy_bytes(void* to, const void* from, std::size_t size) noexcept {
    // In this order; a jump by table costs more than the common copies.
    if (size == 8)
      std::memcpy(to, from, 8);
    else if (size == 4)
      std::memcpy(to, from, 4);
    else if (size != 0)
      std::memcpy(to, from, size);
  }
};

static_assert(sizeof(chan_locked) == chan_state_at && alignof(chan_state) <= alignof(chan_locked));

} // namespace gocpp::detail
