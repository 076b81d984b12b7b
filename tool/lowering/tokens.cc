// Lexing and bracket matching. See tokens.h.

#include "tokens.h"

#include "clang/Basic/LangOptions.h"
#include "clang/Lex/Lexer.h"

using namespace clang;

namespace gocpp::tool {

namespace {

LangOptions lexing_options() {
  LangOptions o;
  o.CPlusPlus = o.CPlusPlus11 = o.CPlusPlus14 = o.CPlusPlus17 = o.CPlusPlus20 = true;
  o.LineComment = o.Digraphs = o.RawStringLiterals = o.Bool = o.Char8 = true;
  o.CXXOperatorNames = false;
  return o;
}

class Tokenizer {
 public:
  explicit Tokenizer(llvm::StringRef text) : text_(text) { list_.region_parent.push_back(0); }

  TokenList run() {
    static const LangOptions options = lexing_options();
    Lexer lexer(SourceLocation(), options, text_.begin(), text_.begin(), text_.end());
    clang::Token t;
    bool in_directive = false;
    do {
      lexer.LexFromRawLexer(t);
      const char* end = lexer.getBufferLocation();
      uint32_t length = t.getLength();
      gocpp::tool::Token mine;
      mine.kind = t.getKind();
      mine.end = static_cast<uint32_t>(end - text_.begin());
      mine.begin = t.is(tok::eof) ? static_cast<uint32_t>(text_.size()) : mine.end - length;
      mine.text = text_.slice(mine.begin, mine.end);
      mine.first_on_line = t.isAtStartOfLine();
      if (mine.first_on_line || t.is(tok::eof)) {
        if (in_directive) end_directive();
        in_directive = t.is(tok::hash);
        if (in_directive) list_.directives.push_back({size(), 0, {}});
      }
      mine.in_directive = in_directive;
      mine.region = region_;
      list_.tokens.push_back(mine);
      if (!in_directive && skip_depth_ == 0) match(size() - 1);
      if (!in_directive && skip_depth_ != 0 && t.isNot(tok::eof)) list_.tokens.pop_back();
    } while (t.isNot(tok::eof));
    if (!open_.empty() && list_.balanced) unbalanced(open_.back());
    return std::move(list_);
  }

 private:
  uint32_t size() const { return static_cast<uint32_t>(list_.tokens.size()); }

  void unbalanced(uint32_t at) {
    if (!list_.balanced) return;
    list_.balanced = false;
    list_.unbalanced_at = at;
  }

  void match(uint32_t i) {
    auto& t = list_.tokens[i];
    switch (t.kind) {
    case tok::l_paren: case tok::l_square: case tok::l_brace: open_.push_back(i); break;
    case tok::r_paren: close(i, tok::l_paren); break;
    case tok::r_square: close(i, tok::l_square); break;
    case tok::r_brace: close(i, tok::l_brace); break;
    case tok::semi:
      if (!open_.empty() && list_.tokens[open_.back()].is(tok::l_brace)) list_.tokens[open_.back()].has_semicolon = true;
      break;
    default: break;
    }
  }

  void close(uint32_t i, tok::TokenKind opener) {
    // A closer that fits no open bracket is dropped; one that fits a deeper one closes what is above it.
    for (size_t d = open_.size(); d-- > 0;) {
      if (!list_.tokens[open_[d]].is(opener)) continue;
      if (d + 1 != open_.size()) unbalanced(open_.back());
      list_.tokens[open_[d]].match = i;
      list_.tokens[i].match = open_[d];
      open_.resize(d);
      return;
    }
    unbalanced(i);
  }

  void end_directive() {
    Directive& d = list_.directives.back();
    d.last = size();
    if (d.last > d.first + 1 && list_.tokens[d.first + 1].is_name()) d.name = list_.tokens[d.first + 1].text;
    if (d.name == "if" || d.name == "ifdef" || d.name == "ifndef") {
      bool dead = d.name == "if" && d.last == d.first + 3 &&
                  (list_.tokens[d.first + 2].text == "0" || list_.tokens[d.first + 2].text == "false");
      groups_.push_back({open_, region_, skip_depth_, dead});
      if (dead || skip_depth_) ++skip_depth_;
      enter_region(region_);
    } else if ((d.name == "else" || d.name.starts_with("elif")) && !groups_.empty()) {
      Group& g = groups_.back();
      if (g.dead && g.outer_skip == 0) {
        skip_depth_ = 0;
        g.dead = false;
      }
      open_ = g.open;
      enter_region(g.outer_region);
    } else if (d.name == "endif" && !groups_.empty()) {
      skip_depth_ = groups_.back().outer_skip;
      region_ = groups_.back().outer_region;
      groups_.pop_back();
    }
  }

  void enter_region(uint32_t parent) {
    region_ = static_cast<uint32_t>(list_.region_parent.size());
    list_.region_parent.push_back(parent);
  }

  struct Group {
    std::vector<uint32_t> open;
    uint32_t outer_region;
    unsigned outer_skip;
    bool dead;
  };

  llvm::StringRef text_;
  TokenList list_;
  std::vector<uint32_t> open_;
  std::vector<Group> groups_;
  uint32_t region_ = 0;
  unsigned skip_depth_ = 0;
};

} // namespace

TokenList tokenize(llvm::StringRef text) { return Tokenizer(text).run(); }

} // namespace gocpp::tool
