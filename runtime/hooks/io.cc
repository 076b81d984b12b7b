// read, write and their relatives.

#include "transfer.h"

#include <algorithm>
#include <sys/uio.h>
#include <unistd.h>
#include <vector>

using namespace gocpp::hooks;
using gocpp::rt::Direction;

namespace {

bool is_no_socket(ssize_t result) noexcept { return result < 0 && errno == ENOTSOCK; }

msghdr message(const iovec* parts, int count) noexcept {
  msghdr m{};
  m.msg_iov = const_cast<iovec*>(parts);
  m.msg_iovlen = static_cast<std::size_t>(count);
  return m;
}

std::size_t total(const iovec* parts, std::size_t count) noexcept {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += parts[i].iov_len;
  return sum;
}

/// The parts of a vector behind the first `done` bytes.
std::vector<iovec> rest(const iovec* parts, std::size_t count, std::size_t done) {
  std::vector<iovec> out;
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t skip = std::min(done, parts[i].iov_len);
    done -= skip;
    if (skip < parts[i].iov_len) out.push_back({static_cast<char*>(parts[i].iov_base) + skip, parts[i].iov_len - skip});
  }
  return out;
}

/// A blocking socket gives MSG_WAITALL all that was asked for, unless the stream ends or fails.
template <class Receive> ssize_t receive_all(int fd, std::size_t size, Receive receive) {
  std::size_t done = 0;
  while (done < size) {
    ssize_t n = transfer(fd, Direction::read, [&] { return receive(done); });
    if (n < 0 && done == 0) return n;
    if (n <= 0) break;
    done += static_cast<std::size_t>(n);
  }
  return static_cast<ssize_t>(done);
}

} // namespace

