// See flaw.h.

#include "flaw.h"

#include "source_map.h"

#include "llvm/ADT/STLExtras.h"

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

/// Only a select's operands move: without one the user's bytes stay in their order, each once.
std::string order_flaw(const LowerResult& r) {
  if (llvm::any_of(r.constructs, [](const Construct& c) { return c.kind == Kind::select; })) return "";
  uint32_t done = 0;
  for (const Segment& s : r.segments) {
    if (!s.verbatim) continue;
    if (s.in < done) return "segments that go back";
    done = s.in + s.length;
  }
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
  size_t line = out.find("#line 1 \"FILE\"\n");
  size_t head = line == llvm::StringRef::npos ? 0 : out.take_front(line).count('\n') + 1;
  if (out.count('\n') != text.count('\n') + head) return "another number of lines";
  if (!r.uses_syntax && !r.runs_main && !options.force_prelude && !options.probe && out != text) return "plain C++ that has changed";
  for (const Construct& c : r.constructs)
    if (c.range.begin > c.anchor || c.anchor >= c.range.end || c.range.end > text.size()) return "a construct beside its anchor";
  for (const Message& m : r.messages)
    if (m.offset > text.size() || m.highlight.end > text.size()) return "a message about nothing";
  for (std::string what : {segment_flaw(text, r), order_flaw(r)})
    if (!what.empty()) return what;
  return place_flaw(text, r);
}

} // namespace gocpp::tool
