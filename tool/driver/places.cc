// See places.h.

#include "places.h"

using namespace clang;

namespace gocpp::tool {

const Construct* construct_with_anchor(const LowerResult& result, uint32_t anchor) {
  const Construct* found = nullptr;
  for (const Construct& c : result.constructs)
    if (c.anchor == anchor && (!found || c.range.end - c.range.begin < found->range.end - found->range.begin)) found = &c;
  return found;
}

uint32_t pointed_at(const Construct& c) { return c.kind == Kind::go ? c.operand.begin : c.anchor; }

Range underlined(const Construct& c) {
  if (c.operand.end == c.operand.begin) return c.range;
  switch (c.kind) {
  case Kind::go: return {c.operand.begin, c.range.end - 1};  // without its semicolon
  case Kind::select_case: return {std::min(c.anchor, c.operand.begin), c.range.end - 1};  // without its colon
  default: return c.range;
  }
}

uint32_t user_offset(const SourceMap& map, uint32_t out) {
  SourceMap::Place p = map.to_original(out);
  if (p.verbatim) return p.offset;
  const Construct* c = construct_with_anchor(map.result(), p.offset);
  return c ? pointed_at(*c) : p.offset;
}

const LoweredFile* Places::lowered_file(FileID file) const {
  if (auto entry = sources_.getFileEntryRefForID(file)) return overlay_.find(entry->getUniqueID());
  return file == sources_.getMainFileID() ? overlay_.text() : nullptr;
}

SourceLocation Places::outside_our_macros(SourceLocation loc) const {
  while (loc.isMacroID() && in_our_headers(sources_.getSpellingLoc(loc)))
    loc = sources_.isMacroArgExpansion(loc) ? sources_.getImmediateSpellingLoc(loc) : sources_.getImmediateExpansionRange(loc).getBegin();
  return loc;
}

std::optional<Place> Places::place(SourceLocation loc) const {
  if (loc.isInvalid()) return std::nullopt;
  auto [file, out] = sources_.getDecomposedLoc(sources_.getFileLoc(outside_our_macros(loc)));
  const LoweredFile* lowered = lowered_file(file);
  if (!lowered) return std::nullopt;
  SourceMap::Place p = lowered->map.to_original(out);
  const Construct* construct = p.verbatim ? nullptr : construct_with_anchor(lowered->result(), p.offset);
  if (!construct) construct = lowered->map.construct_at(p.offset);
  return Place{lowered, p.offset, p.verbatim, construct};
}

bool Places::in_our_headers(SourceLocation loc) const {
  if (loc.isInvalid()) return false;
  auto entry = sources_.getFileEntryRefForID(sources_.getFileID(sources_.getFileLoc(loc)));
  return entry && entry->getName().starts_with(include_dir_) && entry->getName().drop_front(include_dir_.size()).starts_with("/gocpp/");
}

bool Places::in_user_text(SourceLocation loc) const {
  if (loc.isInvalid() || in_our_headers(loc)) return false;
  SourceLocation file = sources_.getFileLoc(loc);
  return !sources_.isInSystemHeader(file) && !sources_.isWrittenInBuiltinFile(file) && !sources_.isWrittenInCommandLineFile(file) &&
         !sources_.isWrittenInScratchSpace(file);
}

std::string Places::with_user_places(std::string text) const {
  auto say_where = [&](const LoweredFile* file) {
    std::string name = " at " + file->path + ":";
    for (size_t at = 0; (at = text.find(name, at)) != std::string::npos;) {
      at += name.size();
      llvm::StringRef rest = llvm::StringRef(text).drop_front(at);
      unsigned line = 0, column = 0;
      if (rest.consumeInteger(10, line) || !rest.consume_front(":") || rest.consumeInteger(10, column)) continue;
      LineTable lines(file->map.original());
      uint32_t offset = user_offset(file->map, file->map.offset_at(line, column));
      text.replace(at, text.size() - rest.size() - at, std::to_string(lines.line(offset)) + ":" + std::to_string(lines.column(offset)));
    }
  };
  for (const auto& [id, file] : overlay_.files()) say_where(file.get());
  for (const auto& [id, file] : overlay_.precompiled())
    if (file) say_where(file.get());
  return text;
}

SourceLocation Places::in_lowered(const LoweredFile& file, uint32_t offset) const {
  FileID id;
  if (&file == overlay_.text()) {
    id = sources_.getMainFileID();
  } else {
    for (unsigned i = 0; i < sources_.local_sloc_entry_size() && id.isInvalid(); ++i) {
      const SrcMgr::SLocEntry& e = sources_.getLocalSLocEntry(i);
      if (!e.isFile() || !e.getFile().getContentCache().OrigEntry) continue;
      FileID candidate = sources_.getFileID(SourceLocation::getFromRawEncoding(e.getOffset()));
      if (lowered_file(candidate) == &file) id = candidate;
    }
  }
  if (id.isInvalid()) return {};
  for (const Segment& s : file.result().segments)
    if (!s.verbatim && s.in == offset) return sources_.getComposedLoc(id, s.out);
  return sources_.getComposedLoc(id, file.map.to_lowered(offset));
}

} // namespace gocpp::tool
