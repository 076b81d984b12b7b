// Compiling the lowered C++ with another compiler: GOCPP_CXX=g++, or another clang++.
//
// Each .gcpp source is lowered into a temporary directory, with a line directive in front, so that messages, __FILE__ and debug
// information name the user's file. So is every header that is a .gh or, by whatever way, includes one; #includes among
// these files are pointed at the copies. Messages and dependency files are put right afterwards. Rejected: preprocessing
// with the built-in clang, whose macros and headers are not the other compiler's.
#pragma once

#include "options.h"
#include "toolchain.h"

namespace gocpp::tool {

/// Compiles and links as `drive` does. Returns the exit status.
int compile_with_host(llvm::StringRef host, const Options& options, const Toolchain& tools);

} // namespace gocpp::tool
