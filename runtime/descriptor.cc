// See descriptor.h.

#include "descriptor.h"

#include <cerrno>
#include <unistd.h>

#include <gocpp/detail/errno.h>

namespace gocpp::detail {

using namespace rt;

namespace {

// The bits of `state`. Those of the writing side stand one to the left.
constexpr uint32_t kClosed = 1, kSide = 2, kQueue = 8, kUser = 32;
constexpr uint32_t kBusy = ~(kClosed | kQueue | kQueue << 1);  // the sides and the users

constexpr uint32_t side_bit(Direction d) { return kSide << static_cast<int>(d); }
constexpr uint32_t queue_bit(Direction d) { return kQueue << static_cast<int>(d); }

constexpr bool over(uint32_t s) { return (s & kClosed) && !(s & kBusy); }

} // namespace

bool descriptor::enter(Direction side) noexcept {
  uint32_t s = state.load(std::memory_order_relaxed);
  while (!(s & kClosed)) {
    if (s & side_bit(side)) return queue_for(side);
    // acquire: pairs with the release of whoever left the side.
    if (state.compare_exchange_weak(s, s | side_bit(side), std::memory_order_acquire, std::memory_order_relaxed)) return true;
  }
  return false;
}

bool descriptor::queue_for(Direction side) noexcept {
  Entry e;
  lock_.lock();
  uint32_t s = state.load(std::memory_order_relaxed);
  for (;;) {
    if (s & kClosed) {
      lock_.unlock();
      return false;
    }
    bool free = !(s & side_bit(side));
    uint32_t next = free ? s | side_bit(side) : s | queue_bit(side);
    // acquire: as in enter(). The queue is read under the lock.
    if (!state.compare_exchange_weak(s, next, std::memory_order_acquire, std::memory_order_relaxed)) continue;
    if (!free) break;
    lock_.unlock();
    return true;
  }
  Waiter w(e);
  w.ok = false;
  queues_[static_cast<int>(side)].push_back(&w);
  wait(e, w, lock_, WaitReason::io_wait);
  return w.ok;
}

void descriptor::leave(Direction side) noexcept {
  uint32_t s = state.load(std::memory_order_relaxed);
  for (;;) {
    if (s & queue_bit(side)) {
      if (pass_on(side)) return;
      s = state.load(std::memory_order_relaxed);
      continue;
    }
    // release: for the next on this side. acquire: finish() comes after what other users did.
    if (state.compare_exchange_weak(s, s & ~side_bit(side), std::memory_order_acq_rel, std::memory_order_relaxed)) break;
  }
  if (over(s & ~side_bit(side))) finish();
}

bool descriptor::pass_on(Direction side) noexcept {
  Entry e;
  WaitList& queue = queues_[static_cast<int>(side)];
  lock_.lock();
  Waiter* w = queue.pop_front();
  if (queue.empty()) state.fetch_and(~queue_bit(side), std::memory_order_relaxed);
  if (w) w->ok = true;
  lock_.unlock();
  if (w) wake(w, e.m);  // its release publishes what we did
  return w != nullptr;
}

bool descriptor::use() noexcept {
  uint32_t s = state.load(std::memory_order_relaxed);
  while (!(s & kClosed))
    if (state.compare_exchange_weak(s, s + kUser, std::memory_order_acquire, std::memory_order_relaxed)) return true;
  return false;
}

void descriptor::unuse() noexcept {
  // acq_rel: as in leave().
  if (over(state.fetch_sub(kUser, std::memory_order_acq_rel) - kUser)) finish();
}

int descriptor::close() noexcept {
  uint32_t s = state.load(std::memory_order_relaxed);
  do {
    if (s & kClosed) return 0;
  } while (!state.compare_exchange_weak(s, (s | kClosed) + kUser, std::memory_order_acq_rel, std::memory_order_relaxed));
  closing();
  if (pollable) pollable_shut(pollable);
  {
    Entry e;
    WakeList taken;
    lock_.lock();
    for (Direction side : {Direction::read, Direction::write}) taken.take_all(queues_[static_cast<int>(side)]);
    state.fetch_and(~(kQueue | kQueue << 1), std::memory_order_relaxed);  // nobody queues once it is closed
    lock_.unlock();
    taken.wake_all(e.m);
  }
  unuse();
  Entry e;
  lock_.lock();
  if (finished_ || !pollable) {
    int error = finished_ ? close_error_ : 0;
    lock_.unlock();
    return error;
  }
  Waiter w(e);
  closers_.push_back(&w);
  wait(e, w, lock_, WaitReason::io_wait);
  return close_error_;
}

void descriptor::finish() noexcept {
  if (pollable) pollable_close(pollable);
  int error = 0;
  {
    DeclaredBlock block;
    if (::close(fd) != 0) error = errno;
  }
  Entry e;
  WakeList taken;
  lock_.lock();
  close_error_ = error == EINTR ? 0 : error;  // the number is free after EINTR, too
  finished_ = true;
  taken.take_all(closers_);
  lock_.unlock();
  taken.wake_all(e.m);
}

// ---- for the headers ----

void descriptor_ref(descriptor* d) noexcept { d->refs.fetch_add(1, std::memory_order_relaxed); }  // from an existing one

void descriptor_unref(descriptor* d) noexcept {
  // acq_rel: the last handle's close comes after what was done through the others.
  if (d->refs.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  d->close();
  d->destroy();
}

int descriptor_number(const descriptor* d) noexcept { return d && !d->closed() ? d->fd : -1; }

void descriptor_close(descriptor* d, std::error_code& ec) noexcept { report(ec, d ? d->close() : EBADF); }

void descriptor_deadline(descriptor* d, unsigned sides, std::int64_t when, std::error_code& ec) noexcept {
  if (!d) return report(ec, EBADF);
  Use hold(*d);
  if (!hold) return report(ec, kClosedError);
  if (!d->pollable) return report(ec, EOPNOTSUPP);
  if (sides & side_read) pollable_deadline(d->pollable, Direction::read, when);
  if (sides & side_write) pollable_deadline(d->pollable, Direction::write, when);
  report(ec, 0);
}

} // namespace gocpp::detail
