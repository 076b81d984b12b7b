// Where things are: this program, its headers and runtime libraries, and the clang that it is linked with.
#pragma once

#include "llvm/ADT/StringRef.h"

#include <string>
#include <vector>

namespace gocpp::tool {

struct Toolchain {
  std::string self;           ///< This executable.
  std::string include_dir;    ///< Holds gocpp/gocpp.h.
  std::string library_dir;    ///< Holds libgocpp_rt*.a and libgocpp_hooks*.a.
  std::string gdb_script;     ///< gocpp-gdb.py
  std::string clang;          ///< LLVM's own driver; its directory is where linker plugins and lld are looked for.
  std::string resource_dir;   ///< clang's own headers and sanitizer runtimes.
};

/// Headers and libraries are found from where the executable stands, so that an installation may be moved as a whole.
Toolchain find_toolchain(const char* argv0);

/// What the linker needs besides the user's own inputs. `sanitizer` is "address", "thread" or empty; with `hooks` libc's waiting
/// calls go through the runtime.
std::vector<std::string> runtime_link_args(const Toolchain& tools, llvm::StringRef sanitizer, bool hooks);

} // namespace gocpp::tool
