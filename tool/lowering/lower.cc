// Lowering a file, as a table of contents: tokens, constructs, edits, text.

#include "edits.h"
#include "prelude.h"
#include "rewrite.h"
#include "scanner.h"
#include "types.h"

#include <algorithm>

namespace gocpp::tool {

namespace {

bool includes_gocpp(const TokenList& list) {
  for (const Directive& d : list.directives) {
    if (d.dead || d.what != Directive::What::include) continue;
    llvm::StringRef line = list.source().slice(d.begin, d.end).rtrim();
    line = line.substr(std::min(line.find_first_of("<\""), line.size())).drop_front(line.empty() ? 0 : 1);
    line = line.take_until([](char c) { return c == '>' || c == '"'; });
    if (line == "gocpp/gocpp.h" || line == "gocpp/prelude.h") return true;
  }
  return false;
}

/// clang's lexer takes a step down its stack for every splice in a row, and falls off it at some ten thousands.
constexpr int kMostSplices = 10'000;

/// Where more than that stand; npos if they do not.
size_t too_many_splices(llvm::StringRef text) {
  int run = 0;
  for (size_t at = 0; (at = text.find('\\', at)) != llvm::StringRef::npos;) {
    size_t end = text.find_first_not_of(" \t\f\v\r", at + 1);
    bool splice = end != llvm::StringRef::npos && text[end] == '\n';
    run = splice ? run + 1 : 0;
    if (run > kMostSplices) return at;
    at = splice ? end + 1 : at + 1;
    if (splice && at < text.size() && text[at] != '\\') run = 0;
  }
  return llvm::StringRef::npos;
}

/// Nothing in the file could be a construct or call for the library.
bool is_plain(const TokenList& list) {
  for (Index i = 0; i < list.size(); ++i) {
    Word w = list[i].word;
    if (w == Word::go || w == Word::select || is_prelude_name(w) || list.arrow(i) || list.define(i)) return false;
  }
  for (const Token& t : list.directive_tokens)
    if (t.is(Word::go) || t.is(Word::select) || is_prelude_name(t.word) || t.is(clang::tok::less)) return false;
  return true;
}

/// The mentions of chan and its like that mean the library's.
void keep_uses(Forms& forms, bool has_include, const LowerOptions& options) {
  auto is_own = [&](const Mention& m) {
    if (m.qualified) return has_include;
    bool taken = forms.own_types.count(m.name) || forms.declared.count(m.name);
    for (const char* name : {"chan", "make_chan", "send_chan", "recv_chan"})
      taken |= word_of(name) == m.name && options.taken.count(name);
    return taken || (!m.sure && forms.own_values.count(m.name));
  };
  forms.mentions.erase(std::remove_if(forms.mentions.begin(), forms.mentions.end(), is_own), forms.mentions.end());
}

/// In order, and only about text that is compiled.
void settle_messages(const TokenList& list, const LowerOptions& options, std::vector<Message>& messages) {
  std::erase_if(messages, [&](const Message& m) {
    for (const Range& r : options.left_out)
      if (r.begin < m.offset && m.offset < r.end) return true;
    return false;
  });
  // A note stays behind its error.
  uint32_t order = 0;
  std::vector<std::pair<std::pair<uint32_t, uint32_t>, Message>> keyed;
  uint32_t place = 0;
  for (Message& m : messages) {
    if (m.level != Message::Level::note) place = m.offset;
    keyed.push_back({{place, order++}, std::move(m)});
  }
  std::sort(keyed.begin(), keyed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  messages.clear();
  for (auto& [key, m] : keyed) messages.push_back(std::move(m));
  for (Message& m : messages) m.conditional = list.region_of(list.at(m.offset)) != 0;
}

/// An unknown name where a statement's first word is in doubt.
void add_probes(const std::vector<Doubt>& doubts, std::vector<Edit>& edits) {
  for (const Doubt& d : doubts) {
    if (d.about != Doubt::About::go && d.about != Doubt::About::select) continue;
    edits.push_back({{d.anchor, d.anchor}, d.anchor, {}, 0});
    edits.back().add("(void)gocpp_probe_" + std::to_string(d.anchor) + (d.about == Doubt::About::go ? ", " : "; "));
  }
}

void unchanged(llvm::StringRef text, LowerResult& result) {
  result.text = text.str();
  if (!text.empty()) result.segments.push_back({0, 0, static_cast<uint32_t>(text.size()), true});
}

} // namespace

LowerResult lower(llvm::StringRef text, const LowerOptions& options) {
  LowerResult result;
  if (size_t at = too_many_splices(text); at != llvm::StringRef::npos) {
    Message m;
    m.offset = static_cast<uint32_t>(at);
    m.highlight = {m.offset, m.offset + 1};
    m.text = "too many line splices in a row";
    result.messages.push_back(std::move(m));
    unchanged(text, result);
    return result;
  }
  TokenList list(text);
  result.includes_gocpp = includes_gocpp(list);
  std::vector<Edit> edits;
  if (!list.too_deep && (options.force_prelude || result.includes_gocpp || !is_plain(list))) {
    Forms forms;
    Scanner(list, options, forms, result.doubts, result.messages).walk();
    keep_uses(forms, result.includes_gocpp, options);
    edits = rewrite(list, forms);
    if (options.probe) add_probes(result.doubts, edits);
    result.constructs = list_constructs(list, forms);

    std::vector<Index> uses;
    for (const Construct& c : result.constructs)
      if (c.kind != Kind::main) uses.push_back(list.at(c.range.begin));
    for (const Mention& m : forms.mentions) uses.push_back(m.at);
    result.uses_syntax = !uses.empty();
    result.runs_main = (result.uses_syntax || result.includes_gocpp || options.force_prelude) && !options.is_header;
    result.has_main = result.runs_main && !forms.mains.empty();
    if (result.has_main) {
      std::vector<Edit> labels = label_mains(list, forms);
      edits.insert(edits.end(), labels.begin(), labels.end());
    } else {
      std::erase_if(result.constructs, [](const Construct& c) { return c.kind == Kind::main; });
    }
    if (result.uses_syntax || options.force_prelude) {
      // What names the library needs it too, but is no reason to include it.
      if (!result.includes_gocpp) uses.insert(uses.end(), forms.touches.begin(), forms.touches.end());
      std::vector<Edit> prelude = include_prelude(list, forms, std::move(uses), options);
      edits.insert(edits.begin(), prelude.begin(), prelude.end());
    }
    settle_messages(list, options, result.messages);
  }
  if (edits.empty()) unchanged(text, result);
  else emit(list, std::move(edits), result);
  return result;
}

} // namespace gocpp::tool
