// See text_index.h.

#include "text_index.h"

#include <algorithm>

namespace gocpp::tool::lsp {

namespace {

/// The length of the character that begins with this byte. Bytes that begin none count as one character.
uint32_t bytes_of(unsigned char first) { return first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4; }

uint32_t units_of(uint32_t bytes, Encoding encoding) {
  switch (encoding) {
  case Encoding::utf8: return bytes;
  case Encoding::utf16: return bytes == 4 ? 2 : 1;
  case Encoding::utf32: return 1;
  }
  return 1;
}

} // namespace

TextIndex::TextIndex(llvm::StringRef text) : text_(text), starts_{0} {
  for (size_t at = 0; (at = text.find('\n', at)) != llvm::StringRef::npos;) starts_.push_back(static_cast<uint32_t>(++at));
}

uint32_t TextIndex::line_of(uint32_t offset) const {
  return static_cast<uint32_t>(std::upper_bound(starts_.begin(), starts_.end(), offset) - starts_.begin()) - 1;
}

uint32_t TextIndex::offset(Position p, Encoding encoding) const {
  if (p.line >= starts_.size()) return static_cast<uint32_t>(text_.size());
  uint32_t at = starts_[p.line];
  for (uint32_t units = 0; units < p.character && at < text_.size() && text_[at] != '\n' && text_[at] != '\r';) {
    uint32_t bytes = std::min<uint32_t>(bytes_of(static_cast<unsigned char>(text_[at])), static_cast<uint32_t>(text_.size()) - at);
    at += bytes;
    units += units_of(bytes, encoding);
  }
  return at;
}

Position TextIndex::position(uint32_t offset, Encoding encoding) const {
  offset = std::min(offset, static_cast<uint32_t>(text_.size()));
  Position p{line_of(offset), 0};
  for (uint32_t at = starts_[p.line]; at < offset;) {
    uint32_t bytes = bytes_of(static_cast<unsigned char>(text_[at]));
    at += bytes;
    p.character += units_of(bytes, encoding);
  }
  return p;
}

} // namespace gocpp::tool::lsp
