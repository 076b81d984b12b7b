// Reading a small file of /proc, in one look.
#pragma once

#include <cstddef>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace gocpp::rt {

/// Puts the beginning of a file into `text`, ended by a zero. False when it cannot be read. By bare system calls: this runs
/// with runtime locks held, and libc's functions may be hooked (hooks/).
template <std::size_t N> bool read_proc_file(const char* path, char (&text)[N]) noexcept {
  long fd = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  long n = syscall(SYS_read, fd, text, N - 1);
  syscall(SYS_close, fd);
  if (n <= 0) return false;
  text[n] = 0;
  return true;
}

} // namespace gocpp::rt
