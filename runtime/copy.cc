// Copying inside the kernel, from a regular file to a file or a socket. Everything else goes through a buffer of the caller's.
//
// The source's side is taken before the target's, and nobody who has a writing side waits for a reading one.

#include "descriptor.h"
#include "no_sigpipe.h"

#include <algorithm>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

namespace gocpp::rt {

namespace {

/// Of a single call, so that a deadline or a close is seen now and then.
constexpr std::size_t kMost = 1 << 20;

bool is_regular(int fd) noexcept {
  struct stat s;
  return ::fstat(fd, &s) == 0 && S_ISREG(s.st_mode);
}

/// These say that the two cannot do it.
bool is_refusal(int error) noexcept {
  return error == EINVAL || error == ENOSYS || error == EXDEV || error == EOPNOTSUPP || error == EBADF || error == EPERM;
}

ssize_t move_some(descriptor& to, const descriptor& from, std::size_t size, int& error) noexcept {
  if (!to.pollable)
    return until_done_blocking(to, Direction::write, error,
                               [&] { return ::copy_file_range(from.fd, nullptr, to.fd, nullptr, size, 0); });
  return until_done(to, Direction::write, error, [&] {
    DeclaredBlock block;  // the file's side
    auto call = [&] { return ::sendfile(to.fd, from.fd, nullptr, size); };
    return raises_sigpipe(to.fd) ? call() : without_sigpipe(size, call);
  });
}

} // namespace

} // namespace gocpp::rt

namespace gocpp::detail {

using namespace rt;

bool descriptor_copy(descriptor* to, descriptor* from, std::uint64_t limit, std::uint64_t& copied, std::error_code& ec) noexcept {
  ec.clear();
  if (!to || !from || from->kind != IoKind::file || from->pollable || to->kind == IoKind::packets) return false;
  Turn reading(*from, Direction::read);
  Turn writing(*to, Direction::write);
  if (!reading || !writing || !is_regular(from->fd) || (!to->pollable && !is_regular(to->fd))) return false;
  while (copied < limit) {
    int error;
    ssize_t n = move_some(*to, *from, static_cast<std::size_t>(std::min<std::uint64_t>(kMost, limit - copied)), error);
    if (n < 0 && is_refusal(error)) return false;
    if (n < 0) {
      report(ec, error);
      return true;
    }
    // To kernels before 5.19 a file of /proc is empty; reading it tells.
    if (n == 0) return copied > 0;
    copied += static_cast<std::uint64_t>(n);
  }
  return true;
}

} // namespace gocpp::detail
