// Constructs in the body of a #define are refused where they are sure to be meant. A body in which C++ alone makes sense
// is left alone: `#define LESS <-`, `#define BELOW(a) a<-1`, `#define CALL(f) f<-1>()`.
//
// Of `#define GET(c) <-c` and `#define PUT(c, v) c <- v` the body alone does not tell; what the file does with them does.

#include "scanner.h"

#include "llvm/ADT/StringMap.h"

using namespace clang;

namespace gocpp::tool {

namespace {

const char* const kReceive = "a receive cannot stand in a macro: use c.recv()";
const char* const kSend = "a send cannot stand in a macro: use c.send(v)";

bool ends_operand(const Token& t) {
  if (t.is(Word::unary) || t.is(Word::binary) || t.is(Word::kw_else) || t.is(Word::kw_do) || t.is(Word::kw_case) ||
      t.is(Word::kw_delete))
    return false;
  return t.word != Word::none || t.is(tok::r_paren) || t.is(tok::r_square) || t.is(tok::r_brace) || t.is(tok::numeric_constant) ||
         t.is(tok::char_constant) || t.is(tok::string_literal) || t.is(tok::ellipsis) || t.is(tok::greater) ||
         t.is(tok::hash) || t.is(tok::hashhash) || t.is(tok::less) || t.is(tok::unknown);
}

/// May begin what is received from: a name or a group; nobody receives from a literal.
bool begins_channel(const Token& t) {
  return is_identifier(t.word) || t.is(Word::kw_this) || t.is(tok::l_paren) || t.is(tok::coloncolon) || t.is(tok::star);
}

bool separates(const Token& t) {
  return t.is(tok::semi) || t.is(tok::l_brace) || t.is(tok::r_brace) || t.is(Word::kw_else) || t.is(Word::kw_do);
}

/// Whether a statement starts at `i` of a body: behind another one, or behind the header of an if or a loop.
bool statement_starts(const std::vector<Token>& tokens, uint32_t body, uint32_t i) {
  if (i == body || separates(tokens[i - 1])) return true;
  if (!tokens[i - 1].is(tok::r_paren)) return false;
  int depth = 0;
  for (uint32_t k = i; k-- > body;) {
    if (tokens[k].is(tok::r_paren)) ++depth;
    if (!tokens[k].is(tok::l_paren) || --depth > 0) continue;
    return k > body && (tokens[k - 1].is(Word::kw_if) || tokens[k - 1].is(Word::kw_for) || tokens[k - 1].is(Word::kw_while));
  }
  return false;
}

} // namespace

void Scanner::define_body(const Directive& d) {
  const auto& tokens = list_.directive_tokens;
  uint32_t body = d.first + 1;
  if (body < d.last && tokens[body].is(tok::l_paren) && tokens[body].begin == tokens[d.first].end) {
    while (body < d.last && !tokens[body].is(tok::r_paren)) ++body;
    ++body;
  }
  for (uint32_t i = body; i < d.last; ++i) {
    const Token& t = tokens[i];
    size_t complaints = messages_.size();
    if ((t.is(Word::go) || t.is(Word::select)) && statement_starts(tokens, body, i)) define_statement(d, i);
    if (messages_.size() != complaints) return;
    if (t.is(Word::gocpp)) forms_.touches.push_back(d.before);
    bool more = i + 1 < d.last;
    if (!more || !t.is(tok::less)) {
      if (is_prelude_name(t.word) && more && tokens[i + 1].is(tok::less) && i + 2 < d.last &&
          (tokens[i + 2].is(Word::type) || tokens[i + 2].is(tok::greater)))
        forms_.mentions.push_back({d.before, t.word, false, true});
      continue;
    }
    if (tokens[i + 1].is(tok::minus) && tokens[i + 1].begin == t.end && i + 2 < d.last) define_arrow(d, body, i);
    if (messages_.size() != complaints) return;
  }
}

void Scanner::define_statement(const Directive& d, uint32_t i) {
  const auto& tokens = list_.directive_tokens;
  if (i + 1 >= d.last || options_.plain.count(tokens[i].begin)) return;
  const Token& next = tokens[i + 1];
  Range here{tokens[i].begin, tokens[i].end};
  if (tokens[i].is(Word::select)) {
    bool statement = i + 2 >= d.last || tokens[i + 2].is(Word::kw_case) || tokens[i + 2].is(Word::kw_default) ||
                     tokens[i + 2].is(tok::r_brace);
    if (!macro_select_ && next.is(tok::l_brace) && statement) error(here, "select cannot stand in a macro: use gocpp::select(…)");
    return;
  }
  bool callee = is_identifier(next.word) || next.is(Word::kw_this) || next.is(Word::cast) || next.is(tok::l_square) ||
                (next.is(tok::coloncolon) && next.begin != tokens[i].end);
  if (macro_go_ || !callee) return;
  uint32_t end = i + 1;
  for (int depth = 0; end < d.last; ++end) {
    const Token& t = tokens[end];
    if (t.is(tok::l_paren) || t.is(tok::l_brace) || t.is(tok::l_square)) ++depth;
    if (t.is(tok::r_paren) || t.is(tok::r_brace) || t.is(tok::r_square)) --depth;
    if (depth < 0 || (depth == 0 && t.is(tok::semi))) break;
  }
  if (end > i + 2 && tokens[end - 1].is(tok::r_paren)) error(here, "go cannot stand in a macro: use gocpp::go(f, args…)");
}

void Scanner::define_arrow(const Directive& d, uint32_t body, uint32_t i) {
  const auto& tokens = list_.directive_tokens;
  Range arrow{tokens[i].begin, tokens[i + 1].end};
  if (options_.plain.count(arrow.begin)) return;
  bool function_like = body > d.first + 1;
  if (i == body || !ends_operand(tokens[i - 1]) || tokens[i - 1].is(tok::r_brace)) {
    if (!begins_channel(tokens[i + 2])) return;
    if (i == body) suspects_.push_back({list_.text(tokens[d.first]), false, arrow, function_like});
    else error(arrow, kReceive);
    return;
  }
  // A send is `channel <- value` as a whole statement.
  uint32_t begin = i;
  for (; begin > body && !separates(tokens[begin - 1]); --begin) {
    const Token& t = tokens[begin - 1];
    bool channel = is_identifier(t.word) || t.is(Word::kw_this) || t.is(tok::period) || t.is(tok::arrow) || t.is(tok::coloncolon) ||
                   t.is(tok::l_paren) || t.is(tok::r_paren) || t.is(tok::l_square) || t.is(tok::r_square) || t.is(tok::star) ||
                   t.is(tok::hashhash) || (t.is(tok::numeric_constant) && begin > body + 1 && tokens[begin - 2].is(tok::l_square));
    if (!channel) return;
  }
  if (begin == i) return;
  int depth = 0;
  uint32_t end = i + 2;
  for (; end < d.last; ++end) {
    const Token& t = tokens[end];
    if (depth == 0 && (t.is(tok::semi) || t.is(tok::r_brace))) break;
    if (depth == 0 && (t.is(tok::comma) || t.is(tok::greater) || t.is(tok::question) || t.is(tok::ampamp) || t.is(tok::pipepipe))) return;
    if (t.is(tok::l_paren) || t.is(tok::l_square) || t.is(tok::l_brace)) ++depth;
    if (t.is(tok::r_paren) || t.is(tok::r_square) || t.is(tok::r_brace)) --depth;
    if (depth < 0) return;
  }
  if (end < d.last) error(arrow, kSend);
  else suspects_.push_back({list_.text(tokens[d.first]), true, arrow, function_like});
}

void Scanner::judge_macros() {
  if (suspects_.empty()) return;
  llvm::StringMap<size_t> by_name;
  std::vector<bool> refused;
  for (size_t k = 0; k < suspects_.size(); ++k) {
    by_name[suspects_[k].name] = k;
    refused.push_back(!suspects_[k].is_send);
  }
  for (Index i = 0; i + 1 < list_.size(); ++i) {
    if (list_[i].word != Word::name) continue;
    auto found = by_name.find(list_.text(list_[i]));
    if (found == by_name.end()) continue;
    const Suspect& s = suspects_[found->second];
    Index behind = s.function_like && list_[i + 1].is(tok::l_paren) ? list_.after_group(i + 1) : i + 1;
    bool starts = i == 0 || separates(list_[i - 1]);
    if (s.is_send && starts && behind != kNone && list_[behind].is(tok::semi)) refused[found->second] = true;
    if (!s.is_send && !starts && ends_operand(list_[i - 1])) refused[found->second] = false;
  }
  for (size_t k = 0; k < suspects_.size(); ++k)
    if (refused[k]) error(suspects_[k].arrow, suspects_[k].is_send ? kSend : kReceive);
}

} // namespace gocpp::tool
