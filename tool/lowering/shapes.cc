// See shapes.h.

#include "shapes.h"

using namespace clang;

namespace gocpp::tool {

namespace {

/// Longer template argument lists are not looked for, so that `a < b, a < b, …` costs linear time.
constexpr Index kLongestAngle = 512;
constexpr int kMostPrefixes = 64;

/// What may follow a name with template arguments, but hardly follows `a < b >`.
bool follows_arguments(const Token& t) {
  switch (t.kind) {
  case tok::l_paren: case tok::coloncolon: case tok::l_brace: case tok::period: case tok::arrow: case tok::semi:
  case tok::comma: case tok::r_paren: case tok::r_square: case tok::less: case tok::colon:
    return true;
  default: return false;
  }
}

class PostfixParser {
 public:
  PostfixParser(const TokenList& list, bool minus_argument) : list_(list), minus_argument_(minus_argument) {}

  Postfix run(Index i) {
    at_ = i;
    if (!primary()) return {};
    while (suffix()) {}
    return at_ == kNone ? Postfix{} : Postfix{at_, last_, before_};
  }

 private:
  const Token& here() const { return list_[at_]; }

  void link(Link::What what, Index begin, bool template_args = false) {
    before_ = last_;
    last_ = {what, begin, template_args};
  }

  bool group() {
    at_ = list_.after_group(at_);
    return at_ != kNone;
  }

  bool primary() {
    Index begin = at_;
    const Token& t = here();
    if (t.is(tok::l_paren)) {
      link(Link::value, begin);
      return group();
    }
    if (t.is(tok::l_square)) return lambda();
    if (t.is(Word::kw_this) || t.is(Word::literal) || t.is(tok::numeric_constant) || t.is(tok::char_constant) ||
        t.is(tok::string_literal)) {
      ++at_;
      link(Link::value, begin);
      return true;
    }
    if (t.is(Word::cast)) {
      if (!list_[at_ + 1].is(tok::less)) return false;
      Index end = angle_end(list_, at_ + 1);
      if (end == kNone || !list_[end + 1].is(tok::l_paren)) return false;
      at_ = end + 1;
      link(Link::value, begin);
      return group();
    }
    if (t.is(Word::of_type) || t.is(Word::kw_noexcept)) {
      if (!list_[++at_].is(tok::l_paren)) return false;
      link(Link::value, begin);
      return group();
    }
    if (t.is(Word::kw_typename)) ++at_;
    bool template_args = false;
    if (!qualified_name(template_args)) return false;
    link(Link::name, begin, template_args);
    return true;
  }

  bool lambda() {
    Index begin = at_;
    if (!group()) return false;
    while (!here().is(tok::l_brace)) {
      if (here().is(tok::semi) || here().is(tok::eof) || here().is(tok::equal) || list_.closes(at_)) return false;
      if (!group()) return false;
    }
    link(Link::lambda, begin);
    return group();
  }

  /// `[::] [template] name [<…>] :: …`, operator names and destructors included.
  bool qualified_name(bool& template_args) {
    if (here().is(tok::coloncolon)) ++at_;
    for (;;) {
      template_args = false;
      if (here().is(Word::kw_template)) ++at_;
      if (here().is(tok::tilde)) ++at_;
      if (here().is(Word::kw_operator)) return operator_name();
      if (here().is(Word::kw_decltype)) {
        if (!list_[++at_].is(tok::l_paren) || !group()) return false;
      } else if (here().is(Word::type)) {
        while (here().is(Word::type)) ++at_;
      } else if (is_identifier(here().word)) {
        ++at_;
      } else {
        return false;
      }
      if (here().is(tok::less) && (minus_argument_ || !list_.arrow(at_))) {
        Index end = angle_end(list_, at_);
        if (end != kNone && follows_arguments(list_[end + 1])) {
          at_ = end + 1;
          template_args = true;
        }
      }
      if (!here().is(tok::coloncolon)) return true;
      ++at_;
    }
  }

