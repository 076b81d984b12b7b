// select: one operation out of several, parked until one can go on.
//
// The choice among the cases that are ready is random and uniform. First each is looked at without its lock, which is then taken
// alone where the case seems ready, of several first for one by lot. If none is found so, the cases' channels are
// locked in the order of their addresses, each once, so that the second look at all of them, in a random order, is one moment:
// only it may say that nothing is ready. Then a record stands in each channel's queue, all sharing one claim; whoever wins the
// claim passes the value and wakes the select, which then takes the other records out. The locks are released by the
// park's commit; the winner may run the select at once, but it locks every channel again before it touches its records,
// hence after the commit has released the last lock. A select that parks holds a reference to each of its channels:
// whoever wins may drop the last handle before it has woken. A select with one case and a default is a try, which is
// the header's business. A nil channel is never ready.

#include "chan.h"
#include "sched.h"

#include <algorithm>
#include <new>

namespace gocpp::detail {

using namespace rt;

namespace {

static_assert(sizeof(Waiter) <= sizeof(select_case::waiter) && alignof(Waiter) <= 8);
constexpr int kFewCases = 16, kMostLookedAt = 32;

Waiter* record(select_case& c) noexcept { return std::launder(reinterpret_cast<Waiter*>(c.waiter)); }

/// At least 48 random bits. `m->random` is the M's own.
GOCPP_NO_TSAN uint64_t next_random(M* m) noexcept {
  if (m) return m->next_random() >> 16;
  // A plain thread has no state of its own here; a shared Weyl sequence through a mixer is enough for fairness.
  static std::atomic<uint64_t> state{0};
  uint64_t z = state.fetch_add(0x9E3779B97F4A7C15u, std::memory_order_relaxed) ^ static_cast<uint64_t>(now_ns());
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

/// The channels of a select in locking order.
struct LockSet {
  chan_core** channels;
  int count;

  void lock(M* m) const noexcept {
    for (int i = 0; i < count; ++i) channels[i]->lock.lock(m);
  }
  void unlock() const noexcept {
    for (int i = count; i-- > 0;) channels[i]->lock.unlock();
  }
};

/// After the last unlock the select may be gone, so what is needed is read before it.
GOCPP_NO_TSAN void commit_unlock_all(M*, G*, void* arg) noexcept {
  LockSet set = *static_cast<LockSet*>(arg);
  chan_core* last = set.channels[0];
  for (int i = set.count; i-- > 1;) set.channels[i]->lock.unlock_for_parked();
  last->lock.unlock_for_parked();
}

struct Order {
  uint16_t* poll;       ///< Cases with a channel, shuffled.
  int polls = 0;
  LockSet locks;        ///< Its channels are filled in by arrange_locks.
};

void arrange(const select_case* cases, int count, M* m, Order& o) noexcept {
  uint64_t random = 0;
  int bits = 0;
  for (int i = 0; i < count; ++i) {
    if (!cases[i].channel) continue;
    if (bits < 16) {
      random = next_random(m);
      bits = 48;
    }
    // Fisher and Yates, inside out.
    int j = static_cast<int>((random & 0xFFFF) * static_cast<unsigned>(o.polls + 1) >> 16);
    random >>= 16;
    bits -= 16;
    o.poll[o.polls] = o.poll[j];
    o.poll[j] = static_cast<uint16_t>(i);
    ++o.polls;
  }
}

void arrange_locks(const select_case* cases, Order& o) noexcept {
  for (int i = 0; i < o.polls; ++i) o.locks.channels[i] = cases[o.poll[i]].channel;
  o.locks.count = o.polls;
  std::sort(o.locks.channels, o.locks.channels + o.locks.count);
  o.locks.count = static_cast<int>(std::unique(o.locks.channels, o.locks.channels + o.locks.count) - o.locks.channels);
}

struct Result {
  int index;
  bool closed_send;
  bool parked = false;  ///< References are to be given back, outside the runtime: the last one destroys elements.
};

[[gnu::always_inline]] inline chan_core::Outcome try_locked(select_case& c) noexcept {
  return c.is_send ? c.channel->try_send_locked(c.elem) : c.channel->try_recv_locked(c.elem);
}

/// The case has taken effect. No lock held.
Result done(Entry& e, select_case& c, int index, const chan_core::Outcome& r) noexcept {
  if (r.wake) wake(r.wake, e.m);
  c.received = r.got;
  return {index, c.is_send && !r.got};
}

/// One of the bits of `set`, which has some, by lot.
int any_of(uint32_t set, M* m) noexcept {
  if ((set & (set - 1)) != 0) {
    auto skip = (next_random(m) & 0xFFFF) * static_cast<unsigned>(__builtin_popcount(set)) >> 16;
    for (; skip != 0; --skip) set &= set - 1;
  }
  return __builtin_ctz(set);
}

/// The first look, at no more than kMostLookedAt cases. False: none was found that has taken effect.
[[gnu::always_inline]] inline bool take_ready_one(Entry& e, select_case* cases, int count, Result& out) noexcept {
  uint32_t ready = 0;
  for (int i = 0; i < count; ++i)
    if (cases[i].channel && cases[i].channel->seems_ready(cases[i].is_send)) ready |= uint32_t{1} << i;
  while (ready != 0) {
    int i = any_of(ready, e.m);
    ready &= ~(uint32_t{1} << i);
    select_case& c = cases[i];
    c.channel->lock.lock(e.m);
    chan_core::Outcome r = try_locked(c);
    c.channel->lock.unlock();
    if (!r.done) continue;
    out = done(e, c, i, r);
    return true;
  }
  return false;
}

/// The second look, and the wait. There is at least one channel.
Result run(Entry& e, select_case* cases, Order& o, bool has_default) noexcept {
  arrange_locks(cases, o);
  o.locks.lock(e.m);
  for (int i = 0; i < o.polls; ++i) {
    select_case& c = cases[o.poll[i]];
    chan_core::Outcome r = try_locked(c);
    if (!r.done) continue;
    o.locks.unlock();
    return done(e, c, o.poll[i], r);
  }
  if (has_default) {
    o.locks.unlock();
    return {select_default, false};
  }

  SelectClaim claim;
  for (int i = 0; i < o.polls; ++i) {
    select_case& c = cases[o.poll[i]];
    auto* w = ::new (c.waiter) Waiter(e);
    w->elem = c.elem;
    w->claim = &claim;
    w->index = static_cast<int16_t>(o.poll[i]);
    chan_ref(c.channel);
    (c.is_send ? c.channel->senders : c.channel->receivers).push_back(w);
    if (c.channel->timer) c.channel->timer->receiver_parked();
  }
  if (e.g()) {
    for (int i = 0; i < o.locks.count; ++i) o.locks.channels[i]->lock.hand_over();
    park(e, WaitReason::select, &commit_unlock_all, &o.locks);
  } else {
    // Any record may be the one that fires; the thread sleeps on the claim.
    thread_blocks();
    o.locks.unlock();
    while (claim.woken.load(std::memory_order_acquire) == 0) futex_wait(&claim.woken, 0);
  }
  o.locks.lock(e.m);
  for (int i = 0; i < o.polls; ++i) {
    select_case& c = cases[o.poll[i]];
    (c.is_send ? c.channel->senders : c.channel->receivers).remove(record(c));
    if (c.channel->timer) c.channel->timer->receiver_left();
  }
  o.locks.unlock();
  Waiter* fired = claim.fired;
  select_case& c = cases[fired->index];
  c.received = fired->ok;
  return {fired->index, c.is_send && !fired->ok, true};
}

[[gnu::noinline]] Result arrange_and_run(Entry& e, select_case* cases, int count, bool has_default) noexcept {
  Order o;
  if (count <= kFewCases) {
    uint16_t poll[kFewCases];
    chan_core* channels[kFewCases];
    o.poll = poll;
    o.locks.channels = channels;
    arrange(cases, count, e.m, o);
    return o.polls ? run(e, cases, o, has_default) : Result{select_default, false};
  }
  // A select is written out case by case, so its number of cases is bounded by the source's length.
  auto* poll = static_cast<uint16_t*>(__builtin_alloca(sizeof(uint16_t) * static_cast<std::size_t>(count)));
  auto** channels = static_cast<chan_core**>(__builtin_alloca(sizeof(chan_core*) * static_cast<std::size_t>(count)));
  o.poll = poll;
  o.locks.channels = channels;
  arrange(cases, count, e.m, o);
  return o.polls ? run(e, cases, o, has_default) : Result{select_default, false};
}

} // namespace

int select_wait(select_case* cases, int count, bool has_default) {
  Result r;
  {
    Entry e;
    if (count > kMostLookedAt || !take_ready_one(e, cases, count, r)) r = arrange_and_run(e, cases, count, has_default);
    if (r.index == select_default && !has_default) wait_for_ever(e, WaitReason::select);
  }
  if (r.parked)
    for (int i = 0; i < count; ++i)
      if (cases[i].channel) chan_unref(cases[i].channel);
  if (r.closed_send) throw_panic("send on closed channel");
  return r.index;
}

void block_forever() {
  Entry e;
  wait_for_ever(e, WaitReason::select_no_cases);
}

} // namespace gocpp::detail
