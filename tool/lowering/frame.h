// What is known at one place of the walk about the innermost open bracket and the statement under way in it.
#pragma once

#include "tokens.h"

namespace gocpp::tool {

enum class FrameKind : uint8_t {
  file,
  space,        ///< namespace, extern "C", export.
  cls,          ///< A class or an enumeration.
  block,        ///< Statements.
  init,         ///< A braced list; statements if a `;` turns up.
  requirement,  ///< Of a requires-expression.
  paren,
  square,
};

/// The keyword whose parentheses these are.
enum class Header : uint8_t { none, other, switch_, for_ };

/// What `break` would leave.
enum class Breaker : uint8_t { none, switch_, select };

struct Frame {
  FrameKind kind = FrameKind::file;
  Header header = Header::none;
  Breaker breaker = Breaker::none;
  bool is_lambda = false;        ///< The body of a lambda, or its introducer.
  bool is_attribute = false;     ///< `[[…]]`
  bool after_operand = false;    ///< The bracket followed an operand, so that it makes a call or a subscript.
  bool parameters = false;       ///< Round brackets that may be a function's parameters.
  bool global = false;           ///< What is declared here is global.
  bool has_semi = false;
  uint8_t semis = 0;             ///< In a header, up to 2.
  Index open = kNone;
  uint32_t parent = kNone;       ///< Node of the enclosing frame.
  int32_t select = -1;           ///< The select whose braces these are.

  // The statement (or declaration, or part of a header) under way.
  bool at_start = true;          ///< None is: the next token begins one.
  bool operand = false;          ///< The token before ends an operand, so that an operator is expected.
  bool cast = false;             ///< The token before is a `)` that could end a cast.
  bool sent = false;             ///< Has had its first `<-`.
  bool class_key = false, space_key = false, extern_key = false, equal = false, params_seen = false, trailing = false,
       ctor_init = false, comma = false, case_label = false, lambda = false, requirement = false;
  bool under_switch = false;     ///< Nested, without braces, under a switch header;
  bool under_other = false;      ///< ... under if, for, while, else or do.
  bool after_label = false;      ///< The statement has labels in front.
  Header pending = Header::none; ///< Round brackets of this header are to come.
  uint16_t questions = 0;
  Index start = kNone;
  Index attributes = kNone;      ///< In front of the statement.
  Index case_colon = kNone;
  Index last = kNone;            ///< The token before, directly in this frame.

  /// Statements can stand here.
  bool statements() const { return kind == FrameKind::block || kind == FrameKind::init; }
  /// Declarations of namespaces and classes stand here.
  bool outside() const { return kind == FrameKind::file || kind == FrameKind::space || kind == FrameKind::cls; }

  /// The statement is at its end. Those it is nested under are too, unless a label or a header ends here.
  void end_statement() {
    at_start = true;
    operand = cast = sent = class_key = space_key = extern_key = equal = params_seen = trailing = ctor_init = comma =
        case_label = lambda = requirement = after_label = under_switch = under_other = false;
    pending = Header::none;
    questions = 0;
    start = attributes = case_colon = kNone;
  }
  /// What follows is a statement within this one.
  void begin_nested() {
    bool s = under_switch, o = under_other;
    end_statement();
    under_switch = s;
    under_other = o;
  }
};

/// What the `{` at `i` opens, met in `f`. Of the frame only kind, is_lambda and breaker are filled in.
Frame classify_brace(const TokenList& list, const Frame& f, Index i);

} // namespace gocpp::tool
