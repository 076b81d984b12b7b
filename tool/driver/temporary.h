// Temporary directories that go away however the process ends, short of SIGKILL.
//
// LLVM removes files on a signal, not directories; those are in a table here, which the handler of SIGINT, SIGTERM and SIGHUP
// empties. At most kMostDirectories exist at once.
#pragma once

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringRef.h"

#include <string>
#include <system_error>
#include <vector>

namespace gocpp::tool {

class TemporaryDirectory {
 public:
  TemporaryDirectory() = default;
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();

  std::error_code create(llvm::StringRef prefix);
  /// Makes that directory, or takes one that a killed process has left.
  std::error_code create_at(llvm::StringRef path);
  bool exists() const { return !directories_.empty(); }
  llvm::StringRef path() const { return directories_.front(); }
  /// The path of a file in it, or in a subdirectory that is made for it; removed with the directory.
  std::string file(llvm::StringRef name, bool in_own_directory = false);

 private:
  void add(std::string directory);

  std::vector<std::string> directories_;  ///< The first holds the others.
  std::vector<std::string> files_;
};

} // namespace gocpp::tool
