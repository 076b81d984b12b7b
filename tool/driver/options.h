// The command line: what is gocpp's own, what goes to clang, and what gocpp adds.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace gocpp::tool {

struct CommandLine {
  enum class Mode { compile, run, emit_cpp, version, help, error } mode = Mode::compile;
  std::vector<std::string> clang;         ///< For clang's driver, without argv[0] and without what gocpp adds.
  std::vector<std::string> program_args;  ///< run: behind `--`.
  std::vector<std::string> gocpp_inputs;  ///< The .gcpp files among the arguments.
  std::string emit_to;                    ///< emit_cpp: a file, or empty for standard output.
  std::string output;                     ///< -o
  std::string sanitizer;                  ///< address, thread, or empty.
  bool links = false;                     ///< The command ends in a linked program.
  bool force_prelude = false;
  bool has_debug = false;                 ///< Any -g…
  bool has_std = false;
  std::string message;                    ///< error
};

/// Reads argv[1…]. Response files must be expanded.
CommandLine parse_command_line(const std::vector<std::string>& args);

/// Where things are, seen from the executable.
struct Toolchain {
  std::string include;       ///< Holds gocpp/gocpp.h.
  std::string libraries;     ///< Holds libgocpp_rt*.a.
  std::string clang;         ///< clang's own executable, for what is not done in this process.
  std::string resources;     ///< clang's resource directory.
};
Toolchain find_toolchain(const std::string& executable);

/// The flags that gocpp adds before the user's when it compiles.
std::vector<std::string> compile_flags(const CommandLine& line, const Toolchain& tools);
/// What gocpp adds at the end when it links.
std::vector<std::string> link_inputs(const CommandLine& line, const Toolchain& tools);

extern const char* const kHelp;

} // namespace gocpp::tool
