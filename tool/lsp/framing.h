// Messages of the Language Server Protocol on a pair of file descriptors: `Content-Length: N`, an empty line, N bytes of JSON.
//
// Neither side may block the other: output waits in a queue, and the loop in server.cc polls.
#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/JSON.h"

#include <optional>
#include <string>

namespace gocpp::tool::lsp {

class Channel {
 public:
  Channel(int in, int out);
  int in() const { return in_; }
  int out() const { return out_; }
  bool has_output() const { return !pending_.empty(); }
  bool ended() const { return ended_; }

  void send(const llvm::json::Value& message);
  /// Writes what the reader takes without waiting.
  void flush();
  /// Writes everything, waiting for the reader.
  void drain();
  /// Reads what is there.
  void fill();
  /// The next whole message. Text that is none is skipped.
  std::optional<llvm::json::Value> next();

 private:
  int in_, out_;
  bool ended_ = false;
  std::string got_, pending_;
};

/// A request's id, a number or a string, as something to look it up by.
std::string key_of(const llvm::json::Value& id);

} // namespace gocpp::tool::lsp
