// Closes of channels and what follows them: the common part of double-close and send-after-close.
//
// A channel is followed by the variable that names it, a local or parameter of the function that holds its own handle. A
// variable that could be made to name another channel behind the function's back is not followed: one whose address or
// reference goes elsewhere, or that a lambda changes. A global or a member is followed as far as the next call of a function
// of the user's. What follows a close counts if every path to it comes through a close, or if every path from the close comes
// to it; so branches that exclude each other, and conditions that may be related, are silent.
#pragma once

#include "flow.h"

namespace gocpp::tool {

/// A close, and a later operation on the same channel.
struct AfterClose {
  const clang::ValueDecl* channel;
  const Event* close;
  const Event* later;
};

/// All operations for which `is_wanted` that find their channel closed for certain.
std::vector<AfterClose> after_close(Body& body, llvm::function_ref<bool(Op)> is_wanted);

} // namespace gocpp::tool
