// The sentence that names the header which an unknown name of gocpp's is declared in.
//
// A file that uses none of the syntax is plain C++ and gets no header by itself, so `gocpp::mutex` in it is unknown;
// and a file that has <gocpp/gocpp.h> has neither the network nor files.
#pragma once

#include "llvm/ADT/StringRef.h"

#include <string>

namespace gocpp::tool {

/// For a text that begins with a `gocpp` which the compiler does not know; empty if it begins with something else.
std::string missing_header(llvm::StringRef text);

/// For a NAME that the compiler does not find in namespace gocpp; empty if no header of ours declares it.
std::string missing_header_of(llvm::StringRef name);

} // namespace gocpp::tool
