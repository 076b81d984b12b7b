// The kernel's wait-on-a-word, the only thing that a thread of the runtime ever sleeps on besides the poller.
#pragma once

#include <atomic>
#include <cstdint>

namespace gocpp::rt {

/// Sleeps while *word == expected. May return early for no reason.
void futex_wait(std::atomic<uint32_t>* word, uint32_t expected) noexcept;
/// The same, but no longer than until `deadline` (nanoseconds of CLOCK_MONOTONIC). False when the time was up.
bool futex_wait_until(std::atomic<uint32_t>* word, uint32_t expected, int64_t deadline) noexcept;
/// Wakes up to `count` sleepers. The word may be gone by now: a stray wake-up is harmless.
void futex_wake(std::atomic<uint32_t>* word, int count = 1) noexcept;

} // namespace gocpp::rt
