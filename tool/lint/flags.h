// Which lints are on, and whether they are errors: -W[no-]gocpp-NAME and its kin on the command line, and pragmas in the text.
//
// The meaning is clang's for its own groups: -Wgocpp turns on every lint, opt-in ones too, -Werror=X turns X on, -Wno-error=X
// does not turn X off, the last flag that speaks of a lint counts, and -w is stronger than all. A pragma counts from where it
// stands, in the order of the translation unit. Rejected: groups of clang's own DiagnosticIDs, which cannot be added to.
#pragma once

#include "clang/Basic/Diagnostic.h"
#include "clang/Basic/SourceManager.h"

#include <string>
#include <vector>

namespace clang {
class Preprocessor;
}

namespace gocpp::tool {

class LintFlags {
 public:
  LintFlags();

  /// Reads a flag. True if it speaks of lints alone, so that clang must not see it; others, such as -Werror, are clang's too.
  bool take(llvm::StringRef flag);
  /// Names behind -Wgocpp- that do not exist, as they were written.
  const std::vector<std::string>& unknown() const { return unknown_; }
  /// Whether any lint is on where no pragma speaks of it.
  bool any() const;

  bool on(unsigned lint) const { return !silent_ && states_[lint].on; }
  bool is_error(unsigned lint) const;

 private:
  friend class LintPragmas;
  enum class Error { unsaid, yes, no };
  struct State {
    bool on = false;
    Error error = Error::unsaid;
  };
  /// False when there is no such lint. `name` is `gocpp` for all or `gocpp-NAME`.
  template <class F> bool change(llvm::StringRef name, F f);

  std::vector<State> states_;
  std::vector<std::string> unknown_;
  bool silent_ = false;       ///< -w
  bool all_errors_ = false;   ///< -Werror
};

/// Whether a flag is one of those above; for whoever passes flags on to other compilers.
bool is_lint_flag(llvm::StringRef flag);

/// Says of each unknown name what clang says of one of its own.
void report_unknown(const LintFlags& flags, clang::DiagnosticsEngine& engine);

/// `#pragma clang diagnostic` about lints.
class LintPragmas {
 public:
  explicit LintPragmas(const LintFlags& flags) : flags_(flags) {}

  /// Takes the place of clang's handlers, which know none of our names.
  void watch(clang::Preprocessor& pp);

  void push() { saved_.push_back(current()); }
  void pop(clang::SourceLocation loc);
  /// False when it speaks of no lint.
  bool set(clang::SourceLocation loc, llvm::StringRef group, clang::diag::Severity severity);

  /// Whether any pragma spoke of a lint, so that one that the flags leave off may be on somewhere.
  bool any() const { return !points_.empty(); }
  /// The level of a lint at a place; Ignored when it is off.
  clang::DiagnosticsEngine::Level level(unsigned lint, clang::SourceLocation loc, const clang::SourceManager& sources) const;

 private:
  /// What pragmas have said: nothing (0) or a severity.
  using Said = std::vector<clang::diag::Severity>;
  Said current() const;

  const LintFlags& flags_;
  std::vector<Said> saved_;
  std::vector<std::pair<clang::SourceLocation, Said>> points_;  ///< In the order of the translation unit.
};

} // namespace gocpp::tool
