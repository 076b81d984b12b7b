// What kind of bracket is open, and where in a statement the walk stands.
#pragma once

#include "tokens.h"

#include <vector>

namespace gocpp::tool {

enum class FrameKind { file, space, cls, block, init, paren, control, square };

struct Frame {
  FrameKind kind = FrameKind::file;
  uint32_t open = 0;              ///< Token index of the bracket.
  bool expression = false;        ///< A block that is part of an expression: a lambda's body.
  int select = -1;                ///< Index of the select whose body this is.
  // The statement under way, directly in this frame.
  bool at_start = true;
  uint32_t start = 0;             ///< Its first token.
  uint32_t class_key = UINT32_MAX;
  bool enum_key = false, space_key = false, has_equal = false, has_paren = false, arrow = false, init_list = false;
  uint32_t semicolons = 0;        ///< In a control paren.

  void begin_statement(uint32_t next) {
    at_start = true;
    start = next;
    class_key = UINT32_MAX;
    enum_key = space_key = has_equal = has_paren = arrow = init_list = false;
  }
};

/// Whether the token before an operator-like token leaves an operand to be expected.
bool expects_operand(const TokenList& list, uint32_t prev);
/// Classifies the `{` at `i`, met in `f` after the token `prev` (UINT32_MAX: none).
FrameKind classify_brace(const TokenList& list, const Frame& f, uint32_t i, uint32_t prev, bool& expression);
/// `name ( … )` of if, for, while, switch and catch.
bool is_control(const TokenList& list, uint32_t paren, uint32_t prev);
/// The `[` at `i` opens a lambda.
bool is_lambda_intro(const TokenList& list, uint32_t prev);

} // namespace gocpp::tool