extern "C" {

ssize_t read(int fd, void* buffer, std::size_t size) {
  if (!applies()) return GOCPP_REAL(read)(fd, buffer, size);
  ssize_t n = transfer(fd, Direction::read, [&] { return GOCPP_REAL(recv)(fd, buffer, size, MSG_DONTWAIT); });
  if (!is_no_socket(n)) return n;
  return when_ready(fd, Direction::read, [&] { return GOCPP_REAL(read)(fd, buffer, size); });
}

ssize_t readv(int fd, const iovec* parts, int count) {
  if (!applies()) return GOCPP_REAL(readv)(fd, parts, count);
  ssize_t n = transfer(fd, Direction::read, [&] {
    msghdr m = message(parts, count);
    return GOCPP_REAL(recvmsg)(fd, &m, MSG_DONTWAIT);
  });
  if (!is_no_socket(n)) return n;
  return when_ready(fd, Direction::read, [&] { return GOCPP_REAL(readv)(fd, parts, count); });
}

ssize_t recv(int fd, void* buffer, std::size_t size, int flags) {
  if ((flags & MSG_DONTWAIT) || !applies()) return GOCPP_REAL(recv)(fd, buffer, size, flags);
  if ((flags & MSG_WAITALL) && !(flags & MSG_PEEK))
    return receive_all(fd, size, [&](std::size_t done) {
      return GOCPP_REAL(recv)(fd, static_cast<char*>(buffer) + done, size - done, (flags & ~MSG_WAITALL) | MSG_DONTWAIT);
    });
  return transfer(fd, Direction::read, [&] { return GOCPP_REAL(recv)(fd, buffer, size, flags | MSG_DONTWAIT); });
}

ssize_t recvfrom(int fd, void* buffer, std::size_t size, int flags, sockaddr* from, socklen_t* from_size) {
  if ((flags & MSG_DONTWAIT) || !applies()) return GOCPP_REAL(recvfrom)(fd, buffer, size, flags, from, from_size);
  if (!from && (flags & MSG_WAITALL)) return recv(fd, buffer, size, flags);
  return transfer(fd, Direction::read,
                  [&] { return GOCPP_REAL(recvfrom)(fd, buffer, size, flags | MSG_DONTWAIT, from, from_size); });
}

ssize_t recvmsg(int fd, msghdr* m, int flags) {
  if ((flags & MSG_DONTWAIT) || !applies()) return GOCPP_REAL(recvmsg)(fd, m, flags);
  return transfer(fd, Direction::read, [&] { return GOCPP_REAL(recvmsg)(fd, m, flags | MSG_DONTWAIT); });
}

ssize_t write(int fd, const void* buffer, std::size_t size) {
  if (!applies()) return GOCPP_REAL(write)(fd, buffer, size);
  ssize_t n = send_all(fd, size, [&](std::size_t done) {
    return GOCPP_REAL(send)(fd, static_cast<const char*>(buffer) + done, size - done, MSG_DONTWAIT);
  });
  if (!is_no_socket(n)) return n;
  return when_ready(fd, Direction::write, [&] { return GOCPP_REAL(write)(fd, buffer, size); });
}

ssize_t writev(int fd, const iovec* parts, int count) {
  if (!applies()) return GOCPP_REAL(writev)(fd, parts, count);
  if (count < 0) {
    errno = EINVAL;
    return -1;
  }
  auto number = static_cast<std::size_t>(count);
  ssize_t n = send_all(fd, total(parts, number), [&](std::size_t done) {
    std::vector<iovec> left = rest(parts, number, done);
    msghdr m = message(left.data(), static_cast<int>(left.size()));
    return GOCPP_REAL(sendmsg)(fd, &m, MSG_DONTWAIT);
  });
  if (!is_no_socket(n)) return n;
  return when_ready(fd, Direction::write, [&] { return GOCPP_REAL(writev)(fd, parts, count); });
}

ssize_t send(int fd, const void* buffer, std::size_t size, int flags) {
  if ((flags & MSG_DONTWAIT) || !applies()) return GOCPP_REAL(send)(fd, buffer, size, flags);
  return send_all(fd, size, [&](std::size_t done) {
    return GOCPP_REAL(send)(fd, static_cast<const char*>(buffer) + done, size - done, flags | MSG_DONTWAIT);
  });
}

ssize_t sendto(int fd, const void* buffer, std::size_t size, int flags, const sockaddr* to, socklen_t to_size) {
  if ((flags & MSG_DONTWAIT) || !applies()) return GOCPP_REAL(sendto)(fd, buffer, size, flags, to, to_size);
  return send_all(fd, size, [&](std::size_t done) {
    return GOCPP_REAL(sendto)(fd, static_cast<const char*>(buffer) + done, size - done, flags | MSG_DONTWAIT, to, to_size);
  });
}

ssize_t sendmsg(int fd, const msghdr* m, int flags) {
  if ((flags & MSG_DONTWAIT) || !applies()) return GOCPP_REAL(sendmsg)(fd, m, flags);
  return send_all(fd, total(m->msg_iov, m->msg_iovlen), [&](std::size_t done) {
    if (done == 0) return GOCPP_REAL(sendmsg)(fd, m, flags | MSG_DONTWAIT);
    // Descriptors and the like went with the first bytes.
    std::vector<iovec> left = rest(m->msg_iov, m->msg_iovlen, done);
    msghdr more = message(left.data(), static_cast<int>(left.size()));
    return GOCPP_REAL(sendmsg)(fd, &more, flags | MSG_DONTWAIT);
  });
}

// Several messages: each attempt takes or gives as many as there is room for, a blocking call all that were asked for.

int recvmmsg(int fd, mmsghdr* messages, unsigned count, int flags, timespec* at_most) {
  if ((flags & MSG_DONTWAIT) || count == 0 || !applies()) return GOCPP_REAL(recvmmsg)(fd, messages, count, flags, at_most);
  // The kernel looks at the time after each message only, which cannot be had in attempts.
  if (at_most) return in_thread([&] { return GOCPP_REAL(recvmmsg)(fd, messages, count, flags, at_most); });
  unsigned done = 0;
  do {
    ssize_t n = transfer(fd, Direction::read,
                         [&] { return GOCPP_REAL(recvmmsg)(fd, messages + done, count - done, flags | MSG_DONTWAIT, nullptr); });
    if (n < 0) return done ? static_cast<int>(done) : -1;
    done += static_cast<unsigned>(n);
  } while (done < count && !(flags & MSG_WAITFORONE));
  return static_cast<int>(done);
}

int sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags) {
  if ((flags & MSG_DONTWAIT) || !applies()) return GOCPP_REAL(sendmmsg)(fd, messages, count, flags);
  for (unsigned done = 0; done < count; ++done) {
    ssize_t n = sendmsg(fd, &messages[done].msg_hdr, flags);
    if (n < 0) return done ? static_cast<int>(done) : -1;
    messages[done].msg_len = static_cast<unsigned>(n);
  }
  return static_cast<int>(count);
}

// What a program compiled with _FORTIFY_SOURCE calls instead, having been unable to check the size itself.

[[noreturn]] void __chk_fail(void);

ssize_t __read_chk(int fd, void* buffer, std::size_t size, std::size_t room) {
  if (size > room) __chk_fail();
  return read(fd, buffer, size);
}

ssize_t __recv_chk(int fd, void* buffer, std::size_t size, std::size_t room, int flags) {
  if (size > room) __chk_fail();
  return recv(fd, buffer, size, flags);
}

ssize_t __recvfrom_chk(int fd, void* buffer, std::size_t size, std::size_t room, int flags, sockaddr* from,
                       socklen_t* from_size) {
  if (size > room) __chk_fail();
  return recvfrom(fd, buffer, size, flags, from, from_size);
}

} // extern "C"
