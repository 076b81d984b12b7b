// `<-` and `:=`: sends, receives and Go's definitions.
//
// `<-` where an operand is expected can only be a receive: C++ has no such operator. Behind an operand it is a send if it
// is the first in a whole statement and an expression that a channel could be stands left of it, else C++'s. In between
// are a `)` that may end a cast and a `>` that may close template arguments: doubts.

#include "scanner.h"

using namespace clang;

namespace gocpp::tool {

namespace {

/// How far back a `>` looks for its `<`.
constexpr int kFarthestAngle = 256;

bool is_single_name(const TokenList& list, Index first, Index last) {
  if (first == last || list[first].word == Word::none) {
    if (first == last || !list[first].is(tok::coloncolon)) return false;
  }
  return looks_like_types(list, first, last) && !list[last - 1].is(tok::comma);
}

} // namespace

void Scanner::arrow(Index i) {
  if (claimed_.contains(i)) return;
  Frame& f = frame_;
  bool whole = f.statements() || (f.header == Header::for_ && f.semis == 2);
  bool first = !f.sent;
  f.sent |= f.operand;
  if (whole && first && f.start != kNone && f.start != i && send(i)) return;
  if (receive_stands_at(i)) add_receive(i);
}

bool Scanner::send(Index i) {
  Frame& f = frame_;
  Index begin = f.start;
  Unary channel = parse_unary(list_, begin);
  if (channel.end != i) return false;
  const Token& head = list_[begin];
  if (begin + 1 == i && head.word == Word::none) return false;  // a literal
  if (begin + 1 == i && (head.is(Word::kw_this) || head.is(Word::literal) || head.is(Word::type))) return false;
  if (head.is(Word::of_type) || head.is(Word::kw_noexcept) || (head.is(Word::kw_decltype) && list_[begin + 1].match + 1 == i))
    return false;

  bool in_for = f.header == Header::for_;
  Index end = in_for ? list_[f.open].match : statement_end(list_, i + 2);
  if (end == kNone || end <= i + 2) return false;
  bool likely = true, unfinished = !in_for && !list_[end].is(tok::semi);
  if (unfinished) {
    // Where statements stand for certain: in a braced list a semicolon further on tells.
    bool statements = f.kind == FrameKind::block ? list_[f.open].match != kNone
                                                 : !list_.closes(end) && find_at_depth(list_, end, tok::semi) != kNone;
    if (!statements || (list_.closes(end) && !list_[end].is(tok::r_brace))) return false;
  }
  Index comma = kNone;
  if (has_comma(list_, i + 2, end)) {
    for (comma = i + 2; comma < end && !list_[comma].is(tok::comma);) comma = list_.after_group(comma);
    if (comma >= end) return false;
    likely = false;
  }
  Index angle = is_identifier(list_[i - 1].word) ? angle_end(list_, i) : kNone;
  if (angle != kNone && angle < end) {
    // `foo<-1>::x();`, `f<-1>(x);`, `foo<-1> name;`
    const Token& next = list_[angle + 1];
    if (next.is(tok::l_brace) || (angle + 1 == end && !unfinished) || (next.is(tok::l_paren) && next.match == angle + 2)) return false;
    bool literal = angle == i + 3 && list_[i + 2].is(tok::numeric_constant);
    if (next.is(tok::coloncolon) || (literal && (next.is(tok::l_paren) || next.word != Word::none))) likely = false;
  }
  bool group = head.is(tok::l_paren) && head.match + 1 == i;
  if (group) {
    f.cast = true;
    CastIs cast = cast_before(i);
    if (cast == CastIs::sure) return false;
    if (cast == CastIs::maybe) {
      doubt(Doubt::About::cast, begin, range(begin + 1, i - 1), told_construct(begin));
      if (told_construct(begin)) return false;
    }
  }
  bool construct = likely ? !plain(i) : told_construct(i);
  doubt(Doubt::About::send, i, range(begin, i), construct);
  if (!construct) return false;
  if (cut(begin, end, "a send")) return true;
  if (comma != kNone) {
    error_in_doubt(i, range(comma, comma + 1), "a send takes one value, and this comma ends it");
    return true;
  }
  if (unfinished) {
    uint32_t at = list_[end - 1].end;
    error_in_doubt(i, {at, at}, "expected ';' after the send").fixits.push_back({{at, at}, ";"});
    return true;
  }
  forms_.sends.push_back({begin, i, end, !channel.prefixed});
  return true;
}

bool Scanner::receive_stands_at(Index i) {
  const Frame& f = frame_;
  if (i < parameters_until_ || plain(i)) return false;
  if (f.start == i && f.outside()) return false;
  if (!f.operand) {
    bool closer = f.last != kNone && (list_[f.last].is(tok::greater) || list_[f.last].is(tok::greatergreater));
    return !closer || !closes_arguments(i);
  }
  if (!f.cast) return false;
  CastIs cast = cast_before(i);
  if (cast != CastIs::maybe) return cast == CastIs::sure;
  Index open = list_[f.last].match;
  bool known = false;  // as a whole statement it has been reported beside the send
  for (auto d = doubts_.rbegin(); d != doubts_.rend() && d->anchor >= list_[open].begin; ++d)
    known |= d->about == Doubt::About::cast && d->anchor == list_[open].begin;
  if (!known) doubt(Doubt::About::cast, open, range(open + 1, f.last), told_construct(open));
  return told_construct(open);
}

Scanner::CastIs Scanner::cast_before(Index i) const {
  Index close = i - 1, open = list_[close].match;
  if (!frame_.cast || open == kNone || open + 1 >= close) return CastIs::no;
  Index first = open + 1;
  const Token& last = list_[close - 1];
  // No expression ends in `*` or `&`.
  bool mark = last.is(tok::star) || last.is(tok::amp) || last.is(tok::ampamp);
  bool builtin = list_[first].is(Word::type) || list_[first].is(Word::kw_cv) || list_[first].is(Word::kw_typename) ||
                 list_[first].is(Word::kw_class) || list_[first].is(Word::kw_enum);
  if (builtin && list_[first + 1].is(tok::l_paren))  // `(int(x))` is an expression, `(int (*)(char))` a type
    return list_[first + 2].is(tok::star) ? CastIs::sure : CastIs::no;
  if (mark || builtin) return CastIs::sure;
  if (list_[first].is(Word::kw_decltype) && list_.after_group(first + 1) == close) return CastIs::sure;
  return is_single_name(list_, first, close) ? CastIs::maybe : CastIs::no;
}

bool Scanner::closes_arguments(Index i) {
  int depth = list_[frame_.last].is(tok::greater) ? 1 : 2;
  Index k = frame_.last;
  for (int n = 0; n < kFarthestAngle && k > 0; ++n) {
    --k;
    const Token& t = list_[k];
    if (list_.closes(k)) {
      if (t.match == kNone || t.match > k) return false;
      k = t.match;
    } else if (list_.opens(k) || t.is(tok::semi)) {
      return false;
    } else if (t.is(tok::greater)) {
      ++depth;
    } else if (t.is(tok::greatergreater)) {
      depth += 2;
    } else if (t.is(tok::less) && --depth == 0) {
      break;
    }
  }
  if (depth != 0 || k == 0 || !(is_identifier(list_[k - 1].word) || list_[k - 1].is(Word::cast))) return false;
  if (!looks_like_types(list_, k + 1, frame_.last)) return false;
  for (Index j = k + 1; j < frame_.last; ++j)
    if (list_[j].is(Word::type) || list_[j].is(Word::kw_cv) || list_[j].is(Word::kw_typename)) return true;
  bool construct = told_construct(i);
  doubt(Doubt::About::closing, i, range(k - 1, k), construct);
  return !construct;
}

void Scanner::add_receive(Index i) {
  Unary operand = parse_unary(list_, i + 2);
  if (operand.end == kNone) return;  // clang says what is missing
  if (assigns_two(i, operand.end) || cut(i, operand.end, "a receive")) return;
  forms_.receives.push_back({i, operand.end, gives_two(i, operand.end), false});
}

/// Go's `v, ok = <-c`, in which C++ sees a comma operator and assigns to the second alone.
bool Scanner::assigns_two(Index i, Index end) {
  const Frame& f = frame_;
  if (f.start == kNone || i < 1 || f.last != i - 1 || !list_[i - 1].is(tok::equal) || names_before(list_, f.start, i - 1) != 2) return false;
  // In a braced list the comma stands between elements.
  if (!list_[end].is(tok::semi) && (f.kind == FrameKind::init || !list_.closes(end))) return false;
  std::string v = list_.text(list_[f.start]), ok = list_.text(list_[i - 2]);
  bool named = end == i + 3;
  std::string call = ok + " = " + (named ? list_.text(list_[i + 2]) : "CHANNEL") + ".recv(" + v + ")";
  Message& m = error(range(f.start, end), "a receive assigns to one place: write '" + call + "' to learn also whether there was a value");
  if (named) m.fixits.push_back({range(f.start, end), call});
  return true;
}

/// `auto [v, ok] = <-c`, and nothing behind it.
bool Scanner::gives_two(Index i, Index end) {
  Index equal = frame_.last;
  if (equal == kNone || equal < 2 || !list_[equal].is(tok::equal) || !list_[equal - 1].is(tok::r_square)) return false;
  if (!list_[end].is(tok::semi) && !list_.closes(end)) return false;
  Index close = equal - 1, open = list_[close].match;
  if (open == kNone || open == 0 || open > close) return false;
  Index intro = open - 1;
  while (intro > 0 && (list_[intro].is(tok::amp) || list_[intro].is(tok::ampamp) || list_[intro].is(Word::kw_cv))) --intro;
  if (!list_[intro].is(Word::kw_auto)) return false;
  int names = 1;
  for (Index k = open + 1; k < close; ++k) {
    if (list_.opens(k) && list_[k].match != kNone) k = list_[k].match;
    else names += list_[k].is(tok::comma);
  }
  if (names != 2)
    error(range(open, close + 1), "a receive gives a value and whether there was one: two names are needed here, not " +
                                      std::to_string(names));
  return true;
}

/// `expected ';'` behind the token before `next`, which begins something else.
void Scanner::missing_semicolon(Index next, const char* after) {
  uint32_t at = list_[next - 1].end;
  error({at, at}, std::string("expected ';' after ") + after).fixits.push_back({{at, at}, ";"});
}

/// Go's own forms, and a definition behind a statement that has no end.
bool Scanner::define_in_wrong_place(Index i) {
  const Token& start = list_[frame_.start];
  Index first = is_identifier(list_[i - 1].word) ? i - 1 : kNone;
  if (first != kNone && first >= frame_.start + 2 && list_[first - 1].is(tok::comma) && is_identifier(list_[first - 2].word)) first -= 2;
  if (first == kNone) return false;
  bool range_for = list_.spells(list_[i + 2], "range");
  if (range_for && (start.is(Word::kw_for) || frame_.header == Header::for_)) {
    error(range(i, i + 3), "a loop over a channel is written 'for (auto " + list_.text(list_[first]) + " : CHANNEL)'");
  } else if ((start.is(Word::kw_if) || start.is(Word::kw_for) || start.is(Word::kw_while) || start.is(Word::kw_switch)) &&
             frame_.start + 1 == first) {
    const char* form = start.is(Word::kw_for) ? ", as in 'for (int i = 0; i < n; i++)'" : start.is(Word::kw_if) ? ", as in 'if (v, ok := <-c; ok)'" : "";
    error(range(first, first + 1), "expected '(' after '" + list_.text(start) + "'" + form);
  } else if (start.is(Word::kw_case)) {
    // Of a select that was not read as one the compiler speaks.
    if (frame_.breaker == Breaker::switch_) error(range(frame_.start, i + 2), "a receive as a case belongs into a select");
  } else if (first > frame_.start && begins_line_after_operand(list_, first)) {
    missing_semicolon(first, "this");
  } else {
    return false;
  }
  if (list_.arrow(i + 2)) claimed_.insert(i + 2);
  frame_.sent = true;
  return true;
}

void Scanner::define(Index i) {
  Frame& f = frame_;
  if (claimed_.contains(i) || f.start == kNone) return;
  bool stands = f.kind == FrameKind::block || f.kind == FrameKind::file || f.kind == FrameKind::space ||
                f.header != Header::none || (f.kind == FrameKind::init && find_at_depth(list_, i, tok::semi) != kNone);
  if (!stands) return;  // a macro's argument, which may be anything
  if (define_in_wrong_place(i)) return;
  int declared = names_before(list_, f.start, i);
  bool one = declared == 1;
  f.sent = true;
  if (declared == 0) {
    error(range(i, i + 2), "':=' must follow one name or two, at the start of a statement");
    return;
  }
  if (f.header == Header::for_ && f.semis == 2) {
    Message& m = error(range(i, i + 2), "':=' declares a variable, and the third place of a for cannot: use '='");
    if (one) m.fixits.push_back({range(i, i + 2), "="});
    return;
  }
  std::string names = list_.source().slice(list_[f.start].begin, list_[i - 1].end).str();
  Unary operand = list_.arrow(i + 2) ? parse_unary(list_, i + 4) : Unary{};
  bool receive = operand.end != kNone && (list_[operand.end].is(tok::semi) || list_.closes(operand.end));
  bool lost = operand.end != kNone && (begins_line_after_operand(list_, operand.end) || list_[operand.end].is(tok::numeric_constant) ||
                                       list_[operand.end].is(tok::string_literal) || is_identifier(list_[operand.end].word));
  if (!receive && lost) {
    claimed_.insert(i + 2);
    missing_semicolon(operand.end, "the receive");
    return;
  }
  if (receive && !one && (f.header == Header::other || f.header == Header::switch_) && f.semis == 0) {
    bool loop = f.open > 0 && list_[f.open - 1].is(Word::kw_while);
    bool whole = !list_[operand.end].is(tok::semi);
    if (loop || whole) {
      claimed_.insert(i + 2);
      std::string second = list_.text(list_[i - 1]), text = "two names are no condition: write '" + names + " := …; " + second + "'";
      if (loop) text = "a while declares no names: write 'for (" + names + " := …; " + second + ";)', or a loop over the channel";
      Message& m = error(range(f.start, operand.end), text);
      uint32_t at = list_[operand.end - 1].end;
      if (!loop) m.fixits.push_back({{at, at}, "; " + second});
      return;
    }
  }
  if (f.header == Header::for_ && f.semis == 0 && receive && !list_[operand.end].is(tok::semi)) {
    claimed_.insert(i + 2);
    error(range(f.start, operand.end), "a loop over a channel is written 'for (auto " + names + " : CHANNEL)'");
    return;
  }
  if (!receive) {
    Message& m = error(range(i, i + 2), "':=' declares what a receive gives; for other values write 'auto " +
                                            (one ? names : "[" + names + "]") + " = …'");
    if (one) m.fixits = {{{list_[f.start].begin, list_[f.start].begin}, "auto "}, {range(i, i + 2), "="}};
    return;
  }
  claimed_.insert(i + 2);
  if (cut(f.start, operand.end, "a receive")) return;
  forms_.defines.push_back({f.start, i - 1, i, operand.end});
  forms_.receives.push_back({i + 2, operand.end, !one, true});
}

} // namespace gocpp::tool
