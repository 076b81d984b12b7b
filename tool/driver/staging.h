// The temporary directory with the lowered sources and headers that another compiler is to read. See host.h.
#pragma once

#include "overlay.h"
#include "session.h"
#include "temporary.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace gocpp::tool {

/// A file that stands in the directory instead of the user's.
struct StagedFile {
  std::string original;   ///< As the user's build names it.
  std::string copy;
  std::string text;       ///< What is in the copy, behind its line directive.
  std::string user_text;
  std::unique_ptr<SourceMap> map;  ///< Null for a header that is only there because it includes one.
};

class Staging {
 public:
  /// Lowers a source and what it includes. Empty after an error, which has been shown; else the path to compile, which is the
  /// input's own when there is nothing to lower.
  std::string stage(Job& job, llvm::StringRef input);

  /// The directory to make, in one that exists, instead of one with a name of its own.
  void stand_in(std::string directory) { place_ = std::move(directory); }

  const std::vector<std::unique_ptr<StagedFile>>& files() const { return files_; }
  const StagedFile* by_original(llvm::StringRef path) const;
  /// Headers that copies include by an absolute path, and what they are called otherwise.
  const std::map<std::string, std::string>& renamed() const { return renamed_; }
  /// The copy of a header that `-include` names so; null when it has none.
  const std::string* for_command_line(const std::string& name) const {
    auto it = command_line_.find(name);
    return it == command_line_.end() ? nullptr : &it->second;
  }
  /// A text with the user's names in it instead of the directory's, which a launcher may have made relative (ccache does).
  std::string with_user_names(std::string text) const;

 private:
  StagedFile& add(llvm::StringRef original, llvm::StringRef ending);
  bool write(StagedFile& file);

  TemporaryDirectory directory_;
  std::string place_;
  std::vector<std::unique_ptr<StagedFile>> files_;
  std::map<std::string, std::string> renamed_;
  std::map<std::string, std::string> command_line_;
};

/// An absolute path as seen from the current directory; empty if that is unknown.
std::string relative_name(llvm::StringRef path);

/// Whether the input is or includes, by whatever way, a file that is lowered. Only preprocesses, and shows no message.
bool reaches_lowered(Job& job);

} // namespace gocpp::tool
