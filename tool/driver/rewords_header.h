// The sentence that names the header which an unknown name of gocpp's is declared in, or what the thing is called here.
//
// A file that uses none of the syntax is plain C++ and gets no header by itself, so `gocpp::mutex` in it is unknown;
// and a file that has <gocpp/gocpp.h> has neither the network nor files. And who comes from Go looks for a name of Go's.
// Compilers say that a name is unknown and stop there, or guess by its letters.
#pragma once

#include "llvm/ADT/StringRef.h"

#include <string>

namespace gocpp::tool {

/// For a text that begins with a `gocpp` which the compiler does not know; empty if it begins with something else.
std::string missing_header(llvm::StringRef text);

/// For a NAME that the compiler does not find in namespace gocpp; empty if no header of ours declares it.
std::string missing_header_of(llvm::StringRef name);

/// The same for a name that Go has, or std, and gocpp has under another one; empty for any other.
std::string name_here(llvm::StringRef name);

} // namespace gocpp::tool
