// The emitter. See edits.h.

#include "edits.h"

#include "llvm/ADT/Twine.h"

#include <algorithm>

using namespace clang;

namespace gocpp::tool {

namespace {

class Emitter {
 public:
  Emitter(llvm::StringRef text, const TokenList& tokens, std::vector<Edit> edits, LowerResult& result)
      : text_(text), tokens_(tokens.tokens), edits_(std::move(edits)), result_(result) {
    // Outer edits before the inner ones that start at the same place; insertions before replacements.
    std::stable_sort(edits_.begin(), edits_.end(), [](const Edit& a, const Edit& b) {
      if (a.range.begin != b.range.begin) return a.range.begin < b.range.begin;
      bool ia = a.range.begin == a.range.end, ib = b.range.begin == b.range.end;
      if (ia != ib) return ia;
      return a.range.end > b.range.end;
    });
  }

  void run() {
    result_.text.reserve(text_.size() + text_.size() / 4);
    emit_range({0, static_cast<uint32_t>(text_.size())}, false, 0);
  }

 private:
  void verbatim(uint32_t begin, uint32_t end) {
    if (begin >= end) return;
    push_segment(begin, end - begin, true);
    result_.text.append(text_.data() + begin, end - begin);
  }
  void generated(llvm::StringRef s, uint32_t stands_for) {
    if (s.empty()) return;
    push_segment(stands_for, static_cast<uint32_t>(s.size()), false);
    result_.text.append(s.begin(), s.end());
  }
  void push_segment(uint32_t in, uint32_t length, bool is_verbatim) {
    auto out = static_cast<uint32_t>(result_.text.size());
    if (!result_.segments.empty()) {
      Segment& last = result_.segments.back();
      if (is_verbatim && last.verbatim && last.in + last.length == in) {
        last.length += length;
        return;
      }
    }
    result_.segments.push_back({out, in, length, is_verbatim});
  }

  /// The user's bytes [begin, end), as they are or on one line.
  void plain(uint32_t begin, uint32_t end, bool flat) {
    if (!flat) return verbatim(begin, end);
    auto t = std::lower_bound(tokens_.begin(), tokens_.end(), begin,
                              [](const Token& x, uint32_t at) { return x.begin < at; });
    uint32_t done = begin;
    for (; t != tokens_.end() && t->begin < end && !t->is(tok::eof); ++t) {
      if (t->in_directive) continue;
      if (t->begin > done && !result_.text.empty()) generated(" ", t->begin);
      flat_token(*t);
      done = t->end;
    }
    if (end > done) generated(" ", done);
  }

  void flat_token(const Token& t) {
    if (t.is_name("__LINE__")) {
      auto line = text_.take_front(t.begin).count('\n') + 1;
      return generated(std::to_string(line), t.begin);
    }
    if (t.text.find('\n') == llvm::StringRef::npos) return verbatim(t.begin, t.end);
    // Only a raw string literal and a splice hold newlines inside a token.
    size_t quote = t.text.find('"');
    size_t open = quote == llvm::StringRef::npos ? quote : t.text.find('(', quote);
    if (quote == 0 || quote == llvm::StringRef::npos || t.text[quote - 1] != 'R' || open == llvm::StringRef::npos) {
      std::string joined;
      for (size_t i = 0; i < t.text.size(); ++i) {
        if (t.text[i] == '\\' && i + 1 < t.text.size() && (t.text[i + 1] == '\n' || t.text[i + 1] == '\r')) {
          while (i + 1 < t.text.size() && (t.text[i + 1] == '\n' || t.text[i + 1] == '\r')) ++i;
          continue;
        }
        joined += t.text[i];
      }
      return generated(joined, t.begin);
    }
    llvm::StringRef delimiter = t.text.slice(quote + 1, open);
    size_t close = t.text.rfind((llvm::Twine(")") + delimiter + "\"").str());
    std::string ordinary = t.text.take_front(quote - 1).str() + "\"";
    for (char c : t.text.slice(open + 1, close)) {
      if (c == '\n') ordinary += "\\n";
      else if (c == '\r') continue;
      else if (c == '"' || c == '\\') (ordinary += '\\') += c;
      else ordinary += c;
    }
    ordinary += '"';
    ordinary += t.text.drop_front(close + delimiter.size() + 2);
    generated(ordinary, t.begin);
  }

  size_t first_edit_at(uint32_t at) const {
    return static_cast<size_t>(std::lower_bound(edits_.begin(), edits_.end(), at,
                                                [](const Edit& e, uint32_t x) { return e.range.begin < x; }) -
                               edits_.begin());
  }

  /// Emits [r.begin, r.end) with the edits in it. `from`: edits before this index belong to an outer call.
  void emit_range(Range r, bool flat, size_t from) {
    uint32_t at = r.begin;
    for (size_t i = std::max(from, first_edit_at(r.begin)); i < edits_.size(); ++i) {
      const Edit& e = edits_[i];
      if (e.range.begin > r.end || (e.range.begin == r.end && !(e.range.end == e.range.begin && r.end == text_.size())))
        break;
      if (e.range.begin < at || e.range.end > r.end) continue;
      plain(at, e.range.begin, flat);
      apply(i, flat);
      at = std::max(at, e.range.end);
    }
    plain(at, r.end, flat);
  }

  void apply(size_t i, bool flat) {
    const Edit e = edits_[i];
    size_t lines_in = text_.slice(e.range.begin, e.range.end).count('\n');
    size_t before = result_.text.size();
    for (const Piece& p : e.pieces) {
      if (!p.is_range)
        generated(p.generated, p.anchor == UINT32_MAX ? e.anchor : p.anchor);
      else
        emit_range(p.range, flat || p.flat, p.range.begin == e.range.begin ? i + 1 : 0);
    }
    if (flat) return;
    size_t lines_out = llvm::StringRef(result_.text).drop_front(before).count('\n');
    if (lines_in > lines_out) generated(std::string(lines_in - lines_out, '\n'), e.range.end ? e.range.end - 1 : 0);
  }

  llvm::StringRef text_;
  const std::vector<Token>& tokens_;
  std::vector<Edit> edits_;
  LowerResult& result_;
};

} // namespace

void emit(llvm::StringRef text, const TokenList& tokens, std::vector<Edit> edits, LowerResult& result) {
  Emitter(text, tokens, std::move(edits), result).run();
}

} // namespace gocpp::tool
