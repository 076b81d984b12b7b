// Where a location of clang's is for the user: in their text, in a construct, in our headers, elsewhere.
//
// clang's locations are in the lowered text and in macro expansions of it. The macros of abi.h count as the construct
// that they stand in.
#pragma once

#include "overlay.h"

#include "clang/Basic/SourceManager.h"

#include <optional>

namespace gocpp::tool {

struct Place {
  const LoweredFile* file;
  uint32_t offset;             ///< Into the user's text: the byte, or the anchor for generated text.
  bool verbatim;
  const Construct* construct;  ///< Generated: the one it was made for. Verbatim: the innermost around it. May be null.
};

class Places {
 public:
  Places(const clang::SourceManager& sources, const Overlay& overlay, llvm::StringRef include_dir)
      : sources_(sources), overlay_(overlay), include_dir_(include_dir) {}

  const clang::SourceManager& sources() const { return sources_; }
  const LoweredFile* lowered_file(clang::FileID file) const;
  /// The location outside the expansions of our own macros.
  clang::SourceLocation outside_our_macros(clang::SourceLocation loc) const;
  /// Nothing unless the location, or the macro expansion it is in, stands in a lowered file.
  std::optional<Place> place(clang::SourceLocation loc) const;
  bool in_our_headers(clang::SourceLocation loc) const;
  /// In a file that a user may have written.
  bool in_user_text(clang::SourceLocation loc) const;
  /// A message's text in which `(lambda at FILE:LINE:COLUMN)` and its like name places of the user's text.
  std::string with_user_places(std::string text) const;
  /// A location in the lowered text that stands for a byte of the user's.
  clang::SourceLocation in_lowered(const LoweredFile& file, uint32_t offset) const;

 private:
  const clang::SourceManager& sources_;
  const Overlay& overlay_;
  std::string include_dir_;
};

/// Where a message about a construct as a whole points, and what it underlines: of a go its call, else from the operand on.
uint32_t pointed_at(const Construct& c);
Range underlined(const Construct& c);

/// The user's byte at which a message about a byte of the lowered text stands.
uint32_t user_offset(const SourceMap& map, uint32_t out);

/// The construct of a file that has this anchor; null when none has.
const Construct* construct_with_anchor(const LowerResult& result, uint32_t anchor);

} // namespace gocpp::tool
