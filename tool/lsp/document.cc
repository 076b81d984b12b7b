// See document.h.

#include "document.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace gocpp::tool::lsp {

namespace {

constexpr int kMostRepairs = 16;

bool in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

bool is_word_at(llvm::StringRef text, size_t at, llvm::StringRef word) {
  return text.substr(at).starts_with(word) && (at == 0 || !in_word(text[at - 1])) &&
         (at + word.size() >= text.size() || !in_word(text[at + word.size()]));
}

/// Blanks the word that makes a construct of what the message complains about: there, or before it in the line.
bool blank_word(std::string& text, const Message& m) {
  llvm::StringRef all = text;
  size_t line = all.rfind('\n', m.offset) + 1;  // npos + 1: the first line
  for (size_t at = std::min<size_t>(m.offset, all.size()) + 1; at-- > line;)
    for (llvm::StringRef word : {"go", "case"})
      if (is_word_at(all, at, word)) {
        std::fill_n(text.begin() + static_cast<ptrdiff_t>(at), word.size(), ' ');
        return true;
      }
  return false;
}

LowerResult lower_for_clangd(const std::string& path, std::string& text, std::vector<Message>& messages) {
  LowerOptions options;
  options.path = path;
  options.is_header = llvm::StringRef(path).ends_with(".gh");
  LowerResult result = lower(text, options);
  messages = result.messages;
  for (int i = 0; i < kMostRepairs && !result.messages.empty(); ++i) {
    bool changed = false;
    for (const Message& m : result.messages) changed = changed || blank_word(text, m);
    if (!changed) break;
    result = lower(text, options);
  }
  return result;
}

SourceMap make_map(const std::string& path, std::string text, std::vector<Message>& messages) {
  LowerResult result = lower_for_clangd(path, text, messages);
  return SourceMap(std::move(text), std::move(result));
}

std::vector<std::string> find_headers(llvm::StringRef text) {
  std::vector<std::string> found;
  while (!text.empty()) {
    auto [line, rest] = text.split('\n');
    text = rest;
    line = line.ltrim();
    if (!line.consume_front("#") || !(line = line.ltrim()).consume_front("include")) continue;
    line = line.ltrim();
    if (line.empty() || (line.front() != '"' && line.front() != '<')) continue;
    llvm::StringRef name = line.drop_front().take_until([](char c) { return c == '"' || c == '>'; });
    if (name.ends_with(".gh")) found.push_back(name.str());
  }
  return found;
}

} // namespace

bool is_gocpp_path(llvm::StringRef path) { return path.ends_with(".gcpp") || path.ends_with(".gh"); }

Document::Document(std::string path, std::string text, int64_t version)
    : path_(std::move(path)), text_(std::move(text)), version_(version), map_(make_map(path_, text_, messages_)), index_(text_),
      lowered_index_(map_.lowered()), headers_(find_headers(text_)) {}

uint32_t Document::offset_to_lowered(uint32_t offset) const {
  auto end = static_cast<uint32_t>(map_.lowered().size());
  if (offset >= text_.size() && text_.empty()) return end;
  // A cursor stands between two bytes. It goes with the word that it touches, and of none with the byte before it.
  bool before_word = offset < text_.size() && in_word(text_[offset]);
  if (!before_word && offset > 0)
    if (uint32_t before = map_.to_lowered(offset - 1); before < end && text_[offset - 1] != '\n') return before + 1;
  for (uint32_t at = offset; at < text_.size(); ++at)
    if (uint32_t out = map_.to_lowered(at); out < end) return out;
  return end;
}

Position Document::to_lowered(Position p, Encoding encoding) const {
  return lowered_index_.position(offset_to_lowered(index_.offset(p, encoding)), encoding);
}

Position Document::to_original(Position p, Encoding encoding) const { return to_original(p, p, encoding).begin; }

Document::Span Document::to_original(Position begin, Position end, Encoding encoding) const {
  uint32_t from = lowered_index_.offset(begin, encoding), to = std::max(from, lowered_index_.offset(end, encoding));
  SourceMap::Place first = map_.to_original(from);
  if (from == to) {
    if (!first.verbatim && from > 0)
      if (SourceMap::Place before = map_.to_original(from - 1); before.verbatim) first = {before.offset + 1, true};
    Position p = index_.position(first.offset, encoding);
    return {p, p, first.verbatim};
  }
  SourceMap::Place last = map_.to_original(to - 1);
  bool own = first.verbatim && last.verbatim && last.offset + 1 - first.offset == to - from &&
             map_.lowered().slice(from, to) == map_.original().slice(first.offset, last.offset + 1);
  uint32_t stop = last.verbatim ? last.offset + 1 : last.offset;
  if (!first.verbatim && !last.verbatim && first.offset == last.offset) {
    stop = first.offset;
    while (stop < text_.size() && in_word(text_[stop])) ++stop;
    if (stop == first.offset) stop = std::min<uint32_t>(stop + 2, static_cast<uint32_t>(text_.size()));
  }
  return {index_.position(first.offset, encoding), index_.position(std::max(stop, first.offset), encoding), own};
}

} // namespace gocpp::tool::lsp
