// See blocking.h.

#include "blocking.h"

#include <gocpp/blocking.h>
#include <gocpp/detail/errno.h>

namespace gocpp::rt {

namespace {

/// The M of a goroutine that may give its P up here; null in a plain thread, and in the move of an element.
M* blockable(const Entry& e) noexcept { return e.g() && e.m->lease.depth() == 1 ? e.m : nullptr; }

void count_declared(M* m) noexcept {
  m->declared.store(m->declared.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

} // namespace

DeclaredBlock::DeclaredBlock() noexcept {
  Entry e;
  m_ = blockable(e);
  if (!m_) return;
  count_declared(m_);
  P* p = m_->p.load(std::memory_order_relaxed);
  // seq_cst: whoever makes work after this look rouses the monitor by himself.
  if (!p->runq.empty() || !p->timers.empty() || sched.global_size.load(std::memory_order_seq_cst) != 0)
    rouse_monitor(late_for_blocks);
}

DeclaredBlock::~DeclaredBlock() {
  if (!m_) return;
  int error = *detail::errno_location();
  count_declared(m_);
  Entry e;  // without a P the goroutine does not go on
  *detail::errno_location() = error;
}

} // namespace gocpp::rt

namespace gocpp::detail {

using namespace rt;

void blocking_begin() noexcept {
  Entry e;
  if (M* m = blockable(e)) hand_off(release_p(m));
}

void blocking_end() noexcept {
  int error = *errno_location();
  Entry e;  // finds that there is no P, and gets one or waits
  *errno_location() = error;
}

} // namespace gocpp::detail
