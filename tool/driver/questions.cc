// See questions.h.

#include "questions.h"

#include "clang/Basic/LangOptions.h"
#include "clang/Lex/Lexer.h"

#include <algorithm>

using namespace clang;

namespace gocpp::tool {

const char* const kProbeDeclarations =
    "namespace gocpp_probe { template <class T> int at(unsigned, const T&); extern int any; }\n";

std::string probe_name(size_t number) { return "gocpp_probe_" + std::to_string(number); }

namespace {

struct Piece {
  tok::TokenKind kind;
  Range range;
  llvm::StringRef text;
};

/// The raw tokens of a part of a text.
std::vector<Piece> pieces(llvm::StringRef text, uint32_t begin, uint32_t end) {
  LangOptions lang;
  lang.CPlusPlus = lang.CPlusPlus11 = lang.CPlusPlus14 = lang.CPlusPlus17 = lang.CPlusPlus20 = true;
  std::string copy = text.take_front(end).str();
  Lexer lexer(SourceLocation(), lang, copy.data(), copy.data() + begin, copy.data() + copy.size());
  std::vector<Piece> out;
  for (Token t; !lexer.LexFromRawLexer(t) && !t.is(tok::eof);) {
    auto stop = static_cast<uint32_t>(lexer.getBufferLocation() - copy.data());
    uint32_t start = stop - t.getLength();
    out.push_back({t.getKind(), {start, stop}, text.slice(start, stop)});
  }
  return out;
}

/// Just behind the `;` that ends the statement, or before the bracket that ends what it is in.
uint32_t statement_end(llvm::StringRef text, uint32_t from, bool& with_semicolon) {
  int depth = 0;
  with_semicolon = false;
  for (const Piece& p : pieces(text, from, static_cast<uint32_t>(text.size()))) {
    if (p.kind == tok::l_paren || p.kind == tok::l_square || p.kind == tok::l_brace) ++depth;
    if ((p.kind == tok::r_paren || p.kind == tok::r_square || p.kind == tok::r_brace) && depth-- == 0) return p.range.begin;
    if (p.kind == tok::semi && depth == 0) {
      with_semicolon = true;
      return p.range.end;
    }
  }
  return static_cast<uint32_t>(text.size());
}

/// Reads `::a::b`; false if the text is anything else.
bool read_chain(llvm::StringRef text, Range range, NameChain& chain) {
  bool want_name = true;
  for (const Piece& p : pieces(text, range.begin, range.end)) {
    if (p.kind == tok::raw_identifier && want_name) {
      chain.names.push_back(p.text.str());
      want_name = false;
    } else if (p.kind == tok::coloncolon && (!want_name || (chain.names.empty() && !chain.global))) {
      chain.global |= chain.names.empty();
      want_name = true;
    } else {
      return false;
    }
  }
  return !chain.names.empty() && !want_name;
}

/// Extends a name to the left over its qualifiers.
uint32_t chain_begin(llvm::StringRef text, uint32_t begin) {
  auto skip_blanks = [&](uint32_t at) {
    while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t')) --at;
    return at;
  };
  for (;;) {
    uint32_t at = skip_blanks(begin);
    if (at < 2 || text.slice(at - 2, at) != "::") return begin;
    begin = at - 2;
    at = skip_blanks(begin);
    uint32_t name = at;
    while (name > 0 && (isalnum(static_cast<unsigned char>(text[name - 1])) || text[name - 1] == '_')) --name;
    if (name == at) return begin;
    begin = name;
  }
}

/// Whether `go REST` could be a declaration of C++ if `go` were a type: a declarator follows.
bool could_declare(llvm::StringRef rest) {
  std::vector<Piece> p = pieces(rest, 0, static_cast<uint32_t>(rest.size()));
  size_t i = 0;
  while (i < p.size() && (p[i].kind == tok::star || p[i].kind == tok::amp || p[i].kind == tok::ampamp)) ++i;
  if (i >= p.size()) return false;
  if (p[i].kind == tok::l_paren) return true;
  if (p[i].kind != tok::raw_identifier || p[i].text == "this") return false;
  if (i + 1 >= p.size()) return true;
  switch (p[i + 1].kind) {
  case tok::l_paren: case tok::equal: case tok::l_brace: case tok::l_square: case tok::semi: case tok::comma: case tok::colon: return true;
  default: return false;
  }
}

/// `[…]` that is followed by a body is a lambda, not a subscript.
bool begins_lambda(llvm::StringRef rest) {
  int depth = 0;
  bool closed = false;
  for (const Piece& p : pieces(rest, 0, static_cast<uint32_t>(rest.size()))) {
    if (closed && depth == 0) return p.kind == tok::l_brace || p.kind == tok::less || (p.kind == tok::l_paren && rest.contains('{'));
    if (p.kind == tok::l_square || p.kind == tok::l_paren || p.kind == tok::l_brace) ++depth;
    if ((p.kind == tok::r_square || p.kind == tok::r_paren || p.kind == tok::r_brace) && --depth == 0) closed = true;
  }
  return false;
}

} // namespace

void add_questions(const LoweredFile& file, const Answers& answers, std::vector<Question>& questions) {
  llvm::StringRef text = file.map.original();
  for (const Doubt& d : file.result().doubts) {
    if (answers.settled.count({d.about, d.anchor})) continue;
    Question q;
    q.file = file.id;
    q.doubt = d;
    bool semicolon = false;
    switch (d.about) {
    case Doubt::About::go:
      q.replaced = {d.anchor, statement_end(text, d.anchor, semicolon)};
      q.name.names = {"go"};
      q.rest = text.slice(d.expression.begin, q.replaced.end).str();
      break;
    case Doubt::About::select: {
      q.replaced = {d.anchor, statement_end(text, d.anchor, semicolon)};
      // A construct ends with its brace; the statement behind it is another.
      if (const auto* c = std::find_if(file.result().constructs.data(), file.result().constructs.data() + file.result().constructs.size(),
                                       [&](const Construct& k) { return k.anchor == d.anchor && k.kind == Kind::select; });
          c != file.result().constructs.data() + file.result().constructs.size())
        q.replaced.end = c->range.end;
      q.name.names = {"select"};
      break;
    }
    case Doubt::About::send:
      q.replaced = {d.expression.begin, statement_end(text, d.anchor, semicolon)};
      if (semicolon) --q.replaced.end;
      if (!read_chain(text, d.expression, q.name)) q.name = {};
      break;
    case Doubt::About::cast:
      // The brackets stay, and so does the arrow: two operators of C++.
      q.replaced = d.expression;
      break;
    case Doubt::About::closing:
      q.replaced = {chain_begin(text, d.expression.begin), d.anchor};
      if (!read_chain(text, {q.replaced.begin, d.expression.end}, q.name)) continue;
      break;
    }
    questions.push_back(std::move(q));
  }
}

std::string put_questions(llvm::sys::fs::UniqueID file, llvm::StringRef text, std::vector<Question>& questions, Answers& answers) {
  struct Change {
    Range range;
    std::string text;
  };
  std::vector<size_t> order;
  for (size_t i = 0; i < questions.size(); ++i)
    if (questions[i].file == file && !questions[i].asked) order.push_back(i);
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    const Range &x = questions[a].replaced, &y = questions[b].replaced;
    return x.begin != y.begin ? x.begin < y.begin : x.end > y.end;
  });
  std::vector<Change> changes;
  uint32_t done = 0;
  for (size_t i : order) {
    Question& q = questions[i];
    if (q.replaced.begin < done) continue;  // inside another: a later round
    std::string expression = text.slice(q.doubt.expression.begin, q.doubt.expression.end).str();
    std::string number = std::to_string(i);
    std::string put;
    switch (q.doubt.about) {
    case Doubt::About::go:
    case Doubt::About::select: put = probe_name(i) + ";"; break;
    case Doubt::About::send:
      put = q.name.names.empty() ? "" : "(void)" + probe_name(i) + ", ";
      put += "::gocpp_probe::at(" + number + ", " + expression + ")";
      break;
    case Doubt::About::cast: put = "::gocpp_probe::at(" + number + ", sizeof(" + expression + "))"; break;
    case Doubt::About::closing: put = probe_name(i) + " "; break;
    }
    q.asked = true;
    done = q.replaced.end;
    changes.push_back({q.replaced, std::move(put)});
  }

  std::string out;
  uint32_t at = 0;
  std::vector<std::pair<uint32_t, int64_t>> shifts;  // from this offset on, by so much
  int64_t shift = 0;
  for (const Change& c : changes) {
    out += text.slice(at, c.range.begin);
    out += c.text;
    at = c.range.end;
    shift += static_cast<int64_t>(c.text.size()) - (c.range.end - c.range.begin);
    shifts.push_back({c.range.end, shift});
  }
  out += text.drop_front(at);
  auto move = [&](std::set<uint32_t>& anchors) {
    std::set<uint32_t> moved;
    for (uint32_t a : anchors) {
      int64_t by = 0;
      for (const auto& [from, s] : shifts)
        if (a >= from) by = s;
      moved.insert(static_cast<uint32_t>(a + by));
    }
    anchors = std::move(moved);
  };
  answers.left_out.clear();
  answers.settled.clear();
  move(answers.plain);
  move(answers.constructs);
  return out;
}

