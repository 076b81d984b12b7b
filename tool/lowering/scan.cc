// The walk. See scanner.h.

#include "scanner.h"

using namespace clang;

namespace gocpp::tool {

void Scanner::walk() {
  frame_.global = true;
  size_t d = 0;
  for (Index i = 0;; ++i) {
    for (; d < list_.directives.size() && list_.directives[d].before <= i; ++d) directive(list_.directives[d]);
    if (list_[i].is(tok::eof)) {
      if (frame_.kind == FrameKind::file && frame_.at_start) forms_.gaps.push_back(i);
      break;
    }
    step(i);
  }
  judge_macros();
}

void Scanner::step(Index i) {
  if (i < name_until_) {
    frame_.last = i;
    frame_.operand = true;
    return;
  }
  const Token& t = list_[i];
  // The statement before has lost its semicolon, of which the compiler speaks: a case's word cannot stand within one. What
  // becomes of a go would go on with a name before it; a name alone is a macro.
  if (!frame_.at_start && t.is(Word::go) && frame_.kind == FrameKind::block && frame_.start + 1 < i && is_identifier(list_[i - 1].word) &&
      begins_line_after_operand(list_, i) && begins_construct(i) && !plain(i)) {
    missing_semicolon(i, "this");
    messages_.back().doubt = list_[i].begin;  // of the go
  }
  if (!frame_.at_start && ((frame_.select >= 0 && t.is(Word::kw_case)) ||
                           (frame_.kind == FrameKind::block && begins_line_after_operand(list_, i) && begins_construct(i))))
    frame_.end_statement();
  if (frame_.at_start && !t.is(tok::semi) && !list_.closes(i)) {
    if (is_attribute(i)) {
      if (frame_.attributes == kNone) frame_.attributes = i;
      if (frame_.kind == FrameKind::file) forms_.gaps.push_back(i);
    } else {
      begin_statement(i);
    }
  }
  if (frame_.at_start && t.is(tok::semi) && frame_.select >= 0) statement_in_select(i);
  if (list_.arrow(i)) arrow(i);
  if (t.word != Word::none) word(i);
  else punctuation(i);
  if (!list_.opens(i)) frame_.last = i;
  if (!t.is(tok::r_paren)) frame_.cast = false;
}

/// Of what has been refused as a whole nothing is refused again.
void Scanner::claim(Index first, Index last) {
  for (Index k = first; k < last; ++k)
    if (list_.arrow(k) || list_.define(k)) claimed_.insert(k);
}

/// A construct for certain, where C++ could not go on like that.
bool Scanner::begins_construct(Index i) const {
  const Token& next = list_[i + 1];
  if (list_[i].is(Word::go)) return is_identifier(next.word) || next.is(Word::kw_this);
  if (list_[i].is(Word::select)) return next.is(tok::l_brace) && (list_[i + 2].is(Word::kw_case) || list_[i + 2].is(Word::kw_default));
  Index end = is_identifier(list_[i].word) ? parse_unary(list_, i).end : kNone;
  return end != kNone && list_.arrow(end);
}

void Scanner::begin_statement(Index i) {
  frame_.at_start = false;
  frame_.start = i;
  if (frame_.kind == FrameKind::file && frame_.attributes == kNone) forms_.gaps.push_back(i);
  if (!frame_.statements()) return;
  switch (list_[i].word) {
  case Word::go: go(i); break;
  case Word::select: select(i); break;
  case Word::kw_case: case Word::kw_default: case_label(i); break;
  default: break;
  }
  if (frame_.select >= 0) statement_in_select(i);
}

void Scanner::word(Index i) {
  const Token& t = list_[i];
  Frame& f = frame_;
  bool starts = f.start == i;
  f.operand = true;
  switch (t.word) {
  case Word::kw_if: case Word::kw_while: case Word::kw_catch: f.pending = Header::other; f.operand = false; break;
  case Word::kw_for: f.pending = Header::for_; f.operand = false; break;
  case Word::kw_switch: f.pending = Header::switch_; f.operand = false; break;
  case Word::kw_else: case Word::kw_do:
    f.operand = false;
    if (starts) {
      f.begin_nested();
      f.under_other = true;
    }
    break;
  case Word::kw_case: case Word::kw_default:
    if (starts && (t.is(Word::kw_case) || list_[i + 1].is(tok::colon))) f.case_label = true;
    f.operand = false;
    break;
  case Word::kw_class: case Word::kw_enum:
    if (i >= parameters_until_) f.class_key = true;
    break;
  case Word::kw_namespace: f.space_key = true; break;
  case Word::kw_extern: f.extern_key = true; break;
  case Word::kw_template:
    if (list_[i + 1].is(tok::less)) {
      Index end = angle_end(list_, i + 1);
      if (end != kNone) parameters_until_ = std::max(parameters_until_, end);
    }
    break;
  case Word::kw_requires: {
    // In front of a requirement's body, not of a constraint: where an operand is expected.
    const Token* last = f.last == kNone ? nullptr : &list_[f.last];
    f.requirement = !last || last->is(tok::equal) || last->is(tok::ampamp) || last->is(tok::pipepipe) || last->is(tok::exclaim) ||
                    last->is(tok::comma) || last->is(tok::question) || last->is(tok::colon) || last->is(Word::kw_requires) ||
                    last->is(Word::unary) || last->is(Word::binary);
    f.operand = false;
    break;
  }
  case Word::kw_operator: {
    Index next = i + 1;
    if (list_[next].is(tok::l_paren) || list_[next].is(tok::l_square)) next += 2;
    else if (list_[next].is(Word::kw_new) || list_[next].is(Word::kw_delete)) next += list_[next + 1].is(tok::l_square) ? 3 : 1;
    else if (list_[next].word == Word::none && !list_[next].is(tok::eof)) next += 1;
    name_until_ = next;
    break;
  }
  case Word::unary: case Word::binary: case Word::of_type: case Word::kw_delete: case Word::kw_new: f.operand = false; break;
  case Word::main: main_name(i); break;
  case Word::gocpp: forms_.touches.push_back(i); break;
  case Word::chan: case Word::make_chan: case Word::send_chan: case Word::recv_chan: prelude_name(i); break;
  case Word::select:
    if (!starts) select_in_expression(i);
    break;
  case Word::go:
    // What follows a construct's `go` is an operand, above all a lambda.
    if (!forms_.gos.empty() && forms_.gos.back().go == i) f.operand = false;
    break;
  default: break;
  }
  // `FOREVER go f(x);`: a macro without arguments, and then a statement. `T go(x);` and `T select{x};` are declarations.
  if (starts && f.statements() && t.is(Word::name) && i + 3 < list_.size()) {
    const Token &next = list_[i + 2], &third = list_[i + 3];
    bool is_go = list_[i + 1].is(Word::go) && (is_identifier(next.word) || next.is(tok::coloncolon) || next.is(Word::kw_this));
    bool is_select = list_[i + 1].is(Word::select) && next.is(tok::l_brace) && (third.is(Word::kw_case) || third.is(Word::kw_default));
    if (is_go || is_select) {
      f.begin_nested();
      f.under_other = true;
    }
  }
}

void Scanner::punctuation(Index i) {
  Frame& f = frame_;
  switch (list_[i].kind) {
  case tok::l_paren: return open_paren(i);
  case tok::l_square: return open_square(i);
  case tok::l_brace: return open_brace(i);
  case tok::r_paren: case tok::r_square: case tok::r_brace: return close(i);
  case tok::colon: return colon(i);
  case tok::semi:
    f.has_semi = true;
    if (f.header != Header::none && f.semis < 2) ++f.semis;
    if (f.kind == FrameKind::paren && f.header == Header::none) f.operand = false;
    else f.end_statement();
    return;
  case tok::numeric_constant: case tok::char_constant: case tok::string_literal: case tok::wide_string_literal:
  case tok::utf8_string_literal: case tok::utf16_string_literal: case tok::utf32_string_literal: case tok::wide_char_constant:
  case tok::utf8_char_constant: case tok::utf16_char_constant: case tok::utf32_char_constant: case tok::unknown:
  case tok::ellipsis: case tok::coloncolon: case tok::period: case tok::hash: case tok::hashhash:
    f.operand = true;
    return;
  case tok::plusplus: case tok::minusminus: return;  // before an operand or behind it
  case tok::question:
    ++f.questions;
    break;
  case tok::comma:
    f.comma = true;
    f.lambda = false;
    break;
  case tok::equal:
    if (i >= parameters_until_) f.equal = true;
    break;
  case tok::arrow: f.trailing |= f.params_seen; break;
  default: break;
  }
  f.operand = false;
}

void Scanner::colon(Index i) {
  Frame& f = frame_;
  f.operand = false;
  if (list_.define(i)) return define(i);
  if (f.kind == FrameKind::paren || f.kind == FrameKind::square || f.start == kNone) return;
  if (f.case_colon != kNone ? i != f.case_colon : f.questions > 0) {
    if (f.questions > 0) --f.questions;
    return;
  }
  bool label = f.start + 1 == i && (is_identifier(list_[f.start].word) ||
                                    (f.kind == FrameKind::cls && list_[f.start].is(Word::other)));
  if (f.case_label || label) {
    bool named = !f.case_label;
    f.begin_nested();
    f.after_label = named;
  } else if (f.outside() && f.params_seen) {
    f.ctor_init = true;
    f.comma = false;
  }
}

bool Scanner::is_attribute(Index i) const {
  return !frame_.operand && list_[i].is(tok::l_square) && list_[i + 1].is(tok::l_square) && list_[i].match != kNone &&
         list_[i + 1].match + 1 == list_[i].match;
}

void Scanner::push(Frame f) {
  nodes_.push_back(frame_);
  f.parent = static_cast<uint32_t>(nodes_.size()) - 1;
  frame_ = f;
}

void Scanner::pop() {
  uint32_t node = frame_.parent;
  frame_ = nodes_[node];
  if (node + 1 == nodes_.size() && (branches_.empty() || node >= branches_.back().kept_nodes)) nodes_.pop_back();
}

void Scanner::open_paren(Index i) {
  Frame n;
  n.kind = FrameKind::paren;
  n.open = i;
  n.header = frame_.pending;
  n.at_start = n.header != Header::none;
  const Token* last = frame_.last == kNone ? nullptr : &list_[frame_.last];
  n.after_operand = frame_.operand || (last && last->is(Word::of_type));
  n.parameters = !last || !last->is(Word::attribute);
  n.breaker = frame_.breaker;
  frame_.pending = Header::none;
  push(n);
}

void Scanner::open_square(Index i) {
  Frame n;
  n.kind = FrameKind::square;
  n.open = i;
  n.at_start = false;
  n.is_attribute = is_attribute(i);
  n.after_operand = frame_.operand;
  n.breaker = frame_.breaker;
  bool names_follow = frame_.last != kNone && (list_[frame_.last].is(Word::kw_delete) || list_[frame_.last].is(Word::kw_new));
  Index intro = frame_.last;  // `auto& [a, b]`
  while (intro != kNone && intro > 0 && (list_[intro].is(tok::amp) || list_[intro].is(tok::ampamp) || list_[intro].is(Word::kw_cv))) --intro;
  bool binding = intro != kNone && list_[intro].is(Word::kw_auto);
  n.is_lambda = !n.is_attribute && !frame_.operand && !names_follow && !binding;
  push(n);
}

void Scanner::open_brace(Index i) {
  Frame n = classify_brace(list_, frame_, i);
  n.open = i;
  n.global = n.kind == FrameKind::space && frame_.global && frame_.extern_key;
  if (pending_select_ >= 0) {
    n.kind = FrameKind::block;
    n.breaker = Breaker::select;
    n.select = pending_select_;
    pending_select_ = -1;
  }
  frame_.at_start = false;
  frame_.lambda = frame_.requirement = false;
  push(n);
}

void Scanner::close(Index i) {
  const Token& t = list_[i];
  if (t.match == kNone) {
    if (t.is(tok::r_brace) && !frame_.outside()) frame_.end_statement();
    return;
  }
  // As the matching of brackets had it: a closer closes what is above its opener too.
  while (frame_.open != kNone && frame_.open > t.match) pop();
  if (frame_.open != t.match) return;
  if (frame_.select >= 0) finish_select(frame_.select, i);
  Frame closed = frame_;
  pop();
  after_close(closed);
}

void Scanner::after_close(const Frame& closed) {
  Frame& f = frame_;
  bool in_brackets = f.kind == FrameKind::paren || f.kind == FrameKind::square;
  switch (closed.kind) {
  case FrameKind::paren:
    if (closed.header != Header::none && f.kind != FrameKind::paren) {
      f.begin_nested();
      (closed.header == Header::switch_ ? f.under_switch : f.under_other) = true;
      return;
    }
    // `FOREACH(x) go f(x);`: a macro with arguments, and then a statement.
    if (f.statements() && f.start + 1 == closed.open && list_[f.start].is(Word::name) && f.start != kNone &&
        is_identifier(list_[list_[closed.open].match + 1].word)) {
      f.begin_nested();
      f.under_other = true;
      return;
    }
    f.params_seen |= closed.parameters;
    if (f.ctor_init) f.comma = false;
    f.cast = !closed.after_operand;
    f.operand = true;
    return;
  case FrameKind::square:
    if (closed.is_attribute) return;
    f.lambda = closed.is_lambda;
    f.operand = closed.is_lambda || closed.after_operand || !list_[closed.open - 1].is(Word::kw_delete);
    return;
  case FrameKind::block:
    if (closed.is_lambda || in_brackets) break;
    return f.end_statement();
  case FrameKind::init:
    if (!closed.has_semi || in_brackets) break;
    return f.end_statement();
  case FrameKind::space: return f.end_statement();
  case FrameKind::cls: f.class_key = false; break;
  default: break;
  }
  f.operand = true;
}

void Scanner::directive(const Directive& d) {
  if (d.what == Directive::What::if_begin) {
    branches_.push_back({frame_, nodes_.size(), {}});
  } else if (d.what == Directive::What::if_next || d.what == Directive::What::if_end) {
    Branches& b = branches_.back();
    if (!b.first_end && !list_.regions[region_].dead) b.first_end = frame_;
    b.kept_nodes = nodes_.size();
    frame_ = b.frame;
    if (d.what == Directive::What::if_end) {
      if (b.first_end) frame_ = *b.first_end;
      branches_.pop_back();
    }
  }
  region_ = d.region;
  if (d.dead || d.first == d.last) return;
  const Token& name = list_.directive_tokens[d.first];
  if (d.what == Directive::What::define || d.what == Directive::What::undef) {
    bool defined = d.what == Directive::What::define;
    if (name.is(Word::go)) macro_go_ = defined;
    if (name.is(Word::select)) macro_select_ = defined;
    if (defined) define_body(d);
  }
}

Message& Scanner::error(Range where, std::string text) {
  Message m;
  m.offset = where.begin;
  m.highlight = where;
  m.text = std::move(text);
  messages_.push_back(std::move(m));
  return messages_.back();
}

Message& Scanner::error_in_doubt(Index anchor, Range where, std::string text) {
  Message& m = error(where, std::move(text));
  m.doubt = list_[anchor].begin;
  return m;
}

bool Scanner::cut(Index first, Index last, const char* what) {
  size_t d = list_.directive_after(first);
  for (Index i = first; i < last && d < list_.directives.size() && list_.directives[d].before < last; ++i) {
    if (list_[i].is(tok::l_brace) && list_[i].match != kNone && list_[i].match > i && list_[i].match < last) i = list_[i].match;
    for (; d < list_.directives.size() && list_.directives[d].before <= i; ++d) {}
    if (d == list_.directives.size() || list_.directives[d].before != i + 1 || i + 1 >= last) continue;
    for (size_t k = d; k < list_.directives.size() && list_.directives[k].before == i + 1; ++k) {
      const Directive& x = list_.directives[k];
      if (x.what != Directive::What::if_begin && x.what != Directive::What::if_next && x.what != Directive::What::if_end) continue;
      error({x.begin, x.end}, std::string(what) + " cannot be cut by #if");
      return true;
    }
  }
  return false;
}

bool Scanner::interrupted(Index first, Index last, const char* what) {
  size_t d = list_.directive_after(first);
  if (d == list_.directives.size() || list_.directives[d].before >= last) return false;
  const Directive& x = list_.directives[d];
  bool conditional = x.what == Directive::What::if_begin || x.what == Directive::What::if_next || x.what == Directive::What::if_end;
  error({x.begin, x.end}, std::string(what) + (conditional ? " cannot be cut by #if" : " cannot hold a preprocessor directive"));
  return true;
}

} // namespace gocpp::tool