  bool operator_name() {
    ++at_;
    if (here().is(tok::l_paren) || here().is(tok::l_square)) return group();
    if (here().is(tok::eof) || list_.closes(at_)) return false;
    ++at_;
    return true;
  }

  bool suffix() {
    Index begin = at_;
    switch (here().kind) {
    case tok::period: case tok::arrow: {
      Link::What what = here().is(tok::period) ? Link::member : Link::arrow_member;
      ++at_;
      bool template_args = false;
      if (!qualified_name(template_args)) return at_ = kNone, false;
      link(what, begin, template_args);
      return true;
    }
    case tok::l_paren: link(Link::call, begin); return group();
    case tok::l_square: link(Link::subscript, begin); return group();
    case tok::l_brace:
      if (last_.what != Link::name) return false;
      link(Link::braces, begin);
      return group();
    case tok::plusplus: case tok::minusminus:
      ++at_;
      link(Link::step, begin);
      return true;
    default: return false;
    }
  }

  const TokenList& list_;
  bool minus_argument_;
  Index at_ = 0;
  Link last_, before_;
};

} // namespace

Index angle_end(const TokenList& list, Index less, bool inner) {
  int depth = 1;
  Index limit = less + kLongestAngle;
  for (Index i = less + 1; i < list.size() && i < limit;) {
    const Token& t = list[i];
    if (t.is(tok::less)) {
      ++depth;
    } else if (t.is(tok::greater)) {
      if (--depth == 0) return i;
    } else if (t.is(tok::greatergreater)) {
      depth -= 2;
      if (depth == 0) return i;
      if (depth < 0) return inner ? i : kNone;  // its first half closes: not the end of a name
    } else if (t.is(tok::semi) || t.is(tok::eof) || list.closes(i)) {
      return kNone;
    }
    i = list.after_group(i);
    if (i == kNone) return kNone;
  }
  return kNone;
}

bool looks_like_types(const TokenList& list, Index first, Index last) {
  for (Index i = first; i < last; ++i) {
    const Token& t = list[i];
    bool mark = t.is(tok::star) || t.is(tok::amp) || t.is(tok::ampamp);
    // `a & b` is no type, `a &, b` may be one.
    if (mark && i + 1 < last && list[i + 1].word != Word::none && !list[i + 1].is(Word::kw_cv)) return false;
    bool name = is_identifier(t.word) || t.is(Word::type) || t.is(Word::kw_cv) || t.is(Word::kw_typename) ||
                t.is(Word::kw_class) || t.is(Word::kw_decltype) || t.is(Word::kw_auto);
    bool sign = t.is(tok::coloncolon) || t.is(tok::less) || t.is(tok::greater) || t.is(tok::greatergreater) ||
                t.is(tok::comma) || t.is(tok::ellipsis) || t.is(tok::numeric_constant);
    if (list.opens(i) && t.match != kNone && t.match < last) i = t.match;
    else if (!mark && !name && !sign) return false;
  }
  return true;
}

Postfix parse_postfix(const TokenList& list, Index i, bool minus_argument) {
  return PostfixParser(list, minus_argument).run(i);
}

Unary parse_unary(const TokenList& list, Index i) {
  Unary u;
  for (int n = 0; n < kMostPrefixes; ++n) {
    const Token& t = list[i];
    bool is_prefix = t.is(tok::star) || t.is(tok::amp) || t.is(tok::exclaim) || t.is(tok::tilde) || t.is(tok::minus) ||
                     t.is(tok::plus) || t.is(tok::plusplus) || t.is(tok::minusminus) ||
                     (t.is(Word::unary) && (list.spells(t, "co_await") || list.spells(t, "not") || list.spells(t, "compl")));
    if (list.arrow(i)) {
      i += 2;
    } else if (is_prefix) {
      ++i;
    } else if (t.is(tok::l_paren) && t.match != kNone) {
      // A cast is a group that an operand follows with nothing between.
      const Token& next = list[t.match + 1];
      bool operand = is_identifier(next.word) || next.is(Word::kw_this) || next.is(Word::literal) || next.is(Word::cast) ||
                     next.is(tok::numeric_constant) || next.is(tok::string_literal) || next.is(tok::char_constant);
      if (!operand) break;
      i = t.match + 1;
    } else {
      break;
    }
    u.prefixed = true;
  }
  u.end = parse_postfix(list, i, false).end;
  return u;
}

Index pointer_to_member_in(const TokenList& list, Index open) {
  for (Index i = open + 1; i < list[open].match;) {
    if (list[i].is(tok::periodstar) || list[i].is(tok::arrowstar)) return i;
    i = list.after_group(i);
    if (i == kNone) break;
  }
  return kNone;
}

Index find_at_depth(const TokenList& list, Index i, tok::TokenKind kind) {
  while (i != kNone && i < list.size()) {
    const Token& t = list[i];
    if (t.is(kind)) return i;
    if (t.is(tok::eof) || list.closes(i)) return kNone;
    i = list.after_group(i);
  }
  return kNone;
}

int names_before(const TokenList& list, Index first, Index define) {
  if (!is_identifier(list[first].word)) return 0;
  if (first + 1 == define) return 1;
  return first + 3 == define && list[first + 1].is(tok::comma) && is_identifier(list[first + 2].word) ? 2 : 0;
}

namespace {

/// Behind it an operator or the end is expected. Not of a `)` that could end a cast.
bool ends_operand(const TokenList& list, Index i) {
  const Token& t = list[i];
  if (t.is(tok::r_paren)) {
    Index before = t.match == kNone || t.match == 0 ? kNone : t.match - 1;
    return before != kNone && (is_identifier(list[before].word) || list[before].is(tok::r_square) || list[before].is(tok::r_paren) ||
                               list[before].is(tok::r_brace) || list[before].is(tok::greater));
  }
  return t.is(tok::r_square) || t.is(tok::r_brace) || t.is(tok::numeric_constant) || t.is(tok::char_constant) ||
         t.is(tok::string_literal) || is_identifier(t.word) || t.is(Word::literal) || t.is(Word::kw_this);
}

/// Cannot stand behind an operand.
bool begins_statement(const Token& t) {
  switch (t.word) {
  case Word::none: return t.is(tok::numeric_constant);
  case Word::kw_if: case Word::kw_for: case Word::kw_while: case Word::kw_switch: case Word::kw_do: case Word::kw_try:
  case Word::kw_case: case Word::kw_default: case Word::kw_auto: case Word::kw_cv: case Word::kw_this: case Word::kw_constexpr:
  case Word::kw_using: case Word::kw_delete: case Word::kw_new: case Word::type: case Word::cast: case Word::literal: case Word::unary:
  case Word::of_type: return true;
  default: return is_identifier(t.word);
  }
}

} // namespace

bool begins_line(const TokenList& list, Index i) {
  return i == 0 || list.source().slice(list[i - 1].end, list[i].begin).contains('\n');
}

bool begins_line_after_operand(const TokenList& list, Index i) {
  return i > 0 && ends_operand(list, i - 1) && begins_statement(list[i]) && begins_line(list, i);
}

Index statement_end(const TokenList& list, Index first) {
  for (Index i = first; i != kNone; i = list.after_group(i)) {
    const Token& t = list[i];
    if (t.is(tok::semi) || t.is(tok::eof) || list.closes(i) || (i > first && begins_line_after_operand(list, i))) return i;
  }
  return kNone;
}

bool has_comma(const TokenList& list, Index first, Index last) {
  for (Index i = first; i < last;) {
    const Token& t = list[i];
    if (t.is(tok::comma)) return true;
    if (t.is(tok::less) && i > first && is_identifier(list[i - 1].word)) {
      Index end = angle_end(list, i);
      if (end != kNone && end < last) {
        i = end + 1;
        continue;
      }
    }
    i = list.after_group(i);
    if (i == kNone) return true;
  }
  return false;
}

} // namespace gocpp::tool
