// The run queue of one P: a ring of 256 with one producer, its owner, and many consumers, and one place in front of it.
//
// Invariant: head <= tail <= head + kCapacity; both only grow (modulo 2^32). Slots in [head, tail) belong to the ring.
// Only the owner writes tail and slots. A consumer, the owner included, claims [head, head+n) by one CAS on head; a
// thief copies the slots *before* the CAS, since after it the owner may overwrite them. `next` is the goroutine that
// runs before the ring: the owner's, who puts and takes it by plain stores. Almost every goroutine that is readied passes
// through it, so two atomic read-modify-writes (5 ns each (m)) would be a third of a switch. Who steals it borrows the lease of
// the owner's M for that (steal_next in p.cc), which goes only while that M is outside the runtime.
//
// The orders: tail is published with release and read with acquire by thieves, which makes the slots' contents visible;
// head is advanced with release so that the owner, reading it with acquire before it reuses a slot, knows that the
// thief has copied it. Rejected: a Chase-Lev deque, which gives one goroutine a steal instead of half the queue.
#pragma once

#include "g.h"

#include <atomic>
#include <cstdint>

namespace gocpp::rt {

/// Goroutines on their way between queues: a singly linked list with its length.
struct GList {
  G* head = nullptr;
  G* tail = nullptr;
  uint32_t size = 0;

  void push_back(G* g) noexcept {
    g->next = nullptr;
    (tail ? tail->next : head) = g;
    tail = g;
    ++size;
  }
  void push_front(G* g) noexcept {
    g->next = head;
    head = g;
    if (!tail) tail = g;
    ++size;
  }
  G* pop_front() noexcept {
    G* g = head;
    if (!g) return nullptr;
    head = g->next;
    if (!head) tail = nullptr;
    g->next = nullptr;
    --size;
    return g;
  }
  void append(GList& other) noexcept {
    if (!other.head) return;
    (tail ? tail->next : head) = other.head;
    tail = other.tail;
    size += other.size;
    other = {};
  }
};

class RunQueue {
 public:
  static constexpr uint32_t kCapacity = 256;

  /// Owner only. Puts `g` in front of the queue and returns the goroutine that stood there, if any; null empties the place.
  G* exchange_next(G* g) noexcept {
    G* before = next_.load(std::memory_order_relaxed);
    next_.store(g, std::memory_order_relaxed);  // atomic for those who peek
    return before;
  }

  /// Owner only. Appends; false when the ring is full.
  bool push(G* g) noexcept {
    uint32_t head = head_.load(std::memory_order_acquire);  // pairs with the consumers' CAS: slots below are copied
    uint32_t tail = tail_.load(std::memory_order_relaxed);  // only we write it
    if (tail - head >= kCapacity) return false;
    slots_[tail % kCapacity].store(g, std::memory_order_relaxed);
    tail_.store(tail + 1, std::memory_order_release);  // publishes the slot to steal_half's acquire load
    return true;
  }

  /// Owner only. Moves the older half of a full ring into `out`; false if thieves made room in between.
  bool take_overflow(GList& out) noexcept;

  /// Owner only. The front goroutine; `was_next` tells that it came from the place before the ring. `alone`: there is no other P,
  /// hence no thief.
  G* pop(bool& was_next, bool alone = false) noexcept {
    G* g = next_.load(std::memory_order_relaxed);
    was_next = g != nullptr;
    if (g) {
      next_.store(nullptr, std::memory_order_relaxed);
      return g;
    }
    return pop_ring(alone);
  }
  /// The same without what stands before the ring.
  G* pop_ring(bool alone) noexcept {
    uint32_t head = head_.load(std::memory_order_acquire);
    for (;;) {
      if (head == tail_.load(std::memory_order_relaxed)) return nullptr;
      G* g = slots_[head % kCapacity].load(std::memory_order_relaxed);
      if (alone) {
        head_.store(head + 1, std::memory_order_relaxed);
        return g;
      }
      if (head_.compare_exchange_weak(head, head + 1, std::memory_order_acq_rel, std::memory_order_acquire)) return g;
    }
  }

  /// Any thread. Takes the older half (rounded up: 10 -> 5) of the ring: one is returned, the rest goes into `into`,
  /// whose owner the caller is. `taken` says how many in all.
  G* steal_half(RunQueue& into, uint32_t& taken) noexcept;

  /// A guess for who thinks of stealing it.
  G* peek_next() const noexcept { return next_.load(std::memory_order_relaxed); }

  bool ring_empty() const noexcept {
    uint32_t head = head_.load(std::memory_order_seq_cst);
    return head == tail_.load(std::memory_order_seq_cst);  // seq_cst: as in empty()
  }
  bool empty() const noexcept {
    // A goroutine moves from `next` to the ring inside one push; reading next_ between two equal tails excludes that.
    for (;;) {
      // seq_cst: as in work_anywhere (find_work.cc).
      uint32_t head = head_.load(std::memory_order_seq_cst);
      uint32_t tail = tail_.load(std::memory_order_seq_cst);
      G* next = next_.load(std::memory_order_seq_cst);
      if (tail == tail_.load(std::memory_order_seq_cst)) return head == tail && !next;
    }
  }
  uint32_t size() const noexcept {
    uint32_t head = head_.load(std::memory_order_acquire);
    uint32_t tail = tail_.load(std::memory_order_acquire);
    uint32_t n = tail - head;
    return (n > kCapacity ? 0 : n) + (next_.load(std::memory_order_relaxed) ? 1 : 0);
  }

 private:
  uint32_t grab(G** batch) noexcept;

  alignas(64) std::atomic<uint32_t> head_{0};
  alignas(64) std::atomic<uint32_t> tail_{0};
  std::atomic<G*> next_{nullptr};
  std::atomic<G*> slots_[kCapacity] = {};
};

} // namespace gocpp::rt
