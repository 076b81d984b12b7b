// One compilation of clang's, in this process, over lowered files.
#pragma once

#include "llvm/ADT/ArrayRef.h"

namespace gocpp::tool {

/// Runs `clang -cc1 ARGS`; `args` begins behind -cc1. Returns the exit status.
int compile(llvm::ArrayRef<const char*> args, const char* argv0);

} // namespace gocpp::tool
