// Carving, guarding and pooling stack slots. What a slot is stands in stack.h.

#include "stack.h"

#include "fatal.h"
#include "proc_file.h"
#include "spinlock.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <sys/mman.h>
#include <vector>

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

namespace gocpp::rt {

namespace {

// A chunk is one mapping cut into slots. LeakSanitizer reads chunks whole, so its builds use small ones.
constexpr std::size_t kChunk = kSanitized ? std::size_t{4} << 20 : std::size_t{64} << 20;
// Free slots of a pool that keep their memory, mostly a page or two: what recursion by goroutines frees it takes again at once.
constexpr std::size_t kKeepWarm = 1024;
constexpr unsigned kStagger = 8, kStaggerBytes = 128;

struct Pool {
  SpinLock lock;
  std::vector<Stack> warm;   // guarded by lock, as all of it
  std::vector<Stack> cold;
  char* unused = nullptr;    // the rest of the chunk that is being carved
  std::size_t unused_slots = 0;
};

Pool& pool_of(uint8_t cls) noexcept {
  // Never destroyed: goroutines may run until the very end of the process.
  static Pool* pools = new Pool[kMaxStackClass + 1];
  return pools[cls];
}

std::atomic<uint64_t> slots_mapped{0};
/// A debugger that started the program and writes a core file stops at a marker and leaves out the rest of the mapping, all stacks.
bool is_traced() noexcept {
  char status[1024];
  if (!read_proc_file("/proc/self/status", status)) return false;
  const char* tracer = std::strstr(status, "\nTracerPid:\t");
  return tracer && tracer[12] != '0';
}

std::atomic<bool> guard_by_madvise{!kSanitized};  // LeakSanitizer, too, reads whole mappings and would run into a marker
std::atomic<bool> guard_by_mprotect{true};

void install_guard(char* base) noexcept {
  static const bool traced = is_traced();
  if (!traced && guard_by_madvise.load(std::memory_order_relaxed)) {
    if (madvise(base, kStackGuard, MADV_GUARD_INSTALL) == 0) return;
    guard_by_madvise.store(false, std::memory_order_relaxed);  // an older kernel
  }
  if (!guard_by_mprotect.load(std::memory_order_relaxed)) return;
  // Each guard splits a mapping; past vm.max_map_count there are no more.
  if (mprotect(base, kStackGuard, PROT_NONE) != 0) guard_by_mprotect.store(false, std::memory_order_relaxed);
}

Stack carve(Pool& pool, uint8_t cls) noexcept {
  std::size_t bytes = stack_class_bytes(cls);
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
    base = pool.unused;
    pool.unused += bytes;
    --pool.unused_slots;
    number = slots_mapped.fetch_add(1, std::memory_order_relaxed);
  }
  install_guard(base);
  return {base, base + bytes - (number % kStagger) * kStaggerBytes};
}

} // namespace

uint8_t stack_class_for(std::size_t bytes) noexcept {
  uint8_t cls = kMinStackClass;
  while (cls < kMaxStackClass && stack_class_bytes(cls) < bytes) ++cls;
  return cls;
}

std::size_t stack_class_bytes(uint8_t cls) noexcept { return std::size_t{1} << cls; }

Stack stack_take(uint8_t cls, StackCache* cache) noexcept {
  if (cache && cls == kDefaultStackClass && cache->count > 0) return cache->free[--cache->count];
  Pool& pool = pool_of(cls);
  {
    SpinGuard hold(pool.lock);
    for (auto* list : {&pool.warm, &pool.cold}) {
      if (list->empty()) continue;
      Stack s = list->back();
      list->pop_back();
      return s;
    }
  }
  return carve(pool, cls);
}

void stack_give(Stack s, uint8_t cls, StackCache* cache) noexcept {
#ifdef GOCPP_ASAN
  // Frames that never returned left their marks.
  __asan_unpoison_memory_region(s.base + kStackGuard, static_cast<std::size_t>(s.top - s.base) - kStackGuard);
#endif
  if (cache && cls == kDefaultStackClass && cache->count < StackCache::kMax) {
    cache->free[cache->count++] = s;
    return;
  }
  Pool& pool = pool_of(cls);
  {
    SpinGuard hold(pool.lock);
    if (pool.warm.size() < kKeepWarm) {
      order_after(&pool);  // TSan sees the allocator, but not the lock
      pool.warm.push_back(s);
      order_before(&pool);
      return;
    }
  }
  // The guard's marker survives MADV_DONTNEED, but there is nothing to give back below it either.
  char* end = s.base + stack_class_bytes(cls);
  madvise(s.base + kStackGuard, static_cast<std::size_t>(end - s.base) - kStackGuard, MADV_DONTNEED);
  SpinGuard hold(pool.lock);
  order_after(&pool);
  pool.cold.push_back(s);
  order_before(&pool);
}

void stack_flush(StackCache& cache) noexcept {
  while (cache.count > 0) stack_give(cache.free[--cache.count], kDefaultStackClass, nullptr);
}

bool stack_guard_hit(const Stack& s, const void* addr) noexcept {
  auto a = static_cast<const char*>(addr);
  return a >= s.base && a < s.base + kStackGuard;
}

uint64_t stack_slots_mapped() noexcept { return slots_mapped.load(std::memory_order_relaxed); }

} // namespace gocpp::rt
