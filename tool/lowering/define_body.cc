// Constructs in the body of a #define are refused where they are sure to be meant; a body in which C++ alone makes sense is
// left alone.

#include "scanner.h"

using namespace clang;

namespace gocpp::tool {

void Scanner::define_body(uint32_t hash) {
  uint32_t name = hash + 2;
  if (name >= size() || !tok(name).in_directive || !tok(name).is_name()) return;
  if (tok(name).text == "go" || tok(name).text == "select") macros_.insert(tok(name).text.str());
  uint32_t end = name;
  while (end < size() && tok(end).in_directive && !(end > hash && tok(end).first_on_line)) ++end;
  uint32_t body = name + 1;
  if (body < end && tok(body).is(tok::l_paren) && tok(body).begin == tok(name).end) {
    while (body < end && !tok(body).is(tok::r_paren)) ++body;
    ++body;
  }
  bool start = true;
  for (uint32_t i = body; i < end; ++i) {
    const Token& t = tok(i);
    bool more = i + 1 < end;
    if (start && t.is_name("go") && more && !macros_.count("go") && (tok(i + 1).is_name() || tok(i + 1).is(tok::l_square))) {
      // `go name(…)`: in C++ alone a declaration of a type `go`.
      for (uint32_t k = i + 1; k < end; ++k) {
        if (!tok(k).is(tok::l_paren)) continue;
        error(t.begin, {t.begin, t.end}, "go cannot stand in a macro: use gocpp::go(f, args…)");
        break;
      }
    }
    if (start && t.is_name("select") && more && tok(i + 1).is(tok::l_brace) && !macros_.count("select"))
      error(t.begin, {t.begin, t.end}, "select cannot stand in a macro: use gocpp::select(…)");
    if (t.is(tok::less) && adjacent(i, tok::minus) && i + 2 < end) {
      bool operand = i > body ? expects_operand(list_, i - 1) : false;
      Range arrow{t.begin, tok(i + 1).end};
      if (operand && i > body)
        error(t.begin, arrow, "a receive cannot stand in a macro: use c.recv()");
      else if (i > body && statement_ends(i + 2, end) && send_starts(body, i))
        error(t.begin, arrow, "a send cannot stand in a macro: use c.send(v)");
    }
    start = t.is(tok::semi) || t.is(tok::l_brace) || t.is(tok::r_brace) || t.is_name("else") || t.is_name("do");
  }
}

bool Scanner::statement_ends(uint32_t i, uint32_t end) const {
  for (; i < end; ++i) {
    if (tok(i).is(tok::semi)) return true;
    if (tok(i).is(tok::greater)) return false;
  }
  return false;
}

bool Scanner::send_starts(uint32_t body, uint32_t arrow) const {
  for (uint32_t i = arrow; i-- > body;) {
    const Token& t = tok(i);
    if (t.is(tok::semi) || t.is(tok::l_brace) || t.is(tok::r_brace)) return true;
    if (!t.is_name() && !t.is(tok::period) && !t.is(tok::arrow) && !t.is(tok::coloncolon) && !t.is(tok::r_paren) &&
        !t.is(tok::l_paren) && !t.is(tok::r_square) && !t.is(tok::l_square) && !t.is(tok::star))
      return false;
    if (t.is_name("return") || t.is_name("if") || t.is_name("while")) return false;
  }
  return true;
}

} // namespace gocpp::tool
