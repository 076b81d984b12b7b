// See prelude.h. The place is as late as can be, so that the file's own #includes and feature macros come first: the last
// free line between two declarations before the first use, in a branch of #if that all uses are in, but not behind a
// #define of a name that the library's headers hold.

#include "prelude.h"

#include "llvm/ADT/StringSwitch.h"

#include <algorithm>

using namespace clang;

namespace gocpp::tool {

namespace {

const std::pair<Word, const char*> kNames[] = {
    {Word::chan, "chan"}, {Word::make_chan, "make_chan"}, {Word::recv_chan, "recv_chan"}, {Word::send_chan, "send_chan"}};

/// Reads what stands between two tokens or directives: blanks and comments.
class Gap {
 public:
  Gap(llvm::StringRef text, Range r) : text_(text), at_(r.begin), end_(r.end) {}

  /// Its last empty line, or if it has none the last that holds nothing but whole comments.
  bool last_free_line(Range& found) {
    bool any = false, any_empty = false;
    begin_line(at_ == 0 || (at_ == 3 && text_.starts_with("\xEF\xBB\xBF")));
    while (at_ < end_) {
      char c = text_[at_];
      if (c == '\n') {
        bool empty = text_.slice(line_, at_).trim().empty();
        if (free_ && (empty || !any_empty)) {
          found = {line_, at_ > line_ && text_[at_ - 1] == '\r' ? at_ - 1 : at_};
          any = true;
          any_empty |= empty;
        }
        ++at_;
        begin_line(true);
      } else if (text_.substr(at_).starts_with("//")) {
        line_comment();
      } else if (text_.substr(at_).starts_with("/*")) {
        block_comment();
      } else {
        if (c == '\\') free_ = false;  // a splice
        ++at_;
        if (c == '\\' && at_ < end_ && text_[at_] == '\r') ++at_;
        if (c == '\\' && at_ < end_ && text_[at_] == '\n') ++at_, begin_line(false);
      }
    }
    return any;
  }

 private:
  void begin_line(bool free) {
    line_ = at_;
    free_ = free;
  }
  void line_comment() {
    while (at_ < end_ && text_[at_] != '\n') {
      bool spliced = text_[at_] == '\\' && (text_.substr(at_ + 1).starts_with("\n") || text_.substr(at_ + 1).starts_with("\r\n"));
      if (!spliced) {
        ++at_;
        continue;
      }
      at_ += text_[at_ + 1] == '\r' ? 3 : 2;
      begin_line(false);
    }
  }
  void block_comment() {
    size_t close = text_.find("*/", at_ + 2);
    uint32_t behind = close == llvm::StringRef::npos ? end_ : static_cast<uint32_t>(close) + 2;
    bool lines = text_.slice(at_, behind).contains('\n');
    at_ = behind;
    if (lines) begin_line(false);
  }

  llvm::StringRef text_;
  uint32_t at_, end_;
  uint32_t line_ = 0;
  bool free_ = false;
};

/// A macro of this name would change the library's headers.
bool spoils_headers(const TokenList& list, const Directive& d) {
  if (d.what != Directive::What::define || d.dead || d.first == d.last) return false;
  const Token& t = list.directive_tokens[d.first];
  if (t.word >= Word::go && t.word <= Word::gocpp) return t.word != Word::main;
  return llvm::StringSwitch<bool>(list.text(t))
      .Cases("send", "recv", "close", "len", "cap", "value", "received", "unit", "next", true)
      .Cases("block", "otherwise", "channel", "stop", "wait", "done", true)
      .Default(false);
}

class Placer {
 public:
  Placer(const TokenList& list, const Forms& forms, const std::vector<Index>& uses) : list_(list), forms_(forms) {
    first_ = *std::min_element(uses.begin(), uses.end());
    region_ = list_.region_of(first_);
    for (Index u : uses)
      while (!list_.encloses(region_, list_.region_of(u))) region_ = list_.regions[region_].parent;
    limit_ = static_cast<uint32_t>(list_.source().size());
    for (const Directive& d : list_.directives)
      if (spoils_headers(list_, d)) {
        limit_ = d.begin;
        break;
      }
  }

  bool find(Range& found, bool needs_next) const {
    auto behind = std::upper_bound(forms_.gaps.begin(), forms_.gaps.end(), first_);
    while (behind != forms_.gaps.begin())
      if (in_gap(*--behind, found, needs_next)) return true;
    return false;
  }

 private:
  /// The gap in front of a token, part by part from its end: directives divide it.
  bool in_gap(Index i, Range& found, bool needs_next) const {
    uint32_t end = list_[i].begin;
    bool before_directive = false;
    size_t d = list_.directive_after(i);
    for (;;) {
      bool has_directive = d > 0 && list_.directives[d - 1].before == i;
      uint32_t begin = has_directive ? list_.directives[d - 1].end : i == 0 ? start_of_text() : list_[i - 1].end;
      uint32_t region = has_directive ? list_.directives[d - 1].region : list_.region_of(i == 0 ? 0 : i - 1);
      if (!has_directive && i == 0) region = 0;
      bool fits = end <= limit_ && list_.encloses(region, region_) && !list_.regions[region].dead;
      if (fits && Gap(list_.source(), {begin, end}).last_free_line(found)) {
        bool line_before_directive = before_directive && found.end + 2 >= end;
        if (!needs_next || !line_before_directive) return true;
      }
      if (!has_directive) return false;
      end = list_.directives[--d].begin;
      before_directive = true;
    }
  }
  uint32_t start_of_text() const { return list_.source().starts_with("\xEF\xBB\xBF") ? 3 : 0; }

  const TokenList& list_;
  const Forms& forms_;
  Index first_;
  uint32_t region_;
  uint32_t limit_;
};

std::string quoted(llvm::StringRef path) {
  std::string s = "\"";
  for (char c : path) {
    if (c == '"' || c == '\\') s += '\\';
    s += c;
  }
  return s + "\"";
}

} // namespace

std::vector<Edit> include_prelude(const TokenList& list, const Forms& forms, std::vector<Index> uses, const LowerOptions& options) {
  std::string usings;
  bool some_taken = false;
  for (auto [word, name] : kNames) {
    if (options.taken.count(name) || forms.declared.count(word)) some_taken = true;
    else usings += std::string("using gocpp::") + name + "; ";
  }
  if (!some_taken) usings.clear();
  std::string include = some_taken ? "#include <gocpp/gocpp.h>" : "#include <gocpp/prelude.h>";

  std::vector<Edit> edits;
  Range line;
  if (!uses.empty() && Placer(list, forms, uses).find(line, !usings.empty())) {
    edits.push_back({line, line.begin, {}});
    edits.back().add(include);
    if (!usings.empty()) {
      uint32_t next = line.end;
      while (next < list.source().size() && list.source()[next] != '\n') ++next;
      next = std::min<uint32_t>(next + 1, static_cast<uint32_t>(list.source().size()));
      edits.push_back({{next, next}, next, {}});
      edits.back().add(usings);
    }
    return edits;
  }
  uint32_t at = list.source().starts_with("\xEF\xBB\xBF") ? 3 : 0;
  edits.push_back({{at, at}, at, {}});
  // A header's text must not depend on the path by which it was reached: precompiled, it is known by its size.
  std::string named = options.is_header ? "" : " " + quoted(options.path);
  edits.back().add(include + "\n" + (usings.empty() ? "" : usings + "\n") + "#line 1" + named + "\n");
  return edits;
}

} // namespace gocpp::tool
