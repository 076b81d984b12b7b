// What an identifier-like token means to the scanner.
//
// Raw lexing knows no keywords. Only those words have a value of their own that the scanner tells apart; the groups hold
// words that it treats alike.
#pragma once

#include "llvm/ADT/StringRef.h"

#include <cstdint>

namespace gocpp::tool {

enum class Word : uint8_t {
  none,     ///< No identifier.
  name,     ///< An identifier without meaning here.
  go, select, chan, make_chan, send_chan, recv_chan, main, gocpp,
  kw_if, kw_for, kw_while, kw_switch, kw_catch, kw_else, kw_do, kw_try, kw_case, kw_default,
  kw_class,      ///< class, struct, union.
  kw_enum, kw_namespace, kw_extern, kw_using, kw_typedef, kw_template, kw_typename, kw_concept, kw_requires, kw_operator,
  kw_auto, kw_cv,  ///< const, volatile.
  kw_this, kw_constexpr, kw_noexcept, kw_decltype, kw_delete, kw_new, kw_export,
  type,          ///< A builtin type's word.
  cast,          ///< static_cast and its like.
  literal,       ///< true, false, nullptr.
  unary,         ///< An operator in letters that has no left operand, return and throw among them.
  binary,        ///< `and` and its like.
  of_type,       ///< sizeof, alignof, typeid: the parentheses after it are no cast.
  tail,          ///< override, final, mutable: may stand between a `)` and a body.
  attribute,     ///< __attribute__, alignas, __declspec: takes parentheses that are no parameters.
  line,          ///< __LINE__.
  other,         ///< Any other keyword: cannot begin an expression.
};

Word word_of(llvm::StringRef spelling);

/// A prelude name: chan, make_chan, send_chan, recv_chan.
inline bool is_prelude_name(Word w) { return w >= Word::chan && w <= Word::recv_chan; }
/// An identifier as far as C++ is concerned.
inline bool is_identifier(Word w) { return w >= Word::name && w <= Word::gocpp; }

} // namespace gocpp::tool
