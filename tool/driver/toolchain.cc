// See toolchain.h.

#include "toolchain.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <initializer_list>

namespace gocpp::tool {

namespace {

std::string below(llvm::StringRef directory, llvm::StringRef rest) {
  llvm::SmallString<256> path(directory);
  llvm::sys::path::append(path, rest);
  llvm::sys::path::remove_dots(path, /*remove_dot_dot=*/true);
  return path.str().str();
}

/// The first directory that holds `file`; the last when none does, so that messages name a place.
std::string first_with(std::initializer_list<std::string> directories, llvm::StringRef file) {
  std::string last;
  for (const std::string& d : directories) {
    last = d;
    if (llvm::sys::fs::exists(below(d, file))) break;
  }
  return last;
}

} // namespace

Toolchain find_toolchain(const char* argv0) {
  Toolchain t;
  static int anchor;
  t.self = llvm::sys::fs::getMainExecutable(argv0, &anchor);
  std::string bin = llvm::sys::path::parent_path(t.self).str();
  // The build tree has the shape of an installation, its include a link to the source tree's.
  t.include_dir = first_with({below(bin, GOCPP_BIN_TO_INCLUDE), below(bin, "../include")}, "gocpp/gocpp.h");
  llvm::SmallString<256> real;
  if (!llvm::sys::fs::real_path(t.include_dir, real)) t.include_dir = real.str().str();
  t.library_dir = first_with({below(bin, GOCPP_BIN_TO_LIBRARIES), below(bin, "../lib/gocpp"), below(bin, "../lib")}, "libgocpp_rt.a");
  std::string beside = llvm::sys::path::parent_path(llvm::sys::path::parent_path(t.self)).str();
  t.clang = first_with({beside + "/bin/clang", GOCPP_LLVM_PREFIX "/bin/clang"}, "");
  std::string version = GOCPP_LLVM_MAJOR;
  t.resource_dir = first_with({below(bin, "../lib/clang/" + version), GOCPP_LLVM_PREFIX "/lib/clang/" + version}, "include/stddef.h");
  std::string gdb_dir = first_with({below(t.include_dir, "../runtime/gdb"), below(bin, GOCPP_BIN_TO_GDB)}, "gocpp-gdb.py");
  t.gdb_script = below(gdb_dir, "gocpp-gdb.py");
  return t;
}

std::vector<std::string> runtime_link_args(const Toolchain& tools, llvm::StringRef sanitizer, bool hooks) {
  llvm::StringRef variant = sanitizer == "address" ? "_asan" : sanitizer == "thread" ? "_tsan" : "";
  auto archive = [&](llvm::StringRef name) { return below(tools.library_dir, ("lib" + name + variant + ".a").str()); };
  std::vector<std::string> args;
  if (hooks)
    // Nothing asks for them by itself; and shared libraries find them in the executable only if it lists them.
    args = {"--whole-archive", archive("gocpp_hooks"), "--no-whole-archive",
            "--dynamic-list=" + below(tools.library_dir, "gocpp_hooks.list")};
  // A main that is a goroutine may stand in a library: nothing asks for it before the runtime does.
  args.insert(args.end(), {"-u", "gocpp_main", archive("gocpp_rt")});
  return args;
}

} // namespace gocpp::tool
