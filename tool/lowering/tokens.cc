// Lexing, directives and the questions that can be asked of the tokens. Brackets are matched in brackets.cc.

#include "tokens.h"

#include "brackets.h"

#include "clang/Basic/LangOptions.h"
#include "clang/Lex/Lexer.h"
#include "llvm/ADT/StringSwitch.h"

#include <algorithm>

using namespace clang;

namespace gocpp::tool {

namespace {

const LangOptions& lexing_options() {
  static const LangOptions options = [] {
    LangOptions o;
    o.CPlusPlus = o.CPlusPlus11 = o.CPlusPlus14 = o.CPlusPlus17 = o.CPlusPlus20 = true;
    o.LineComment = o.Digraphs = o.RawStringLiterals = o.Bool = o.Char8 = true;
    o.CXXOperatorNames = false;
    return o;
  }();
  return options;
}

std::string without_splices(llvm::StringRef s) {
  std::string out;
  for (size_t i = 0; i < s.size(); ++i) {
    if (s[i] == '\\') {
      size_t j = i + 1;
      while (j < s.size() && (s[j] == ' ' || s[j] == '\t' || s[j] == '\f' || s[j] == '\v')) ++j;
      if (j < s.size() && (s[j] == '\n' || s[j] == '\r')) {
        if (j + 1 < s.size() && s[j] != s[j + 1] && (s[j + 1] == '\n' || s[j + 1] == '\r')) ++j;
        i = j;
        continue;
      }
    }
    out += s[i];
  }
  return out;
}

class Tokenizer {
 public:
  Tokenizer(TokenList& list, llvm::StringRef text)
      : list_(list), text_(text), lexer_(SourceLocation(), lexing_options(), text.begin(), text.begin(), text.end()) {}

  void run() {
    list_.regions.push_back({});
    read();
    while (!raw_.is(tok::eof)) {
      if (raw_.is(tok::hash) && raw_.isAtStartOfLine()) {
        directive();
        continue;
      }
      if (!list_.regions[region_].dead) list_.tokens.push_back(token());
      read();
    }
    auto size = static_cast<uint32_t>(text_.size());
    list_.tokens.push_back({size, size, kNone, static_cast<uint8_t>(tok::eof), Word::none, false});
  }

 private:
  void read() {
    lexer_.LexFromRawLexer(raw_);
    end_ = static_cast<uint32_t>(lexer_.getBufferLocation() - text_.begin());
  }

  gocpp::tool::Token token() const {
    gocpp::tool::Token t{end_ - raw_.getLength(), end_, kNone, static_cast<uint8_t>(raw_.getKind()), Word::none,
                         raw_.needsCleaning()};
    if (raw_.is(tok::raw_identifier)) {
      llvm::StringRef bytes = text_.slice(t.begin, t.end);
      t.word = t.spliced ? word_of(without_splices(bytes)) : word_of(bytes);
    }
    return t;
  }

  /// Goes on behind the logical line that holds `from`: what is there need not be C++'s tokens.
  void skip_line(uint32_t from) {
    while (from < text_.size() && text_[from] != '\n')
      from += text_[from] == '\\' && from + 1 < text_.size() ? (text_.substr(from + 1).starts_with("\r\n") ? 3 : 2) : 1;
    lexer_.seek(std::min<uint32_t>(from, static_cast<uint32_t>(text_.size())), false);
  }

  void directive() {
    Directive d;
    d.begin = end_ - raw_.getLength();
    d.end = end_;
    d.before = list_.size();
    d.dead = list_.regions[region_].dead;
    read();
    std::string name;
    if (more()) {
      name = list_.text(token());
      d.end = end_;
      if (name == "error" || name == "warning") skip_line(end_);
      if (name.starts_with("include") || name == "import") d.end = skip_header_name();
      read();
    }
    d.first = static_cast<uint32_t>(list_.directive_tokens.size());
    for (; more(); read()) {
      list_.directive_tokens.push_back(token());
      d.end = end_;
    }
    d.last = static_cast<uint32_t>(list_.directive_tokens.size());
    d.what = llvm::StringSwitch<Directive::What>(name)
                 .Case("define", Directive::What::define)
                 .Case("undef", Directive::What::undef)
                 .Cases("include", "include_next", "import", Directive::What::include)
                 .Case("line", Directive::What::line)
                 .Default(Directive::What::other);
    branch(name, d);
    d.region = region_;
    list_.directives.push_back(d);
  }

  bool more() const { return !raw_.is(tok::eof) && !raw_.isAtStartOfLine(); }