bool is_plain(const Question& q) {
  switch (q.doubt.about) {
  case Doubt::About::go: {
    char next = q.rest.empty() ? '\0' : q.rest.front();
    bool scope = llvm::StringRef(q.rest).starts_with("::");
    switch (q.meaning) {
    case Meaning::macro: return true;
    case Meaning::function_macro: return next == '(';
    case Meaning::type:
    case Meaning::template_name: return scope || could_declare(q.rest);
    case Meaning::space: return scope;
    case Meaning::function: return next == '(';
    case Meaning::value: return next == '(' || (next == '[' && !begins_lambda(q.rest));
    default: return false;
    }
  }
  case Doubt::About::select: return q.meaning == Meaning::type || q.meaning == Meaning::template_name || q.meaning == Meaning::macro;
  case Doubt::About::send:
    if (q.meaning == Meaning::type || q.meaning == Meaning::template_name || q.meaning == Meaning::space || q.meaning == Meaning::function)
      return true;
    if (q.channel == ChannelType::unasked) return !q.doubt.construct;
    return q.channel == ChannelType::other;
  case Doubt::About::cast: return !q.is_type;
  case Doubt::About::closing:
    return q.meaning != Meaning::value;
  }
  return !q.doubt.construct;
}

} // namespace gocpp::tool
