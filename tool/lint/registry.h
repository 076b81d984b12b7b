// The lints there are: their names, whether they are on by default, and what makes them.
//
// Flags (flags.h), the help text and the run over the AST (linter.h) all read this one table; a lint is one file and one line
// in it.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <memory>
#include <optional>
#include <string>

namespace gocpp::tool {

class Body;
class Linter;

/// One lint, for one translation unit.
class Check {
 public:
  virtual ~Check() = default;
  /// Called for the body of each function in which anything happens.
  virtual void body(Body& body) = 0;
  /// Called when all bodies have been seen.
  virtual void end() {}
};

struct LintInfo {
  const char* name;     ///< What stands behind -Wgocpp-.
  bool on;              ///< By default.
  const char* summary;  ///< For --help.
  std::unique_ptr<Check> (*make)(Linter&);  ///< Null for what is an error anyhow, with a flag for the name's sake.
};

llvm::ArrayRef<LintInfo> lints();
std::optional<unsigned> find_lint(llvm::StringRef name);
/// The name that a mistyped one was probably meant to be.
llvm::StringRef nearest_lint(llvm::StringRef name);
/// The table for --help.
std::string lint_help();

std::unique_ptr<Check> make_blocking_call(Linter&);
std::unique_ptr<Check> make_copied_receiver(Linter&);
std::unique_ptr<Check> make_dangling_capture(Linter&);
std::unique_ptr<Check> make_double_close(Linter&);
std::unique_ptr<Check> make_errno_after_park(Linter&);
std::unique_ptr<Check> make_lock_across_park(Linter&);
std::unique_ptr<Check> make_loop_capture(Linter&);
std::unique_ptr<Check> make_send_after_close(Linter&);
std::unique_ptr<Check> make_spawned_type(Linter&);
std::unique_ptr<Check> make_this_capture(Linter&);
std::unique_ptr<Check> make_thread_local(Linter&);
std::unique_ptr<Check> make_trivial_select(Linter&);

} // namespace gocpp::tool
