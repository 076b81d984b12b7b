// The one buffer of the one report. Rules in report.h.

#include "report.h"

#include "descriptor_limit.h"
#include "fatal.h"
#include "m.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace gocpp::rt {

namespace {

std::atomic<int> reporter{0};      // thread id of who reports; 0: nobody
char buffer[16 * 1024];            // the reporter's
std::string* redirected = nullptr; // the reporter's
std::size_t used = 0;              // the reporter's

[[noreturn]] void wait_for_the_end() noexcept {
  for (;;)
    pause();
}

void write_all(const char* at, std::size_t size) noexcept {
  while (size > 0) {
    ssize_t n = write(STDERR_FILENO, at, size);
    if (n > 0) {
      at += n;
      size -= static_cast<std::size_t>(n);
    } else if (n < 0 && errno == EAGAIN) {
      pollfd p{STDERR_FILENO, POLLOUT, 0};
      poll(&p, 1, -1);
    } else if (n == 0 || errno != EINTR) {
      return;
    }
  }
}

/// To name functions the executable is read. Where the program has used up its descriptors it gets more if it may, else standard input
/// goes, which nobody will read any more. System calls themselves: hooks of libc's take locks.
void free_a_descriptor() noexcept {
  auto fd = static_cast<int>(syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY | O_CLOEXEC));
  if (fd < 0 && errno != EMFILE) return;
  if (fd < 0 && lift_descriptor_limit()) return;
  syscall(SYS_close, fd >= 0 ? fd : STDIN_FILENO);
}

} // namespace

void begin_report() noexcept {
  int self = gettid(), nobody = 0;
  // Relaxed: the winner alone goes on, and what it reads of others is ordered elsewhere.
  if (reporter.compare_exchange_strong(nobody, self, std::memory_order_relaxed, std::memory_order_relaxed)) {
    free_a_descriptor();
    return;
  }
  if (nobody != self)
    wait_for_the_end();
  redirected = nullptr;
  put("\n[the report ends here: a fault or an exception inside it]\n");
  send_report();
  _exit(2);
}

bool reporting_here() noexcept { return reporter.load(std::memory_order_relaxed) == gettid(); }

void end_report() noexcept {
  send_report();
  _exit(2);
}

void let_report_finish() noexcept {
  if (reporter.load(std::memory_order_relaxed) != 0)
    wait_for_the_end();
}

void put_into(std::string* text) noexcept { redirected = text; }

void put(std::string_view text) noexcept {
  if (redirected) {
    redirected->append(text);
    return;
  }
  while (!text.empty()) {
    if (used == sizeof buffer)
      send_report();
    std::size_t n = std::min(sizeof buffer - used, text.size());
    std::memcpy(buffer + used, text.data(), n);
    used += n;
    text.remove_prefix(n);
  }
}

namespace {

void put_in_base(uint64_t n, unsigned base) noexcept {
  char digits[20];
  char* at = digits + sizeof digits;
  do {
    *--at = "0123456789abcdef"[n % base];
    n /= base;
  } while (n > 0);
  put({at, static_cast<std::size_t>(digits + sizeof digits - at)});
}

} // namespace

void put_number(uint64_t n) noexcept { put_in_base(n, 10); }

void put_hex(uint64_t n) noexcept {
  put("0x");
  put_in_base(n, 16);
}

void send_report() noexcept {
  write_all(buffer, used);
  used = 0;
}

void flush_standard_output() noexcept {
  // Whoever holds the lock may be waiting for us to end.
  if (ftrylockfile(stdout) != 0)
    return;
  fflush_unlocked(stdout);
  funlockfile(stdout);
}

void report_with_room(void (*f)()) noexcept {
  M* m = this_m();
  if (!kSanitized && m && m->signal_stack) {
    Context here, there;
    prepare_context(&there, signal_stack_top(m->signal_stack), f);
    switch_context(&here, &there);
  }
  f();
  __builtin_unreachable();
}

} // namespace gocpp::rt
