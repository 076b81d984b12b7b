// See framing.h.

#include "framing.h"

#include "llvm/Support/raw_ostream.h"

#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace gocpp::tool::lsp {

Channel::Channel(int in, int out) : in_(in), out_(out) {
  for (int fd : {in, out}) fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

void Channel::send(const llvm::json::Value& message) {
  std::string body;
  llvm::raw_string_ostream(body) << message;
  pending_ += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  flush();
}

void Channel::flush() {
  while (!pending_.empty()) {
    ssize_t n = write(out_, pending_.data(), pending_.size());
    if (n > 0) {
      pending_.erase(0, static_cast<size_t>(n));
    } else {
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && errno != EAGAIN) {
        ended_ = true;
        pending_.clear();
      }
      return;
    }
  }
}

void Channel::drain() {
  while (!pending_.empty()) {
    pollfd ready = {out_, POLLOUT, 0};
    poll(&ready, 1, -1);
    flush();
  }
}

void Channel::fill() {
  char bytes[65536];
  for (;;) {
    ssize_t n = read(in_, bytes, sizeof bytes);
    if (n > 0) {
      got_.append(bytes, static_cast<size_t>(n));
      if (static_cast<size_t>(n) < sizeof bytes) return;
    } else {
      if (n < 0 && errno == EINTR) continue;
      if (n == 0 || errno != EAGAIN) ended_ = true;
      return;
    }
  }
}

std::optional<llvm::json::Value> Channel::next() {
  for (;;) {
    size_t end = got_.find("\r\n\r\n");
    if (end == std::string::npos) return std::nullopt;
    size_t length = 0;
    bool has_length = false;
    for (llvm::StringRef rest = llvm::StringRef(got_).take_front(end); !rest.empty();) {
      auto [line, more] = rest.split("\r\n");
      rest = more;
      if (line.consume_front_insensitive("content-length:")) has_length = !line.trim().getAsInteger(10, length);
    }
    if (has_length && got_.size() < end + 4 + length) return std::nullopt;
    llvm::Expected<llvm::json::Value> message = llvm::json::parse(llvm::StringRef(got_).substr(end + 4, length));
    got_.erase(0, end + 4 + length);
    if (message && has_length) return std::move(*message);
    if (!message) llvm::consumeError(message.takeError());
  }
}

std::string key_of(const llvm::json::Value& id) {
  std::string s;
  llvm::raw_string_ostream(s) << id;
  return s;
}

} // namespace gocpp::tool::lsp