  /// `<a//b>` holds no comment. The name is no token; who wants it reads the directive's bytes. Gives its end.
  uint32_t skip_header_name() {
    uint32_t at = end_;
    while (at < text_.size() && (text_[at] == ' ' || text_[at] == '\t')) ++at;
    if (at >= text_.size() || text_[at] != '<') return end_;
    size_t close = text_.find_first_of(">\n", at);
    if (close == llvm::StringRef::npos || text_[close] != '>') return end_;
    lexer_.seek(static_cast<unsigned>(close) + 1, false);
    return static_cast<uint32_t>(close) + 1;
  }

  /// 0 or 1 for a condition that is one literal, else -1.
  int literal_condition(const Directive& d) const {
    if (d.last != d.first + 1) return -1;
    std::string s = list_.text(list_.directive_tokens[d.first]);
    return s == "0" || s == "false" ? 0 : s == "1" || s == "true" ? 1 : -1;
  }

  void enter(uint32_t parent, bool dead) {
    region_ = static_cast<uint32_t>(list_.regions.size());
    list_.regions.push_back({parent, dead || list_.regions[parent].dead});
  }

  void branch(llvm::StringRef name, Directive& d) {
    if (name == "if" || name == "ifdef" || name == "ifndef") {
      d.what = Directive::What::if_begin;
      int value = name == "if" ? literal_condition(d) : -1;
      groups_.push_back({region_, value == 1});
      enter(region_, value == 0);
    } else if ((name == "else" || name.starts_with("elif")) && !groups_.empty()) {
      d.what = Directive::What::if_next;
      int value = name == "elif" ? literal_condition(d) : -1;
      enter(groups_.back().outer, groups_.back().taken || value == 0);
      groups_.back().taken |= value == 1;
    } else if (name == "endif" && !groups_.empty()) {
      d.what = Directive::What::if_end;
      region_ = groups_.back().outer;
      groups_.pop_back();
    }
  }

  struct Group {
    uint32_t outer;
    bool taken;  ///< A branch is sure to be the one that is read.
  };

  TokenList& list_;
  llvm::StringRef text_;
  Lexer lexer_;
  clang::Token raw_;
  uint32_t end_ = 0;
  uint32_t region_ = 0;
  std::vector<Group> groups_;
};

} // namespace

TokenList::TokenList(llvm::StringRef text) : owned_(text.str()) {
  source_ = owned_;
  Tokenizer(*this, source_).run();
  too_deep = !match_brackets(*this);
}

std::string TokenList::text(const Token& t) const {
  llvm::StringRef bytes = source_.slice(t.begin, t.end);
  return t.spliced ? without_splices(bytes) : bytes.str();
}

bool TokenList::spells(const Token& t, llvm::StringRef s) const {
  return t.spliced ? without_splices(source_.slice(t.begin, t.end)) == s : source_.slice(t.begin, t.end) == s;
}

bool TokenList::pair(Index i, tok::TokenKind a, tok::TokenKind b) const {
  const Token &first = (*this)[i], &second = (*this)[i + 1];
  return first.is(a) && second.is(b) && first.end == second.begin;
}

bool TokenList::opens(Index i) const {
  const Token& t = (*this)[i];
  return t.is(tok::l_paren) || t.is(tok::l_square) || t.is(tok::l_brace);
}

bool TokenList::closes(Index i) const {
  const Token& t = (*this)[i];
  return t.is(tok::r_paren) || t.is(tok::r_square) || t.is(tok::r_brace);
}

Index TokenList::after_group(Index i) const {
  if (!opens(i)) return i + 1;
  return tokens[i].match == kNone ? kNone : tokens[i].match + 1;
}

size_t TokenList::directive_after(Index i) const {
  return static_cast<size_t>(std::upper_bound(directives.begin(), directives.end(), i,
                                              [](Index x, const Directive& d) { return x < d.before; }) -
                             directives.begin());
}

Index TokenList::at(uint32_t offset) const {
  return static_cast<Index>(std::lower_bound(tokens.begin(), tokens.end(), offset,
                                             [](const Token& t, uint32_t x) { return t.begin < x; }) -
                            tokens.begin());
}

uint32_t TokenList::region_of(Index i) const {
  size_t next = directive_after(i);
  return next == 0 ? 0 : directives[next - 1].region;
}

bool TokenList::encloses(uint32_t outer, uint32_t inner) const {
  while (inner > outer) inner = regions[inner].parent;  // a parent's number is lower
  return inner == outer;
}

} // namespace gocpp::tool
