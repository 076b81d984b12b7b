// What a run queue does with many at once: overflow, stealing, looking ahead. The protocol stands in runq.h.

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

void RunQueue::fetch_ahead(uint32_t head) const noexcept {
  G* later = slots_[(head + kAhead) % kCapacity].load(std::memory_order_relaxed).g();
  __builtin_prefetch(later);
  __builtin_prefetch(reinterpret_cast<char*>(later) + 64);
  Slot sooner = slots_[(head + kAhead / 2) % kCapacity].load(std::memory_order_relaxed);
  if (sooner.is_fresh()) return;
  // Another P may have it by now and run it: then this is some address.
  auto* sp = static_cast<char*>(__atomic_load_n(&sooner.g()->ctx.sp, __ATOMIC_RELAXED));
  for (int line = 0; line < 5; ++line) __builtin_prefetch(sp + 64 * line);
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
