// The lock of a channel, while its bias ends.
#include "chan_lock.h"
#include "sched.h"

#include <array>
#include <atomic>
#include <gtest/gtest.h>
#include <memory>
#include <thread>

namespace gocpp::rt {
namespace {

/// A number that only the lock keeps from losing additions.
struct Guarded {
  ChanLock lock;
  volatile int sum = 0;

  /// Takes at least so many pauses.
  void add(M* m, int pauses) {
    lock.lock(m);
    int before = sum;
    for (int i = 0; i < pauses; ++i) cpu_relax();
    sum = before + 1;
    lock.unlock();
  }
};

TEST(ChanLock, HasOneHolderWhileTheBiasesOfAPEnd) {
  constexpr int kTrials = 1000, kStrangers = 2, kByStranger = 8;
  std::unique_ptr<std::array<Guarded, 2>> pair;
  std::atomic<int> trial{0}, done{0};
  std::array<std::thread, kStrangers> strangers;
  for (unsigned s = 0; s < kStrangers; ++s)
    strangers[s] = std::thread([&, s] {
      for (int t = 1; t <= kTrials; ++t) {
        while (trial.load(std::memory_order_acquire) < t) sched_yield();
        // At another moment of the owner's each time.
        for (int i = 0; i < t % 64; ++i) cpu_relax();
        for (unsigned i = 0; i < kByStranger; ++i) (*pair)[(i + s) % 2].add(nullptr, 4);
        done.fetch_add(1, std::memory_order_release);
      }
    });
  for (int t = 1; t <= kTrials; ++t) {
    int by_owner = 0;
    pair = std::make_unique<std::array<Guarded, 2>>();
    {
      Entry e;
      ASSERT_NE(e.m, nullptr);
      P* p = e.m->p.load(std::memory_order_relaxed);
      // The pause becomes long, so that a stranger ends the biases of both together.
      for (Guarded& g : *pair)
        while (!g.lock.favour(p) && !kSanitized && g_have_membarrier) {
        }
      trial.store(t, std::memory_order_release);
      while (done.load(std::memory_order_acquire) < kStrangers * t) {
        // Some of it takes longer than a stranger needs to come back from its membarrier.
        (*pair)[static_cast<unsigned>(by_owner) % 2].add(e.m, by_owner % 4 == 0 ? 1'000 : 4);
        ++by_owner;
      }
    }
    EXPECT_EQ((*pair)[0].sum + (*pair)[1].sum, by_owner + kStrangers * kByStranger) << "trial " << t;
  }
  for (std::thread& s : strangers) s.join();
}

} // namespace
} // namespace gocpp::rt
