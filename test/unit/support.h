// What the runtime's tests share: a fixture that runs each test under 1, 2 and 8 Ps, on the main goroutine, and then checks
// that no goroutine was left behind.
#pragma once

#include <gocpp/gocpp.h>
#include <gtest/gtest.h>

#include <chrono>

class WithProcs : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    before_ = gocpp::gomaxprocs(GetParam());
    goroutines_ = gocpp::num_goroutine();
  }
  void TearDown() override {
    // A goroutine that has just done its last send may still be on its way out.
    // Its thread may have lost its core, so yielding alone would be over too soon.
    for (int i = 0; i < 5000 && gocpp::num_goroutine() > goroutines_; ++i)
      i < 1000 ? gocpp::yield() : gocpp::sleep_for(std::chrono::milliseconds(1));
    EXPECT_EQ(gocpp::num_goroutine(), goroutines_) << "goroutines were left behind";
    gocpp::gomaxprocs(before_);
  }

 private:
  int before_ = 0;
  std::size_t goroutines_ = 0;
};

/// Runs the tests of `fixture`, which derives from WithProcs, under 1, 2 and 8 Ps.
#define GOCPP_WITH_PROCS(fixture)                                                                                      \
  INSTANTIATE_TEST_SUITE_P(Procs, fixture, testing::Values(1, 2, 8),                                                   \
                           [](const auto& info) { return std::to_string(info.param); })
