// See hook.h.

#include "hook.h"

#include "fatal.h"

#include <atomic>
#include <cstdio>
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

namespace gocpp::hooks {

namespace {

std::atomic<bool> forked{false};
std::atomic<pid_t> process{0};

// A child has the forking thread alone: nobody would wake what parks there.
[[gnu::constructor]] void watch_forks() {
  process.store(getpid(), std::memory_order_relaxed);
  pthread_atfork(nullptr, nullptr, [] { forked.store(true, std::memory_order_relaxed); });
}

} // namespace

bool applies() noexcept {
  rt::M* m = rt::this_m();
  return m && m->g && m->lease.depth() == 0 && m->declared.load(std::memory_order_relaxed) % 2 == 0 &&
         !forked.load(std::memory_order_relaxed);
}

bool in_the_process() noexcept { return getpid() == process.load(std::memory_order_relaxed); }

void* find_real(const char* name) noexcept {
  char intercepted[64];
  std::snprintf(intercepted, sizeof intercepted, "__interceptor_%s", name);
  if (void* f = dlsym(RTLD_DEFAULT, intercepted)) return f;
  void* f = dlsym(RTLD_NEXT, name);
  if (!f) rt::fatal("--hook-libc: libc lacks a function that it should have");
  return f;
}

bool is_nonblocking(int fd) noexcept {
  int flags = fcntl(fd, F_GETFL);
  return flags < 0 || (flags & O_NONBLOCK) != 0;
}

int64_t deadline_after_ms(int64_t ms) noexcept { return ms < 0 ? rt::kNever : rt::now_ns() + ms * 1'000'000; }

int64_t deadline_after(const timespec& t) noexcept {
  constexpr time_t kLong = 1'000'000'000;
  return rt::now_ns() + (t.tv_sec < kLong ? t.tv_sec : kLong) * 1'000'000'000 + t.tv_nsec;
}

} // namespace gocpp::hooks
