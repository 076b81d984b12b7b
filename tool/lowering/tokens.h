// The tokens of a file: what all later passes read.
//
// Lexed raw by clang, so that macros and names mean nothing yet, while splices, raw strings, digraphs, comments and line
// ends are C++'s. Directives are taken out of the stream and listed apart. What a literal `#if 0` (or the rest of an
// `#if 1`) leaves out is not there at all; of any other #if all branches are, each with a region of its own.
//
// A bracket's `match` is its partner's index. Each branch of an #if starts with the brackets that were open before the
// #if, and what follows the #endif goes on from the first branch. A closer that fits no open bracket has no partner; one
// that fits a deeper bracket leaves what is above it without.
#pragma once

#include "words.h"

#include "clang/Basic/TokenKinds.h"
#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <string>
#include <vector>

namespace gocpp::tool {

/// Index of a token.
using Index = uint32_t;
constexpr Index kNone = UINT32_MAX;

struct Token {
  uint32_t begin;
  uint32_t end;
  Index match = kNone;
  uint8_t kind;           ///< clang::tok::TokenKind; raw kinds are few.
  Word word = Word::none;
  bool spliced = false;   ///< Holds a backslash-newline; compare text() of the list, not bytes.

  bool is(clang::tok::TokenKind k) const { return kind == k; }
  bool is(Word w) const { return word == w; }
};

struct Directive {
  /// if_begin, if_next and if_end are those of a group that is complete so far; a stray #else is `other`.
  enum class What : uint8_t { if_begin, if_next, if_end, define, undef, include, line, other };
  What what = What::other;
  bool dead = false;      ///< Stands in text that is left out.
  uint32_t begin = 0;     ///< Of the `#`.
  uint32_t end = 0;       ///< Of its last token.
  Index before = 0;       ///< The token of the stream that follows it.
  uint32_t first = 0;     ///< Its tokens behind the name, in directive_tokens: [first, last).
  uint32_t last = 0;
  uint32_t region = 0;    ///< In force behind it.
};

/// A branch of an #if; 0 is the file.
struct Region {
  uint32_t parent = 0;
  bool dead = false;
};

class TokenList {
 public:
  explicit TokenList(llvm::StringRef text);
  TokenList(const TokenList&) = delete;
  TokenList& operator=(const TokenList&) = delete;

  std::vector<Token> tokens;  ///< Ends with an eof token.
  std::vector<Token> directive_tokens;
  std::vector<Directive> directives;
  std::vector<Region> regions;
  bool too_deep = false;      ///< More brackets are open at once than any compiler takes: not scanned.

  /// Before the first token and behind the last all is end of file: who looks about needs not ask where the text ends.
  const Token& operator[](Index i) const { return i < size() ? tokens[i] : tokens.back(); }
  Index size() const { return static_cast<Index>(tokens.size()); }
  llvm::StringRef source() const { return source_; }
  /// A token's spelling with its splices taken out.
  std::string text(const Token& t) const;
  bool spells(const Token& t, llvm::StringRef s) const;
  /// The tokens i and i + 1 are of these kinds and nothing but splices stands between them.
  bool pair(Index i, clang::tok::TokenKind a, clang::tok::TokenKind b) const;
  bool arrow(Index i) const { return pair(i, clang::tok::less, clang::tok::minus); }
  bool define(Index i) const { return pair(i, clang::tok::colon, clang::tok::equal); }
  bool opens(Index i) const;
  bool closes(Index i) const;
  /// Behind the token, or behind the whole group if it opens one; kNone if that group has no end.
  Index after_group(Index i) const;
  /// The first directive whose `before` is greater than `i`.
  size_t directive_after(Index i) const;
  /// The first token at or behind a place in the text.
  Index at(uint32_t offset) const;
  uint32_t region_of(Index i) const;
  bool encloses(uint32_t outer, uint32_t inner) const;

 private:
  llvm::StringRef source_;
  std::string owned_;  ///< The lexer wants a NUL behind its text.
};

} // namespace gocpp::tool
