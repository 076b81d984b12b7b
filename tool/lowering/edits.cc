// The emitter. See edits.h.

#include "edits.h"

#include "source_map.h"

#include "llvm/ADT/Twine.h"

#include <algorithm>
#include <optional>

using namespace clang;

namespace gocpp::tool {

namespace {

/// Of selects in operands of selects: each moves what is in it.
constexpr int kDeepest = 100;

/// A raw string literal of several lines, as an ordinary one; on one line too where it is no literal, which clang will say.
std::string ordinary_string(llvm::StringRef raw) {
  size_t quote = raw.find('"');
  size_t open = raw.find('(', quote);
  llvm::StringRef delimiter = raw.slice(quote + 1, open);
  size_t close = raw.rfind((llvm::Twine(")") + delimiter + "\"").str());
  if (quote == 0 || open == llvm::StringRef::npos || close == llvm::StringRef::npos || close < open) {
    std::string line = raw.str();
    std::replace(line.begin(), line.end(), '\n', ' ');
    return line;
  }
  std::string out = raw.take_front(quote - 1).str() + "\"";  // without the R
  for (char c : raw.slice(open + 1, close)) {
    if (c == '\r') continue;
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
  return out + raw.drop_front(close + delimiter.size() + 2).str();
}

class Emitter {
 public:
  Emitter(const TokenList& list, std::vector<Edit> edits, LowerResult& result)
      : list_(list), text_(list.source()), edits_(std::move(edits)), result_(result) {
    // Insertions before a replacement that begins at the same place.
    for (size_t i = 0; i < edits_.size(); ++i) edits_[i].order = i;
    std::sort(edits_.begin(), edits_.end(), [](const Edit& a, const Edit& b) {
      if (a.range.begin != b.range.begin) return a.range.begin < b.range.begin;
      bool inserts_a = a.range.begin == a.range.end, inserts_b = b.range.begin == b.range.end;
      return inserts_a != inserts_b ? inserts_a : a.order < b.order;
    });
  }

  void run() {
    result_.text.reserve(text_.size() + text_.size() / 4);
    lowered({0, static_cast<uint32_t>(text_.size())}, false, 0);
    // Insertions at the very end.
    for (size_t i = first_edit_at(static_cast<uint32_t>(text_.size())); i < edits_.size(); ++i) apply(edits_[i], false, 0);
  }

 private:
  void verbatim(uint32_t begin, uint32_t end) {
    if (begin >= end) return;
    if (!result_.segments.empty()) {
      Segment& last = result_.segments.back();
      if (last.verbatim && last.in + last.length == begin) {
        last.length += end - begin;
        result_.text.append(text_.data() + begin, end - begin);
        return;
      }
    }
    result_.segments.push_back({out(), begin, end - begin, true});
    result_.text.append(text_.data() + begin, end - begin);
  }

  void generated(llvm::StringRef s, uint32_t stands_for) {
    if (s.empty()) return;
    result_.segments.push_back({out(), stands_for, static_cast<uint32_t>(s.size()), false});
    result_.text.append(s.begin(), s.end());
  }

  uint32_t out() const { return static_cast<uint32_t>(result_.text.size()); }

  uint32_t line_of(uint32_t offset) {
    if (!lines_) lines_.emplace(text_);
    return lines_->line(offset);
  }

  /// What __LINE__ is there.
  std::string presumed_line(uint32_t offset) {
    uint32_t line = line_of(offset);
    size_t d = list_.directive_after(list_.at(offset));
    while (d-- > 0) {
      const Directive& x = list_.directives[d];
      unsigned number;
      if (x.what != Directive::What::line || x.dead || x.first == x.last) continue;
      const Token& t = list_.directive_tokens[x.first];
      if (text_.slice(t.begin, t.end).getAsInteger(10, number)) continue;
      return std::to_string(number + line - line_of(x.begin) - 1);
    }
    return std::to_string(line);
  }

  void flat_token(const Token& t, bool copied) {
    llvm::StringRef bytes = text_.slice(t.begin, t.end);
    if (t.is(Word::line)) return generated(presumed_line(t.begin), t.begin);
    if (t.spliced) return generated(list_.text(t), t.begin);
    if (bytes.contains('\n')) return generated(ordinary_string(bytes), t.begin);
    if (copied) return generated(bytes, t.begin);
    verbatim(t.begin, t.end);
  }

  /// The user's bytes [begin, end), which no edit changes.
  void plain(uint32_t begin, uint32_t end, bool flat, bool copied = false) {
    if (!flat) return verbatim(begin, end);
    uint32_t done = begin;
    for (Index i = list_.at(begin); i < list_.size() && list_[i].begin < end && list_[i].end <= end; ++i) {
      gap(done, list_[i].begin, copied);
      flat_token(list_[i], copied);
      done = list_[i].end;
    }
    gap(done, end, copied);
  }

  void gap(uint32_t begin, uint32_t end, bool copied) {
    if (begin >= end) return;
    bool blank = text_.slice(begin, end).find_first_not_of(" \t") == llvm::StringRef::npos;
    if (blank && !copied) verbatim(begin, end);
    else generated(blank ? text_.slice(begin, end) : " ", begin);
  }

  size_t first_edit_at(uint32_t at) const {
    return static_cast<size_t>(std::lower_bound(edits_.begin(), edits_.end(), at,
                                                [](const Edit& e, uint32_t x) { return e.range.begin < x; }) -
                               edits_.begin());
  }

  /// Emits the range with the edits that begin and end in it.
  void lowered(Range r, bool flat, int depth) {
    uint32_t at = r.begin;
    size_t i = depth > kDeepest ? edits_.size() : first_edit_at(r.begin);
    if (depth > kDeepest && !complained_) {
      complained_ = true;
      Message m;
      m.offset = r.begin;
      m.highlight = r;
      m.text = "selects are nested too deeply in operands of selects";
      result_.messages.push_back(std::move(m));
    }
    while (i < edits_.size() && edits_[i].range.begin < r.end) {
      const Edit& e = edits_[i];
      if (e.range.begin < at || e.range.end > r.end) {
        ++i;
        continue;
      }
      plain(at, e.range.begin, flat);
      apply(e, flat, depth);
      at = e.range.end;
      // What a replacement holds has been emitted with it, if at all.
      if (e.range.begin == e.range.end) ++i;
      else i = std::max(i + 1, first_edit_at(at));
    }
    plain(at, r.end, flat);
  }

  void apply(const Edit& e, bool flat, int depth) {
    size_t before = result_.text.size();
    for (const Piece& p : e.pieces) {
      switch (p.how) {
      case Piece::text: generated(p.generated, p.anchor); break;
      case Piece::keep: lowered(p.range, flat, depth + 1); break;
      case Piece::move: lowered(p.range, true, depth + 1); break;
      case Piece::copy: plain(p.range.begin, p.range.end, true, true); break;
      }
    }
    if (flat || e.range.begin == e.range.end) return;
    size_t had = text_.slice(e.range.begin, e.range.end).count('\n');
    size_t has = llvm::StringRef(result_.text).drop_front(before).count('\n');
    if (had > has) generated(std::string(had - has, '\n'), e.range.end - 1);
  }

  const TokenList& list_;
  llvm::StringRef text_;
  std::vector<Edit> edits_;
  LowerResult& result_;
  std::optional<LineTable> lines_;
  bool complained_ = false;
};

} // namespace

void emit(const TokenList& list, std::vector<Edit> edits, LowerResult& result) {
  Emitter(list, std::move(edits), result).run();
}

} // namespace gocpp::tool
