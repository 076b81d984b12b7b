// Telling brackets apart. C++ cannot be parsed without types, but which `{` holds statements can be told by what
// stands before it and by whether a `;` stands in it.

#include "frames.h"

#include "llvm/ADT/StringSet.h"

using namespace clang;

namespace gocpp::tool {

namespace {

bool is_operand_keyword(llvm::StringRef s) {
  static const llvm::StringSet<> words = {"return", "throw", "co_return", "co_yield", "co_await", "case", "else", "do", "sizeof",
                                          "delete", "not", "and", "or", "xor", "bitand", "bitor", "compl", "not_eq", "and_eq",
                                          "or_eq", "xor_eq", "new", "goto"};
  return words.contains(s);
}

uint32_t before(const TokenList& list, uint32_t i) {
  while (i-- > 0)
    if (!list.tokens[i].in_directive) return i;
  return UINT32_MAX;
}

} // namespace

bool expects_operand(const TokenList& list, uint32_t prev) {
  if (prev == UINT32_MAX) return false;
  const Token& t = list.tokens[prev];
  switch (t.kind) {
  case tok::l_paren: case tok::l_square: case tok::l_brace: case tok::comma: case tok::semi: case tok::question:
  case tok::colon: case tok::equal: case tok::plus: case tok::minus: case tok::star: case tok::slash: case tok::percent:
  case tok::amp: case tok::pipe: case tok::caret: case tok::exclaim: case tok::tilde: case tok::ampamp: case tok::pipepipe:
  case tok::equalequal: case tok::exclaimequal: case tok::less: case tok::greater: case tok::lessequal:
  case tok::greaterequal: case tok::lessless: case tok::spaceship: case tok::plusequal: case tok::minusequal:
  case tok::starequal: case tok::slashequal: case tok::percentequal: case tok::ampequal: case tok::pipeequal:
  case tok::caretequal: case tok::lesslessequal: case tok::greatergreaterequal: case tok::greatergreater: case tok::periodstar:
  case tok::arrowstar:
    break;
  case tok::raw_identifier: return is_operand_keyword(t.text);
  default: return false;
  }
  uint32_t p = before(list, prev);
  return p == UINT32_MAX || !list.tokens[p].is_name("operator");
}

bool is_control(const TokenList& list, uint32_t, uint32_t prev) {
  if (prev == UINT32_MAX) return false;
  const Token& t = list.tokens[prev];
  if (t.is_name("constexpr")) {
    uint32_t p = before(list, prev);
    return p != UINT32_MAX && list.tokens[p].is_name("if");
  }
  return t.is_name("if") || t.is_name("for") || t.is_name("while") || t.is_name("switch") || t.is_name("catch");
}

bool is_lambda_intro(const TokenList& list, uint32_t prev) {
  if (prev == UINT32_MAX) return false;
  const Token& t = list.tokens[prev];
  if (t.is(tok::l_brace) || t.is(tok::r_brace)) return true;
  if (t.is_name("operator") || t.is_name("delete")) return false;
  return expects_operand(list, prev) || t.is_name("go");
}

FrameKind classify_brace(const TokenList& list, const Frame& f, uint32_t i, uint32_t prev, bool& expression) {
  expression = false;
  const Token& brace = list.tokens[i];
  const Token* p = prev == UINT32_MAX ? nullptr : &list.tokens[prev];
  bool outside = f.kind == FrameKind::file || f.kind == FrameKind::space || f.kind == FrameKind::cls;
  if (f.space_key && !f.has_paren) return FrameKind::space;
  if (f.enum_key && !f.has_paren && !f.has_equal) return FrameKind::init;
  if (f.class_key != UINT32_MAX && !f.has_equal && !f.has_paren && p) {
    // `struct name {` or `struct name : base {`, not `struct name variable {` nor `struct name f() {`.
    int names = 0;
    bool base = false;
    for (uint32_t k = f.class_key + 1; k < i; ++k) {
      const Token& t = list.tokens[k];
      if (t.in_directive) continue;
      if (t.is(tok::l_paren) || t.is(tok::l_square)) {
        if (t.match != UINT32_MAX && t.match < i) k = t.match;
        if (names > 0) --names;  // __attribute__((…)), alignas(…), a macro
        continue;
      }
      if (t.is(tok::less) || t.is(tok::coloncolon)) {
        if (t.is(tok::coloncolon) && names > 0) --names;
        if (t.is(tok::less)) break;
        continue;
      }
      if (t.is(tok::colon)) {
        base = true;
        break;
      }
      if (t.is_name() && t.text != "final") ++names;
    }
    if (base || names <= 2) {
      bool variable = names == 2 && !outside && !brace.has_semicolon;
      if (!variable) return FrameKind::cls;
    }
  }
  if (f.init_list && p && (p->is_name() || p->is(tok::greater))) return FrameKind::init;
  bool function_tail = p && (p->is(tok::r_paren) || p->is_name("mutable") || p->is_name("noexcept") || p->is_name("override") ||
                             p->is_name("final") || p->is_name("const") || p->is_name("volatile") || p->is_name("try") ||
                             p->is_name("else") || p->is_name("do") || p->is_name("consteval") || p->is_name("constexpr"));
  bool lambda = (p && p->is(tok::r_square) && p->match != UINT32_MAX && is_lambda_intro(list, before(list, p->match)));
  if (f.kind == FrameKind::block) {
    if (f.at_start || (p && (p->is_name("else") || p->is_name("do") || p->is_name("try")))) return FrameKind::block;
    if (lambda || f.arrow) {
      expression = true;
      return FrameKind::block;
    }
    if (function_tail) {
      // `if (x) {` starts a statement; the body of a lambda or of a local function does not matter less.
      bool control = p->is(tok::r_paren) && p->match != UINT32_MAX && is_control(list, p->match, before(list, p->match));
      expression = !control && !p->is_name("try") && f.start != UINT32_MAX && !list.tokens[f.start].is_name("catch");
      return FrameKind::block;
    }
    if (p && p->is(tok::colon)) return FrameKind::block;
    return brace.has_semicolon ? (expression = true, FrameKind::block) : FrameKind::init;
  }
  if (outside) {
    if (lambda || (f.arrow && (f.has_paren || f.has_equal)) || function_tail) {
      expression = f.has_equal;
      return FrameKind::block;
    }
    if (f.has_equal) return brace.has_semicolon ? (expression = true, FrameKind::block) : FrameKind::init;
    if (f.has_paren && p && p->is(tok::r_brace)) return FrameKind::block;  // after a member initialiser
    if (p && p->is(tok::string_literal)) return FrameKind::space;          // extern "C"
    if (f.has_paren && brace.has_semicolon) return FrameKind::block;
    return brace.has_semicolon ? FrameKind::block : FrameKind::init;
  }
  // Inside round or square brackets, or a braced list.
  if (lambda || f.arrow || function_tail || brace.has_semicolon) {
    expression = true;
    return FrameKind::block;
  }
  return FrameKind::init;
}

} // namespace gocpp::tool
