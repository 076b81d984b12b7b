// Asking clang what names mean where a text is in doubt.
//
// The user's text is parsed once more, for the answers alone, with a question in place of each doubtful text: an unknown
// name, at which clang asks an ExternalSemaSource and so tells the scope to look in; or a call that keeps an expression, whose
// type the AST then holds. Function bodies of plain headers are skipped. Doubts inside doubts are asked in further rounds.
#pragma once

#include "overlay.h"

#include <set>
#include <string>

namespace gocpp::tool {

struct Job;

/// Adds to `knowledge` the answers to all doubts in the files of `parsed`, and `taken`. True if a file is to be lowered
/// differently because of them.
bool look_up(Job& job, const Overlay& parsed, const std::set<std::string>& taken, Knowledge& knowledge);

/// For a file that the lowering refuses: asks about the doubts, and the #ifs, that the refusal hangs on. True if the file
/// is to be lowered again.
bool look_up_errors(Job& job, const Overlay& lowered, Knowledge& knowledge);

} // namespace gocpp::tool
