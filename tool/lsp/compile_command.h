// The flags that clangd shall parse a file with.
//
// From compile_commands.json, found beside the file, above it, or in a `build` directory there, without what is gocpp's
// own: a leading gocpp that launches the compiler, and its flags. A file that stands in none gets the flags of one that
// does, or the defaults. Then come the language, which clang does not know by the file's name, and gocpp's headers.
#pragma once

#include "llvm/ADT/StringRef.h"

#include <string>
#include <vector>

namespace gocpp::tool::lsp {

struct CompileCommand {
  std::string directory;
  std::vector<std::string> args;
};

/// `compile_commands_dir` may be empty: search.
CompileCommand compile_command_for(llvm::StringRef path, llvm::StringRef compile_commands_dir, llvm::StringRef include_dir);

/// The directories of -I, -iquote and -isystem.
std::vector<std::string> include_directories(const CompileCommand& command);

} // namespace gocpp::tool::lsp
