// Positions as the Language Server Protocol has them, and offsets into a text.
#pragma once

#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <vector>

namespace gocpp::tool::lsp {

/// What `character` of a position counts; UTF-16 unless client and server agree on another.
enum class Encoding { utf8, utf16, utf32 };

struct Position {
  uint32_t line = 0;
  uint32_t character = 0;
};

/// The lines of a text that lives elsewhere.
class TextIndex {
 public:
  explicit TextIndex(llvm::StringRef text);
  /// Positions behind the end of a line or of the text give that end.
  uint32_t offset(Position p, Encoding encoding) const;
  Position position(uint32_t offset, Encoding encoding) const;
  uint32_t line_begin(uint32_t line) const { return starts_[line < starts_.size() ? line : starts_.size() - 1]; }
  uint32_t line_of(uint32_t offset) const;

 private:
  llvm::StringRef text_;
  std::vector<uint32_t> starts_;
};

} // namespace gocpp::tool::lsp
