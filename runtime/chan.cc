// Channel operations. The core and its invariants stand in chan.h.

#include "chan.h"

#include "sched.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace gocpp::detail {

using namespace rt;

namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 47;  // the address space of a process on x86-64

std::size_t header_bytes(const elem_ops* ops) noexcept {
  std::size_t align = std::max(ops->align, alignof(chan_core));
  return (sizeof(chan_core) + align - 1) & ~(align - 1);  // a power of two, and a division takes longer than the rest
}
/// One that was kept, or of malloc: its blocks suit most elements, and operator new would only stand between. The aligned form
/// does not keep small blocks at hand.
void* new_block(M* m, const elem_ops* ops, std::size_t bytes) {
  bool suits = malloc_suits(ops);
  if (suits && m)
    if (void* kept = m->chan_blocks.take(bytes)) return kept;
  void* block = suits ? std::malloc(bytes) : std::aligned_alloc(ops->align, (bytes + ops->align - 1) & ~(ops->align - 1));
  if (!block) throw std::bad_alloc();
  return block;
}

} // namespace

chan_core* chan_make(const elem_ops* ops, std::ptrdiff_t capacity) {
  std::size_t cap = static_cast<std::size_t>(capacity), bytes;
  if (capacity < 0 || __builtin_mul_overflow(cap, ops->size, &bytes) || bytes > kMostBytes)
    throw_panic("makechan: size out of range");
  std::size_t header = header_bytes(ops);
  M* m = this_m();
  auto* block = static_cast<unsigned char*>(new_block(m, ops, header + bytes));
  auto* c = ::new (block) chan_core(ops, cap, block + header);
  c->lock.favour(m ? m->p.load(std::memory_order_relaxed) : nullptr);
  return c;
}

void chan_send(chan_core* c, void* from) {
  bool closed;
  {
    Entry e;
    if (!c) wait_for_ever(e, WaitReason::chan_send_nil);
    c->lock.lock(e.m);
    chan_core::Outcome r = c->try_send_locked(from);
    if (r.done) {
      c->lock.unlock();
      if (r.wake) wake(r.wake, e.m);
      closed = !r.got;
    } else {
      Waiter w(e);
      w.elem = from;
      c->senders.push_back(&w);
      wait(e, w, c->lock, WaitReason::chan_send);
      closed = !w.ok;
    }
  }
  if (closed) throw_panic("send on closed channel");
}

bool chan_recv(chan_core* c, void* to) {
  Entry e;
  if (!c) wait_for_ever(e, WaitReason::chan_receive_nil);
  if (c->drained()) [[unlikely]] return false;
  c->lock.lock(e.m);
  chan_core::Outcome r = c->try_recv_locked(to);
  if (r.done) {
    c->lock.unlock();
    if (r.wake) wake(r.wake, e.m);
    return r.got;
  }
  Waiter w(e);
  w.elem = to;
  c->receivers.push_back(&w);
  if (c->timer) c->timer->receiver_parked();
  wait(e, w, c->lock, WaitReason::chan_receive);
  return w.ok;
}

bool chan_try_send(chan_core* c, void* from) {
  chan_core::Outcome r;
  {
    Entry e;
    c->lock.lock(e.m);
    r = c->try_send_locked(from);
    c->lock.unlock();
    if (r.wake) wake(r.wake, e.m);
  }
  if (r.done && !r.got) throw_panic("send on closed channel");
  return r.done;
}

try_result chan_try_recv(chan_core* c, void* to) {
  Entry e;
  c->lock.lock(e.m);
  chan_core::Outcome r = c->try_recv_locked(to);
  c->lock.unlock();
  if (r.wake) wake(r.wake, e.m);
  return r.got ? try_result::got : r.done ? try_result::closed : try_result::would_block;
}

void chan_close(chan_core* c) {
  if (!c) throw_panic("close of nil channel");
  bool was_closed;
  {
    Entry e;
    c->lock.lock(e.m);
    was_closed = c->closed.load(std::memory_order_relaxed);
    WakeList woken;  // receivers first
    if (!was_closed) {
      c->closed.store(true, std::memory_order_release);  // to drained()
      for (WaitList* list : {&c->receivers, &c->senders}) {
        while (Waiter* w = list->pop_claimed()) {
          w->ok = false;
          woken.push_back(w);
        }
      }
    }
    c->lock.unlock();
    GList gs;
    while (Waiter* w = woken.pop_front()) {
      if (w->g)
        gs.push_back(w->g);
      else
        wake(w, e.m);
    }
    ready_all(gs, e.m);
  }
  if (was_closed) throw_panic("close of closed channel");
}

std::size_t chan_len(const chan_core* c) noexcept { return c ? c->count.load(std::memory_order_relaxed) : 0; }
std::size_t chan_cap(const chan_core* c) noexcept { return c ? c->capacity : 0; }

} // namespace gocpp::detail
