// See borrowed_fd.h.

#include "borrowed_fd.h"

#include "fatal.h"
#include "permanent.h"

#include <cerrno>
#include <sys/epoll.h>

namespace gocpp::rt {

namespace {

struct alignas(64) Slot {
  SpinLock lock;
  WaitList waiters[2];
  int closing = 0;      ///< How many are about to close the number. Guarded by lock.
  mutex turns[2];
};
constexpr uint32_t kClosedTag = 1;  // in Waiter::tag, by who unlinked it

constexpr int kChunk = 1024, kChunks = 1024;
struct Chunk {
  Slot slots[kChunk];
};
std::atomic<Chunk*> chunks[kChunks];
SpinLock chunk_lock;

/// Null for a number that no process has.
Slot* slot_of(int fd) noexcept {
  if (fd < 0 || fd >= kChunk * kChunks) return nullptr;
  std::atomic<Chunk*>& place = chunks[fd / kChunk];
  Chunk* c = place.load(std::memory_order_acquire);
  if (!c) {
    SpinGuard hold(chunk_lock);
    c = place.load(std::memory_order_relaxed);
    if (!c) {
      c = make_permanent<Chunk>();
      if (!c) fatal("out of memory for descriptors");
      place.store(c, std::memory_order_release);
    }
  }
  return &c->slots[fd % kChunk];
}

/// Arms epoll for what is waited for. The slot's lock is held. False, with errno, when epoll does not take the descriptor.
bool arm(int ep, int fd, const Slot& s) noexcept {
  epoll_event what{};
  what.events = EPOLLONESHOT | EPOLLRDHUP;
  if (!s.waiters[0].empty()) what.events |= EPOLLIN;
  if (!s.waiters[1].empty()) what.events |= EPOLLOUT;
  what.data.u64 = static_cast<uint64_t>(fd) << 1 | kBorrowed;
  // Whether the number is registered depends on what its owner did meanwhile.
  for (;;) {
    if (epoll_ctl(ep, EPOLL_CTL_MOD, fd, &what) == 0) return true;
    if (errno != ENOENT) return false;
    if (epoll_ctl(ep, EPOLL_CTL_ADD, fd, &what) == 0) return true;
    if (errno != EEXIST) return false;
  }
}

} // namespace

BorrowedWait wait_for_borrowed(int fd, Direction d, int64_t deadline) noexcept {
  Slot* s = slot_of(fd);
  int ep = poller_fd();
  if (!s || ep < 0) return BorrowedWait::never_waits;
  Entry e;
  CountedWait counted;
  Waiter w(e);
  WaitList& list = s->waiters[static_cast<int>(d)];
  s->lock.lock();
  if (s->closing != 0) {
    s->lock.unlock();
    yield_now(e);
    return BorrowedWait::ready;  // the caller finds out what the number is now
  }
  list.push_back(&w);
  if (!arm(ep, fd, *s)) {
    list.remove(&w);
    s->lock.unlock();
    return BorrowedWait::never_waits;
  }
  order_before(s);  // to who closes it; TSan does not see what parking unlocks
  bool in_time = true;
  if (deadline == kNever)
    wait(e, w, s->lock, WaitReason::io_wait);
  else
    in_time = wait_until(e, w, s->lock, list, deadline, WaitReason::io_wait);
  if (!in_time) return BorrowedWait::timed_out;
  return w.tag & kClosedTag ? BorrowedWait::closed : BorrowedWait::ready;
}

BorrowedClosing::BorrowedClosing(int fd) noexcept : fd_(fd) {
  Slot* s = slot_of(fd);
  if (!s) return;
  Entry e;
  WakeList taken;
  {
    SpinGuard hold(s->lock);
    order_after(s);
    ++s->closing;
    for (WaitList& list : s->waiters)
      while (Waiter* w = list.pop_front()) {
        w->tag |= kClosedTag;
        taken.push_back(w);
      }
  }
  taken.wake_all(e.m);
}

BorrowedClosing::~BorrowedClosing() {
  Slot* s = slot_of(fd_);
  if (!s) return;
  Entry e;
  SpinGuard hold(s->lock);
  --s->closing;
}

mutex* borrowed_turn(int fd, Direction d) noexcept {
  Slot* s = slot_of(fd);
  return s ? &s->turns[static_cast<int>(d)] : nullptr;
}

void borrowed_ready(int fd, uint32_t events, GList& out) noexcept {
  Slot* s = slot_of(fd);
  if (!s) return;
  bool failed = (events & (EPOLLHUP | EPOLLERR)) != 0;
  bool ready[2] = {failed || (events & (EPOLLIN | EPOLLRDHUP)) != 0, failed || (events & EPOLLOUT) != 0};
  WakeList taken;
  {
    SpinGuard hold(s->lock);
    for (int d = 0; d < 2; ++d)
      while (ready[d] && !s->waiters[d].empty()) taken.push_back(s->waiters[d].pop_front());
    // The others are not armed any more. If the number is closed by now they have been left alone, as the kernel would.
    if (!s->waiters[0].empty() || !s->waiters[1].empty()) arm(poller_fd(), fd, *s);
  }
  poller_pass_on(taken, out);
}

} // namespace gocpp::rt
