// What the walk notes about names: main, and the names that the prelude makes visible.

#include "scanner.h"

using namespace clang;

namespace gocpp::tool {

namespace {

/// The arguments (first, last) of a prelude name are types for certain.
bool surely_types(const TokenList& list, Index first, Index last) {
  for (Index i = first; i < last; ++i)
    if (list[i].is(Word::type) || list[i].is(Word::kw_cv) || list[i].is(Word::kw_typename)) return true;
  return first == last;
}

} // namespace

/// Tells declarations of a prelude name from uses. A use is only what has something like types in angle brackets behind
/// it, so that in a file that knows a variable of this name `chan < 3` is none.
void Scanner::prelude_name(Index i) {
  const Frame& f = frame_;
  Word name = list_[i].word;
  const Token* last = f.last == kNone ? nullptr : &list_[f.last];
  const Token& next = list_[i + 1];
  bool ends = next.is(tok::semi) || next.is(tok::equal) || next.is(tok::l_paren) || next.is(tok::l_square) ||
              next.is(tok::comma) || next.is(tok::l_brace) || next.is(tok::colon) || next.is(tok::r_paren);
  bool declares_type = last && (last->is(Word::kw_class) || last->is(Word::kw_enum) || last->is(Word::kw_concept) ||
                                last->is(Word::kw_namespace) || (last->is(Word::kw_using) && next.is(tok::equal)));
  bool declares_value = last && ends && !f.equal &&
                        (is_identifier(last->word) || last->is(Word::type) || last->is(Word::kw_auto) || last->is(Word::kw_cv) ||
                         last->is(tok::star) || last->is(tok::amp) || last->is(tok::ampamp) || last->is(tok::greater));
  bool brings_in = last && last->is(tok::coloncolon) && f.start != kNone && list_[f.start].is(Word::kw_using) &&
                   next.is(tok::semi) && !list_[f.last - 1].is(Word::gocpp);
  if (declares_type || declares_value || brings_in) {
    (declares_value ? forms_.own_values : forms_.own_types).insert(name);
    if (f.global && i >= parameters_until_) forms_.declared.insert(name);
    return;
  }
  if (last && (last->is(tok::period) || last->is(tok::arrow))) return;
  bool qualified = last && last->is(tok::coloncolon);
  if (qualified && (f.last == 0 || !list_[f.last - 1].is(Word::gocpp))) return;
  if (!next.is(tok::less) || list_.arrow(i + 1)) return;
  // `vector<chan<int>>`, `map<int, const chan<int>>`.
  bool inner = last && (last->is(tok::less) || last->is(tok::comma) || last->is(Word::kw_cv));
  Index end = angle_end(list_, i + 1, inner);
  if (end != kNone && looks_like_types(list_, i + 2, end))
    forms_.mentions.push_back({i, name, qualified, surely_types(list_, i + 2, end)});
}

void Scanner::main_name(Index i) {
  Frame& f = frame_;
  // Also `int (main)() {`.
  bool wrapped = f.kind == FrameKind::paren && f.last == kNone && list_[i + 1].is(tok::r_paren);
  const Frame& outer = wrapped ? nodes_[f.parent] : f;
  Index paren = wrapped ? i + 2 : i + 1;
  if (!outer.global || outer.equal || outer.start == kNone || outer.start == i || options_.is_header) return;
  if (outer.last != kNone && (list_[outer.last].is(tok::coloncolon) || list_[outer.last].is(Word::kw_namespace))) return;
  while (list_[paren].is(tok::l_square) && list_[paren].match != kNone && list_[paren].match > paren) paren = list_[paren].match + 1;
  if (!list_[paren].is(tok::l_paren) || list_[paren].match == kNone || list_[paren].match < paren) return;
  Index body = list_[paren].match + 1;
  while (body != kNone && !list_[body].is(tok::l_brace) && !list_[body].is(Word::kw_try)) {
    const Token& t = list_[body];
    if (t.is(tok::semi) || t.is(tok::eof) || t.is(tok::equal) || t.is(tok::comma) || list_.closes(body)) return;
    body = list_.after_group(body);
  }
  if (body == kNone) return;
  // A macro with arguments and no semicolon is no part of the declaration.
  Index begin = outer.attributes == kNone ? outer.start : outer.attributes;
  for (Index k = begin; k < (wrapped ? i - 1 : i); ++k) {
    if (!list_.opens(k) || list_[k].match == kNone) continue;
    bool keeps = list_[k].is(tok::l_square) || (k > 0 && (list_[k - 1].is(Word::attribute) || list_[k - 1].is(Word::kw_decltype)));
    k = list_[k].match;
    if (!keeps && k < i) begin = k + 1;
  }
  if (list_.directive_after(begin) != list_.directive_after(body)) return;  // clang's AST shows it all the same
  forms_.mains.push_back({begin, i, paren, body});
}

} // namespace gocpp::tool
