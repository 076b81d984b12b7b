// `select { case … }`
//
// The head is met first, its cases as the walk comes to them, and its own edit, which needs all of them, is made at the
// closing brace. A case's operands move to the head; what the user wrote left of `<-` stays in its place.

#include "scanner.h"

using namespace clang;

namespace gocpp::tool {

bool Scanner::parse_select(uint32_t i) {
  uint32_t brace = next(i);
  if (macros_.count("select") || brace >= size() || !tok(brace).is(tok::l_brace)) return false;
  uint32_t anchor = tok(i).begin;
  result_.doubts.push_back({Doubt::About::select, anchor, {anchor, tok(i).end}, !plain(anchor)});
  if (plain(anchor)) return false;
  if (tok(brace).match == none) {
    error(anchor, {anchor, tok(i).end}, "this select has no closing brace");
    return false;
  }
  selects_.push_back({i, brace, static_cast<int>(selects_.size()) + 1, tok(i).region, false, none, 0, {}});
  pending_select_ = static_cast<int>(selects_.size()) - 1;
  result_.constructs.push_back({Kind::select, {anchor, tok(tok(brace).match).end}, anchor, {}});
  return true;
}

bool Scanner::parse_case(uint32_t i, int index) {
  const Token& t = tok(i);
  SelectState& s = selects_[static_cast<size_t>(index)];
  std::string close_last = s.cases.empty() ? "" : "} break; ";
  if (t.region != tok(s.brace).region) {
    error(t.begin, {t.begin, t.end}, "a case of a select cannot stand under #if");
    s.complained = true;
    return true;
  }
  if (t.is_name("default")) {
    uint32_t colon = next(i);
    if (colon >= size() || !tok(colon).is(tok::colon)) return false;
    if (s.default_at != none) error(t.begin, {t.begin, t.end}, "multiple defaults in select");
    s.default_at = i;
    s.cases.push_back({true, false, {}, {}, t.begin});
    edits.push_back({{t.begin, tok(colon).end}, t.begin, {}});
    edits.back().add(close_last).keep({t.begin, tok(colon).end}).add(" {");
    return true;
  }

  // The header ends at the first colon at this depth that belongs to no `?:` and no `:=`.
  uint32_t first = next(i), colon = none, arrow = none;
  int questions = 0;
  for (uint32_t k = first; k < size(); k = skip_group(k)) {
    const Token& c = tok(k);
    if (c.is(tok::eof) || c.is(tok::semi) || c.is(tok::r_brace) || c.is(tok::r_paren)) break;
    if (c.is(tok::question)) ++questions;
    if (c.is(tok::less) && adjacent(k, tok::minus) && arrow == none) arrow = k;
    if (!c.is(tok::colon)) continue;
    if (adjacent(k, tok::equal) && arrow == none) continue;
    if (questions-- > 0) continue;
    colon = k;
    break;
  }
  if (colon == none) {
    error(t.begin, {t.begin, t.end}, "expected ':' after this case of a select");
    s.complained = true;
    return true;
  }
  if (!one_region(i, colon)) return true;
  Range header{tok(first).begin, tok(prev(colon)).end};
  uint32_t operand = arrow == none ? none : next(arrow + 1);
  if (arrow == none || operand == colon || first == colon) {
    error(header.begin, header, "a case of a select must be a receive or a send");
    s.complained = true;
    return true;
  }
  int number = s.channel_cases++;
  std::string slot = std::to_string(number) + ">(gocpp_s" + std::to_string(s.number) + ")";
  SelectCase c;
  c.anchor = tok(arrow).begin;
  c.channel = {tok(operand).begin, header.end};
  Edit e{{t.begin, tok(colon).end}, t.begin, {}};
  e.add(close_last + "case " + std::to_string(number) + ": {");
  uint32_t last_left = prev(arrow);
  Kind kind = Kind::receive;
  if (arrow == first) {
    // A receive whose value is dropped.
  } else if (tok(last_left).is(tok::equal) && tok(prev(last_left)).is(tok::colon) && prev(last_left) + 1 == last_left &&
             adjacent(prev(last_left), tok::equal)) {
    // v := <-c, v, ok := <-c
    uint32_t sign = prev(last_left), second = next(first);
    bool pair = tok(second).is(tok::comma);
    kind = Kind::define_receive;
    e.add(pair ? " auto [" : " auto ").keep({tok(first).begin, tok(prev(sign)).end}).add(pair ? "] = ::gocpp::abi::value_ok<" : " = ::gocpp::abi::value<").add(slot + ";");
  } else if (tok(last_left).is(tok::equal)) {
    bool pair = false;
    uint32_t close = prev(last_left);
    if (tok(close).is(tok::r_square) && tok(close).match != none) {
      uint32_t intro = prev(tok(close).match);
      while (intro != none && (tok(intro).is(tok::amp) || tok(intro).is(tok::ampamp))) intro = prev(intro);
      if (intro != none && tok(intro).is_name("auto")) {
        int names = 1;
        for (uint32_t k = next(tok(close).match); k < close; k = skip_group(k)) names += tok(k).is(tok::comma);
        pair = true;
        if (names != 2)
          error(tok(tok(close).match).begin, {tok(tok(close).match).begin, tok(close).end},
                "a receive gives a value and whether there was one: two names are needed here, not " + std::to_string(names));
      }
    }
    kind = pair ? Kind::receive_ok : Kind::receive;
    e.add(" ").keep({tok(first).begin, tok(last_left).end}).add(pair ? " ::gocpp::abi::value_ok<" : " ::gocpp::abi::value<").add(slot + ";");
  } else {
    c.is_send = true;
    kind = Kind::send;
    c.channel = {tok(first).begin, tok(last_left).end};
    c.value = {tok(operand).begin, header.end};
  }
  result_.constructs.push_back({Kind::select_case, header, tok(arrow).begin, c.channel});
  (void)kind;
  consumed_.insert(arrow);
  s.cases.push_back(c);
  edits.push_back(std::move(e));
  return true;
}

void Scanner::finish_select(int index, uint32_t close) {
  SelectState& s = selects_[static_cast<size_t>(index)];
  uint32_t anchor = tok(s.keyword).begin;
  uint32_t brace_end = tok(s.brace).end;
  if (s.complained) return;
  if (s.cases.empty()) {
    edits.push_back({{anchor, tok(close).end}, anchor, {}});
    edits.back().add("::gocpp::abi::block();");
    return;
  }
  std::string name = "gocpp_s" + std::to_string(s.number);
  Edit head{{anchor, brace_end}, anchor, {}};
  head.add("switch (auto " + name + " = ::gocpp::abi::select{");
  bool first = true;
  for (const SelectCase& c : s.cases) {
    if (c.is_default) continue;
    head.add(first ? "" : ", ");
    first = false;
    head.add(c.is_send ? "::gocpp::abi::send(" : "::gocpp::abi::recv(", c.anchor).move(c.channel);
    if (c.is_send) head.add(", ").move(c.value);
    head.add(")");
  }
  if (s.default_at != none) head.add(first ? "::gocpp::abi::otherwise" : ", ::gocpp::abi::otherwise");
  head.add("}; " + name + ".chosen()) {");
  edits.push_back(std::move(head));
  Edit tail{{tok(close).begin, tok(close).begin}, tok(close).begin, {}};
  tail.add("} break; ");
  if (s.default_at == none) tail.add("default: ::gocpp::abi::unreachable(); ");
  edits.push_back(std::move(tail));
}

} // namespace gocpp::tool
