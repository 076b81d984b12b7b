// The text that g++ and its like write, taken apart: a report is an error or a warning, what is said of where it comes
// from, and the notes behind it.
#pragma once

#include "clang/Basic/Diagnostic.h"

#include <string>
#include <vector>

namespace gocpp::tool {

/// A place in what the compiler read. Lines and columns count from 1, columns in bytes.
struct HostPlace {
  std::string path;
  unsigned line = 0;
  unsigned column = 0;
};

/// A line before a message that tells how the compiler came there.
struct HostContext {
  enum class Kind {
    included,  ///< "In file included from …", and its further lines.
    within,    ///< "FILE: In function ‘…’:", "FILE: In instantiation of ‘…’:"
    required,  ///< "FILE:LINE:COLUMN:   required from ‘…’" and its like. `text` is what stands behind the place.
    inlined,   ///< "    inlined from ‘…’ at FILE:LINE:COLUMN". `text` is what stands in the quotes.
  } kind;
  std::string text;
  HostPlace place;  ///< Of the last two kinds.
};

/// A change that the compiler offers: the text from `begin` up to `end`, which stands in the same file.
struct HostFixIt {
  HostPlace begin, end;
  std::string text;
};

struct HostMessage {
  clang::DiagnosticsEngine::Level level = clang::DiagnosticsEngine::Error;
  HostPlace place;
  std::string text;
  std::vector<HostContext> contexts;
  std::vector<HostFixIt> fixits = {};

  /// Whether it only tells more of the note before it, which g++ mostly shows by two blanks.
  bool is_detail() const;
};

struct HostReport {
  std::string plain;  ///< A line that is no part of a message, a linker's for instance, with its end. Then there is nothing else.
  HostMessage head;
  /// Notes, and the errors that say why the note before them ends in "would be ill-formed:".
  std::vector<HostMessage> notes;
};

std::vector<HostReport> parse_host_output(llvm::StringRef output);

} // namespace gocpp::tool
