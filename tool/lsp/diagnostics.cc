// See diagnostics.h.

#include "diagnostics.h"

#include "translate.h"

#include <algorithm>
#include <cctype>

namespace gocpp::tool::lsp {

using llvm::json::Array;
using llvm::json::Object;
using llvm::json::Value;

namespace {

/// What to underline: what the message says, or the word there.
Range highlight_of(const Document& doc, const Message& m) {
  if (m.highlight.end > m.highlight.begin) return m.highlight;
  Range r{m.offset, m.offset};
  auto in_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
  while (r.end < doc.text().size() && in_word(doc.text()[r.end])) ++r.end;
  if (r.end == r.begin && r.end < doc.text().size() && doc.text()[r.end] != '\n') ++r.end;
  return r;
}

Value range_value(const Document& doc, Range r, Encoding encoding) {
  return Object{{"start", write_position(doc.index().position(r.begin, encoding))}, {"end", write_position(doc.index().position(r.end, encoding))}};
}

Object diagnostic(const Document& doc, const Message& m, Encoding encoding) {
  int severity = m.level == Message::Level::error ? 1 : m.level == Message::Level::warning ? 2 : 3;
  return Object{{"range", range_value(doc, highlight_of(doc, m), encoding)}, {"severity", severity}, {"source", "gocpp"}, {"message", m.text}};
}

std::string title_of(const Document& doc, const FixIt& f) {
  std::string old = doc.text().slice(f.range.begin, f.range.end).str();
  if (old.empty()) return "insert '" + f.text + "'";
  return f.text.empty() ? "remove '" + old + "'" : "change '" + old + "' to '" + f.text + "'";
}

} // namespace

Array own_diagnostics(const Document& doc, Encoding encoding) {
  Array all;
  for (const Message& m : doc.messages()) all.push_back(diagnostic(doc, m, encoding));
  return all;
}

Array merge_diagnostics(const Document& doc, Array from_clangd, Encoding encoding) {
  std::vector<uint32_t> refused;
  for (const Message& m : doc.messages()) refused.push_back(doc.index().line_of(m.offset));
  Array all = own_diagnostics(doc, encoding);
  for (Value& v : from_clangd) {
    const Object* o = v.getAsObject();
    const Object* range = o ? o->getObject("range") : nullptr;
    std::optional<Position> at = range && range->get("start") ? read_position(*range->get("start")) : std::nullopt;
    if (at && std::find(refused.begin(), refused.end(), at->line) != refused.end()) continue;
    if (std::find(all.begin(), all.end(), v) == all.end()) all.push_back(std::move(v));
  }
  return all;
}

Array own_actions(const Document& doc, const Object& params, Encoding encoding) {
  Array actions;
  const Object* range = params.getObject("range");
  if (!range || !range->get("start") || !range->get("end")) return actions;
  auto start = read_position(*range->get("start")), end = read_position(*range->get("end"));
  if (!start || !end) return actions;
  uint32_t from = doc.index().offset(*start, encoding), to = doc.index().offset(*end, encoding);
  for (const Message& m : doc.messages()) {
    Range there = highlight_of(doc, m);
    // A cursor anywhere in the line will do.
    bool touches = (there.begin <= to && from <= there.end) || doc.index().line_of(m.offset) == start->line;
    if (m.fixits.empty() || !touches) continue;
    Array edits;
    for (const FixIt& f : m.fixits) edits.push_back(Object{{"range", range_value(doc, f.range, encoding)}, {"newText", f.text}});
    actions.push_back(Object{{"title", title_of(doc, m.fixits.front())},
                             {"kind", "quickfix"},
                             {"isPreferred", true},
                             {"diagnostics", Array{diagnostic(doc, m, encoding)}},
                             {"edit", Object{{"changes", Object{{uri_of_path(doc.path()), std::move(edits)}}}}}});
  }
  return actions;
}

} // namespace gocpp::tool::lsp
