// Memory for what is never freed: Ms, Ps and goroutine records.
//
// Taken from the kernel in large pieces and handed out from the front. Not from malloc: sanitizers would take
// the allocation for a write by the allocating thread, and its leak check would not see what the records point to.
#pragma once

#include <cstddef>
#include <new>
#include <utility>

namespace gocpp::rt {

/// Zeroed memory aligned to a cache line. Any thread. Null when the system has no more.
void* permanent_bytes(std::size_t size) noexcept;

template <class T, class... Args> T* make_permanent(Args&&... args) noexcept {
  static_assert(alignof(T) <= 64);
  void* place = permanent_bytes(sizeof(T));
  return place ? ::new (place) T(std::forward<Args>(args)...) : nullptr;
}

} // namespace gocpp::rt
