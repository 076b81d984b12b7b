// The run queue of one P: a ring of 256 with one producer, its owner, and many consumers, and one place in front of it.
//
// Invariant: head <= tail <= head + kCapacity; head only grows (modulo 2^32). Slots in [head, tail) belong to the ring.
// Only the owner writes tail and slots. A consumer, the owner included, claims [head, head+n) by one CAS on head; a
// thief copies the slots *before* the CAS, since after it the owner may overwrite them. The orders: tail is published with release
// and read with acquire by thieves, which makes the slots' contents visible; head is advanced with release so that the owner,
// reading it with acquire before it reuses a slot, knows that the thief has copied it.
//
// The front is served first, but for one case: of a ring that is more than half full the owner takes the newest, if that has never
// run. So many goroutines at once are the upper part of a tree whose nodes make others, and breadth first would
// have all its nodes alive, each with its stack; newest first walks down one branch after the other, in warm memory. What has
// run before keeps its turn, and so does the front, by the owner now and then (sched.cc) and by thieves, who take the older half. The
// owner takes slot tail-1 by lowering tail; that no thief who saw the old tail can claim it is known when, after a full fence, head is
// still more than half of the capacity away: a thief claims half at most of what it saw from there. A thief that reads head
// later reads tail after it, behind a fence, and sees it lowered. docs/models/runq.pml checks that.
//
// `next` is the goroutine that runs before the ring: the owner's, who puts and takes it by plain stores. Almost every goroutine
// that is readied passes through it, so two atomic read-modify-writes (5 ns each (m)) would be a third of a switch. Who steals it borrows
// the lease of the owner's M for that (steal_next in p.cc), which goes only while that M is outside the runtime, and interrupts
// it. Where that is to be expected the owner opens the place instead: the goroutine moves to `open_next`, which an
// exchange empties, anybody's. One of the two is empty at any time.
//
// Rejected: a Chase-Lev deque, which gives one goroutine a steal instead of half the queue.
#pragma once

