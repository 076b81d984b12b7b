// References of channels, and what the last one does.
//
// A goroutine often hands its channel to the next one and ends. So an M keeps the last reference that was dropped on it, spare, and the
// next copy made there of the same channel takes it over: of an atomic read-modify-write (5 ns (m)) at each end none is left, nor the
// channel's line to go from core to core. A spare reference counts in `refs`. Only M::spare_chan's own thread touches it, in no lease: no
// goroutine is suspended in here. Kept are references of small channels whose elements nobody destroys, so that what is late
// by it is some memory; an M that becomes idle keeps none. With sanitizers none is kept: they see neither that an M's own is
// its goroutines' as well, nor what an M refers to.

#include "chan.h"
#include "m.h"

#include <cstdlib>
#include <utility>

namespace gocpp::detail {

using namespace rt;

void chan_ref(chan_core* c) noexcept {
  if (M* m = kSanitized ? nullptr : this_m(); m && m->spare_chan == c) {
    m->spare_chan = nullptr;
    return;
  }
  c->refs.fetch_add(1, std::memory_order_relaxed);
}

static void destroy(chan_core* c) noexcept {
  // Nobody can wake those any more: like them, and for them, the channel stays. Selects hold references of their own.
  if (!c->senders.empty() || !c->receivers.empty()) return;
  if (c->ops->destroy) {
    std::size_t n = c->count.load(std::memory_order_relaxed);
    for (std::size_t i = 0; i < n; ++i) c->ops->destroy(c->slot(i));
  }
  delete c->timer;
  M* m = this_m();
  c->lock.retire(m ? m->p.load(std::memory_order_relaxed) : nullptr);
  std::size_t bytes = c->block_bytes();
  bool of_malloc = malloc_suits(c->ops);
  c->~chan_core();
  if (!of_malloc || !m || !m->chan_blocks.keep(c, bytes)) std::free(c);
}

/// Takes `mine` references away, which are all the caller's.
static void drop(chan_core* c, uint32_t mine) noexcept {
  // release: our uses come before the free; acquire: the free comes after everybody's. Who has all that there are need
  // not take them away: nobody else can make another.
  if (c->refs.load(std::memory_order_acquire) == mine || c->refs.fetch_sub(mine, std::memory_order_acq_rel) == mine) destroy(c);
}

void chan_unref(chan_core* c) noexcept {
  if (c->refs.load(std::memory_order_acquire) == 1) return destroy(c);  // as in drop
  M* m = kSanitized ? nullptr : this_m();
  if (!m) return drop(c, 1);
  if (m->spare_chan == c) {
    m->spare_chan = nullptr;
    return drop(c, 2);
  }
  constexpr std::size_t kSmall = 4096;
  if (c->ops->destroy || c->timer || c->capacity * c->ops->size > kSmall) return drop(c, 1);
  if (chan_core* former = std::exchange(m->spare_chan, c)) drop(former, 1);
}

} // namespace gocpp::detail

namespace gocpp::rt {

void drop_spare_chans(M* m) noexcept {
  if (kSanitized) return;
  if (auto* c = std::exchange(m->spare_chan, nullptr)) detail::drop(c, 1);
  m->chan_blocks.clear();
}

} // namespace gocpp::rt
