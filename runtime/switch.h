// What the files that switch contexts share: sched.cc, find_work.cc, spawn.cc. Nobody else includes this.
#pragma once

#include "annotate.h"
#include "sched.h"

namespace gocpp::rt {

/// Runs the commit of the context that this M just left. Returns the M.
M* after_switch() noexcept;
/// The next goroutine for a direct switch, marked running; null: go home. Inside, with a P.
G* quick_next(M* m, P* p) noexcept;
/// The same, not marked running yet.
G* quick_pick(M* m, P* p, bool& was_next) noexcept;
/// Takes `most` goroutines (0: a fair share) from the global queue; one is returned, the rest joins p's. Inside, with a P.
G* take_global(P* p, uint32_t most) noexcept;
/// Marks `g` running on `m` and gives it a stack if it has none.
void begin_running(M* m, P* p, G* g, bool inherits_slice) noexcept;
void bind_stack(P* p, G* g) noexcept;
/// Appends to the ring. False: it was full, and `g` went to the global queue behind its older half.
bool push_local(P* p, G* g) noexcept;
/// True when there is one P, so that nobody steals from it or waits to be woken. Inside, with a P: the number then does
/// not change.
inline bool alone() noexcept { return sched.procs.load(std::memory_order_relaxed) == 1; }
/// The goroutine that stood next on `p` was not run soon. Any thread.
void next_was_left(P* p) noexcept;
/// An idle P for an M that lost its own, the old one if possible.
bool regain_p(M* m) noexcept;

inline void open_fibre([[maybe_unused]] Fibre& f, [[maybe_unused]] const Stack& s) noexcept {
#ifdef GOCPP_TSAN
  // The last goroutine's is kept until now: TSan would give a new one its number, and not tell what the two do apart. This one is made by
  // whoever ran before on this thread, whom the goroutine does not come after.
  Unseen unseen;
  if (f.tsan) __tsan_destroy_fiber(f.tsan);
  f.tsan = __tsan_create_fiber(0);
#endif
#ifdef GOCPP_ASAN
  f.fake_stack = nullptr;
  f.bottom = s.base;
  f.size = static_cast<std::size_t>(s.top - s.base);
#endif
}

/// Switches, telling the sanitizers. With `last`, the context left is dead. In uninstrumented code: TSan counts entries
/// and exits of functions for each fibre.
[[gnu::always_inline]] GOCPP_NO_TSAN inline void jump(Context* from, [[maybe_unused]] Fibre& from_fibre, Context* to,
                                                      [[maybe_unused]] Fibre& to_fibre,
                                                      [[maybe_unused]] bool last = false) noexcept {
#ifdef GOCPP_ASAN
  __sanitizer_start_switch_fiber(last ? nullptr : &from_fibre.fake_stack, to_fibre.bottom, to_fibre.size);
#endif
#ifdef GOCPP_TSAN
  __tsan_switch_to_fiber(to_fibre.tsan, 1);
#endif
  switch_context(from, to);
#ifdef GOCPP_ASAN
  __sanitizer_finish_switch_fiber(from_fibre.fake_stack, nullptr, nullptr);
#endif
}

} // namespace gocpp::rt
