// The walk. It knows at each token which bracket is innermost and whether a statement starts there, and hands each
// construct to what parses it (go_parse.cc, select_parse.cc, here for sends and receives).

#include "scanner.h"

#include "llvm/ADT/StringSet.h"

using namespace clang;

namespace gocpp::tool {

uint32_t Scanner::next(uint32_t i) const {
  do ++i;
  while (i < size() && tok(i).in_directive);
  return i;
}

uint32_t Scanner::prev(uint32_t i) const {
  while (i-- > 0)
    if (!tok(i).in_directive) return i;
  return none;
}

bool Scanner::adjacent(uint32_t i, clang::tok::TokenKind second) const {
  if (i + 1 >= size() || !tok(i + 1).is(second)) return false;
  for (uint32_t at = tok(i).end; at < tok(i + 1).begin; ++at)
    if (text_[at] != '\\' && text_[at] != '\n' && text_[at] != '\r') return false;
  return true;
}

void Scanner::error(uint32_t offset, Range highlight, std::string text, std::vector<FixIt> fixits) {
  result_.messages.push_back({Message::Level::error, offset, highlight, std::move(text), std::move(fixits)});
}

bool Scanner::plain(uint32_t anchor) const { return options_.plain.count(anchor) != 0; }

void Scanner::walk() {
  frames_.push_back({});
  for (uint32_t i = 0; i < size() && !tok(i).is(tok::eof); i = i + 1) {
    if (frames_.size() == 1 && frames_.back().at_start && (!tok(i).in_directive || tok(i).first_on_line)) gaps.push_back(i);
    if (tok(i).in_directive) {
      directive(i);
      continue;
    }
    step(i);
    last_ = i;
  }
}

void Scanner::directive(uint32_t i) {
  // Where alternatives begin, so do the brackets that were open before them.
  const Token& t = tok(i);
  if (!t.is(tok::hash) || (i > 0 && tok(i - 1).in_directive && !t.first_on_line)) return;
  if (!t.first_on_line || i + 1 >= size()) return;
  llvm::StringRef name = tok(i + 1).text;
  if (name == "if" || name == "ifdef" || name == "ifndef") {
    saved_.push_back({frames_, last_});
  } else if ((name == "else" || name.starts_with("elif")) && !saved_.empty()) {
    frames_ = saved_.back().first;
    last_ = saved_.back().second;
  } else if (name == "endif" && !saved_.empty()) {
    saved_.pop_back();
  } else if (name == "define") {
    define_body(i);
  }
}

void Scanner::step(uint32_t i) {
  Frame& f = frames_.back();
  const Token& t = tok(i);
  if (f.at_start && f.start != i && !t.is(tok::r_brace)) f.begin_statement(i);
  if (f.at_start && f.kind == FrameKind::block) statement_construct(i);
  if (f.at_start && f.kind == FrameKind::control) header_construct(i, f);
  operand_construct(i);

  switch (t.kind) {
  case tok::l_paren: {
    Frame n;
    n.kind = is_control(list_, i, last_) ? FrameKind::control : FrameKind::paren;
    n.open = i;
    f.at_start = false;
    frames_.push_back(n);
    frames_.back().start = next(i);
    return;
  }
  case tok::l_square: {
    Frame n;
    n.kind = FrameKind::square;
    n.open = i;
    n.at_start = false;
    f.at_start = false;
    frames_.push_back(n);
    return;
  }
  case tok::l_brace: {
    Frame n;
    n.kind = classify_brace(list_, f, i, last_, n.expression);
    n.open = i;
    if (pending_select_ >= 0) {
      n.kind = FrameKind::block;
      n.expression = false;
      n.select = pending_select_;
      pending_select_ = -1;
    }
    n.start = next(i);
    n.at_start = n.kind != FrameKind::init;
    f.at_start = false;
    frames_.push_back(n);
    return;
  }
  case tok::r_paren: case tok::r_square: case tok::r_brace: {
    close_frame(i);
    return;
  }
  case tok::semi:
    if (f.kind == FrameKind::control) ++f.semicolons;
    f.begin_statement(i + 1);
    return;
  case tok::colon:
    colon(i, f);
    return;
  default: break;
  }
  if (t.is_name()) {
    note_name(i);
    if (t.text == "template" && frames_.back().at_start) template_start_ = true;
    if (angle_ == 0) {
      if ((t.text == "class" || t.text == "struct" || t.text == "union") && f.class_key == none && !f.enum_key) f.class_key = i;
      if (t.text == "enum") f.enum_key = true, f.class_key = none;
      if (t.text == "namespace") f.space_key = true;
    }
    if (f.at_start && (t.text == "else" || t.text == "do")) {
      f.begin_statement(i + 1);
      return;
    }
  }
  if (t.is(tok::equal)) f.has_equal = true;
  if (t.is(tok::comma)) f.arrow = false;
  if (t.is(tok::arrow) && last_ != none &&
      (tok(last_).is(tok::r_paren) || tok(last_).is_name("mutable") || tok(last_).is_name("noexcept")))
    f.arrow = true;
  // template < … >: class keys in it begin no class.
  if (template_start_ && t.is(tok::less)) ++angle_;
  if (angle_ > 0 && t.is(tok::greater) && --angle_ == 0) template_start_ = false;
  if (angle_ > 0 && t.is(tok::greatergreater)) angle_ = angle_ > 2 ? angle_ - 2 : 0, template_start_ = angle_ > 0;
  f.at_start = false;
}

void Scanner::colon(uint32_t i, Frame& f) {
  bool outside = f.kind == FrameKind::file || f.kind == FrameKind::space || f.kind == FrameKind::cls;
  if (outside && f.has_paren) f.init_list = true;
  if (f.kind == FrameKind::cls && last_ != none && (tok(last_).is_name("public") || tok(last_).is_name("private") ||
                                                   tok(last_).is_name("protected")))
    return f.begin_statement(i + 1);
  if (f.kind != FrameKind::block) return;
  // A label, `case …:` or `default:`; not the colon of `?:`, of a bit-field or of a range.
  if (f.at_start || f.start > i) return;
  if (tok(f.start).is_name("case") || tok(f.start).is_name("default")) {
    int questions = 0;
    for (uint32_t k = f.start; k < i; k = skip_group(k)) questions += tok(k).is(tok::question) ? 1 : tok(k).is(tok::colon) ? -1 : 0;
    if (questions <= 0) f.begin_statement(i + 1);
    return;
  }
  if (tok(f.start).is_name() && next(f.start) == i) f.begin_statement(i + 1);
}

void Scanner::close_frame(uint32_t i) {
  const Token& t = tok(i);
  // Mirrors the tokenizer: a closer closes the frame of its own opener, and what is above it.
  if (t.match == none) return;
  while (frames_.size() > 1 && frames_.back().open > t.match) frames_.pop_back();
  if (frames_.size() == 1 || frames_.back().open != t.match) return;
  Frame closed = frames_.back();
  if (closed.select >= 0) finish_select(closed.select, i);
  frames_.pop_back();
  Frame& f = frames_.back();
  if (t.is(tok::r_brace)) {
    if (closed.kind == FrameKind::space || (closed.kind == FrameKind::block && !closed.expression &&
                                            f.kind != FrameKind::paren && f.kind != FrameKind::square))
      return f.begin_statement(i + 1);
    f.class_key = none;
    f.at_start = false;
    return;
  }
  f.at_start = false;
  if (closed.kind == FrameKind::control) {
    if (f.kind == FrameKind::block) f.begin_statement(i + 1);
    return;
  }
  if (closed.kind == FrameKind::paren) {
    if (!(closed.open > 0 && last_before_group(closed.open, "alignas", "__attribute__", "decltype"))) f.has_paren = true;
  }
}

bool Scanner::last_before_group(uint32_t open, llvm::StringRef a, llvm::StringRef b, llvm::StringRef c) const {
  uint32_t p = prev(open);
  return p != none && (tok(p).is_name(a) || tok(p).is_name(b) || tok(p).is_name(c));
}

uint32_t Scanner::skip_group(uint32_t i) const {
  const Token& t = tok(i);
  if ((t.is(tok::l_paren) || t.is(tok::l_square) || t.is(tok::l_brace)) && t.match != none && t.match > i) return next(t.match);
  return next(i);
}

uint32_t Scanner::find_end(uint32_t i, clang::tok::TokenKind wanted) const {
  for (; i < size() && !tok(i).is(tok::eof); i = skip_group(i)) {
    if (tok(i).is(wanted)) return i;
    if (tok(i).is(tok::r_paren) || tok(i).is(tok::r_square) || tok(i).is(tok::r_brace)) return none;
  }
  return none;
}

bool Scanner::one_region(uint32_t first, uint32_t last) {
  for (uint32_t i = first; i <= last && i < size(); ++i) {
    if (!tok(i).in_directive) continue;
    error(tok(i).begin, {tok(i).begin, tok(i).end}, "a preprocessor directive cannot stand inside a construct of gocpp");
    return false;
  }
  return true;
}

void Scanner::header_construct(uint32_t i, const Frame& f) {
  // `v := <-c` may stand where an init-statement may, a send in the third place of a for.
  if (tok(i).is_name() && f.semicolons < 2 && parse_define_receive(i)) return;
  SendParts p;
  if (f.semicolons == 2 && tok(prev(f.open)).is_name("for") && parse_send_between(i, tok::r_paren, p)) consider_send(p);
}

bool Scanner::statement_construct(uint32_t i) {
  const Token& t = tok(i);
  if (t.is_name("go")) return parse_go(i);
  if (t.is_name("select")) return parse_select(i);
  if (Frame& f = frames_.back(); f.select >= 0 && (t.is_name("case") || t.is_name("default"))) return parse_case(i, f.select);
  if (Frame& f = frames_.back(); f.select >= 0 && selects_[static_cast<size_t>(f.select)].cases.empty() && !t.is(tok::r_brace) &&
      !selects_[static_cast<size_t>(f.select)].complained) {
    error(t.begin, {t.begin, t.end}, "a statement in a select must belong to a case");
    selects_[static_cast<size_t>(f.select)].complained = true;
  }
  if (t.is_name() && parse_define_receive(i)) return true;
  return parse_send(i);
}

void Scanner::operand_construct(uint32_t i) {
  if (!tok(i).is(tok::less) || !adjacent(i, tok::minus) || consumed_.count(i)) return;
  Frame& f = frames_.back();
  uint32_t anchor = tok(i).begin;
  bool receive;
  if (f.kind == FrameKind::block && f.at_start) {
    receive = true;
  } else if (last_ == none) {
    receive = false;
  } else if (tok(last_).is(tok::r_paren)) {
    receive = is_cast(last_, anchor);
  } else if (tok(last_).is(tok::greater)) {
    receive = !closes_template(last_, anchor);
  } else {
    receive = expects_operand(list_, last_);
  }
  if (!receive || plain(anchor)) return;
  bool in_code = false;
  for (const Frame& g : frames_) in_code |= g.kind == FrameKind::block || g.kind == FrameKind::paren || g.has_equal;
  if (!in_code) return;
  add_receive(i, last_);
}

void Scanner::add_receive(uint32_t i, uint32_t before) {
  Range arrow{tok(i).begin, tok(i + 1).end};
  uint32_t operand = next(i + 1);
  bool pair = false;
  if (before != none && tok(before).is(tok::equal)) {
    uint32_t close = prev(before);
    if (close != none && tok(close).is(tok::r_square) && tok(close).match != none && tok(close).match < close) {
      uint32_t intro = prev(tok(close).match);
      while (intro != none && (tok(intro).is(tok::amp) || tok(intro).is(tok::ampamp))) intro = prev(intro);
      if (intro != none && tok(intro).is_name("auto")) {
        int names = 1;
        for (uint32_t k = next(tok(close).match); k < close; k = skip_group(k)) names += tok(k).is(tok::comma);
        pair = names == 2;
        if (!pair)
          error(tok(tok(close).match).begin, {tok(tok(close).match).begin, tok(close).end},
                "a receive gives a value and whether there was one: two names are needed here, not " + std::to_string(names));
      }
    }
  }
  result_.constructs.push_back({pair ? Kind::receive_ok : Kind::receive, arrow, arrow.begin,
                                {operand < size() ? tok(operand).begin : arrow.end, operand < size() ? tok(operand).end : arrow.end}});
  edits.push_back({arrow, arrow.begin, {}});
  edits.back().add(pair ? "+~" : "*~");
}

bool Scanner::is_cast(uint32_t close, uint32_t anchor) {
  uint32_t open = tok(close).match;
  if (open == none || open > close) return false;
  uint32_t p = prev(open);
  if (p != none && !expects_operand(list_, p) && !tok(p).is(tok::r_brace)) return false;
  if (p != none && (tok(p).is_name("sizeof") || tok(p).is_name("case"))) return false;
  static const llvm::StringSet<> builtin = {"int", "long", "short", "char", "unsigned", "signed", "float", "double", "bool", "void",
                                            "auto", "char8_t", "char16_t", "char32_t", "wchar_t", "const", "volatile", "struct",
                                            "class", "enum", "typename", "decltype", "__int128"};
  bool sure = false, names_only = true;
  uint32_t count = 0, last = none;
  int angle = 0;
  for (uint32_t k = next(open); k < close; k = skip_group(k)) {
    const Token& t = tok(k);
    ++count;
    last = k;
    if (t.is(tok::less)) ++angle;
    if (t.is(tok::greater)) --angle;
    if (t.is_name() && builtin.contains(t.text)) sure = true;
    if (!t.is_name() && !t.is(tok::coloncolon) && !t.is(tok::less) && !t.is(tok::greater) && !t.is(tok::comma) && !t.is(tok::star) &&
        !t.is(tok::amp) && !t.is(tok::ampamp) && angle == 0)
      names_only = false;
  }
  if (count == 0 || !names_only) return sure && names_only;
  if (tok(last).is(tok::star) || tok(last).is(tok::amp) || tok(last).is(tok::ampamp)) sure = true;
  if (sure) return true;
  bool construct = options_.constructs.count(anchor) != 0;
  result_.doubts.push_back({Doubt::About::cast, anchor, {tok(next(open)).begin, tok(prev(close)).end}, construct});
  return construct;
}

bool Scanner::closes_template(uint32_t close, uint32_t anchor) {
  // Backwards to a `<` that this `>` could close, within the statement.
  int depth = 1;
  for (uint32_t k = prev(close); k != none; k = prev(k)) {
    const Token& t = tok(k);
    if ((t.is(tok::r_paren) || t.is(tok::r_square) || t.is(tok::r_brace)) && t.match != none && t.match < k) {
      k = t.match;
      continue;
    }
    if (t.is(tok::semi) || t.is(tok::l_brace) || t.is(tok::l_paren) || t.is(tok::l_square) || t.is(tok::ampamp) || t.is(tok::pipepipe))
      return false;
    if (t.is(tok::greater)) ++depth;
    if (t.is(tok::less) && --depth == 0) {
      uint32_t name = prev(k);
      if (name == none || !tok(name).is_name()) return false;
      bool construct = options_.constructs.count(anchor) != 0;
      result_.doubts.push_back({Doubt::About::closing, anchor, {tok(name).begin, tok(name).end}, construct});
      return !construct;
    }
  }
  return false;
}

bool Scanner::parse_define_receive(uint32_t i) {
  // `v := <-c` and `v, ok := <-c`
  uint32_t second = none, colon = next(i);
  if (colon < size() && tok(colon).is(tok::comma)) {
    second = next(colon);
    if (second >= size() || !tok(second).is_name()) return false;
    colon = next(second);
  }
  if (colon + 1 >= size() || !tok(colon).is(tok::colon) || !adjacent(colon, tok::equal)) return false;
  uint32_t arrow = next(colon + 1);
  Range names{tok(i).begin, tok(second == none ? i : second).end}, sign{tok(colon).begin, tok(colon + 1).end};
  if (arrow >= size() || !tok(arrow).is(tok::less) || !adjacent(arrow, tok::minus)) {
    error(sign.begin, sign, "':=' declares what a receive gives; for other values write 'auto " +
                                text_.slice(names.begin, names.end).str() + " = …'");
    return true;
  }
  result_.constructs.push_back({Kind::define_receive, {names.begin, tok(arrow + 1).end}, sign.begin, {tok(arrow + 1).end, tok(arrow + 1).end}});
  edits.push_back({{names.begin, names.begin}, sign.begin, {}});
  edits.back().add(second == none ? "auto " : "auto [");
  edits.push_back({sign, sign.begin, {}});
  edits.back().add(second == none ? "=" : "] =");
  edits.push_back({{tok(arrow).begin, tok(arrow + 1).end}, tok(arrow).begin, {}});
  edits.back().add(second == none ? "*~" : "+~");
  consumed_.insert(arrow);
  consumed_colons_.insert(colon);
  return true;
}

bool Scanner::parse_send_between(uint32_t i, clang::tok::TokenKind terminator, SendParts& parts) {
  bool postfix = true;
  uint32_t k = i;
  int angle = 0;
  for (; k < size() && !tok(k).is(tok::eof); k = skip_group(k)) {
    const Token& t = tok(k);
    if (t.is(tok::less) && adjacent(k, tok::minus) && k != i && angle == 0 && !expects_operand(list_, prev(k))) break;
    switch (t.kind) {
    case tok::raw_identifier: case tok::coloncolon: case tok::period: case tok::arrow: case tok::l_paren: case tok::l_square:
      break;
    case tok::star: case tok::amp:
      if (k != i && !expects_operand(list_, prev(k))) return false;
      postfix = false;
      break;
    case tok::less: {
      // Template arguments: up to the matching `>`.
      uint32_t j = k;
      int depth = 0;
      for (; j < size(); j = skip_group(j)) {
        if (tok(j).is(tok::less)) ++depth;
        if (tok(j).is(tok::greater) && --depth == 0) break;
        if (tok(j).is(tok::greatergreater) && (depth -= 2) <= 0) break;
        if (tok(j).is(tok::semi) || tok(j).is(tok::l_brace) || tok(j).is(tok::eof) || tok(j).is(tok::r_paren) || tok(j).is(tok::r_brace))
          return false;
      }
      k = j;
      break;
    }
    case tok::l_brace: if (k == i) return false; break;
    default: return false;
    }
    if (k >= size()) return false;
    if (t.is_name() && k != i && tok(prev(k)).is_name()) return false;  // two names: a declaration
  }
  if (k >= size() || !tok(k).is(tok::less) || k == i) return false;
  const Token& l = tok(prev(k));
  if (l.is(tok::r_paren) && l.match == i && is_cast(prev(k), tok(k).begin)) return false;
  if (!l.is_name() && !l.is(tok::r_paren) && !l.is(tok::r_square) && !l.is(tok::greater)) return false;
  if (tok(i).is_name("return") || tok(i).is_name("throw") || tok(i).is_name("auto") || tok(i).is_name("operator") || tok(i).is_name("if") ||
      tok(i).is_name("using") || tok(i).is_name("case") || tok(i).is_name("default") || tok(i).is_name("while") || tok(i).is_name("for") ||
      tok(i).is_name("switch"))
    return false;
  uint32_t value = next(k + 1);
  uint32_t end = find_end(value, terminator);
  if (end == none || end == value) return false;
  for (uint32_t j = value; j < end; j = skip_group(j))
    if (tok(j).is(tok::comma)) return false;
  parts = {i, k, value, end, postfix};
  return true;
}

bool Scanner::looks_like_template(const SendParts& p) const {
  // `foo<-1>::x();`, `foo<-1> name;`: a literal and then `>`.
  uint32_t after = next(p.value);
  return tok(p.value).is(tok::numeric_constant) && after < p.end && tok(after).is(tok::greater);
}

bool Scanner::parse_send(uint32_t i) {
  SendParts p;
  return parse_send_between(i, tok::semi, p) && consider_send(p);
}

bool Scanner::consider_send(const SendParts& p) {
  uint32_t anchor = tok(p.arrow).begin;
  bool construct = !plain(anchor) && (!looks_like_template(p) || options_.constructs.count(anchor));
  result_.doubts.push_back({Doubt::About::send, anchor, {tok(p.first).begin, tok(prev(p.arrow)).end}, construct});
  if (!construct) return false;
  if (!one_region(p.first, p.end)) return false;
  add_send(p);
  return true;
}

void Scanner::add_send(const SendParts& p) {
  Range channel{tok(p.first).begin, tok(prev(p.arrow)).end};
  Range value{tok(p.value).begin, tok(prev(p.end)).end};
  uint32_t anchor = tok(p.arrow).begin;
  result_.constructs.push_back({Kind::send, {channel.begin, value.end}, anchor, channel});
  if (!p.postfix) {
    edits.push_back({{channel.begin, channel.begin}, anchor, {}});
    edits.back().add("(");
  }
  // From the channel's end to the value's beginning; blanks around the arrow go with it.
  edits.push_back({{channel.end, value.begin}, anchor, {}});
  edits.back().add(p.postfix ? ".send(" : ").send(");
  edits.push_back({{value.end, value.end}, anchor, {}});
  edits.back().add(")");
  consumed_.insert(p.arrow);
}

} // namespace gocpp::tool
