// Runs a test program's tests on the main goroutine, as a .gcpp program's main would.
#include <gtest/gtest.h>

int main(int argc, char** argv) __asm__("gocpp_main");

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
