// From a command line to files: clang's own driver plans the steps, and gocpp changes the plan where it must.
//
// Every compilation of C++ runs in this program (compile.h), in this process when there is only one; assembling and
// linking are other programs, as for clang++. Rejected: planning by hand, which would have to know what each of clang's
// thousand flags means.
#pragma once

#include "options.h"
#include "toolchain.h"

namespace gocpp::tool {

/// Compiles and links as the options say. Returns the exit status.
int drive(const Options& options, const Toolchain& tools);

/// Prints the C++ that the one input is lowered to.
int emit_cpp(const Options& options, const Toolchain& tools);

/// Builds a temporary program, runs it, removes it, and ends as it ended.
int run_program(const Options& options, const Toolchain& tools);

/// Names gocpp, the clang in it, and the target.
int print_version(const Options& options, const Toolchain& tools);

/// The arguments behind -cc1 with which clang would only look at the syntax of one of the inputs. Empty after an error, which
/// has been printed; a `quiet` call overlooks flags that clang does not know.
std::vector<std::string> syntax_only_args(const Options& options, const Toolchain& tools, bool quiet, llvm::StringRef input);

} // namespace gocpp::tool
