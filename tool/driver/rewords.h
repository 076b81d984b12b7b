// Every message of clang's that the tool says differently, in one table.
#pragma once

#include <string>

namespace gocpp::tool {

/// Says a message about a construct in the language's own terms.
void reword(std::string& text);
/// Spells gocpp's types as the language does, and drops the prefix of our own assertions. For any message.
void tidy(std::string& text);
/// A note worth showing although it stands at generated code or in our headers.
bool keep_note(const std::string& text);
/// A message that is only about the shape of generated code.
bool drop_message(const std::string& text, bool generated);

} // namespace gocpp::tool
