// Deciding doubtful texts: what only names can tell.
//
// A file is compiled once on the assumption that what looks like a construct is one. That is right unless it declares
// odd names, so two things make this look again: an error at a doubtful text, whose other reading is then tried, and an
// identifier `go` or `select` that is not a construct's, after which every `go` is asked for in the scope where it stands
// (a second parse, of a text with an unknown name before each).
#pragma once

#include "diag.h"
#include "overlay.h"

#include "clang/Frontend/CompilerInstance.h"

#include <map>
#include <string>

namespace gocpp::tool {

/// The answers so far, by file, and the doubts whose other reading an error made us try.
struct Answers {
  std::map<std::string, LowerOptions> files;
  std::map<std::string, std::map<uint32_t, bool>> tried;  ///< anchor -> given up
  LowerOptions& operator[](const std::string& path) { return files[path]; }
};

/// Watches the tokens of one compilation for names that make `go` doubtful.
struct NameWatch {
  OverlayFileSystem* files = nullptr;
  clang::SourceManager* sources = nullptr;
  bool odd_go = false;
  void attach(clang::CompilerInstance& ci);
};

/// Gives the answers that errors suggest. False when there is nothing left to try.
bool reconsider(const OverlayFileSystem& files, const std::vector<ErrorPlace>& errors, Answers& answers);
/// Runs an action over the input that is compiled, silently, in the given file system.
using RunAction = std::function<void(OverlayFileSystem&, clang::FrontendAction&)>;

/// Asks for `go` and `select` wherever they are in doubt. True when an answer is new.
bool look_up_names(const OverlayFileSystem& files, Answers& answers, const RunAction& run);
/// Asks which text the #ifs leave out. True when there is some.
bool look_up_left_out(const OverlayFileSystem& files, Answers& answers, const RunAction& run);

} // namespace gocpp::tool
