// What `gocpp` does besides compiling: `gocpp lsp`, `gocpp format`, `gocpp gdb`.
#pragma once

#include "llvm/ADT/ArrayRef.h"

#include <optional>

namespace gocpp::tool {

/// The exit status, if the arguments, the program's name first, name one of them.
std::optional<int> run_subcommand(llvm::ArrayRef<const char*> args);

} // namespace gocpp::tool
