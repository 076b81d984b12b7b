// `go CALL;`

#include "scanner.h"

using namespace clang;

namespace gocpp::tool {

namespace {
const char* const kMustBeCall = "expression in go must be a function call";

/// What can follow a complete call only if its semicolon was forgotten.
bool begins_something_else(const Token& t) {
  return t.is(tok::r_brace) || t.is(tok::eof) || (t.word != Word::none && !t.is(Word::binary));
}
} // namespace

/// Whether what follows `go` can begin a call, and reads as more than a use of something called `go`.
bool Scanner::begins_call(Index go) const {
  const Token& t = list_[go + 1];
  if (t.is(tok::coloncolon) || t.is(tok::l_paren)) return true;
  // No call, and nothing in C++ either, unless go is a type: `go {3};`.
  if (t.is(tok::numeric_constant) || t.is(tok::char_constant) || t.is(tok::string_literal) || t.is(tok::exclaim) ||
      t.is(Word::literal) || t.is(Word::unary) || t.is(Word::of_type) || t.is(Word::kw_new) || t.is(Word::kw_delete) || t.is(Word::type))
    return true;
  if (t.is(tok::l_brace)) return t.match != kNone && frame_.kind == FrameKind::block;
  if (t.is(tok::l_square)) {
    // A lambda, not `go[i] = …`.
    if (t.match == kNone) return false;
    const Token& next = list_[t.match + 1];
    if (next.is(tok::l_brace) || next.is(tok::less)) return true;
    Index end = parse_postfix(list_, go + 1, false).end;
    return end != kNone;
  }
  return is_identifier(t.word) || t.is(Word::kw_this) || t.is(Word::cast) || t.is(Word::kw_decltype) ||
         t.is(Word::kw_typename) || t.is(Word::kw_operator);
}

std::optional<GoForm> Scanner::parse_call(Index go, Index semi) {
  if (list_[go + 1].is(Word::type)) return {};  // `int(3)` calls nothing
  Postfix call = parse_postfix(list_, go + 1, true);
  if (call.end != semi || call.last.what != Link::call || call.before.what == Link::none) return {};
  GoForm g;
  g.go = go;
  g.callee = go + 1;
  g.paren = call.last.begin;
  g.semi = semi;
  switch (call.before.what) {
  case Link::name: g.through = GoForm::name; break;
  case Link::member: g.through = GoForm::method; break;
  case Link::arrow_member: g.through = GoForm::arrow_method; break;
  default: g.through = GoForm::value; break;
  }
  if (g.through == GoForm::method || g.through == GoForm::arrow_method) {
    g.access = call.before.begin;
    bool has_arguments = call.before.template_args;
    for (Index k = g.access + 1; k < g.paren && !has_arguments; ++k) has_arguments = list_[k].is(tok::less);
    g.add_template = has_arguments && !list_[g.access + 1].is(Word::kw_template);
  }
  return g;
}

/// A go without its semicolon, or with a bracket that nothing closes.
void Scanner::incomplete_call(Index go) {
  Index open = go + 1;
  while (open < list_.size() && !list_[open].is(tok::semi) && !list_.closes(open) && !(list_.opens(open) && list_[open].match == kNone))
    open = list_.after_group(open);
  if (open < list_.size() && list_.opens(open)) {
    Index last = open + 1;
    while (!list_[last].is(tok::eof) && !list_[last].is(tok::semi) && !list_[last].is(tok::r_brace)) ++last;
    const char* const closer = list_[open].is(tok::l_paren) ? ")" : list_[open].is(tok::l_square) ? "]" : "}";
    error_in_doubt(go, {list_[last].begin, list_[last].begin}, std::string("expected '") + closer + "'");
    Message& note = error_in_doubt(go, range(open, open + 1), "to match this '" + list_.text(list_[open]) + "'");
    note.level = Message::Level::note;
    return;
  }
  Postfix call = parse_postfix(list_, go + 1, true);
  uint32_t at = list_[call.end == kNone ? go + 1 : call.end - 1].end;
  Message& m = error_in_doubt(go, {at, at}, "expected ';' after the call in go");
  if (call.end != kNone) m.fixits.push_back({{at, at}, ";"});
}

void Scanner::go(Index i) {
  if (macro_go_ || !begins_call(i)) return;
  Index first = i + 1;
  Index semi = find_at_depth(list_, first, tok::semi);
  if (semi == kNone && frame_.kind != FrameKind::block) return;  // in a braced list
  // `go::f();` is a scope's name, as it is written, and `go ::f();` the statement. Look-up has the last word.
  bool scope = list_[first].is(tok::coloncolon) && list_[i].end == list_[first].begin;
  bool construct = scope ? told_construct(i) : !plain(i);
  Range whole = semi == kNone ? range(first, first + 1) : range(first, semi);
  doubt(Doubt::About::go, i, whole, construct);
  if (!construct) return;
  if (semi == kNone) {
    size_t d = list_.directive_after(i);
    bool leaves = d < list_.directives.size() && !list_.encloses(list_.region_of(i), list_.directives[d].region);
    if (leaves) error_in_doubt(i, {list_.directives[d].begin, list_.directives[d].end}, "a go statement cannot be cut by #if");
    else incomplete_call(i);
    return;
  }
  if (cut(i, semi + 1, "a go statement")) {
    messages_.back().doubt = list_[i].begin;
    return;
  }
  if (auto form = parse_call(i, semi)) {
    Index callee = form->paren - 1;
    Index member = list_[first].is(tok::l_paren) && list_[first].match == callee ? pointer_to_member_in(list_, first) : kNone;
    if (member != kNone)
      error_in_doubt(i, range(member, member + 1), "call through a pointer to member in go: use a lambda");
    else
      forms_.gos.push_back(*form);
    return;
  }
  Postfix what = parse_postfix(list_, first, true);
  if (what.end < semi && what.last.what == Link::call && begins_something_else(list_[what.end])) return incomplete_call(i);
  if (list_[first].is(tok::l_brace)) {
    error_in_doubt(i, range(i, first + 1), std::string(kMustBeCall) + ": for a block write 'go [=] { … }();'");
    claim(first, semi);
    return;
  }
  if (list_.spells(list_[first], "func") && list_[first + 1].is(tok::l_paren)) {
    error_in_doubt(i, range(first, first + 1), "a function literal is written '[=] { … }', and called: 'go [=] { … }();'");
    claim(first, semi);
    return;
  }
  Message& m = error_in_doubt(i, whole, kMustBeCall);
  // What can be called gets the call that it lacks.
  const Token& last = list_[semi - 1];
  bool callable = is_identifier(last.word) || last.is(tok::r_brace) || last.is(tok::r_square);
  if (what.end == semi && callable && what.last.what != Link::call && what.last.what != Link::step)
    m.fixits.push_back({{list_[semi - 1].end, list_[semi - 1].end}, "()"});
}

} // namespace gocpp::tool
