// Reading and writing descriptors.
//
// An operation on a socket that is ready is one system call. After a read that took less than it asked for, TCP has no
// more until the next edge, so the next read waits at once, unless the peer has hung up: that edge came with the data. Nor where it
// took much: that has opened the window for a peer with more to send, on the same machine at once, and to read on is cheaper than to
// serve such streams in turns of two reads each (24 of them took 1.2 times as long (m)). Other sockets may cut a read short for other
// reasons, such as descriptors passed along.

#include "descriptor.h"
#include "no_sigpipe.h"

#include <algorithm>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace gocpp::rt {

namespace {

constexpr ssize_t kMuch = 16 * 1024;

bool is_socket(const descriptor& d) noexcept { return d.kind >= IoKind::tcp; }

/// Up to `count` buffers in one system call.
ssize_t write_some(const descriptor& d, iovec* from, std::size_t count) noexcept {
  bool raises = raises_sigpipe(d.fd);
  if (is_socket(d)) {
    int flags = raises ? kSendFlags & ~MSG_NOSIGNAL : kSendFlags;
    if (count == 1) return ::send(d.fd, from->iov_base, from->iov_len, flags);
    msghdr message{};
    message.msg_iov = from;
    message.msg_iovlen = count;
    return ::sendmsg(d.fd, &message, flags);
  }
  if (raises || d.kind == IoKind::file) return ::writev(d.fd, from, static_cast<int>(count));
  return writev_no_sigpipe(d.fd, from, static_cast<int>(count));
}

ssize_t wait_and_write(descriptor& d, iovec* from, std::size_t count, int& error) noexcept {
  auto call = [&] { return write_some(d, from, count); };
  return d.pollable ? until_done(d, Direction::write, error, call) : until_done_blocking(d, Direction::write, error, call);
}

std::size_t read_polled(descriptor& d, void* to, std::size_t size, int& error) noexcept {
  Pollable* p = d.pollable;
  for (;;) {
    uint32_t seen = pollable_events(p, Direction::read);
    error = refusal(pollable_check(p, Direction::read));
    if (error) return 0;
    if (d.drained && seen == d.drained_at && !p->hung_up.load(std::memory_order_relaxed)) {  // relaxed: written before the edge
      pollable_wait(p, Direction::read, seen);
      continue;
    }
    ssize_t n = is_socket(d) ? ::recv(d.fd, to, size, MSG_DONTWAIT) : ::read(d.fd, to, size);
    if (n >= 0) {
      d.drained = d.kind == IoKind::tcp && n > 0 && n < kMuch && static_cast<std::size_t>(n) < size;
      d.drained_at = seen;
      return static_cast<std::size_t>(n);
    }
    error = errno;
    if (error == EAGAIN)
      pollable_wait(p, Direction::read, seen);
    else if (error != EINTR)
      return 0;
  }
}

/// What is left of some buffers, a window of it as the system wants it.
class Remaining {
 public:
  Remaining(const io::const_buffer* buffers, std::size_t count) noexcept : next_(buffers), end_(buffers + count) { fill(); }
  iovec* data() noexcept { return window_ + first_; }
  std::size_t size() const noexcept { return last_ - first_; }
  void advance(std::size_t n) noexcept {
    while (first_ < last_ && n >= window_[first_].iov_len) n -= window_[first_++].iov_len;
    if (n > 0) {
      window_[first_].iov_base = static_cast<char*>(window_[first_].iov_base) + n;
      window_[first_].iov_len -= n;
    }
    if (first_ == last_) fill();
  }

 private:
  void fill() noexcept {
    first_ = last_ = 0;
    for (; next_ < end_ && last_ < kWindow; ++next_)
      if (next_->size() > 0) window_[last_++] = {const_cast<std::byte*>(next_->data()), next_->size()};
  }
  static constexpr std::size_t kWindow = 64;
  iovec window_[kWindow];
  std::size_t first_ = 0, last_ = 0;
  const io::const_buffer* next_;
  const io::const_buffer* end_;
};

} // namespace

} // namespace gocpp::rt

namespace gocpp::detail {

using namespace rt;

std::size_t descriptor_read(descriptor* d, void* to, std::size_t size, std::error_code& ec) noexcept {
  int error = 0;
  std::size_t got = 0;
  if (!d) {
    error = EBADF;
  } else if (Turn turn{*d, Direction::read}; !turn) {
    error = kClosedError;
  } else if (size == 0 && d->kind != IoKind::packets) {
    // What there is to read stays there.
  } else if (d->pollable) {
    got = read_polled(*d, to, size, error);
  } else {
    ssize_t n = until_done_blocking(*d, Direction::read, error, [&] { return ::read(d->fd, to, size); });
    if (n > 0) got = static_cast<std::size_t>(n);
  }
  report(ec, error);
  return got;
}

std::size_t descriptor_write(descriptor* d, const void* from, std::size_t size, std::error_code& ec) noexcept {
  io::const_buffer all(from, size);
  return descriptor_write(d, &all, 1, ec);
}

std::size_t descriptor_write(descriptor* d, const io::const_buffer* buffers, std::size_t count, std::error_code& ec) noexcept {
  std::size_t written = 0;
  int error = 0;
  if (!d) {
    error = EBADF;
  } else if (Turn turn{*d, Direction::write}; !turn) {
    error = kClosedError;
  } else {
    Remaining left(buffers, count);
    bool empty_message = d->kind == IoKind::packets && left.size() == 0;
    while (left.size() > 0 || empty_message) {
      ssize_t n = wait_and_write(*d, left.data(), left.size(), error);
      if (n < 0) break;
      written += static_cast<std::size_t>(n);
      left.advance(static_cast<std::size_t>(n));
      empty_message = false;
    }
  }
  report(ec, error);
  return written;
}

} // namespace gocpp::detail
