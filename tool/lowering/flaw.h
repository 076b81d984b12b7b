// What holds for every lowered text, whatever the input: for tests and fuzzing.
#pragma once

#include "types.h"

namespace gocpp::tool {

/// Says what is wrong with a result, or nothing: its lines, its segments and their order, places there and back, and text that
/// should not have changed.
std::string flaw(llvm::StringRef text, const LowerOptions& options, const LowerResult& result);

} // namespace gocpp::tool
