// Syntax errors beside and in constructs. Another compiler names the token that it met, and the one that it wanted, of the
// lowered text; a user is to read those of their own.
#pragma once

#include "places.h"

#include <optional>
#include <string>

namespace gocpp::tool {

struct SyntaxError {
  std::string words;
  std::optional<uint32_t> offset;      ///< Into the user's text, if the place of the message itself is none of the user's.
  const Construct* before = nullptr;   ///< The construct in whose generated text the compiler gave up; null if there is none.
};

/// An "expected X before Y" at a byte of the lowered text, in the user's tokens. Nothing if the words are no such error.
std::optional<SyntaxError> syntax_error(const SourceMap& map, uint32_t out, llvm::StringRef words);

/// Whether a select stands there, be it where none was looked for.
bool is_select(llvm::StringRef text, uint32_t begin);

/// Where the statement ends that begins at a byte of the user's text: behind its semicolon, or a select's brace.
uint32_t statement_end(llvm::StringRef text, uint32_t begin);

/// What is wrong with the operands of a select which g++ has refused as a whole.
SyntaxError error_in_operands(const SourceMap& map, const Construct& select);

} // namespace gocpp::tool
