// Where a file that uses the syntax gets the library from.
#pragma once

#include "edits.h"
#include "forms.h"
#include "types.h"

namespace gocpp::tool {

/// The edits that include the prelude before any of `uses`, which is not empty unless it is forced. They change no line's
/// number: the #include takes an empty line's place, or a line with a comment, or stands in front with a #line.
std::vector<Edit> include_prelude(const TokenList& list, const Forms& forms, std::vector<Index> uses, const LowerOptions& options);

} // namespace gocpp::tool
