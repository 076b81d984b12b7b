// `go CALL;`

#include "scanner.h"

#include "llvm/ADT/StringSet.h"

using namespace clang;

namespace gocpp::tool {

namespace {

bool begins_call(const Token& t) {
  if (t.is(tok::coloncolon) || t.is(tok::l_paren) || t.is(tok::l_square)) return true;
  if (!t.is_name()) return false;
  static const llvm::StringSet<> not_a_callee = {
      "if", "else", "for", "while", "do", "switch", "case", "default", "return", "break", "continue", "goto", "throw", "try",
      "catch", "class", "struct", "union", "enum", "namespace", "using", "typedef", "template", "new", "delete", "sizeof", "static",
      "const", "constexpr", "auto", "int", "char", "bool", "float", "double", "long", "short", "unsigned", "signed", "void",
      "and", "or", "not", "xor", "bitand", "bitor", "and_eq", "or_eq", "xor_eq", "not_eq", "co_return", "co_yield", "co_await",
      "alignof", "asm", "extern", "inline", "volatile", "friend", "mutable"};
  return !not_a_callee.contains(t.text);
}

const char* const kMustBeCall = "expression in go must be a function call";

} // namespace

bool Scanner::parse_go(uint32_t i) {
  if (macros_.count("go")) return false;
  uint32_t first = next(i);
  if (first >= size() || !begins_call(tok(first))) return false;
  uint32_t anchor = tok(i).begin;
  uint32_t semi = find_end(first, tok::semi);
  Range whole{tok(first).begin, semi == none ? tok(first).end : tok(prev(semi)).end};
  result_.doubts.push_back({Doubt::About::go, anchor, whole, !plain(anchor)});
  if (plain(anchor)) return false;
  if (semi == none) {
    error(tok(first).begin, whole, "expected ';' after the call in go");
    return true;
  }
  if (!one_region(i, semi)) return true;
  uint32_t close = prev(semi);
  uint32_t open = tok(close).is(tok::r_paren) ? tok(close).match : none;
  if (open == none) {
    error(whole.begin, whole, kMustBeCall, {{{whole.end, whole.end}, "()"}});
    return true;
  }
  // Operators at the top level make it no postfix expression.
  uint32_t last_access = none;
  bool operators = false;
  for (uint32_t k = first; k < open;) {
    const Token& t = tok(k);
    if (t.is(tok::less)) {  // template arguments
      int depth = 0;
      uint32_t j = k;
      for (; j < open; j = skip_group(j)) {
        if (tok(j).is(tok::less)) ++depth;
        if (tok(j).is(tok::greater) && --depth == 0) break;
        if (tok(j).is(tok::greatergreater) && (depth -= 2) <= 0) break;
      }
      if (j >= open) {
        operators = true;
        break;
      }
      k = next(j);
      continue;
    }
    if (t.is(tok::period) || t.is(tok::arrow)) {
      last_access = k;
    } else if (t.is_name("operator")) {
      // The operator's symbol is part of the name.
      k = open;
      break;
    } else if (!t.is_name() && !t.is(tok::coloncolon) && !t.is(tok::l_paren) && !t.is(tok::l_square) && !t.is(tok::l_brace) &&
               !t.is(tok::tilde) && !(t.is(tok::arrow))) {
      bool lambda = tok(first).is(tok::l_square);
      if (!lambda) operators = true;
    }
    k = skip_group(k);
  }
  if (open == first) {
    error(whole.begin, whole, kMustBeCall);
    return true;
  }
  uint32_t callee_last = prev(open);
  if (tok(first).is(tok::l_paren) && tok(first).match == callee_last) {
    for (uint32_t k = next(first); k < callee_last; k = skip_group(k)) {
      if (!tok(k).is(tok::periodstar) && !tok(k).is(tok::arrowstar)) continue;
      error(tok(k).begin, {tok(k).begin, tok(k).end}, "call through a pointer to member in go: use a lambda");
      return true;
    }
  }
  bool lambda = tok(first).is(tok::l_square);
  if (operators || (lambda && tok(callee_last).is(tok::r_square))) {
    error(whole.begin, whole, kMustBeCall);
    return true;
  }
  if (lambda && !tok(callee_last).is(tok::r_brace)) {
    // `go [](int x) …` without a call: the paren is the lambda's own.
    bool has_body = false;
    for (uint32_t k = first; k < open; k = skip_group(k)) has_body |= tok(k).is(tok::l_brace);
    if (!has_body) {
      error(whole.begin, whole, kMustBeCall, {{{whole.end, whole.end}, "()"}});
      return true;
    }
  }

  // What follows the last `.` or `->` is a member if it is a name, maybe with template arguments.
  auto is_id = [&](uint32_t from) {
    bool name = false;
    for (uint32_t k = from; k < open;) {
      const Token& t = tok(k);
      if (t.is_name("operator")) return true;
      if (t.is(tok::less)) {
        int depth = 0;
        for (; k < open; k = skip_group(k)) {
          if (tok(k).is(tok::less)) ++depth;
          if (tok(k).is(tok::greater) && --depth == 0) break;
          if (tok(k).is(tok::greatergreater) && (depth -= 2) <= 0) break;
        }
        k = next(k);
        continue;
      }
      if (!t.is_name() && !t.is(tok::coloncolon) && !t.is(tok::tilde)) return false;
      if (t.is_name() && (t.text == "this" || t.text.ends_with("_cast") || t.text == "typeid")) return false;
      name |= t.is_name();
      k = next(k);
    }
    return name;
  };
  Range args{tok(open).begin, tok(close).end};
  Range callee{tok(first).begin, tok(callee_last).end};
  result_.constructs.push_back({Kind::go, {anchor, tok(semi).end}, anchor, callee});
  Edit e{{anchor, args.begin}, anchor, {}};
  if (options_.probe) e.add("(void)gocpp_probe_" + std::to_string(anchor) + ", ");
  if (last_access == none && is_id(first)) {
    e.add("::gocpp::abi::go(GOCPP_BY_NAME { (void)").keep(callee).add(" GOCPP_FORWARD; })");
  } else if (last_access != none && last_access != first && is_id(next(last_access))) {
    bool arrow = tok(last_access).is(tok::arrow);
    uint32_t member = next(last_access);
    bool wants_template = tok(callee_last).is(tok::greater) && !tok(member).is_name("template");
    e.add(arrow ? "::gocpp::abi::go_via(" : "::gocpp::abi::go_on(")
        .keep({callee.begin, tok(prev(last_access)).end})
        .add(", GOCPP_METHOD { (void)GOCPP_SELF")
        .keep({tok(last_access).begin, tok(last_access).end})
        .add(wants_template ? "template " : "")
        .keep({tok(member).begin, callee.end})
        .add(" GOCPP_FORWARD; })");
  } else {
    e.add("::gocpp::abi::go_value(").keep(callee).add(")");
  }
  edits.push_back(std::move(e));
  return true;
}

} // namespace gocpp::tool
