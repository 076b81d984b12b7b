// Thin wrappers of futex(2).

#include "futex.h"

#include <cerrno>
#include <climits>
#include <ctime>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace gocpp::rt {

namespace {
long futex(std::atomic<uint32_t>* word, int op, uint32_t value, const timespec* timeout, uint32_t bits) noexcept {
  int saved = errno;
  long r = syscall(SYS_futex, reinterpret_cast<uint32_t*>(word), op | FUTEX_PRIVATE_FLAG, value, timeout, nullptr, bits);
  long result = r == -1 ? -errno : r;
  errno = saved;
  return result;
}
} // namespace

void futex_wait(std::atomic<uint32_t>* word, uint32_t expected) noexcept {
  futex(word, FUTEX_WAIT_BITSET, expected, nullptr, FUTEX_BITSET_MATCH_ANY);
}

bool futex_wait_until(std::atomic<uint32_t>* word, uint32_t expected, int64_t deadline) noexcept {
  timespec ts{static_cast<time_t>(deadline / 1'000'000'000), static_cast<long>(deadline % 1'000'000'000)};
  if (deadline < 0) ts = {0, 0};
  // WAIT_BITSET takes an absolute time of CLOCK_MONOTONIC.
  return futex(word, FUTEX_WAIT_BITSET, expected, &ts, FUTEX_BITSET_MATCH_ANY) != -ETIMEDOUT;
}

void futex_wake(std::atomic<uint32_t>* word, int count) noexcept {
  futex(word, FUTEX_WAKE, static_cast<uint32_t>(count), nullptr, 0);
}

} // namespace gocpp::rt
