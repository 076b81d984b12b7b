// See flaw.h.

#include "flaw.h"

#include "source_map.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace gocpp::tool {

namespace {

/// The segments cover the text in order, and those that claim to be the user's bytes are.
std::string segment_flaw(llvm::StringRef text, const LowerResult& r) {
  uint32_t at = 0;
  for (const Segment& s : r.segments) {
    if (s.out != at || s.length == 0) return "a gap in the segments";
    at += s.length;
    if (s.in + (s.verbatim ? s.length : 0) > text.size()) return "a segment of nothing";
    if (s.verbatim && text.substr(s.in, s.length) != llvm::StringRef(r.text).substr(s.out, s.length)) return "a verbatim segment that is not";
  }
  return at == r.text.size() ? "" : "an end without segment";
}

/// What of the range no select holds, in order.
std::vector<Range> outside_selects(Range r, const LowerResult& result) {
  std::vector<Range> parts = {r};
  for (const Construct& c : result.constructs) {
    if (c.kind != Kind::select) continue;
    std::vector<Range> kept;
    for (Range p : parts) {
      if (p.begin < std::min(p.end, c.range.begin)) kept.push_back({p.begin, std::min(p.end, c.range.begin)});
      if (std::max(p.begin, c.range.end) < p.end) kept.push_back({std::max(p.begin, c.range.end), p.end});
    }
    parts = std::move(kept);
  }
  return parts;
}

/// Only a select's operands move: outside of selects the user's bytes stay in their order, each once.
std::string order_flaw(const LowerResult& r) {
  uint32_t done = 0;
  for (const Segment& s : r.segments) {
    if (!s.verbatim) continue;
    for (Range part : outside_selects({s.in, s.in + s.length}, r)) {
      if (part.begin < done) return "segments that go back";
      done = part.end;
    }
  }
  return "";
}

/// A select goes back once, from its operands to its cases, and gives no byte twice.
std::string select_flaw(const LowerResult& r) {
  auto selects = static_cast<size_t>(llvm::count_if(r.constructs, [](const Construct& c) { return c.kind == Kind::select; }));
  std::vector<Segment> verbatim;
  for (const Segment& s : r.segments)
    if (s.verbatim) verbatim.push_back(s);
  size_t returns = 0;
  for (size_t i = 1; i < verbatim.size(); ++i) returns += verbatim[i].in < verbatim[i - 1].in;
  if (returns > selects) return "a select that goes back twice";
  llvm::sort(verbatim, [](const Segment& a, const Segment& b) { return a.in < b.in; });
  for (size_t i = 1; i < verbatim.size(); ++i)
    if (verbatim[i].in < verbatim[i - 1].in + verbatim[i - 1].length) return "a byte that stands twice";
  return "";
}

std::string place_flaw(llvm::StringRef text, const LowerResult& r) {
  SourceMap map(text.str(), r);
  for (const Segment& s : r.segments) {
    SourceMap::Place p = map.to_original(s.out + s.length / 2);
    if (p.verbatim != s.verbatim) return "a place that is lost";
    if (p.verbatim && map.to_original(map.to_lowered(p.offset)).offset != p.offset) return "a place that is not found again";
  }
  return "";
}

} // namespace

std::string flaw(llvm::StringRef text, const LowerOptions& options, const LowerResult& r) {
  llvm::StringRef out = r.text;
  if (out.count('\n') != text.count('\n') + out.take_front(first_line(r)).count('\n')) return "another number of lines";
  if (!r.uses_syntax && !r.runs_main && !options.force_prelude && !options.probe && out != text) return "plain C++ that has changed";
  for (const Construct& c : r.constructs)
    if (c.range.begin > c.anchor || c.anchor >= c.range.end || c.range.end > text.size()) return "a construct beside its anchor";
  for (const Message& m : r.messages)
    if (m.offset > text.size() || m.highlight.end > text.size()) return "a message about nothing";
  for (std::string what : {segment_flaw(text, r), order_flaw(r), select_flaw(r)})
    if (!what.empty()) return what;
  return place_flaw(text, r);
}

} // namespace gocpp::tool
