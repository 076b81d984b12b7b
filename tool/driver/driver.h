// Compiling, linking, running and printing: what each mode of the command line does.
#pragma once

#include "options.h"

#include <string>
#include <vector>

namespace gocpp::tool {

/// clang's driver over the given arguments, with each C++ compilation in this process.
int drive(const std::string& executable, const CommandLine& line, const Toolchain& tools);
int run_program(const std::string& executable, CommandLine line, const Toolchain& tools);
int emit_cpp(const CommandLine& line);
/// `gocpp -cc1 …`, as clang's driver calls it when it wants a process of its own.
int cc1(std::vector<const char*> argv);

} // namespace gocpp::tool
