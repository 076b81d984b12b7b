// A bump allocator over anonymous mappings.

#include "permanent.h"

#include "annotate.h"
#include "spinlock.h"

#include <algorithm>
#include <sys/mman.h>

namespace gocpp::rt {

namespace {
constexpr std::size_t kPiece = std::size_t{1} << 20;
constinit SpinLock lock;
char* unused = nullptr;       // guarded by lock
std::size_t unused_size = 0;  // guarded by lock
} // namespace

void* permanent_bytes(std::size_t size) noexcept {
  size = (size + 63) / 64 * 64;
  SpinGuard hold(lock);
  if (size > unused_size) {
    std::size_t piece = std::max(kPiece, size);
    void* mem = mmap(nullptr, piece, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mem == MAP_FAILED) return nullptr;
#ifdef GOCPP_ASAN
    __lsan_register_root_region(mem, piece);
#endif
    unused = static_cast<char*>(mem);
    unused_size = piece;
  }
  void* result = unused;
  unused += size;
  unused_size -= size;
  return result;
}

} // namespace gocpp::rt
