// See mirror.h.

#include "mirror.h"

#include "clang/Basic/SourceManagerInternals.h"
#include "clang/Lex/Lexer.h"

using namespace clang;

namespace gocpp::tool {

Mirror::Mirror(const Places& places, FileManager& files, DiagnosticsEngine& engine, const LangOptions& lang)
    : places_(places), original_(places.sources()), lang_(lang), mirrored_(engine, files) {}

FileID Mirror::lowered(const LoweredFile& lowered) {
  // As clang entered it, so that the messages show who included it.
  SourceLocation entered = places_.in_lowered(lowered, 0);
  if (entered.isValid()) return file(original_.getFileID(entered));
  FileID& id = unentered_[&lowered];
  if (id.isInvalid()) {
    auto text = llvm::MemoryBuffer::getMemBuffer(lowered.map.original(), lowered.path, /*RequiresNullTerminator=*/false);
    if (auto entry = mirrored_.getFileManager().getOptionalFileRef(lowered.path)) {
      mirrored_.overrideFileContents(*entry, std::move(text));
      id = mirrored_.createFileID(*entry, {}, SrcMgr::C_User);
    } else {
      id = mirrored_.createFileID(std::move(text));
    }
    if (mirrored_.getMainFileID().isInvalid()) mirrored_.setMainFileID(id);
  }
  return id;
}

FileID Mirror::file(FileID original) {
  if (original.isInvalid()) return {};
  auto known = file_ids_.find(original);
  if (known != file_ids_.end()) return known->second;
  const LoweredFile* lowered = places_.lowered_file(original);
  const SrcMgr::FileInfo& info = original_.getSLocEntry(original).getFile();
  // That a library's header was first met in ours tells the user nothing.
  SourceLocation included_at = places_.in_our_headers(info.getIncludeLoc()) ? SourceLocation() : move(info.getIncludeLoc());
  std::optional<llvm::MemoryBufferRef> buffer = original_.getBufferOrNone(original);
  llvm::StringRef text = lowered ? lowered->map.original() : buffer ? buffer->getBuffer() : llvm::StringRef();
  FileID id;
  if (auto entry = original_.getFileEntryRefForID(original)) {
    if (!mirrored_.isFileOverridden(&entry->getFileEntry()))
      mirrored_.overrideFileContents(*entry, llvm::MemoryBuffer::getMemBuffer(text, entry->getName(), false));
    id = mirrored_.createFileID(*entry, included_at, info.getFileCharacteristic());
  } else {
    llvm::StringRef name = buffer ? buffer->getBufferIdentifier() : llvm::StringRef("<unknown>");
    id = mirrored_.createFileID(llvm::MemoryBuffer::getMemBuffer(text, name, false), info.getFileCharacteristic(), 0, 0, included_at);
  }
  file_ids_[original] = id;
  if (original == original_.getMainFileID()) mirrored_.setMainFileID(id);
  copy_line_table(original, id, lowered);
  return id;
}

void Mirror::copy_line_table(FileID from, FileID to, const LoweredFile* lowered) {
  auto& sources = const_cast<SourceManager&>(original_);
  if (!sources.hasLineTable()) return;
  LineTableInfo& table = sources.getLineTable();
  for (auto& [id, entries] : table) {
    if (id != from) continue;
    std::vector<LineEntry> moved;
    for (LineEntry e : entries) {
      if (lowered) {
        SourceMap::Place p = lowered->map.to_original(e.FileOffset);
        if (!p.verbatim) continue;  // ours
        e.FileOffset = p.offset;
        if (e.IncludeOffset) e.IncludeOffset = lowered->map.to_original(e.IncludeOffset).offset;
      }
      if (e.FilenameID >= 0) e.FilenameID = static_cast<int>(mirrored_.getLineTableFilenameID(table.getFilename(static_cast<unsigned>(e.FilenameID))));
      moved.push_back(e);
    }
    if (moved.empty()) return;
    mirrored_.getLineTable().AddEntry(to, moved);
    const_cast<SrcMgr::FileInfo&>(mirrored_.getSLocEntry(to).getFile()).setHasLineDirectives();
    return;
  }
}

SourceLocation Mirror::at(const LoweredFile& lowered_file, uint32_t offset) {
  return mirrored_.getComposedLoc(lowered(lowered_file), offset);
}

CharSourceRange Mirror::range(const LoweredFile& file, Range r) {
  return between(at(file, r.begin), at(file, r.end));
}

CharSourceRange Mirror::between(SourceLocation begin, SourceLocation end) {
  if (begin < end) {
    SourceLocation last = Lexer::GetBeginningOfToken(end.getLocWithOffset(-1), mirrored_, lang_);
    auto length = static_cast<int>(Lexer::MeasureTokenLength(last, mirrored_, lang_));
    if (!(last < begin) && last.getLocWithOffset(length) == end) return CharSourceRange::getTokenRange(begin, last);
  }
  return CharSourceRange::getCharRange(begin, end);
}

namespace {

/// The end of the user's text that generated text at `out` follows.
uint32_t end_before(const LoweredFile& file, uint32_t out) {
  uint32_t anchor = file.map.to_original(out).offset;
  const Construct* c = construct_with_anchor(file.result(), anchor);
  if (!c) return anchor;
  for (const Segment& s : llvm::ArrayRef(file.result().segments)) {
    if (s.out <= out || !s.verbatim) continue;
    if (s.in <= anchor || s.in > c->range.end) break;
    return static_cast<uint32_t>(file.map.original().take_front(s.in).rtrim().size());
  }
  return c->range.end;
}

} // namespace

SourceLocation Mirror::move(SourceLocation loc) {
  if (loc.isInvalid()) return {};
  loc = places_.outside_our_macros(loc);
  if (loc.isMacroID()) return move_expansion(loc);
  auto [id, offset] = original_.getDecomposedLoc(loc);
  if (const LoweredFile* lowered = places_.lowered_file(id)) offset = user_offset(lowered->map, offset);
  return mirrored_.getComposedLoc(file(id), offset);
}

SourceLocation Mirror::move_expansion(SourceLocation loc) {
  FileID id = original_.getFileID(loc);
  const SrcMgr::SLocEntry& entry = original_.getSLocEntry(id);
  const SrcMgr::ExpansionInfo& info = entry.getExpansion();
  SourceLocation start = SourceLocation::getFromRawEncoding(entry.getOffset() | (1u << 31));
  unsigned into = loc.getRawEncoding() - start.getRawEncoding();
  // The tokens of one expansion move together, unless lowering moved them apart.
  SourceLocation spelled = move(info.getSpellingLoc());
  SourceLocation spelled_here = move(info.getSpellingLoc().getLocWithOffset(static_cast<int>(into)));
  bool together = spelled_here == spelled.getLocWithOffset(static_cast<int>(into));
  SourceLocation key = together ? start : loc;
  auto known = expansions_.find(key);
  if (known == expansions_.end()) {
    unsigned length = together ? original_.getFileIDSize(id) : 1;
    SourceLocation from = together ? spelled : spelled_here;
    SourceLocation begin = move(info.getExpansionLocStart());
    SourceLocation made = info.isMacroArgExpansion()
                              ? mirrored_.createMacroArgExpansionLoc(from, begin, length)
                              : mirrored_.createExpansionLoc(from, begin, move(info.getExpansionLocEnd()), length, info.isExpansionTokenRange());
    known = expansions_.emplace(key, made).first;
  }
  return together ? known->second.getLocWithOffset(static_cast<int>(into)) : known->second;
}

SourceLocation Mirror::end_of(SourceLocation loc, bool is_token) {
  loc = places_.outside_our_macros(loc);
  if (loc.isInvalid() || loc.isMacroID()) return {};
  auto [id, offset] = original_.getDecomposedLoc(loc);
  const LoweredFile* lowered = places_.lowered_file(id);
  unsigned length = is_token ? Lexer::MeasureTokenLength(loc, original_, lang_) : 0;
  if (!lowered) return mirrored_.getComposedLoc(file(id), offset + length);
  SourceMap::Place p = lowered->map.to_original(offset);
  if (p.verbatim) return mirrored_.getComposedLoc(file(id), p.offset + length);
  if (!is_token && offset > 0) {
    SourceMap::Place last = lowered->map.to_original(offset - 1);
    if (last.verbatim) return mirrored_.getComposedLoc(file(id), last.offset + 1);
  }
  return mirrored_.getComposedLoc(file(id), end_before(*lowered, offset));
}

CharSourceRange Mirror::move(CharSourceRange range) {
  if (range.isInvalid()) return {};
  SourceLocation begin = places_.outside_our_macros(range.getBegin()), end = places_.outside_our_macros(range.getEnd());
  if (begin.isMacroID() || end.isMacroID()) {
    SourceLocation b = move(begin), e = move(end);
    return CharSourceRange(SourceRange(b, e), range.isTokenRange());
  }
  if (original_.getFileID(begin) != original_.getFileID(end)) return {};
  SourceLocation b = move(begin), e = end_of(end, range.isTokenRange());
  if (e.isInvalid() || e < b) return {};
  return between(b, e);
}

bool Mirror::move(FixItHint& fix) {
  auto verbatim = [&](SourceLocation loc) {
    if (loc.isInvalid()) return true;
    if (loc.isMacroID()) return false;
    auto p = places_.place(loc);
    if (!p || p->verbatim) return true;
    // An insertion just behind the user's text.
    if (original_.getFileOffset(loc) == 0) return false;
    auto before = places_.place(loc.getLocWithOffset(-1));
    return before && before->verbatim;
  };
  for (CharSourceRange* r : {&fix.RemoveRange, &fix.InsertFromRange}) {
    if (r->isInvalid()) continue;
    if (!verbatim(r->getBegin()) || !verbatim(r->getEnd())) return false;
    if (r->getBegin() == r->getEnd() && !r->isTokenRange()) {
      SourceLocation at = end_of(r->getBegin(), false);
      *r = CharSourceRange::getCharRange(at, at);
    } else {
      *r = move(*r);
    }
    if (r->isInvalid()) return false;
  }
  return true;
}

} // namespace gocpp::tool
