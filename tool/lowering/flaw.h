// What holds for every lowered text, whatever the input: for tests and fuzzing.
#pragma once

#include "types.h"

namespace gocpp::tool {

/// Says what is wrong with a result, or nothing: its lines, its segments, places there and back, and text that should not have
/// changed. `options.path` must be FILE, by which a prelude put in front is known.
std::string flaw(llvm::StringRef text, const LowerOptions& options, const LowerResult& result);

} // namespace gocpp::tool
