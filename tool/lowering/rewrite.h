// Constructs to edits. docs/lowering.md shows each before and after.
#pragma once

#include "edits.h"
#include "forms.h"
#include "types.h"

namespace gocpp::tool {

/// The edits of all forms but main's, which stand apart since not every main becomes a goroutine.
std::vector<Edit> rewrite(const TokenList& list, const Forms& forms);
std::vector<Edit> label_mains(const TokenList& list, const Forms& forms);

/// The same forms as a list for those who look at the program later, in the order of the text.
std::vector<Construct> list_constructs(const TokenList& list, const Forms& forms);

} // namespace gocpp::tool