#include "cpu.h"
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
    G* before = pop_next();
    next_.store(g, std::memory_order_relaxed);  // atomic for those who peek
    return before;
  }
  /// Owner only. Lets everybody take what stands in front of the queue: what was put there last.
  void open_next() noexcept {
    open_next_.store(next_.load(std::memory_order_relaxed), std::memory_order_release);  // to take_open_next
    next_.store(nullptr, std::memory_order_relaxed);
  }
  /// Any thread. What stands in front, if it may be taken.
  G* take_open_next() noexcept {
    if (!open_next_.load(std::memory_order_relaxed)) return nullptr;
    return open_next_.exchange(nullptr, std::memory_order_acquire);  // what its owner did to it
  }
  /// Owner only. Takes what stands in front.
  G* pop_next() noexcept {
    G* g = next_.load(std::memory_order_relaxed);
    if (!g) return take_open_next();
    next_.store(nullptr, std::memory_order_relaxed);
    return g;
  }

  /// Owner only. Appends; false when the ring is full.
  bool push(G* g) noexcept {
    uint32_t head = head_.load(std::memory_order_acquire);  // pairs with the consumers' CAS: slots below are copied
    uint32_t tail = tail_.load(std::memory_order_relaxed);  // only we write it
    if (tail - head >= kCapacity) return false;
    slots_[tail % kCapacity].store(Slot(g), std::memory_order_relaxed);
    tail_.store(tail + 1, std::memory_order_release);  // publishes the slot to steal_half's acquire load
    return true;
  }

  /// Owner only. Moves the older half of a full ring into `out`; false if thieves made room in between.
  bool take_overflow(GList& out) noexcept;

  /// Owner only. The front goroutine; `was_next` tells that it came from the place before the ring. `alone`: there is no other P,
  /// hence no thief.
  G* pop(bool& was_next, bool alone = false) noexcept {
    G* g = pop_next();
    was_next = g != nullptr;
    return g ? g : pop_ring(alone);
  }
  /// The same without what stands before the ring. Not `in_turn`: the newest, where there is one to take.
  [[gnu::always_inline]] G* pop_ring(bool alone, bool in_turn = true) noexcept {
    uint32_t head = head_.load(std::memory_order_acquire);
    for (;;) {
      uint32_t size = tail_.load(std::memory_order_relaxed) - head;
      if (size == 0) return nullptr;
      if (size > kHalf && !in_turn) [[unlikely]] {
        if (G* g = pop_newest(alone)) return g;
        in_turn = true;
      }
      if (size > kAhead) [[unlikely]] fetch_ahead(head);
      G* g = slots_[head % kCapacity].load(std::memory_order_relaxed).g();
      if (alone) {
        head_.store(head + 1, std::memory_order_relaxed);
        return g;
      }
      if (head_.compare_exchange_weak(head, head + 1, std::memory_order_acq_rel, std::memory_order_acquire)) return g;
    }
  }
  /// Owner only. The newest goroutine of a ring that is more than half full, if it has never run; else null.
  [[gnu::noinline]] G* pop_newest(bool alone) noexcept {
    uint32_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - head_.load(std::memory_order_relaxed) <= kHalf) return nullptr;
    Slot newest = slots_[(tail - 1) % kCapacity].load(std::memory_order_relaxed);
    if (!newest.is_fresh()) return nullptr;
    tail_.store(tail - 1, std::memory_order_relaxed);
    if (alone) return newest.g();
    full_fence();  // pairs with the one in grab
    // acquire: as in push, for who puts another into this slot.
    if (tail - head_.load(std::memory_order_acquire) > kHalf) return newest.g();
    tail_.store(tail, std::memory_order_release);
    return nullptr;
  }

  /// Any thread. Takes the older half (rounded up: 10 -> 5) of the ring: one is returned, the rest goes into `into`,
  /// whose owner the caller is. `taken` says how many in all.
  G* steal_half(RunQueue& into, uint32_t& taken) noexcept;

  /// A guess for who thinks of stealing it.
  G* peek_next() const noexcept {
    G* g = next_.load(std::memory_order_relaxed);
    return g ? g : open_next_.load(std::memory_order_relaxed);
  }

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
      if (!next) next = open_next_.load(std::memory_order_seq_cst);  // in this order: so it moves
      if (tail == tail_.load(std::memory_order_seq_cst)) return head == tail && !next;
    }
  }
  uint32_t size() const noexcept {
    uint32_t head = head_.load(std::memory_order_acquire);
    uint32_t tail = tail_.load(std::memory_order_acquire);
    uint32_t n = tail - head;
    return (n > kCapacity ? 0 : n) + (peek_next() ? 1 : 0);
  }

 private:
  static constexpr uint32_t kHalf = kCapacity / 2, kAhead = 8;

  /// A goroutine, and in its lowest bit whether it has never run. Told when it is put here: the goroutine is not the reader's yet.
  class Slot {
   public:
    Slot() = default;
    explicit Slot(G* g) noexcept : bits_(reinterpret_cast<uintptr_t>(g) | (g->stack ? 0 : kFresh)) {}
    G* g() const noexcept { return reinterpret_cast<G*>(bits_ & ~kFresh); }
    bool is_fresh() const noexcept { return bits_ & kFresh; }

   private:
    static constexpr uintptr_t kFresh = 1;
    uintptr_t bits_ = 0;
  };

  /// Owner only, with more than kAhead in the ring. Has brought into the cache what those behind the first will need: where many
  /// wait, most have been forgotten. A G's own lines first, and some places later those of its stack, which are found through it.
  [[gnu::noinline]] void fetch_ahead(uint32_t head) const noexcept;

  uint32_t grab(G** batch) noexcept;

  alignas(64) std::atomic<uint32_t> head_{0};
  alignas(64) std::atomic<uint32_t> tail_{0};
  std::atomic<G*> next_{nullptr};
  std::atomic<G*> open_next_{nullptr};  ///< Written by the owner, emptied by anybody.
  std::atomic<Slot> slots_[kCapacity] = {};
};

} // namespace gocpp::rt
