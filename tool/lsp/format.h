// Formatting by clang-format's own library, which knows nothing of gocpp's syntax.
//
// It is shown the text with C++ of the same width in place of each construct's tokens, which it spaces and breaks as
// they shall be: `--` for a receive's arrow, `+=` for a send's and for `:=`, `switch` for `select`, `!!` for `go`. Its
// replacements then hold for the text itself, since every offset is the same; those that would change a token of a
// construct are left out.
#pragma once

#include "types.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace gocpp::tool::lsp {

/// Replacements, in order and without overlap, that format the ranges; all of the text if there are none. The style is
/// that of the nearest .clang-format of `path`, or `fallback`. An error if that file cannot be read.
llvm::Expected<std::vector<FixIt>> format(llvm::StringRef path, llvm::StringRef text, llvm::ArrayRef<Range> ranges,
                                          llvm::StringRef style = "file", llvm::StringRef fallback = "LLVM");

std::string apply_fixits(llvm::StringRef text, llvm::ArrayRef<FixIt> replacements);

/// `gocpp format [-i] [--style=STYLE] [FILE…]`: prints the formatted files, or standard input, or changes the files.
int format_files(llvm::ArrayRef<std::string> args);

} // namespace gocpp::tool::lsp
