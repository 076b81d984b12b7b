// after, timer and ticker. The protocol stands in channel_timer.h.

#include "channel_timer.h"

#include "chan.h"

#include <gocpp/time.h>

#include <new>

namespace gocpp::rt {

ChannelTimer::ChannelTimer(detail::chan_core* c) noexcept : channel_(c) {
  timer_.fire = &fire;
  timer_.arg = this;
}

ChannelTimer::~ChannelTimer() {
  // Nobody receives, so nobody arms it again; a fire under way finds nobody and ends its firing under the
  // lock, which it may still hold when timer_stop has seen that.
  Entry e;
  timer_stop(&timer_);
  ChanGuard hold(channel_->lock);
}

/// Constructs the value that is due at `to` and moves on to the next.
int64_t ChannelTimer::pass(void* to, int64_t now) noexcept {
  ::new (to) detail::tick_time(detail::tick_time::duration(when_));
  // Ticks that nobody took are dropped: the next lies in the future.
  when_ = period_ == 0 ? kNever : when_ + (1 + (now - when_) / period_) * period_;
  return when_;
}

bool ChannelTimer::take(void* to) noexcept {
  if (when_ == kNever)
    return false;
  int64_t now = now_ns();
  if (now < when_)
    return false;
  pass(to, now);
  return true;
}

void ChannelTimer::arm() noexcept {
  if (armed_ || when_ == kNever)
    return;
  armed_ = true;
  timer_start(&timer_, when_);
}

void ChannelTimer::disarm() noexcept {
  // A fire under way stays: it waits for our lock and then sees how things stand.
  if (armed_ && timer_try_stop(&timer_))
    armed_ = false;
}

void ChannelTimer::receiver_parked() noexcept { arm(); }

void ChannelTimer::receiver_left() noexcept {
  if (channel_->receivers.empty())
    disarm();
}

bool ChannelTimer::set(int64_t when, int64_t period) noexcept {
  bool was_due = when_ != kNever;
  when_ = when;
  period_ = period;
  disarm();
  if (!channel_->receivers.empty())
    arm();
  return was_due;
}

int64_t ChannelTimer::fire(Timer* t, int64_t now) noexcept {
  auto* self = static_cast<ChannelTimer*>(t->arg);
  detail::chan_core* c = self->channel_;
  c->lock.lock(this_m());
  Waiter* w = nullptr;
  // A reset may have moved it into the future since it was taken out of the heap.
  if (self->when_ <= now && (w = c->receivers.pop_claimed())) {
    self->pass(w->elem, now);
    w->ok = true;
  }
  self->armed_ = false;
  // relaxed: read under the lock, or by ~ChannelTimer, which takes the lock afterwards.
  t->heap.store(nullptr, std::memory_order_relaxed);
  if (!c->receivers.empty())
    self->arm();
  c->lock.unlock(); // the last access: without the lock the channel may go
  if (w)
    wake(w, this_m());
  return kGone;
}

} // namespace gocpp::rt

namespace gocpp::detail {

using namespace rt;

void timer_attach(chan_core* c, std::int64_t when, std::int64_t period) {
  ensure_started();
  auto* t = new ChannelTimer(c);
  t->set(when, period);
  c->timer = t;
  // It ticks on whatever P fires it.
  if (period != 0)
    c->lock.favour_nobody();
}

bool timer_set(chan_core* c, std::int64_t when, std::int64_t period) noexcept {
  Entry e;
  ChanGuard hold(c->lock);
  return c->timer->set(when, period);
}

std::int64_t require_interval(std::int64_t ns) {
  if (ns <= 0)
    throw_panic("non-positive interval for ticker");
  return ns;
}

} // namespace gocpp::detail
