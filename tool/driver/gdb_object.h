// The object file that has gdb load its script (runtime/gdb) by itself with a program that the object is
// linked into.
//
// Its section .debug_gdb_scripts names the script by an absolute path, which is the one way gdb takes, so the
// object is made for each link: an installation may have been moved since the last. cmake/gdb.cmake does the
// same for CMake's projects. Rejected: the script's text in the section, which gdb loads only with programs
// in directories that it was told to trust.
#pragma once

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringRef.h"

namespace gocpp::tool {

class GdbObject {
 public:
  GdbObject() = default;
  GdbObject(const GdbObject&) = delete;
  ~GdbObject();

  /// Makes the object, a temporary file until this one's end. False where there is no script or the file
  /// cannot be written.
  bool make(llvm::StringRef script);
  /// What to link.
  llvm::StringRef path() const { return path_; }

 private:
  llvm::SmallString<128> path_;
};

} // namespace gocpp::tool
