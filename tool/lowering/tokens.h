// The tokens of a file and how its brackets match: what all later passes read.
//
// Lexed raw, so macros and names mean nothing yet. Tokens of preprocessor directives stand in the same array, marked, and
// take no part in bracket matching. Where #if offers alternatives each starts with the brackets that were open before the
// #if, and what follows the #endif goes on from the last one. Text under a literal `#if 0` is dropped.
#pragma once

#include "clang/Basic/TokenKinds.h"
#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <string>
#include <vector>

namespace gocpp::tool {

struct Token {
  clang::tok::TokenKind kind;
  uint32_t begin;
  uint32_t end;
  llvm::StringRef text;      ///< With line splices as written.
  bool first_on_line = false;
  bool in_directive = false;
  uint32_t match = UINT32_MAX;    ///< Index of the partner of a bracket.
  bool has_semicolon = false;     ///< Of a `{`: a `;` stands directly in it.
  uint32_t region = 0;            ///< Id of the innermost branch of #if that it stands in; 0: none.

  bool is(clang::tok::TokenKind k) const { return kind == k; }
  bool is_name(llvm::StringRef s) const { return kind == clang::tok::raw_identifier && text == s; }
  bool is_name() const { return kind == clang::tok::raw_identifier; }
};

/// A preprocessor directive: its tokens are [first, last) and begin with `#`.
struct Directive {
  uint32_t first;
  uint32_t last;
  llvm::StringRef name;
};

struct TokenList {
  std::vector<Token> tokens;        ///< Comments are not in it. Ends with an eof token.
  std::vector<Directive> directives;
  std::vector<uint32_t> region_parent;  ///< For each region its enclosing one.
  bool balanced = true;
  uint32_t unbalanced_at = 0;       ///< Token index of the offender when not.
};

TokenList tokenize(llvm::StringRef text);

} // namespace gocpp::tool
