// What every synchronisation type is made of: one word that the header's fast paths change, and a queue of
// waiters that only the runtime touches.
#pragma once

#include <atomic>
#include <cstdint>

namespace gocpp::detail {

/// All zero but for the word, so that globals work before main. The runtime's view of it stands in
/// runtime/wait_core.h.
struct wait_core {
  constexpr explicit wait_core(std::uint32_t w = 0) noexcept : word(w) {}
  wait_core(const wait_core&) = delete;
  wait_core& operator=(const wait_core&) = delete;

  std::atomic<std::uint32_t> word;
  alignas(4) unsigned char lock[4] = {};
  alignas(8) unsigned char waiters[16] = {};
};

} // namespace gocpp::detail
