// Carving, guarding and pooling stack slots. What a slot is stands in stack.h.

#include "stack.h"

#include "fatal.h"
#include "proc_file.h"
#include "spinlock.h"
#include "timer.h"

#include <gocpp/detail/errno.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#include <vector>

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23  // Linux 5.14
#endif
#ifndef PIDFD_SELF
#define PIDFD_SELF -10000  // Linux 6.14
#endif

namespace gocpp::rt {

namespace {

// A chunk is one mapping cut into slots. LeakSanitizer reads chunks whole, so its builds use small ones.
constexpr std::size_t kChunk = kSanitized ? std::size_t{4} << 20 : std::size_t{64} << 20;
// Free slots of a pool that keep their memory for good, mostly a page or two.
constexpr std::size_t kKeepWarm = 256;
constexpr int64_t kTrimEvery = 100'000'000;
constexpr std::size_t kTrimAtOnce = 512;
constexpr unsigned kStagger = 8, kStaggerBytes = 128;
constexpr std::size_t kMostCut = StackCache::kMax / 2;  // new slots at a time

struct Pool {
  SpinLock lock;
  std::deque<Stack> warm;    // guarded by lock, as all of it; used from the back
  std::vector<Stack> cold;   // without memory
  std::size_t fewest_warm = 0;  // since the last time that the monitor decided
  std::size_t surplus = 0;      // so many of the oldest warm ones it has decided to make cold
  char* unused = nullptr;    // the rest of the chunk that is being carved
  std::size_t unused_slots = 0;
};

Pool& pool_of(uint8_t cls) noexcept {
  // Never destroyed: goroutines may run until the very end of the process.
  static Pool* pools = new Pool[kMaxStackClass + 1];
  return pools[cls];
}

std::atomic<uint64_t> slots_mapped{0};
std::atomic<bool> many_are_warm{false};  // Some pool has more than it keeps. Set by who gives, cleared by the monitor.
/// A debugger that started the program and writes a core file stops at a marker and leaves out the rest of the mapping,
/// all stacks.
bool is_traced() noexcept {
  char status[1024];
  if (!read_proc_file("/proc/self/status", status)) return false;
  const char* tracer = std::strstr(status, "\nTracerPid:\t");
  return tracer && tracer[12] != '0';
}

std::atomic<bool> guard_by_madvise{!kSanitized};  // LeakSanitizer, too, reads whole mappings and would run into a marker

/// Whether the kernel takes one kind of advice for many pieces of the caller's own memory in one call: Linux 6.14, unless it is forbidden.
using AtOnce = std::atomic<bool>;

/// Gives advice so. False: it did not take all; to give some of it again does no harm.
bool advise_at_once(const iovec* memory, std::size_t count, int advice, AtOnce& works) noexcept {
  if (!works.load(std::memory_order_relaxed)) return false;
  std::size_t total = 0;
  for (std::size_t i = 0; i < count; ++i) total += memory[i].iov_len;
  // Not by a descriptor of the process, not even for a moment: programs count theirs.
  long done = syscall(SYS_process_madvise, PIDFD_SELF, memory, count, advice, 0);
  if (done >= 0 && static_cast<std::size_t>(done) == total) return true;
  works.store(false, std::memory_order_relaxed);
  return false;
}

/// How many guards mprotect shall still make. Each splits a mapping into three, and a process that has as many as it may have gets
/// no memory any more, from nobody: the half is for others.
std::atomic<int64_t>& mprotect_left() noexcept {
  static std::atomic<int64_t> left = [] {
    char most[32];
    return read_proc_file("/proc/sys/vm/max_map_count", most) ? std::strtoll(most, nullptr, 10) / 4 : 10'000;
  }();
  return left;
}

/// For slots that lie side by side.
void install_guards(char* base, std::size_t bytes, std::size_t count) noexcept {
  static const bool traced = is_traced();
  if (!traced && guard_by_madvise.load(std::memory_order_relaxed)) {
    iovec guards[kMostCut];
    for (std::size_t i = 0; i < count; ++i) guards[i] = {base + i * bytes, kStackGuard};
    static AtOnce works{true};
    if (count > 1 && advise_at_once(guards, count, MADV_GUARD_INSTALL, works)) return;
    std::size_t done = 0;
    while (done < count && madvise(guards[done].iov_base, kStackGuard, MADV_GUARD_INSTALL) == 0) ++done;
    if (done == count) return;
    guard_by_madvise.store(false, std::memory_order_relaxed);  // an older kernel
  }
  for (std::size_t i = 0; i < count; ++i) {
    // relaxed: a number.
    if (mprotect_left().fetch_sub(1, std::memory_order_relaxed) <= 0) return;
    if (mprotect(base + i * bytes, kStackGuard, PROT_NONE) != 0) mprotect_left().store(0, std::memory_order_relaxed);
  }
}

/// Has the page that each of these slots begins with ready, which takes less than a fault for each: 1.35 µs a slot instead of 1.6 (m).
void touch_tops(char* base, std::size_t bytes, std::size_t count) noexcept {
  static const std::size_t page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  iovec tops[kMostCut];
  for (std::size_t i = 0; i < count; ++i) tops[i] = {base + (i + 1) * bytes - page, page};
  static AtOnce works{true};
  advise_at_once(tops, count, MADV_POPULATE_WRITE, works);  // what it does not do is done by faults
}

/// Makes up to `wanted` new slots, at least one; returns how many. Leaves errno alone: it may be that of a goroutine about to park.
std::size_t carve(Pool& pool, uint8_t cls, Stack* into, std::size_t wanted) noexcept {
  int saved_errno = *detail::errno_location();
  std::size_t bytes = stack_class_bytes(cls), count;
  char* base;
  uint64_t number;
  {
    SpinGuard hold(pool.lock);
    if (pool.unused_slots == 0) {
      std::size_t chunk = std::max(kChunk, bytes);
      void* mem = mmap(nullptr, chunk, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      if (mem == MAP_FAILED) fatal("out of memory for goroutine stacks");
      madvise(mem, chunk, MADV_NOHUGEPAGE);
#ifdef GOCPP_ASAN
      __lsan_register_root_region(mem, chunk);
#endif
      pool.unused = static_cast<char*>(mem);
      pool.unused_slots = chunk / bytes;
    }
    count = std::min(wanted, pool.unused_slots);
    base = pool.unused;
    pool.unused += count * bytes;
    pool.unused_slots -= count;
    number = slots_mapped.fetch_add(count, std::memory_order_relaxed);
  }
  install_guards(base, bytes, count);
  if (count > 1) touch_tops(base, bytes, count);
  *detail::errno_location() = saved_errno;
  for (std::size_t i = 0; i < count; ++i) {
    char* slot = base + i * bytes;
    into[i] = {slot, slot + bytes - ((number + i) % kStagger) * kStaggerBytes};
  }
  return count;
}

template <class Stacks> Stack pop_back(Stacks& from) noexcept {
  Stack s = from.back();
  from.pop_back();
  return s;
}

/// To a sanitizer a stack's next user comes after its last: whoever uses it at once hides races between the two. So the one that has been
/// free for longest is used first, of so many at least.
constexpr std::size_t kQuarantine = 64;

bool may_cache(uint8_t cls, const StackCache* cache) noexcept { return !kSanitized && cache && cls == kDefaultStackClass; }

/// Gives the memory of all of them back, in one call where the kernel can: each interrupts the other cores.
void make_cold(const iovec* memory, std::size_t count) noexcept {
  static AtOnce works{true};
  if (advise_at_once(memory, count, MADV_DONTNEED, works)) return;
  for (std::size_t i = 0; i < count; ++i) madvise(memory[i].iov_base, memory[i].iov_len, MADV_DONTNEED);
}

/// Makes some of the pool's surplus cold, after it has been found out if the pool `decides`. True: there is more of it.
bool trim(uint8_t cls, bool decides) noexcept {
  Pool& pool = pool_of(cls);
  Stack oldest[kTrimAtOnce];
  std::size_t count, left;
  {
    SpinGuard hold(pool.lock);
    Unseen unseen;
    if (decides) {
      pool.surplus = std::max(pool.fewest_warm, kKeepWarm) - kKeepWarm;
      pool.fewest_warm = pool.warm.size();
    }
    count = std::min({pool.surplus, kTrimAtOnce, pool.warm.size()});
    std::copy_n(pool.warm.begin(), count, oldest);
    pool.warm.erase(pool.warm.begin(), pool.warm.begin() + static_cast<std::ptrdiff_t>(count));
    pool.fewest_warm = std::min(pool.fewest_warm, pool.warm.size());
    pool.surplus = count < kTrimAtOnce ? 0 : pool.surplus - count;
    left = pool.surplus;
    if (pool.warm.size() > kKeepWarm) many_are_warm.store(true, std::memory_order_relaxed);
  }
  if (count == 0) return false;
  iovec memory[kTrimAtOnce];
  for (std::size_t i = 0; i < count; ++i) {
    // The guard's marker survives MADV_DONTNEED, but there is nothing to give back below it either.
    char* begin = oldest[i].base + kStackGuard;
    memory[i] = {begin, static_cast<std::size_t>(oldest[i].base + stack_class_bytes(cls) - begin)};
  }
  make_cold(memory, count);
  SpinGuard hold(pool.lock);
  Unseen unseen;
  pool.cold.insert(pool.cold.end(), oldest, oldest + count);
  return left != 0;
}

} // namespace

uint8_t stack_class_for(std::size_t bytes) noexcept {
  uint8_t cls = kMinStackClass;
  while (cls < kMaxStackClass && stack_class_bytes(cls) < bytes) ++cls;
  return cls;
}

std::size_t stack_class_bytes(uint8_t cls) noexcept { return std::size_t{1} << cls; }

Stack stack_take(uint8_t cls, StackCache* cache) noexcept {
  bool cached = may_cache(cls, cache);
  if (cached && cache->count > 0) return cache->free[--cache->count];
  Pool& pool = pool_of(cls);
  {
    SpinGuard hold(pool.lock);
    Unseen unseen;
    Stack s;
    if (kSanitized && pool.warm.size() > kQuarantine) {
      s = pool.warm.front();
      pool.warm.erase(pool.warm.begin());
    } else if (!kSanitized && !pool.warm.empty()) {
      s = pop_back(pool.warm);
      while (cached && cache->count < StackCache::kMax / 2 && !pool.warm.empty())
        cache->free[cache->count++] = pop_back(pool.warm);
      pool.fewest_warm = std::min(pool.fewest_warm, pool.warm.size());
    } else if (!pool.cold.empty()) {
      s = pop_back(pool.cold);
    }
    if (s) return s;
  }
  // The more there are, the more will be: so many at a time that calls for them are few, and none that a small program would not use.
  Stack made[kMostCut];
  std::size_t wanted = cached ? std::clamp<std::size_t>(stack_slots_mapped() / kMostCut, 1, kMostCut) : 1;
  std::size_t count = carve(pool, cls, made, wanted);
  while (count > 1) cache->free[cache->count++] = made[--count];
  return made[0];
}

void stack_give(Stack s, uint8_t cls, StackCache* cache) noexcept {
#ifdef GOCPP_ASAN
  // Frames that never returned left their marks.
  __asan_unpoison_memory_region(s.base + kStackGuard, static_cast<std::size_t>(s.top - s.base) - kStackGuard);
#endif
  bool cached = may_cache(cls, cache);
  if (cached && cache->count < StackCache::kMax) {
    cache->free[cache->count++] = s;
    return;
  }
  Pool& pool = pool_of(cls);
  bool many;
  {
    SpinGuard hold(pool.lock);
    Unseen unseen;
    // The hottest stay at hand: the one that came last, and the upper half of the cache.
    if (cached) {
      pool.warm.insert(pool.warm.end(), cache->free, cache->free + StackCache::kMax / 2);
      std::copy(cache->free + StackCache::kMax / 2, cache->free + cache->count, cache->free);
      cache->count -= StackCache::kMax / 2;
      cache->free[cache->count++] = s;
    } else {
      pool.warm.push_back(s);
    }
    many = pool.warm.size() > kKeepWarm;
  }
  if (many && !many_are_warm.load(std::memory_order_relaxed)) many_are_warm.store(true, std::memory_order_relaxed);
}

void stack_flush(StackCache& cache) noexcept {
  while (cache.count > 0) stack_give(cache.free[--cache.count], kDefaultStackClass, nullptr);
}

int64_t stack_trim(int64_t now) noexcept {
  static int64_t decides_at = 0;
  // relaxed: what is seen late waits for the next time.
  if (decides_at == 0) {
    if (!many_are_warm.load(std::memory_order_relaxed)) return kNever;
    decides_at = now + kTrimEvery;
  }
  bool decides = now >= decides_at, more = false;
  if (decides) many_are_warm.store(false, std::memory_order_relaxed);
  for (int cls = kMinStackClass; cls <= kMaxStackClass; ++cls) more |= trim(static_cast<uint8_t>(cls), decides);
  if (decides) decides_at = many_are_warm.load(std::memory_order_relaxed) ? now + kTrimEvery : 0;
  return more ? now : decides_at != 0 ? decides_at : kNever;
}

bool stack_guard_hit(const Stack& s, const void* addr) noexcept {
  auto a = static_cast<const char*>(addr);
  return a >= s.base && a < s.base + kStackGuard;
}

uint64_t stack_slots_mapped() noexcept { return slots_mapped.load(std::memory_order_relaxed); }

} // namespace gocpp::rt
