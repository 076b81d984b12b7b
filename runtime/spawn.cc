// Making goroutines and ending them: their records, closures and first frame.
//
// Records come in slabs that are never freed. A P keeps dead ones to use again; surplus ones go to sched.free_gs
// (guarded by sched.lock). A closure stands in the record when it fits, else in the heap; in both places the word
// before it says whose it is. Between spawn_begin and spawn_commit the record belongs to the spawning code, which runs
// user's constructors there and may well be suspended in them.

#include "debug_layout.h"
#include "fatal.h"
#include "permanent.h"
#include "sched.h"
#include "slab.h"
#include "switch.h"

#include <gocpp/detail/rt.h>

#include <algorithm>
#include <cstddef>
#include <new>

namespace gocpp::rt {

std::atomic<Slab*> slabs{nullptr};

namespace {

/// Brings the table that debuggers look for into every program.
[[gnu::used, gnu::retain]] const DebugRow* const keeps_layout = gocpp_debug_layout;

constexpr uint32_t kKeepFree = 256, kBatch = 64;
constexpr uint64_t kIdBatch = 64;

static_assert(offsetof(G, inline_closure) == offsetof(G, closure_owner) + sizeof(G*[2]));

/// Gives `into` at least one dead record. sched.lock not held.
void refill(GList& into) noexcept {
  {
    SpinGuard hold(sched.lock);
    for (uint32_t i = 0; i < kBatch; ++i) {
      G* g = sched.free_gs.pop_front();
      if (!g) break;
      into.push_front(g);
    }
  }
  if (into.size > 0) return;
  Slab* slab = make_permanent<Slab>();
  if (!slab) fatal("out of memory for goroutines");
  for (G& g : slab->gs) {
    order_before(&g);  // to its first user: TSan saw the slab being cleared
    into.push_back(&g);
  }
  Slab* head = slabs.load(std::memory_order_relaxed);
  do slab->next = head;
  while (!slabs.compare_exchange_weak(head, slab, std::memory_order_release, std::memory_order_relaxed));
}

G*& owner_of(void* closure) noexcept { return static_cast<G**>(closure)[-1]; }

/// In front of a closure in the heap: room for the owner, and what the closure's alignment asks for.
std::size_t heap_header(std::size_t align) noexcept { return std::max(align, std::size_t{16}); }

std::atomic<uint8_t> new_stack_class{kDefaultStackClass};

void free_closure(G* g) noexcept {
  if (!g->closure_in_heap) return;
  ::operator delete(static_cast<char*>(g->closure) - heap_header(g->closure_align), std::align_val_t{g->closure_align});
  g->closure_in_heap = false;
}

/// Runs once the goroutine's stack is no longer in use.
void commit_death(M* m, G* g, void*) noexcept {
  P* p = m->p.load(std::memory_order_relaxed);
  stack_give(g->stack, g->stack_class, p ? &p->stacks : nullptr);
  g->stack = {};
  give_g(p, g);
}

void bury(P* p, G* g) noexcept {
  order_before(g);
  order_before(g->stack.base);
  free_closure(g);
  g->state.store(GState::dead, std::memory_order_relaxed);
  if (p) p->finished.add();
}

} // namespace

[[gnu::noinline]] static G* take_g_slow(P* p) noexcept {
  if (p) {
    refill(p->free_gs);
    return p->free_gs.pop_front();
  }
  GList some;
  refill(some);
  G* g = some.pop_front();
  SpinGuard hold(sched.lock);
  sched.free_gs.append(some);
  return g;
}

G* take_g(P* p) noexcept { return p && p->free_gs.size != 0 ? p->free_gs.pop_front() : take_g_slow(p); }

void give_g(P* p, G* g) noexcept {
  if (!p) {
    SpinGuard hold(sched.lock);
    sched.free_gs.push_front(g);
    return;
  }
  kSanitized ? p->free_gs.push_back(g) : p->free_gs.push_front(g);  // as stacks (stack.cc)
  if (p->free_gs.size <= kKeepFree) return;
  GList surplus;
  for (uint32_t i = 0; i < kKeepFree / 2; ++i) surplus.push_back(p->free_gs.pop_front());
  SpinGuard hold(sched.lock);
  sched.free_gs.append(surplus);
}

uint64_t take_id(P* p) noexcept {
  if (!p) return sched.next_id.fetch_add(1, std::memory_order_relaxed);
  if (p->next_id == p->last_id) {
    p->next_id = sched.next_id.fetch_add(kIdBatch, std::memory_order_relaxed);
    p->last_id = p->next_id + kIdBatch;
  }
  return p->next_id++;
}

void for_each_g(void (*f)(G*, void*), void* arg) noexcept {
  for (Slab* s = slabs.load(std::memory_order_acquire); s; s = s->next)
    for (G& g : s->gs) f(&g, arg);
}

std::size_t set_new_stack_size(std::size_t bytes) noexcept {
  return stack_class_bytes(new_stack_class.exchange(stack_class_for(bytes), std::memory_order_relaxed));
}

G* make_g(Entry& e, void* closure, void (*run)(void*), void* created_at) noexcept {
  G* g = owner_of(closure);
  P* p = e.m ? e.m->p.load(std::memory_order_relaxed) : nullptr;
  g->run = run;
  g->created_at = created_at;
  G* by = e.m ? e.m->g : nullptr;
  g->creator = by ? by->id.load(std::memory_order_relaxed) : 0;
  // Like parent, like child, until it is known better.
  g->hands_over.store(by ? by->hands_over.load(std::memory_order_relaxed) : Trust(), std::memory_order_relaxed);
  g->id.store(take_id(p), std::memory_order_relaxed);
  g->stack_class = new_stack_class.load(std::memory_order_relaxed);
  g->saved_errno = 0;
  g->reason.store(WaitReason::none, std::memory_order_relaxed);
  if (p)
    p->created.add();
  else
    sched.thread_created.fetch_add(1, std::memory_order_relaxed);
  return g;
}

G* make_main_g(void* closure, void (*run)(void*), uint8_t stack_class) noexcept {
  G* g = owner_of(closure);
  g->run = run;
  g->id.store(1, std::memory_order_relaxed);
  g->stack_class = stack_class;
  g->state.store(GState::runnable, std::memory_order_relaxed);
  sched.thread_created.fetch_add(1, std::memory_order_relaxed);
  return g;
}

/// Leaves the dead `g` for `next`, or for home, which then gives its stack and record back.
[[noreturn]] static GOCPP_NO_TSAN void leave_for_good(M* m, G* g, G* next) noexcept {
  m->g = next;
  m->commit = {&commit_death, g, nullptr};
  Context nowhere;
  jump(&nowhere, g->fibre, next ? &next->ctx : &m->home, next ? next->fibre : m->fibre, true);
  __builtin_unreachable();
}

void finish_goroutine() noexcept {
  M* m = this_m();
  G* g = m->g;
  P* p = m->p.load(std::memory_order_relaxed);
  bury(p, g);
  if (m->locked_g) {
    m->locked_g = nullptr;
    g->locked_m = nullptr;
    g->lock_count = 0;
    m->ending = !m->is_first;  // a thread that was locked may be in a state that nobody else wants
  }
  leave_for_good(m, g, m->ending ? nullptr : quick_next(m, p));
}

void goroutine_entry() {
#ifdef GOCPP_ASAN
  __sanitizer_finish_switch_fiber(nullptr, nullptr, nullptr);
#endif
  M* m = after_switch();
  G* g = m->g;
  m->lease.set_depth(1);
  order_after(g->stack.base);
  for (;;) {
    order_after(g);
    *m->errno_at = 0;
    m->lease.leave();
    g->run(g->closure);
    m = this_m();
    if (!m->lease.enter()) m = enter_slow(m);
    if (m->locked_g) finish_goroutine();
    P* p = m->p.load(std::memory_order_relaxed);
    bool was_next;
    G* next = quick_pick(m, p, was_next);
    bury(p, g);
    if (!next) leave_for_good(m, g, nullptr);
    // A new goroutine runs right here: same stack, still warm, no switch. Sanitizers want a fibre for each.
    bool here = !kSanitized && !next->stack && next->stack_class == g->stack_class;
    if (here) {
      next->stack = g->stack;
      g->stack = {};
      give_g(p, g);
    }
    begin_running(m, p, next, was_next);
    if (!here) leave_for_good(m, g, next);
    m->g = next;
    g = next;
  }
}

} // namespace gocpp::rt

