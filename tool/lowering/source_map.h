// From a place in lowered text to a place in the user's, and back.
#pragma once

#include "types.h"

namespace gocpp::tool {

/// Where a text's lines begin. Lines and columns count from 1, columns in bytes.
class LineTable {
 public:
  explicit LineTable(llvm::StringRef text);
  uint32_t line(uint32_t offset) const;
  uint32_t column(uint32_t offset) const { return offset - starts_[line(offset) - 1] + 1; }

 private:
  std::vector<uint32_t> starts_;
};

/// Where the user's first line begins in the lowered text: behind the prelude and its #line, if those were put in front.
uint32_t first_line(const LowerResult& result);

/// Keeps a lowered file together with what it was.
class SourceMap {
 public:
  SourceMap(std::string original, LowerResult result);

  llvm::StringRef original() const { return original_; }
  llvm::StringRef lowered() const { return result_.text; }
  const LowerResult& result() const { return result_; }

  struct Place {
    uint32_t offset;
    bool verbatim;  ///< The byte is the user's own; else `offset` is the anchor of the construct that made it.
  };
  /// The place that a byte of the lowered text stands for. Offsets past the end give the end.
  Place to_original(uint32_t out) const;
  /// The byte of the lowered text at a line and a column as compilers count them: a prelude put in front has lines of its own.
  uint32_t offset_at(unsigned line, unsigned column) const;
  /// Where a byte of the user's text stands in the lowered one, in its place if it was also moved.
  uint32_t to_lowered(uint32_t in) const;
  /// The construct whose text holds `offset` of the original, the innermost; null when none does.
  const Construct* construct_at(uint32_t offset) const;

 private:
  std::string original_;
  LowerResult result_;
};

} // namespace gocpp::tool
