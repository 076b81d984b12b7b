// Trust that is earned by experience and lost where it was misplaced.
//
// Four good experiences in a row earn it. A bad one costs four, of at most eight, so one mishap does not end a long trust, but two do.
// After that it takes four again, while who is unknown, of whom nothing bad is known either, may be judged by others.
#pragma once

#include <cstdint>

namespace gocpp::rt {

class Trust {
 public:
  constexpr bool earned() const noexcept { return n_ >= kEnough; }
  constexpr bool unknown() const noexcept { return n_ >= 0 && n_ < kEnough; }
  constexpr Trust after_good() const noexcept { return Trust(n_ == -1 ? kEnough : n_ < kMost ? n_ + 1 : n_); }
  constexpr Trust after_bad() const noexcept { return Trust(n_ > kEnough ? n_ - kEnough : -kEnough); }

  constexpr Trust() noexcept = default;

 private:
  static constexpr int kEnough = 4, kMost = 2 * kEnough;
  explicit constexpr Trust(int n) noexcept : n_(static_cast<int8_t>(n)) {}
  int8_t n_ = 0;
};

} // namespace gocpp::rt
