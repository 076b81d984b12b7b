// gocpp before another compiler's command line: `gocpp [ccache] g++ -O2 -c main.gcpp -o main.o`.
//
// This is how build systems that know of compiler launchers use gocpp: CMake's CXX_COMPILER_LAUNCHER, or CXX='gocpp g++' of a
// makefile. The compiler sees the lowered text (host.h). A compilation that has nothing to lower is handed to the compiler
// as it was written, in place of this process; whether that is so is known after preprocessing, since a .cpp may include a .gh.
#pragma once

#include "toolchain.h"

#include "llvm/ADT/ArrayRef.h"

#include <optional>
#include <string>
#include <vector>

namespace gocpp::tool {

/// A command line that begins with another program.
struct InnerCommand {
  std::vector<std::string> program;  ///< The compiler, behind launchers of its own: ccache, g++.
  std::vector<std::string> args;
};

/// The command behind argv[0], if argv[1] names a program and is neither a flag nor a file to compile or link.
std::optional<InnerCommand> inner_command(llvm::ArrayRef<const char*> argv);

/// Runs the command. Returns the exit status, if it returns. `argv` holds the command as it was given, to be passed on.
int launch(const InnerCommand& command, llvm::ArrayRef<const char*> argv, const Toolchain& tools);

} // namespace gocpp::tool
