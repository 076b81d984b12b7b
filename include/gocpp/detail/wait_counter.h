// The word of a wait_group and of a latch: a counter, and whether somebody waits for its zero.
#pragma once

#include <gocpp/detail/wait_core.h>

#include <cstddef>
#include <cstdint>

namespace gocpp::detail {

/// The word is the counter times two, plus this. Who sets and clears it, and when, stands in
/// runtime/wait_group.cc.
inline constexpr std::uint32_t count_waiters = 1;
inline constexpr std::uint64_t most_counted = INT32_MAX;

constexpr std::uint32_t counter_of(std::uint32_t word) noexcept { return word >> 1; }
/// What a step by `n` adds to the word; of an `n` out of all bounds what is left of it in 32 bits.
constexpr std::uint32_t word_step(std::ptrdiff_t n) noexcept { return static_cast<std::uint32_t>(n) << 1; }
/// The counter after a step by `n` that found the word `before`: more than most_counted when it left the bounds,
/// on either side.
constexpr std::uint64_t counter_after(std::uint32_t before, std::ptrdiff_t n) noexcept {
  return counter_of(before) + static_cast<std::uint64_t>(n);
}

} // namespace gocpp::detail
