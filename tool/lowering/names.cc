// What the walk notes about names: main, and the names that the prelude makes visible.

#include "scanner.h"

using namespace clang;

namespace gocpp::tool {

namespace {
bool is_prelude_name(llvm::StringRef s) {
  return s == "chan" || s == "make_chan" || s == "send_chan" || s == "recv_chan";
}
} // namespace

void Scanner::note_name(uint32_t i) {
  const Token& t = tok(i);
  if (t.text == "main") return parse_main(i);
  if (!is_prelude_name(t.text)) return;
  const Token* before = last_ == none ? nullptr : &tok(last_);
  uint32_t after = next(i);
  if (after >= size()) return;
  const Token& a = tok(after);
  if (frames_.size() == 1 && before) {
    bool type = before->is_name("struct") || before->is_name("class") || before->is_name("union") || before->is_name("enum") ||
                (before->is_name("using") && a.is(tok::equal));
    bool other = (before->is_name() || before->is(tok::star) || before->is(tok::amp) || before->is(tok::greater)) &&
                 !before->is_name("using") && !before->is_name("return") && !before->is_name("gocpp") &&
                 (a.is(tok::semi) || a.is(tok::equal) || a.is(tok::l_paren) || a.is(tok::l_square) || a.is(tok::comma) || a.is(tok::l_brace));
    if (type || other) {
      declared.insert(t.text.str());
      return;
    }
  }
  if (first_use != none || declared.count(t.text.str())) return;
  if (before && (before->is(tok::period) || before->is(tok::arrow))) return;
  if (before && before->is(tok::coloncolon)) {
    uint32_t q = prev(last_);
    if (q == none || !tok(q).is_name("gocpp")) return;
  }
  if (a.is(tok::less) && !adjacent(after, tok::minus)) first_use = i;
}

void Scanner::parse_main(uint32_t i) {
  Frame& f = frames_.back();
  bool outermost = f.kind == FrameKind::file ||
                   (frames_.size() == 2 && f.kind == FrameKind::space && prev(f.open) != none && tok(prev(f.open)).is(tok::string_literal));
  if (!outermost || f.has_equal || options_.is_header || result_.has_main || f.start >= i) return;
  uint32_t open = next(i);
  if (open >= size() || !tok(open).is(tok::l_paren) || tok(open).match == none) return;
  if (last_ != none && (tok(last_).is(tok::coloncolon) || tok(last_).is(tok::period))) return;
  uint32_t body = none;
  for (uint32_t k = next(tok(open).match); k < size() && body == none; k = next(k)) {
    if (tok(k).is(tok::l_brace) || tok(k).is_name("try")) body = k;
    if (tok(k).is(tok::semi) || tok(k).is(tok::eof) || tok(k).is(tok::equal)) return;
  }
  if (body == none) return;
  for (uint32_t k = f.start; k < body; ++k)
    if (tok(k).in_directive) return;
  uint32_t at = tok(f.start).begin;
  result_.has_main = true;
  result_.constructs.push_back({Kind::main, {at, tok(body).begin}, tok(i).begin, {}});
  main_edits.push_back({{at, at}, tok(i).begin, {}});
  main_edits.back().move({at, tok(prev(body)).end}).add(" __asm__(\"gocpp_main\"); ");
}

} // namespace gocpp::tool
