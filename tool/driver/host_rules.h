// Another compiler's words for what is wrong with a construct, in the language's. As rewords.h does for clang, whose types
// and candidates are data; here they are read out of the text.
#pragma once

#include "host_output.h"
#include "places.h"
#include "staging.h"

#include <optional>

namespace gocpp::tool {

/// An error while it is being worded. Offsets are into the user's text.
struct HostCase {
  HostReport& report;
  const StagedFile* file;    ///< Where it is shown; null outside of what was lowered.
  uint32_t offset;
  bool generated;            ///< Nothing of the user's stands at the place, or it was said in a header of ours.
  const Construct* around;   ///< Null if the place is in no construct.
  std::string header;        ///< The header of ours in which it was said; empty if it was elsewhere.

  std::optional<Range> shown_at;  ///< A better place than the error's own.
  bool worded = false;            ///< A rule knew it.
  bool says_it_all = false;       ///< The notes would tell of generated code or of ours.

  std::string& words() { return report.head.text; }
  bool in_go() const { return around && around->kind == Kind::go; }
  void say(std::string text) {
    words() = std::move(text);
    says_it_all = true;
  }
};

/// Words that only generated code and its library have.
bool speaks_of_host_internals(llvm::StringRef text);

/// Words an error. What still speaks of generated code then has no words of its own.
void reword_host_error(HostCase& c);

/// The rules about go, in host_rules_go.cc. True: one has worded it.
bool reword_host_go(HostCase& c);

} // namespace gocpp::tool
