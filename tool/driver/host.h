// Another compiler behind the tool: g++, or a clang of the user's choice, compiles the lowered text.
#pragma once

#include "options.h"

#include <string>

namespace gocpp::tool {

/// Lowers `path` for a reader or another compiler; prints the lowering's messages. False on an error.
bool lower_for_output(const std::string& path, bool force_prelude, std::string& text);

/// Does what the command line asks for through `compiler`.
int compile_with_host(const std::string& compiler, const CommandLine& line, const Toolchain& tools);

} // namespace gocpp::tool
