// What becomes of a file: replacements of ranges, and the emitter that carries them out.
//
// A piece of a replacement is new text or a range of the user's, which is itself lowered: kept in its place, moved (on one
// line, comments dropped), or copied beside an original that stays. Newlines that a replacement would lose are put back at
// its end, so that every line keeps its number.
#pragma once

#include "tokens.h"
#include "types.h"

#include <string>
#include <vector>

namespace gocpp::tool {

struct Piece {
  enum How : uint8_t { text, keep, move, copy } how;
  std::string generated;
  Range range;
  uint32_t anchor;  ///< What new text stands for.
};

struct Edit {
  Range range;      ///< May be empty: an insertion.
  uint32_t anchor;  ///< What new text stands for, unless it says so itself.
  std::vector<Piece> pieces;
  size_t order = 0;  ///< In the list that emit() gets.

  Edit& add(std::string s) { return add(std::move(s), anchor); }
  Edit& add(std::string s, uint32_t stands_for) {
    pieces.push_back({Piece::text, std::move(s), {}, stands_for});
    return *this;
  }
  Edit& keep(Range r) {
    pieces.push_back({Piece::keep, {}, r, anchor});
    return *this;
  }
  Edit& move(Range r) {
    pieces.push_back({Piece::move, {}, r, anchor});
    return *this;
  }
  Edit& copy(Range r) {
    pieces.push_back({Piece::copy, {}, r, anchor});
    return *this;
  }
};

/// Carries the edits out into result.text and result.segments. Those within a range that a piece keeps or moves apply
/// there; of two insertions at one place the earlier in the list comes first.
void emit(const TokenList& list, std::vector<Edit> edits, LowerResult& result);

} // namespace gocpp::tool
