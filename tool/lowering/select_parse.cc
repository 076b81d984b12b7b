// `select { case … }`
//
// The cases come to the walk one by one, between what is nested in them; a select is complete at its closing brace.

#include "scanner.h"

#include "llvm/ADT/STLExtras.h"

using namespace clang;

namespace gocpp::tool {

namespace {
const char* const kMustBeOperation = "a case of a select must be a receive or a send";
const char* const kNoParentheses = "a case of a select must be a receive or a send, without parentheses around it";
const char* const kOneValue = "a case of a select is one receive or one send: what stands behind the comma has no place in it";
}

void Scanner::select(Index i) {
  Index open = i + 1;
  if (macro_select_) return;
  if (!list_[open].is(tok::l_brace)) return select_without_brace(i);
  const Token& next = list_[open + 1];
  bool cases = next.is(Word::kw_case) || next.is(Word::kw_default);
  // `f({select{}, 1})`: in a braced list only what cannot be one is taken for statements.
  if (frame_.kind == FrameKind::init && !cases && find_at_depth(list_, open, tok::semi) == kNone && !next.is(tok::r_brace)) return;
  doubt(Doubt::About::select, i, range(i, i + 1), !plain(i));
  if (plain(i)) return;
  if (list_[open].match == kNone) {
    error_in_doubt(i, range(i, i + 1), "this select has no closing brace");
    return;
  }
  Index close = list_[open].match;
  SelectForm s;
  s.keyword = i;
  s.open = open;
  if (list_.region_of(open) != list_.region_of(close)) {
    error_in_doubt(i, range(i, i + 1), "a select cannot be cut by #if");
    s.broken = true;
  } else if (interrupted(i, open + 1, "a select")) {
    s.broken = true;
  }
  pending_select_ = static_cast<int32_t>(forms_.selects.size());
  forms_.selects.push_back(std::move(s));
}

/// `select (c) {` and `select` in front of a case, which are nothing in C++.
void Scanner::select_without_brace(Index i) {
  Index next = i + 1;
  bool operand = list_[next].is(tok::l_paren) && list_[next].match != kNone;
  Index brace = operand ? list_[next].match + 1 : kNone;
  auto begins_case = [&](Index k) { return list_[k].is(Word::kw_case) || (list_[k].is(Word::kw_default) && list_[k + 1].is(tok::colon)); };
  if (operand ? !list_[brace].is(tok::l_brace) || !begins_case(brace + 1) : !begins_case(next)) return;
  uint32_t at = list_[i].end;
  if (operand) error(range(next, brace), "a select has no operand: expected '{'");
  else error({at, at}, "expected '{' after select");
  // What follows is no switch's either.
  Index end = operand ? list_[brace].match : find_at_depth(list_, next, tok::r_brace);
  claim(next, end == kNone ? list_.size() : end);
}

void Scanner::statement_in_select(Index i) {
  SelectForm& s = forms_.selects[static_cast<size_t>(frame_.select)];
  if (!s.cases.empty() || s.broken) return;
  s.broken = true;
  error_in_doubt(s.keyword, range(i, i + 1), "a statement in a select must belong to a case");
}

void Scanner::case_label(Index i) {
  if (frame_.under_switch || frame_.breaker != Breaker::select) return;
  const Token& t = list_[i];
  if (t.is(Word::kw_default) && !list_[i + 1].is(tok::colon)) {
    if (frame_.select < 0) return;
    error({t.end, t.end}, "expected ':' after default").fixits.push_back({{t.end, t.end}, ":"});
    forms_.selects[static_cast<size_t>(frame_.select)].broken = true;
    return;
  }
  if (frame_.select < 0 || frame_.under_other) {
    error(range(i, i + 1), "a case of a select must stand directly between its braces");
    return;
  }
  SelectForm& s = forms_.selects[static_cast<size_t>(frame_.select)];
  if (list_.region_of(i) != list_.region_of(s.open)) {
    // Nothing is said of text that is left out: of a case there, the #if is what is wrong.
    bool left_out = llvm::any_of(options_.left_out, [&](const Range& r) { return r.begin < list_[i].begin && list_[i].begin < r.end; });
    error(left_out ? condition_around(i, s.open) : range(i, i + 1), "a case of a select cannot stand under #if");
    s.broken = true;
  }
  parse_case(i, s);
}

/// The outermost #if between `open` and the token `i` in one of its branches.
Range Scanner::condition_around(Index i, Index open) const {
  const Directive* found = nullptr;
  int depth = 0;
  for (size_t d = list_.directive_after(open); d < list_.directives.size() && list_.directives[d].before <= i; ++d) {
    const Directive& x = list_.directives[d];
    if (x.what == Directive::What::if_begin && depth++ == 0) found = &x;
    if (x.what == Directive::What::if_end) --depth;
  }
  return found ? Range{found->begin, found->end} : range(i, i + 1);
}

/// The colon that ends a case's header: not of `?:`, not of `:=`.
Index Scanner::case_colon(Index i) const {
  int questions = 0;
  for (Index k = i + 1; k != kNone; k = list_.after_group(k)) {
    const Token& t = list_[k];
    if (t.is(tok::eof) || t.is(tok::semi) || list_.closes(k) || t.is(Word::kw_case)) return kNone;
    if (t.is(tok::question)) ++questions;
    if (t.is(tok::colon) && !list_.define(k) && questions-- == 0) return k;
  }
  return kNone;
}

void Scanner::select_in_expression(Index i) {
  Index brace = i + 1;
  bool is_select = list_[brace].is(tok::l_brace) && list_[brace].match != kNone &&
                   (list_[brace + 1].is(Word::kw_case) || list_[brace + 1].is(Word::kw_default));
  if (!is_select || plain(i) || begins_line(list_, i)) return;  // behind something without an end, of which the compiler speaks
  bool argument = frame_.kind == FrameKind::paren && frame_.header == Header::none && list_[i - 1].is(tok::l_paren);
  error(range(i, i + 1), argument ? "select cannot stand in a macro's argument: use gocpp::select(…)" : "select is a statement and has no value");
  claim(brace, list_[brace].match);
}

/// Behind the operation of a case that has no colon, at the end of its line at most; kNone when none can be made out.
Index Scanner::end_of_operation(Index first) const {
  for (Index k = first; k != kNone && k < list_.size() && !list_[k].is(tok::semi) && !list_.closes(k); k = list_.after_group(k)) {
    if (!list_.arrow(k)) continue;
    Index end = parse_unary(list_, k + 2).end;
    // `case <-c { f(); }`: a block, and no list of values.
    if (Index open = end != kNone && list_[end - 1].is(tok::r_brace) ? list_[end - 1].match : kNone; open != kNone)
      for (Index in = open + 1; in < end; ++in)
        if (list_[in].is(tok::semi)) return open;
    for (Index next = k + 3; end != kNone && next < end; ++next)
      if (begins_line(list_, next)) return next;
    return end;
  }
  return kNone;
}

void Scanner::parse_case(Index i, SelectForm& s) {
  CaseForm c;
  c.keyword = i;
  c.begin = frame_.attributes == kNone ? i : frame_.attributes;
  c.after_label = frame_.after_label;
  c.colon = case_colon(i);
  auto fail = [&](Range where, const char* text) {
    error(where, text);
    s.broken = true;
  };
  if (c.colon == kNone) {
    s.cases.push_back(c);
    s.broken = true;
    Index last = end_of_operation(i + 1);
    uint32_t at = list_[last == kNone ? i : last - 1].end;
    error({at, at}, "expected ':' after this case of a select").fixits.push_back({{at, at}, ":"});
    if (last != kNone) claim(i + 1, last);
    return;
  }
  frame_.case_colon = c.colon;
  frame_.case_label = true;
  if (interrupted(c.begin, c.colon + 1, "a case of a select")) {
    s.broken = true;
  } else if (list_[i].is(Word::kw_default)) {
    c.what = CaseForm::otherwise;
    for (const CaseForm& other : s.cases)
      if (other.what == CaseForm::otherwise) {
        fail(range(i, i + 1), "multiple defaults in select");
        break;
      }
  } else if (i + 1 == c.colon) {
    fail(range(i, i + 1), kMustBeOperation);
  } else if (!parse_receive_case(c, i + 1, c.colon) && !parse_send_case(c, i + 1, c.colon)) {
    Index define = i + 1;
    while (define < c.colon && !list_.define(define)) define = list_.after_group(define);
    Index arrow = i + 1;
    while (arrow < c.colon && !list_.arrow(arrow)) arrow = list_.after_group(arrow);
    bool list = arrow < c.colon && has_comma(list_, arrow, c.colon);
    if (define >= c.colon) fail(range(i + 1, c.colon), is_case_in_parentheses(i + 1, c.colon) ? kNoParentheses : list ? kOneValue : kMustBeOperation);
    else if (!names_before(list_, i + 1, define)) fail(range(define, define + 2), "':=' must follow one name or two, after 'case'");
    else fail(range(define, define + 2), "':=' in a case declares what a receive gives: 'case v := <-c:'");
  } else {
    claimed_.insert(c.arrow);
    if (c.what == CaseForm::define || c.what == CaseForm::define_two) claimed_.insert(c.left - 2);
    // C++'s comma would give the value to the last of them and drop the others.
    if (c.what == CaseForm::assign && has_comma(list_, i + 1, c.left))
      fail(range(i + 1, c.left - 1), "a case assigns to one place: to learn whether there was a value declare two names, 'case v, ok := <-c:'");
    if (c.what == CaseForm::assign_two) {
      Index close = c.left - 2;
      int names = 1;
      for (Index k = list_[close].match + 1; k < close; ++k) names += list_[k].is(tok::comma);
      if (names != 2)
        fail(range(list_[close].match, close + 1),
             ("a receive gives a value and whether there was one: two names are needed here, not " + std::to_string(names)).c_str());
    }
  }
  if (s.broken)  // what stands in a refused header is not refused again
    for (Index k = i + 1; k != kNone && k < c.colon; k = list_.after_group(k))
      if (list_.arrow(k) || list_.define(k)) claimed_.insert(k);
  s.cases.push_back(c);
}

bool Scanner::parse_receive_case(CaseForm& c, Index first, Index colon) const {
  // The operation is what follows the last `=` at this depth, if there is one.
  Index operation = first;
  for (Index k = first; k != kNone && k < colon; k = list_.after_group(k))
    if (list_[k].is(tok::equal)) operation = k + 1;
  c.left = operation;
  Index end = colon;
  while (operation + 1 < end && list_[operation].is(tok::l_paren) && list_[operation].match + 1 == end) {
    ++operation;
    --end;
  }
  if (!list_.arrow(operation) || parse_unary(list_, operation + 2).end != end) return false;
  c.arrow = operation;
  c.channel = operation + 2;
  c.channel_end = end;
  if (c.left == first) {
    c.what = CaseForm::drop;
    return true;
  }
  Index equal = c.left - 1;
  if (equal == first) return false;
  if (list_.define(equal - 1)) {
    int names = names_before(list_, first, equal - 1);
    c.what = names == 2 ? CaseForm::define_two : CaseForm::define;
    return names != 0;
  }
  c.what = CaseForm::assign;
  Index open = list_[equal - 1].is(tok::r_square) ? list_[equal - 1].match : kNone;
  if (open != kNone && open > first && open < equal) {
    Index intro = open - 1;
    while (intro > first && (list_[intro].is(tok::amp) || list_[intro].is(tok::ampamp) || list_[intro].is(Word::kw_cv))) --intro;
    if (list_[intro].is(Word::kw_auto)) c.what = CaseForm::assign_two;
  }
  return true;
}

bool Scanner::parse_send_case(CaseForm& c, Index first, Index colon) const {
  Unary channel = parse_unary(list_, first);
  Index arrow = channel.end;
  if (arrow == kNone || arrow + 2 >= colon || !list_.arrow(arrow)) return false;
  if (has_comma(list_, arrow + 2, colon)) return false;
  c.what = CaseForm::send;
  c.arrow = arrow;
  c.left = arrow;
  c.channel = first;
  c.channel_end = arrow;
  c.value = arrow + 2;
  c.value_end = colon;
  c.postfix = !channel.prefixed;
  return true;
}

bool Scanner::is_case_in_parentheses(Index first, Index colon) const {
  if (!list_[first].is(tok::l_paren) || list_[first].match + 1 != colon) return false;
  CaseForm inner{};
  return parse_receive_case(inner, first + 1, colon - 1) || parse_send_case(inner, first + 1, colon - 1);
}

void Scanner::finish_select(int32_t select, Index close) { forms_.selects[static_cast<size_t>(select)].close = close; }

} // namespace gocpp::tool
