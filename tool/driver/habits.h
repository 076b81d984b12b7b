// What somebody writes out of habit, from Go or from elsewhere in C++, told by a compiler's words and the text where they were said.
//
// A name alone tells in rewords_names.h.
#pragma once

#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <string>

namespace gocpp::tool {

/// What to say instead of `words`, a compiler's about the byte at `offset` of the user's `text`, which is empty where that is not known;
/// empty if it is none of this, nor a name.
std::string habit_here(llvm::StringRef words, llvm::StringRef text, uint32_t offset);

/// The type of gocpp's, "wait_group", that a message says is const where a member that changes it is called: mostly a lambda's copy, which
/// the compiler refuses as well. Empty if it is none.
std::string const_of_ours(llvm::StringRef words);
/// The type of gocpp's that a lambda at `offset` would copy and cannot; "" if the message is about something else.
std::string copied_by_lambda(llvm::StringRef words, llvm::StringRef text, uint32_t offset);

} // namespace gocpp::tool
