// The user's files as a second set of sources, in which messages are shown.
//
// clang's source manager holds the lowered text. A mirror makes, on demand, the same files with the user's own text, with
// the same #include stack, #line directives and macro expansions, and moves locations, ranges and fix-its there. Rejected:
// adding the user's text to clang's own source manager, since that would end up in precompiled headers and coverage.
#pragma once

#include "places.h"

#include "clang/Basic/Diagnostic.h"
#include "clang/Basic/LangOptions.h"
#include "clang/Basic/SourceManager.h"

#include <map>

namespace gocpp::tool {

class Mirror {
 public:
  Mirror(const Places& places, clang::FileManager& files, clang::DiagnosticsEngine& engine, const clang::LangOptions& lang);

  clang::SourceManager& sources() { return mirrored_; }
  clang::SourceLocation move(clang::SourceLocation loc);
  /// A byte of the user's text.
  clang::SourceLocation at(const LoweredFile& file, uint32_t offset);
  clang::CharSourceRange range(const LoweredFile& file, Range range);
  /// Invalid when the range stands for nothing of the user's.
  clang::CharSourceRange move(clang::CharSourceRange range);
  /// False when the change would not be one of the user's text.
  bool move(clang::FixItHint& fix);

 private:
  clang::FileID file(clang::FileID original);
  clang::FileID lowered(const LoweredFile& file);
  void copy_line_table(clang::FileID from, clang::FileID to, const LoweredFile* lowered);
  clang::SourceLocation move_expansion(clang::SourceLocation loc);
  /// As a range of tokens if it ends with one: clang's printers measure what they take for the last token of any range.
  clang::CharSourceRange between(clang::SourceLocation begin, clang::SourceLocation end);
  /// The end of the user's text that `loc`, the last token of a range or the place behind it, stands for.
  clang::SourceLocation end_of(clang::SourceLocation loc, bool is_token);

  const Places& places_;
  const clang::SourceManager& original_;
  const clang::LangOptions& lang_;
  clang::SourceManager mirrored_;
  std::map<clang::FileID, clang::FileID> file_ids_;
  std::map<const LoweredFile*, clang::FileID> unentered_;  ///< Files with messages that clang never entered.
  std::map<clang::SourceLocation, clang::SourceLocation> expansions_;
};

} // namespace gocpp::tool
