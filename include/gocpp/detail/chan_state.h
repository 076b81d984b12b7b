// The part of a channel's core that tells, without its lock, that a try has nothing to do. So a try that finds nothing is a few
// loads, inline. The core's invariants stand in runtime/chan.h.
#pragma once

#include <gocpp/detail/rt.h>
#include <gocpp/detail/wait_list.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace gocpp::rt {
class ChannelTimer;
}

namespace gocpp::detail {

struct chan_state {
  chan_state(const elem_ops* o, std::size_t cap) noexcept : ops(o), capacity(cap) {}

  std::atomic<bool> closed{false};    ///< Written under the lock, with release; also read without.
  std::atomic<std::uint32_t> refs{1};
  std::atomic<std::size_t> count{0};  ///< Written under the lock; len() reads it without.
  std::size_t first = 0;  ///< Index of the oldest element.
  rt::WaitList receivers;
  rt::WaitList senders;
  rt::ChannelTimer* timer = nullptr;  ///< Of a channel that carries the time, which it makes itself. Owned.
  const elem_ops* const ops;
  const std::size_t capacity;

  // Each looks twice, at things of which one changes in one direction only, so that there was a moment between the looks at
  // which both held (as in Go's chanrecv and chansend). acquire: the second look comes after the first.

  /// Closed and nothing to receive: so it stays. Whoever sees it sees what was done before the close.
  bool drained() const noexcept {
    return closed.load(std::memory_order_acquire) && !timer && count.load(std::memory_order_relaxed) == 0;
  }
  /// Open and nothing to receive. Open now means open when it was empty.
  bool nothing_to_recv() const noexcept {
    if (timer) return false;
    bool empty = capacity == 0 ? senders.seems_empty() : count.load(std::memory_order_acquire) == 0;
    return empty && !closed.load(std::memory_order_relaxed);
  }
  /// Open and no room. A channel that is closed meanwhile does not lose its room by that.
  bool no_room_to_send() const noexcept {
    if (closed.load(std::memory_order_acquire)) return false;
    return capacity == 0 ? receivers.seems_empty() : count.load(std::memory_order_relaxed) == capacity;
  }
};

/// Where a core has its state; runtime/chan.h checks it.
inline constexpr std::size_t chan_state_at = 16;
inline const chan_state& state_of(const chan_core* c) noexcept {
  return *reinterpret_cast<const chan_state*>(reinterpret_cast<const unsigned char*>(c) + chan_state_at);
}

/// Sends the element at `from`, which is then moved out of, if that can be done at once. Panics when closed.
inline bool try_send(chan_core* c, void* from) {
  return c && !state_of(c).no_room_to_send() && chan_try_send(c, from);
}
/// Receives into raw memory at `to` if that can be done at once.
inline try_result try_recv(chan_core* c, void* to) {
  if (!c || state_of(c).nothing_to_recv()) return try_result::would_block;
  return state_of(c).drained() ? try_result::closed : chan_try_recv(c, to);
}

} // namespace gocpp::detail
