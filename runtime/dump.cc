// Goroutines in Go's format. What the lines look like is the language's section 5.
//
// The records are read without a lock. A goroutine that is suspended while the world stands still, or in a
// deadlock, cannot move; one that runs in another thread is not looked into.

#include "dump.h"

#include "m.h"
#include "report.h"
#include "sched.h"
#include "symbolize.h"

#include <algorithm>
#include <sys/mman.h>

namespace gocpp::rt {

namespace {

constexpr int64_t kMinute = 60'000'000'000;

void put_trace(const Trace& t, const Frame& creator) noexcept {
  FramePrinter printer(creator);
  uint64_t first = std::min<uint64_t>(t.count, Trace::kEnds);
  uint64_t last = std::min<uint64_t>(t.count - first, Trace::kEnds);
  for (uint64_t i = 0; i < first; ++i)
    printer.put(t.innermost[i]);
  if (uint64_t between = t.count - first - last; between > 0) {
    put("...");
    if (t.cut)
      put("more than ");
    put_number(between);
    put(" frames elided...\n");
  }
  for (uint64_t i = t.count - last; i < t.count; ++i)
    printer.put(t.outermost[i % Trace::kEnds]);
}

/// A goroutine to be listed; its state as it was when the list was made.
struct Listed {
  uint64_t id;
  G* g;
  GState state;
};

struct List {
  Listed* at = nullptr;
  std::size_t count = 0;
  std::size_t room = 0;
};

void add(G* g, void* arg) noexcept {
  auto& list = *static_cast<List*>(arg);
  GState state = g->state.load(std::memory_order_relaxed);
  if (state == GState::dead || state == GState::starting || list.count == list.room)
    return;
  list.at[list.count++] = {g->id.load(std::memory_order_relaxed), g, state};
}

void put_listed(const Listed& l) noexcept {
  put("\n");
  G* g = l.g;
  switch (l.state) {
  case GState::running: {
    M* m = this_m();
    if (m && m->g == g) {
      Trace t;
      trace_here(t);
      return put_goroutine(g, "running", &t);
    }
    put_goroutine(g, "running", nullptr);
    return;
  }
  case GState::waiting:
  case GState::runnable: {
    Trace t{};
    if (g->stack)
      trace_suspended(t, g->ctx);
    put_goroutine(
        g, l.state == GState::runnable ? "runnable" : describe(g->reason.load(std::memory_order_relaxed)),
        &t);
    return;
  }
  case GState::dead:
  case GState::starting:
    return;
  }
}

} // namespace

void put_goroutine(G* g, const char* state, const Trace* trace) noexcept {
  put("goroutine ");
  put_number(g->id.load(std::memory_order_relaxed));
  put(" [");
  put(state);
  int64_t since = g->since.load(std::memory_order_relaxed);
  if (g->state.load(std::memory_order_relaxed) == GState::waiting && since != 0) {
    if (int64_t minutes = (now_ns() - since) / kMinute; minutes > 0) {
      put(", ");
      put_number(static_cast<uint64_t>(minutes));
      put(minutes == 1 ? " minute" : " minutes");
    }
  }
  if (g->locked_m)
    put(", locked to thread");
  put("]:\n");
  uintptr_t go = g->created_at ? reinterpret_cast<uintptr_t>(g->created_at) - 1 : 0;
  Frame creator;
  if (go)
    creator = creator_of(go);
  if (trace)
    put_trace(*trace, creator);
  else
    put("\tgoroutine running in another thread; its stack cannot be shown\n");
  if (go)
    put_creator(go, creator, g->creator);
}

void put_all_goroutines() noexcept {
  // Memory from the kernel: this runs where malloc's locks may be held.
  List list;
  for_each_g([](G*, void* room) { ++*static_cast<std::size_t*>(room); }, &list.room);
  std::size_t bytes = list.room * sizeof(Listed);
  if (bytes == 0)
    return;
  void* mem =
      mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mem == MAP_FAILED) {
    put("\n[no memory to list the goroutines]\n");
    return;
  }
  list.at = static_cast<Listed*>(mem);
  for_each_g(&add, &list);
  std::sort(list.at, list.at + list.count, [](const Listed& a, const Listed& b) { return a.id < b.id; });
  for (std::size_t i = 0; i < list.count; ++i)
    put_listed(list.at[i]);
}

} // namespace gocpp::rt
