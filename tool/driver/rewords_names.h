// Names of Go's, or std's, that gocpp has under another one, in the words of clang and of g++ about an unknown name.
//
// Who comes from Go looks for a name of Go's. Compilers say that it is unknown and stop there, or guess by its letters.
#pragma once

#include "llvm/ADT/StringRef.h"

#include <string>

namespace gocpp::tool {

/// The name that was not found in namespace gocpp, "net::x" if it was in gocpp::net, "io::x" in gocpp::io; empty if `words` are about
/// something else.
std::string unknown_in_gocpp(llvm::StringRef words);

/// What to say instead of `words`, the compiler's about an unknown name; empty if gocpp has nothing of the kind.
std::string name_here(llvm::StringRef words);

} // namespace gocpp::tool
