// Files, pipes and the standard streams.
//
// A descriptor that is ours alone becomes non-blocking if epoll takes it, which it does for pipes, terminals and the
// like, but not for regular files. The standard streams are shared with whoever started us, so they stay as they are.

#include "descriptor.h"

#include <gocpp/io.h>

#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace gocpp::rt {

using detail::descriptor_handle;

namespace {

struct File final : detail::descriptor {
  File(int number, IoKind k, Pollable* p, std::string what) : descriptor(number, k, p), path(std::move(what)) {}
  std::string name() const override { return path; }
  void destroy() noexcept override { delete this; }

  const std::string path;
};

IoKind kind_of(int fd, bool& is_regular) noexcept {
  struct stat s{};
  is_regular = ::fstat(fd, &s) == 0 && (S_ISREG(s.st_mode) || S_ISDIR(s.st_mode));
  return S_ISFIFO(s.st_mode) ? IoKind::pipe : S_ISSOCK(s.st_mode) ? IoKind::stream : IoKind::file;
}

descriptor_handle adopt(int fd, std::string name) {
  bool regular;
  IoKind kind = kind_of(fd, regular);
  Pollable* p = regular ? nullptr : pollable_open(fd);
  if (p) ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  return descriptor_handle(new File(fd, kind, p, std::move(name)));
}

int flags_of(io::open_mode m) noexcept {
  using enum io::open_mode;
  bool writes = m & (write | append);
  int flags = O_CLOEXEC | (writes ? (m & read ? O_RDWR : O_WRONLY) : O_RDONLY);
  if (m & append) flags |= O_APPEND;
  if (m & create) flags |= O_CREAT;
  if (m & truncate) flags |= O_TRUNC;
  if (m & exclusive) flags |= O_EXCL;
  return flags;
}

/// A call on a file that is held open for it. -1 when it failed.
template <class Call> int64_t on_file(descriptor* d, std::error_code& ec, Call call) noexcept {
  int error = 0;
  int64_t result = -1;
  if (!d) {
    error = EBADF;
  } else if (Use hold(*d); !hold) {
    error = kClosedError;
  } else {
    do {
      DeclaredBlock block;
      result = call(d->fd);
      error = result < 0 ? errno : 0;
    } while (error == EINTR);
  }
  report(ec, error);
  return result;
}

/// Repeats a call that moves some of `size` bytes until it has moved all, or none.
template <class Call> std::size_t all_of(descriptor* d, std::size_t size, std::error_code& ec, Call call) noexcept {
  std::size_t done = 0;
  do {
    int64_t n = on_file(d, ec, [&](int fd) { return call(fd, done); });
    if (n <= 0) break;
    done += static_cast<std::size_t>(n);
  } while (done < size);
  return done;
}

} // namespace

} // namespace gocpp::rt

namespace gocpp::detail {

using namespace rt;

descriptor_handle file_open(const std::string& path, io::open_mode mode, unsigned permissions) {
  int fd, error;
  do {
    DeclaredBlock block;
    fd = ::open(path.c_str(), flags_of(mode), permissions);
    error = errno;
  } while (fd < 0 && error == EINTR);
  if (fd < 0) throw std::system_error(error, std::system_category(), "open " + path);
  return adopt(fd, path);
}

descriptor_handle file_adopt(int fd, std::string name) { return adopt(fd, std::move(name)); }

void pipe_open(descriptor_handle& reader, descriptor_handle& writer) {
  int fd[2];
  if (::pipe2(fd, O_CLOEXEC) != 0) throw std::system_error(errno, std::system_category(), "pipe");
  reader = adopt(fd[0], "pipe");
  writer = adopt(fd[1], "pipe");
}

const descriptor_handle& standard_stream(int fd) {
  static const auto make = [](int number, const char* name) {
    bool regular;
    return new descriptor_handle(new File(number, kind_of(number, regular), nullptr, name));
  };
  // Never destroyed: others write to them until the very end.
  static descriptor_handle* const streams[3] = {make(0, "standard input"), make(1, "standard output"), make(2, "standard error")};
  return *streams[fd];
}

std::string file_name(const descriptor* d) { return d ? d->name() : std::string(); }

std::size_t file_read_at(descriptor* d, void* to, std::size_t size, std::uint64_t at, std::error_code& ec) noexcept {
  return all_of(d, size, ec, [&](int fd, std::size_t done) {
    return ::pread(fd, static_cast<char*>(to) + done, size - done, static_cast<off_t>(at + done));
  });
}

std::size_t file_write_at(descriptor* d, const void* from, std::size_t size, std::uint64_t at, std::error_code& ec) noexcept {
  return all_of(d, size, ec, [&](int fd, std::size_t done) {
    return ::pwrite(fd, static_cast<const char*>(from) + done, size - done, static_cast<off_t>(at + done));
  });
}

std::int64_t file_seek(descriptor* d, std::int64_t offset, io::from base, std::error_code& ec) noexcept {
  int whence = base == io::from::begin ? SEEK_SET : base == io::from::current ? SEEK_CUR : SEEK_END;
  return on_file(d, ec, [&](int fd) { return ::lseek(fd, offset, whence); });
}

std::int64_t file_size(descriptor* d, std::error_code& ec) noexcept {
  struct stat s{};
  on_file(d, ec, [&](int fd) { return ::fstat(fd, &s); });
  return s.st_size;
}

void file_truncate(descriptor* d, std::uint64_t size, std::error_code& ec) noexcept {
  on_file(d, ec, [&](int fd) { return ::ftruncate(fd, static_cast<off_t>(size)); });
}

void file_sync(descriptor* d, std::error_code& ec) noexcept {
  on_file(d, ec, [](int fd) { return ::fsync(fd); });
}

} // namespace gocpp::detail
