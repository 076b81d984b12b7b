// Overflow and stealing: the operations on a run queue that take many at once. The protocol stands in runq.h.

#include "runq.h"

namespace gocpp::rt {

bool RunQueue::take_overflow(GList& out) noexcept {
  uint32_t head = head_.load(std::memory_order_acquire);
  uint32_t tail = tail_.load(std::memory_order_relaxed);
  if (tail - head < kCapacity) return false;
  G* batch[kHalf];
  for (uint32_t i = 0; i < kHalf; ++i) batch[i] = slots_[(head + i) % kCapacity].load(std::memory_order_relaxed).g();
  if (!head_.compare_exchange_strong(head, head + kHalf, std::memory_order_acq_rel, std::memory_order_relaxed))
    return false;
  for (G* g : batch) out.push_back(g);
  return true;
}

uint32_t RunQueue::grab(G** batch) noexcept {
  uint32_t head = head_.load(std::memory_order_acquire);
  for (;;) {
    full_fence();  // tail is read after head: pairs with the one in pop_newest
    uint32_t tail = tail_.load(std::memory_order_acquire);  // pairs with push: the slots below are written
    uint32_t count = tail - head;
    if (count > kCapacity) {  // head moved between the two loads
      head = head_.load(std::memory_order_acquire);
      continue;
    }
    count -= count / 2;
    if (count == 0) return 0;
    for (uint32_t i = 0; i < count; ++i) batch[i] = slots_[(head + i) % kCapacity].load(std::memory_order_relaxed).g();
    if (head_.compare_exchange_weak(head, head + count, std::memory_order_acq_rel, std::memory_order_acquire))
      return count;
  }
}

G* RunQueue::steal_half(RunQueue& into, uint32_t& taken) noexcept {
  G* batch[kHalf + 1];
  uint32_t count = grab(batch);
  taken = count;
  if (count == 0) return nullptr;
  // The thief looks for work because its own ring is empty, so there is room for half of another's.
  for (uint32_t i = 0; i + 1 < count; ++i) into.push(batch[i]);
  return batch[count - 1];
}

} // namespace gocpp::rt
