// The command line: what is gocpp's own, and what goes to clang's driver, which knows all of clang++'s flags.
//
// Only flags that gocpp itself acts on are looked at here; everything is read through clang's own option table, so that
// the value of `-o` or `-MF` is never taken for an input.
#pragma once

#include "llvm/ADT/ArrayRef.h"

#include <string>
#include <vector>

namespace gocpp::tool {

struct Options {
  enum class Mode { compile, run, emit_cpp, help, version };
  Mode mode = Mode::compile;
  std::string error;                      ///< Not empty: the command line is refused with these words.
  std::vector<std::string> args;          ///< The user's flags and inputs, without what is gocpp's own.
  std::vector<std::string> inputs;        ///< Every input among them, in order.
  std::vector<std::string> gocpp_inputs;  ///< Those that are lowered: .gcpp, .gh, `-x gcpp NAME`, standard input.
  std::vector<std::string> program_args;  ///< run: what stands behind `--`.
  std::string emit_file;                  ///< emit_cpp: the file to write; empty for standard output.
  std::string output;                     ///< -o
  std::string sanitizer;                  ///< "address", "thread" or empty: which build of the runtime.
  bool hook_libc = false;                 ///< --hook-libc
  bool force_prelude = false;             ///< -fgocpp-prelude
  bool has_debug_flag = false;            ///< Any -g…: the default of line tables does not apply.
  bool has_standard = false;              ///< Any -std=
  bool stops_before_link = false;         ///< -c, -S, -E, -fsyntax-only, …
};

/// Reads argv without its first element; response files must have been expanded.
Options parse_options(llvm::ArrayRef<std::string> args);

/// The arguments for clang's driver: the user's, with a language given to each input that gocpp lowers.
std::vector<std::string> clang_driver_args(const Options& options);

extern const char* const kHelpText;

} // namespace gocpp::tool
