// Telling braces apart. C++ cannot be parsed without types, but which `{` holds statements can be told by the declaration
// in front of it. Where that is not sure the braces count as a list, in which statements are recognised just the same.

#include "frame.h"

using namespace clang;

namespace gocpp::tool {

namespace {

/// May stand between a function's parameters and its body.
bool ends_declarator(const Token& t) {
  return t.is(tok::r_paren) || t.is(tok::amp) || t.is(tok::ampamp) || t.is(Word::kw_cv) || t.is(Word::kw_noexcept) ||
         t.is(Word::tail) || t.is(Word::kw_try) || t.is(tok::r_brace) || t.is(tok::r_square) || t.is(tok::ellipsis);
}

FrameKind outside_brace(const TokenList& list, const Frame& f, Index i) {
  const Token* last = f.last == kNone ? nullptr : &list[f.last];
  if (!last || f.start == i) return FrameKind::block;
  if (f.space_key && !f.params_seen) return FrameKind::space;
  if (last->is(Word::kw_export)) return FrameKind::space;
  if (f.extern_key && last->is(tok::string_literal)) return FrameKind::space;
  if (last->is(tok::equal)) return FrameKind::init;
  if (f.class_key && !(f.params_seen && (f.trailing || ends_declarator(*last)))) return FrameKind::cls;
  if (f.equal || !f.params_seen) return FrameKind::init;
  bool names = is_identifier(last->word) || last->is(tok::greater) || last->is(tok::greatergreater);
  if (names && !f.trailing && (f.ctor_init || f.comma)) return FrameKind::init;
  return FrameKind::block;
}

FrameKind statement_brace(const TokenList& list, const Frame& f, Index i) {
  if (f.start == i || f.last == kNone)
    return f.kind == FrameKind::block || f.under_switch || f.under_other ? FrameKind::block : FrameKind::init;
  const Token& last = list[f.last];
  if (last.is(Word::kw_try) || last.is(Word::kw_constexpr)) return FrameKind::block;  // `if consteval {`
  if (last.is(tok::equal)) return FrameKind::init;
  if (f.class_key) return FrameKind::cls;
  // `FOREACH(x) {`: all of the statement is a macro with arguments.
  bool macro_head = last.is(tok::r_paren) && f.start != kNone && list[f.start].word == Word::name && last.match == f.start + 1;
  return macro_head ? FrameKind::block : FrameKind::init;
}

} // namespace

Frame classify_brace(const TokenList& list, const Frame& f, Index i) {
  Frame n;
  if (f.lambda) {
    n.kind = FrameKind::block;
    n.is_lambda = true;
  } else if (f.requirement) {
    n.kind = FrameKind::requirement;
  } else if (f.outside()) {
    n.kind = outside_brace(list, f, i);
  } else if (f.statements()) {
    n.kind = statement_brace(list, f, i);
    n.breaker = f.under_switch ? Breaker::switch_ : f.breaker;
  } else {
    n.kind = f.class_key ? FrameKind::cls : FrameKind::init;
    n.breaker = f.kind == FrameKind::requirement ? Breaker::none : f.breaker;
  }
  return n;
}

} // namespace gocpp::tool
