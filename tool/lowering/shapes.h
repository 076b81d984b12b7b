// The shapes of expressions, as far as brackets and operators show them.
//
// Enough of C++'s expression grammar to find where an operand ends and what a call is made through. Nothing here knows
// what a name is: whether `<` opens template arguments is guessed from what its `>` would enclose and what follows it.
// Every function reads each token a bounded number of times and never recurses.
#pragma once

#include "tokens.h"

namespace gocpp::tool {

/// The `>` (or `>>`, for its second half) that would close template arguments opened at `less`; kNone if there is none.
/// `inner`: the first half of a `>>` will do as well, as of arguments among arguments.
Index angle_end(const TokenList& list, Index less, bool inner = false);

/// Whether the tokens [first, last) could be template arguments that are types: names, builtin types, `*`, `&`, `::`.
bool looks_like_types(const TokenList& list, Index first, Index last);

/// One link of a postfix expression.
struct Link {
  enum What : uint8_t { none, name, value, lambda, braces, member, arrow_member, call, subscript, step } what = none;
  Index begin = kNone;
  bool template_args = false;  ///< A member's name ends in template arguments.
};

struct Postfix {
  Index end = kNone;  ///< Behind the expression; kNone: there is none.
  Link last, before;
};

/// The longest postfix expression at `i`. `minus_argument`: `f<-1>` may be template arguments, else `<-` ends it.
Postfix parse_postfix(const TokenList& list, Index i, bool minus_argument);

struct Unary {
  Index end = kNone;
  bool prefixed = false;  ///< Begins with an operator or a cast.
};

/// The unary expression (casts included) at `i`.
Unary parse_unary(const TokenList& list, Index i);

/// `.*` or `->*` directly in the group that `open` opens.
Index pointer_to_member_in(const TokenList& list, Index open);

/// The first token of this kind at this depth, from `i`; kNone if a closing bracket or the end comes first.
Index find_at_depth(const TokenList& list, Index i, clang::tok::TokenKind kind);

/// How many names a `:=` declares that begin at `first`: one, two, or none when anything else stands there.
int names_before(const TokenList& list, Index first, Index define);

/// Where the statement ends whose last expression begins at `first`: at its semicolon, a closing bracket, the text's end, or
/// a line that begins something else, before which a semicolon is missing. kNone if a bracket in it has no end.
Index statement_end(const TokenList& list, Index first);

/// Whether the token is the first of its line.
bool begins_line(const TokenList& list, Index i);

/// Whether the token begins a line and stands behind a token that ends an operand, with which it can have nothing to do.
bool begins_line_after_operand(const TokenList& list, Index i);

/// A comma at this depth in [first, last), outside what looks like template arguments.
bool has_comma(const TokenList& list, Index first, Index last);

} // namespace gocpp::tool
