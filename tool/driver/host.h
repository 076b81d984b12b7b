// Compiling the lowered C++ with another compiler: GOCPP_CXX=g++, or a compiler that gocpp is the launcher of (launcher.h).
//
// Each .gcpp source is lowered into a temporary directory, with a line directive in front, so that messages, __FILE__ and debug
// information name the user's file. So is every header that is a .gh or, by whatever way, includes one; #includes among
// these files are pointed at the copies. Messages and dependency files are put right afterwards. Rejected: preprocessing
// with the built-in clang, whose macros and headers are not the other compiler's.
//
// An object file's copies stand beside it, in a directory named after it: the command is then the same whenever it is
// repeated, as ccache needs to find it again.
#pragma once

#include "options.h"
#include "toolchain.h"

namespace gocpp::tool {

/// Whose command line it is: gocpp's, or the other compiler's, whose own search paths then come before gocpp's.
enum class HostRole { instead, launched };

/// Compiles and links as `drive` does. The compiler is the last of `program`, behind its launchers; the first is a path.
/// Returns the exit status.
int compile_with_host(std::vector<std::string> program, const Options& options, const Toolchain& tools, HostRole role);

/// Whether some input is or includes, by whatever way, a file that is lowered. Says nothing of errors.
bool host_would_lower(const Options& options, const Toolchain& tools);

} // namespace gocpp::tool
