// Blocks that a thread keeps for the next of the same size.
#include "block_cache.h"

#include <cstdlib>
#include <gtest/gtest.h>

using gocpp::rt::BlockCache, gocpp::rt::kSanitized;

namespace {

/// Gives a block of malloc to the cache, or frees it where that does not keep it.
void* keep(BlockCache& cache, std::size_t bytes, bool& kept) {
  void* block = std::malloc(bytes);
  kept = cache.keep(block, bytes);
  if (!kept) std::free(block);
  return block;
}

TEST(BlockCache, GivesTheLastOfASizeBackFirst) {
  if (kSanitized) return;  // keeps none
  BlockCache cache;
  bool kept;
  EXPECT_EQ(cache.take(104), nullptr);
  void* first = keep(cache, 104, kept);
  void* second = keep(cache, 104, kept);
  EXPECT_EQ(cache.take(168), nullptr);
  EXPECT_EQ(cache.take(105), nullptr) << "its chunk is larger";
  EXPECT_EQ(cache.take(104), second);
  EXPECT_EQ(cache.take(104), first);
  EXPECT_EQ(cache.take(104), nullptr);
  std::free(first);
  std::free(second);
}

TEST(BlockCache, KeepsFewAndSmallOnes) {
  BlockCache cache;
  bool kept;
  keep(cache, 521, kept);
  EXPECT_FALSE(kept);
  int taken = 0;
  for (int i = 0; i < 1000; ++i) {
    keep(cache, 104 + static_cast<std::size_t>(i % 4) * 100, kept);
    taken += kept;
  }
  EXPECT_EQ(taken, kSanitized ? 0 : 32);
  cache.clear();
  EXPECT_EQ(cache.take(104), nullptr);
  keep(cache, 512, kept);
  EXPECT_EQ(kept, !kSanitized);
  cache.clear();
}

} // namespace