namespace gocpp::detail {

using namespace rt;

void* spawn_begin(std::size_t size, std::size_t align) {
  ensure_started();
  Entry e;
  G* g = take_g(e.m ? e.m->p.load(std::memory_order_relaxed) : nullptr);
  order_after(g);
  g->state.store(GState::starting, std::memory_order_relaxed);
  if (size <= G::kInlineClosure && align <= 16) {
    g->closure = g->inline_closure;
    g->closure_in_heap = false;
  } else {
    std::size_t header = heap_header(align);
    g->closure_align = static_cast<uint32_t>(header);
    char* block = static_cast<char*>(::operator new(header + size, std::align_val_t{header}, std::nothrow));
    if (!block) fatal("out of memory for a goroutine's arguments");
    g->closure = block + header;
    g->closure_in_heap = true;
  }
  owner_of(g->closure) = g;
  return g->closure;
}

[[gnu::noinline]] void spawn_commit(void* closure, void (*run)(void*)) {
  Entry e;
  G* g = make_g(e, closure, run, __builtin_return_address(0));
  P* p = e.m ? e.m->p.load(std::memory_order_relaxed) : nullptr;
  uint64_t overflows = p ? p->overflows.get() : 0;
  ready(g, e.m);
  // A queue full of them: some shall run first, on stacks that are warm, before more are made.
  if (p && p->overflows.get() != overflows) stand_back(e);
}

void spawn_abort(void* closure) noexcept {
  Entry e;
  G* g = owner_of(closure);
  free_closure(g);
  g->state.store(GState::dead, std::memory_order_relaxed);
  give_g(e.m ? e.m->p.load(std::memory_order_relaxed) : nullptr, g);
}

} // namespace gocpp::detail
