// Matching the brackets of a file across the branches of its #ifs. See tokens.h for the rules.
#pragma once

namespace gocpp::tool {

class TokenList;

/// Fills in every bracket's `match`. False when so many are open at once that no compiler would take them.
bool match_brackets(TokenList& list);

} // namespace gocpp::tool
