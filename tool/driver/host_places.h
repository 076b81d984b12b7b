// Where a place that another compiler names is for the user: in their text, in a construct, in a header of ours, elsewhere. As
// places.h for clang's own locations.
#pragma once

#include "host_output.h"
#include "places.h"
#include "staging.h"

#include "clang/Basic/FileManager.h"
#include "clang/Basic/SourceManager.h"

#include <climits>
#include <map>

namespace gocpp::tool {

struct Spot {
  const StagedFile* file = nullptr;   ///< Null outside of what was lowered.
  clang::SourceLocation loc;          ///< In the user's text. Invalid if there is no such file.
  uint32_t offset = 0;                ///< Of `loc`, if there is a file,
  uint32_t out = 0;                   ///< and into the lowered text.
  bool generated = false;             ///< Nothing of the user's stands there.
  const Construct* around = nullptr;

  bool in(Kind kind) const { return around && around->kind == kind; }
};

/// FILE:LINE
std::string line_of(const HostPlace& place);

class HostPlaces {
 public:
  HostPlaces(const Staging& staging, llvm::StringRef include_dir, clang::SourceManager& sources)
      : staging_(staging), ours_(include_dir.str() + "/gocpp/"), sources_(sources) {}

  Spot locate(const HostPlace& place);
  /// Moves a spot within its file.
  void put(Spot& spot, uint32_t offset) const;
  /// FILE:LINE:COLUMN of the user's.
  std::string at_users_place(const HostPlace& place);
  /// In a file that was lowered, or that includes one.
  bool is_users(const HostPlace& place) const { return !place.path.empty() && staging_.by_original(place.path); }
  /// Whether a path, or a line that names one, is of a header of ours.
  bool is_ours(llvm::StringRef text) const { return text.contains(ours_) || text.contains("/include/gocpp/"); }

  /// A header of ours or of the system's.
  bool is_library(llvm::StringRef path) const {
    return is_ours(path) || path.starts_with("/usr/include/") || path.starts_with("/usr/lib") || path.contains("/include/c++/");
  }

 private:
  const Staging& staging_;
  const std::string ours_;
  clang::SourceManager& sources_;
  struct File {
    clang::FileID id;
    unsigned first_line_directive = UINT_MAX;  ///< From there on it says itself which lines it has.
  };
  std::map<std::string, File> files_;
};

} // namespace gocpp::tool
