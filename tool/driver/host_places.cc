// See host_places.h.

#include "host_places.h"

#include "llvm/Support/Regex.h"

using namespace clang;

namespace gocpp::tool {

/// From which line on a text says itself which lines of which file it is; past its end if it does not.
static unsigned first_line_directive(llvm::StringRef text) {
  static const llvm::Regex directive("(^|\n)[ \t]*#[ \t]*(line[ \t]+)?[0-9]");
  llvm::SmallVector<llvm::StringRef, 3> parts;
  if (!directive.match(text, &parts)) return UINT_MAX;
  return static_cast<unsigned>(text.take_front(static_cast<size_t>(parts[0].data() - text.data())).count('\n')) + (parts[1].empty() ? 1 : 2);
}

std::string line_of(const HostPlace& place) { return place.path + ":" + std::to_string(place.line); }

Spot HostPlaces::locate(const HostPlace& place) {
  Spot s;
  auto& [id, first_directive] = files_[place.path];
  const StagedFile* staged = staging_.by_original(place.path);
  if (id.isInvalid()) {
    if (staged) {
      id = sources_.createFileID(llvm::MemoryBuffer::getMemBuffer(staged->user_text, place.path));
      first_directive = first_line_directive(staged->user_text);
    } else if (auto file = sources_.getFileManager().getFileRef(place.path)) {
      id = sources_.createFileID(*file, SourceLocation(), SrcMgr::C_User);
    } else {
      llvm::consumeError(file.takeError());
      return s;
    }
  }
  if (place.line >= first_directive) return s;
  if (!staged || !staged->map) {
    s.loc = sources_.translateLineCol(id, place.line, place.column);
    return s;
  }
  s.file = staged;
  s.out = staged->map->offset_at(place.line, place.column);
  SourceMap::Place p = staged->map->to_original(s.out);
  s.generated = !p.verbatim;
  s.offset = user_offset(*staged->map, s.out);
  s.loc = sources_.getComposedLoc(id, s.offset);
  if (s.generated) s.around = staged->map->construct_at(p.offset);
  if (!s.around) s.around = staged->map->construct_at(s.offset);
  return s;
}

void HostPlaces::put(Spot& spot, uint32_t offset) const {
  spot.offset = offset;
  spot.loc = sources_.getComposedLoc(sources_.getFileID(spot.loc), offset);
}

std::string HostPlaces::at_users_place(const HostPlace& place) {
  unsigned line = place.line, column = place.column;
  if (Spot s = locate(place); s.file) {
    LineTable lines(s.file->user_text);
    line = lines.line(s.offset);
    column = lines.column(s.offset);
  }
  return place.path + ":" + std::to_string(line) + ":" + std::to_string(column);
}

} // namespace gocpp::tool
