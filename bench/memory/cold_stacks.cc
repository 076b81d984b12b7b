// What it would cost to keep of a stack that rests for long only what is in use: moved out into a heap, its page given
// back, and put back by userfaultfd where somebody touches it, or by who resumes it. Stacks lie as the runtime's do
// (stack.h).
//
//   clang++-19 -O2 bench/memory/cold_stacks.cc -o build/cold_stacks && build/cold_stacks 200000
//
// Needs the right to use userfaultfd (root, or vm.unprivileged_userfaultfd), and Linux 6.14.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

constexpr std::size_t kSlot = 256 * 1024, kPage = 4096;
constexpr std::size_t kUsed = 800;  // of a goroutine that waits for a channel, with its caller's frames
constexpr int kSelf = -10000;       // PIDFD_SELF
using Clock = std::chrono::steady_clock;

char* slots;
std::vector<char> heap;  // what was moved out, kUsed bytes each
int faults;              // the userfaultfd

char* top(std::size_t i) { return slots + (i + 1) * kSlot; }

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

void print_memory(const char* when, std::size_t count) {
  std::FILE* status = std::fopen("/proc/self/status", "r");
  long resident = 0, tables = 0;
  for (char line[256]; std::fgets(line, sizeof line, status);) {
    std::sscanf(line, "VmRSS: %ld", &resident);
    std::sscanf(line, "VmPTE: %ld", &tables);
  }
  std::fclose(status);
  std::printf("%s: %.0f bytes each, %.0f of them page tables\n", when,
              static_cast<double>(resident + tables) * 1024 / static_cast<double>(count),
              static_cast<double>(tables) * 1024 / static_cast<double>(count));
}

template <class F> void print_time(const char* what, std::size_t count, F f) {
  auto begun = Clock::now();
  f();
  std::chrono::duration<double, std::nano> took = Clock::now() - begun;
  std::printf("%s: %.0f ns each\n", what, took.count() / static_cast<double>(count));
}

void move_out(std::size_t count) {
  std::vector<iovec> pages;
  for (std::size_t i = 0; i < count; ++i) {
    std::memcpy(heap.data() + i * kUsed, top(i) - kUsed, kUsed);
    pages.push_back({top(i) - kPage, kPage});
    if (pages.size() < 512 && i + 1 < count) continue;
    if (syscall(SYS_process_madvise, kSelf, pages.data(), pages.size(), MADV_DONTNEED, 0) < 0) fail("process_madvise");
    pages.clear();
  }
}

void put_back(std::size_t i) {
  char page[kPage] = {};
  std::memcpy(page + kPage - kUsed, heap.data() + i * kUsed, kUsed);
  uffdio_copy copy{reinterpret_cast<std::uintptr_t>(top(i) - kPage), reinterpret_cast<std::uintptr_t>(page), kPage, 0, 0};
  if (ioctl(faults, UFFDIO_COPY, &copy) != 0) fail("UFFDIO_COPY");
}

/// Until there has been no fault for a second.
void serve_faults() {
  for (pollfd one{faults, POLLIN, 0}; poll(&one, 1, 1000) > 0;) {
    uffd_msg m;
    if (read(faults, &m, sizeof m) == sizeof m)
      put_back((m.arg.pagefault.address - reinterpret_cast<std::uintptr_t>(slots)) / kSlot);
  }
}

} // namespace

int main(int argc, char** argv) {
  long wanted = argc == 2 ? std::atol(argv[1]) : 0;
  if (wanted < 2) return std::fputs("usage: cold_stacks COUNT\n", stderr), 2;
  auto count = static_cast<std::size_t>(wanted), touched = count / 10;
  void* all = mmap(nullptr, count * kSlot, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (all == MAP_FAILED) fail("mmap");
  slots = static_cast<char*>(all);
  madvise(slots, count * kSlot, MADV_NOHUGEPAGE);
  faults = static_cast<int>(syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK));
  if (faults < 0) fail("userfaultfd");
  for (std::size_t i = 0; i < count; ++i) std::memset(top(i) - kUsed, static_cast<int>(i % 100), kUsed);
  print_memory("as they are", count);
  uffdio_api api{UFFD_API, 0, 0};
  if (ioctl(faults, UFFDIO_API, &api) != 0) fail("UFFDIO_API");
  uffdio_register range{{reinterpret_cast<std::uintptr_t>(slots), count * kSlot}, UFFDIO_REGISTER_MODE_MISSING, 0};
  if (ioctl(faults, UFFDIO_REGISTER, &range) != 0) fail("UFFDIO_REGISTER");

  heap.resize(count * kUsed);
  print_time("to move one out", count, [&] { move_out(count); });
  print_memory("moved out", count);
  std::thread server(serve_faults);
  print_time("to touch one", touched, [&] {
    for (std::size_t i = 0; i < touched; ++i)
      if (top(i)[-1] != static_cast<char>(i % 100)) std::abort();
  });
  print_time("to put one back before it resumes", count - touched, [&] {
    for (std::size_t i = touched; i < count; ++i) put_back(i);
  });
  server.join();
  for (std::size_t i = 0; i < count; ++i)
    if (top(i)[-1] != static_cast<char>(i % 100)) std::abort();
}
