// See host_syntax.h.

#include "host_syntax.h"

#include "clang/Lex/Lexer.h"
#include "llvm/Support/Regex.h"

#include <vector>

using namespace clang;

namespace gocpp::tool {

namespace {

struct Lexeme {
  tok::TokenKind kind;
  uint32_t begin, end;
};

/// The tokens of text[begin, end), or as many as `most`.
std::vector<Lexeme> lex(llvm::StringRef text, uint32_t begin, uint32_t end, size_t most = SIZE_MAX) {
  std::vector<Lexeme> tokens;
  std::string part = text.slice(begin, end).str();
  LangOptions lang;
  lang.CPlusPlus = lang.CPlusPlus11 = lang.CPlusPlus14 = lang.CPlusPlus17 = lang.CPlusPlus20 = true;
  Lexer lexer(SourceLocation(), lang, part.data(), part.data(), part.data() + part.size());
  Token t;
  for (bool last = false; !last && tokens.size() < most;) {
    last = lexer.LexFromRawLexer(t);  // which still gives a token
    if (t.is(tok::eof)) break;
    auto at = begin + static_cast<uint32_t>(lexer.getBufferLocation() - part.data());
    tokens.push_back({t.getKind(), at - t.getLength(), at});
  }
  return tokens;
}

bool is_literal(tok::TokenKind kind) { return tok::isLiteral(kind); }
bool is_operand_end(tok::TokenKind kind) {
  return is_literal(kind) || kind == tok::raw_identifier || kind == tok::r_paren || kind == tok::r_square || kind == tok::r_brace ||
         kind == tok::plusplus || kind == tok::minusminus;
}

/// A token as g++ calls it.
std::string called(llvm::StringRef text, const Lexeme& t) {
  if (t.kind == tok::numeric_constant) return "numeric constant";
  if (t.kind == tok::char_constant) return "character constant";
  if (is_literal(t.kind)) return "string constant";
  return "‘" + text.slice(t.begin, t.end).str() + (t.kind == tok::raw_identifier ? "’" : "’ token");
}

/// The user's token that comes next where generated text stands.
std::optional<Lexeme> users_token(const SourceMap& map, uint32_t out) {
  uint32_t from = 0;
  for (const Segment& s : map.result().segments)
    if (s.out <= out && s.verbatim && s.length) from = s.in + s.length;
  std::vector<Lexeme> next = lex(map.original(), from, static_cast<uint32_t>(map.original().size()), 1);
  if (next.empty()) return std::nullopt;
  return next.front();
}

/// What the user's text wants where the lowered one wants a `)`: that of a send is generated, but for the header of a `for`.
const char* wanted_for_bracket(const SourceMap& map, uint32_t out) {
  const Construct* c = map.construct_at(user_offset(map, out));
  if (!c || (c->kind != Kind::send && c->kind != Kind::select_case)) return "‘)’";
  std::vector<uint32_t> open;
  for (const Lexeme& t : lex(map.lowered(), map.to_lowered(c->range.begin), out)) {
    if (t.kind == tok::l_paren || t.kind == tok::l_brace || t.kind == tok::l_square) open.push_back(t.begin);
    if ((t.kind == tok::r_paren || t.kind == tok::r_brace || t.kind == tok::r_square) && !open.empty()) open.pop_back();
  }
  if (open.empty() || map.to_original(open.back()).verbatim) return "‘)’";
  if (c->kind == Kind::select_case) return "‘:’";
  return llvm::StringRef(map.original()).substr(c->range.end).ltrim().starts_with(")") ? "‘)’" : "‘;’";
}

} // namespace

std::optional<SyntaxError> syntax_error(const SourceMap& map, uint32_t out, llvm::StringRef words) {
  llvm::SmallVector<llvm::StringRef, 3> parts;
  if (!llvm::Regex("^(expected .*) before (.*)$").match(words, &parts)) return std::nullopt;
  SyntaxError e;
  std::string wanted = parts[1].str(), met = parts[2].str();
  if (wanted == "expected ‘)’") wanted = std::string("expected ") + wanted_for_bracket(map, out);
  std::vector<Lexeme> next = lex(map.lowered(), out, static_cast<uint32_t>(map.lowered().size()), 1);
  if (!next.empty() && !map.to_original(next.front().begin).verbatim) {
    std::optional<Lexeme> token = users_token(map, next.front().begin);
    if (token) met = called(map.original(), *token);
    if (token && !map.to_original(out).verbatim) e.offset = token->begin;
    e.before = construct_with_anchor(map.result(), map.to_original(next.front().begin).offset);
  }
  e.words = wanted + " before " + met;
  return e;
}

bool is_select(llvm::StringRef text, uint32_t begin) {
  llvm::StringRef rest = text.substr(begin);
  return rest.consume_front("select") && rest.ltrim().starts_with("{");
}

uint32_t statement_end(llvm::StringRef text, uint32_t begin) {
  bool block = is_select(text, begin);
  int depth = 0;
  for (const Lexeme& t : lex(text, begin, static_cast<uint32_t>(text.size()))) {
    if (t.kind == tok::l_paren || t.kind == tok::l_brace || t.kind == tok::l_square) ++depth;
    if (t.kind == tok::r_paren || t.kind == tok::r_brace || t.kind == tok::r_square) --depth;
    if (depth < 0 || (depth == 0 && t.kind == (block ? tok::r_brace : tok::semi))) return t.end;
  }
  return static_cast<uint32_t>(text.size());
}

SyntaxError error_in_operands(const SourceMap& map, const Construct& select) {
  llvm::StringRef text = map.original();
  for (const Construct& c : map.result().constructs) {
    if (c.kind != Kind::select_case || c.range.begin < select.range.begin || c.range.end > select.range.end) continue;
    std::vector<Lexeme> tokens = lex(text, c.anchor + 2, c.range.end);
    for (size_t i = 1; i < tokens.size(); ++i) {
      const Lexeme &before = tokens[i - 1], &here = tokens[i];
      if (here.kind == tok::colon && before.kind != tok::question && !is_operand_end(before.kind))
        return {"expected primary-expression before " + called(text, here), here.begin, &select};
      bool follows = is_literal(before.kind) && (here.kind == tok::raw_identifier || is_literal(here.kind));
      if (follows && !(tok::isStringLiteral(before.kind) && tok::isStringLiteral(here.kind)))
        return {"expected ‘:’ before " + called(text, here), before.end, &select};
    }
  }
  return {"an operand of this select is no expression", std::nullopt, &select};
}

} // namespace gocpp::tool
