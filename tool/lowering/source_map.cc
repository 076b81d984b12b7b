// Looking segments up. They are ordered by `out` and leave no gap.

#include "source_map.h"

#include <algorithm>
#include <utility>

namespace gocpp::tool {

LineTable::LineTable(llvm::StringRef text) : starts_{0} {
  for (size_t at = 0; (at = text.find('\n', at)) != llvm::StringRef::npos;) starts_.push_back(static_cast<uint32_t>(++at));
}

uint32_t LineTable::line(uint32_t offset) const {
  return static_cast<uint32_t>(std::upper_bound(starts_.begin(), starts_.end(), offset) - starts_.begin());
}

uint32_t first_line(const LowerResult& result) {
  llvm::StringRef text = result.text;
  for (const Segment& s : result.segments) {
    if (!s.verbatim) return s.in == s.out && text.substr(s.out, s.length).contains("\n#line 1") ? s.out + s.length : 0;
    // Only a byte order mark stands before it.
    if (text.substr(s.out, s.length) != "\xEF\xBB\xBF") break;
  }
  return 0;
}

SourceMap::SourceMap(std::string original, LowerResult result)
    : original_(std::move(original)), result_(std::move(result)) {}

SourceMap::Place SourceMap::to_original(uint32_t out) const {
  const auto& s = result_.segments;
  auto it = std::upper_bound(s.begin(), s.end(), out, [](uint32_t at, const Segment& x) { return at < x.out; });
  if (it == s.begin()) return {0, false};
  --it;
  uint32_t into = out - it->out;
  if (it->verbatim) return {it->in + std::min(into, it->length), true};
  return {it->in, false};
}

uint32_t SourceMap::offset_at(unsigned line, unsigned column) const {
  llvm::StringRef text = result_.text;
  size_t at = first_line(result_);
  for (unsigned i = 1; i < line; ++i) {
    size_t newline = text.find('\n', at);
    if (newline == llvm::StringRef::npos) break;
    at = newline + 1;
  }
  return static_cast<uint32_t>(std::min(at + (column ? column - 1 : 0), text.size()));
}

uint32_t SourceMap::to_lowered(uint32_t in) const {
  // The last verbatim run that holds it: what was moved to the head of a select comes before.
  for (auto it = result_.segments.rbegin(); it != result_.segments.rend(); ++it)
    if (it->verbatim && it->in <= in && in < it->in + it->length) return it->out + (in - it->in);
  return static_cast<uint32_t>(result_.text.size());
}

const Construct* SourceMap::construct_at(uint32_t offset) const {
  const Construct* best = nullptr;
  for (const Construct& c : result_.constructs) {
    if (c.kind == Kind::main || offset < c.range.begin || offset > c.range.end) continue;
    if (!best || c.range.end - c.range.begin < best->range.end - best->range.begin) best = &c;
  }
  return best;
}

} // namespace gocpp::tool
