// See launcher.h.

#include "launcher.h"

#include "flags.h"
#include "host.h"
#include "options.h"

#include "clang/Driver/Types.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/Regex.h"
#include "llvm/Support/raw_ostream.h"

#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace gocpp::tool {

namespace {

/// By its name, with a target before it or a version behind it.
bool is_compiler_name(llvm::StringRef path) {
  static const llvm::Regex pattern("^(.*-)?(c\\+\\+|g\\+\\+|gcc|cc|clang|clang\\+\\+|icx|icpx|gocpp)(-[0-9.]+)?$");
  return pattern.match(llvm::sys::path::filename(path));
}

bool is_launcher_name(llvm::StringRef path) {
  llvm::StringRef name = llvm::sys::path::filename(path);
  return name == "ccache" || name == "sccache" || name == "distcc" || name == "icecc" || name == "buildcache" || name == "env";
}

/// A file that a compiler or a linker reads may be executable too.
bool is_input_name(llvm::StringRef path) {
  llvm::StringRef ending = llvm::sys::path::extension(path).ltrim('.');
  return llvm::sys::path::filename(path).contains(".so") || ending == "gcpp" || ending == "gh" ||
         clang::driver::types::lookupTypeForExtension(ending) != clang::driver::types::TY_INVALID;
}

bool begins_with_program(llvm::StringRef first) {
  if (first.empty() || first.starts_with("-") || first.starts_with("@")) return false;
  bool is_path = first.contains('/');
  if (is_compiler_name(first) || is_launcher_name(first)) return is_path || !llvm::sys::fs::is_regular_file(first);
  return is_path && !is_input_name(first) && llvm::sys::fs::can_execute(first);
}

bool is_precompiling(const Options& options) {
  for (size_t i = 0; i < options.args.size(); ++i)
    if (options.args[i] == "-xc++-header" || (i > 0 && options.args[i - 1] == "-x" && options.args[i] == "c++-header")) return true;
  return false;
}

/// Becomes the program. Returns only if that fails.
int become(std::vector<const char*> argv) {
  llvm::outs().flush();
  argv.push_back(nullptr);
  execvp(argv[0], const_cast<char* const*>(argv.data()));
  const char* why = std::strerror(errno);
  llvm::errs() << "gocpp: error: cannot run '" << argv[0] << "': " << why << '\n';
  return 1;
}

} // namespace

std::optional<InnerCommand> inner_command(llvm::ArrayRef<const char*> argv) {
  if (argv.size() < 2 || !begins_with_program(argv[1])) return std::nullopt;
  // Launchers may have arguments of their own, so the compiler is the first that has such a name.
  size_t compiler = 1;
  if (!is_compiler_name(argv[1]))
    for (size_t i = 2; i < argv.size() && llvm::StringRef(argv[i]) != "-c"; ++i)
      if (is_compiler_name(argv[i])) {
        compiler = i;
        break;
      }
  InnerCommand command;
  command.program.assign(argv.begin() + 1, argv.begin() + compiler + 1);
  command.args.assign(argv.begin() + compiler + 1, argv.end());
  return command;
}

int launch(const InnerCommand& command, llvm::ArrayRef<const char*> argv, const Toolchain& tools) {
  llvm::StringRef compiler = llvm::sys::path::filename(command.program.back());
  std::vector<const char*> as_given(argv.begin() + 1, argv.end());
  if (compiler == "gocpp") return become(as_given);
  Options options = parse_options(command.args);
  if (!options.error.empty()) {
    llvm::errs() << "gocpp: error: " << options.error << '\n';
    return 1;
  }
  if (options.mode == Options::Mode::run || options.mode == Options::Mode::emit_cpp) {
    llvm::errs() << "gocpp: error: 'run' and '--emit-cpp' cannot be combined with the compiler '" << compiler << "'\n";
    return 1;
  }
  bool other_language = compiler.ends_with("gcc") || compiler == "cc";
  bool links = !options.stops_before_link && !options.inputs.empty() && !other_language;
  if (options.gocpp_inputs.empty() && !links && !host_would_lower(options, tools)) {
    if (!options.force_prelude && !options.hook_libc && llvm::none_of(options.args, is_lint_flag)) return become(as_given);
    // Without what the compiler does not know; parse_options has taken out the rest.
    std::vector<const char*> args;
    for (const std::string& a : command.program) args.push_back(a.c_str());
    for (const std::string& a : options.args)
      if (!is_lint_flag(a)) args.push_back(a.c_str());
    return become(args);
  }
  if (is_precompiling(options)) {
    llvm::errs() << "gocpp: error: a precompiled header cannot include a .gh: include it where it is used\n";
    return 1;
  }
  std::vector<std::string> program = command.program;
  auto found = llvm::sys::findProgramByName(program.front());
  if (!found) {
    llvm::errs() << "gocpp: error: cannot find the compiler '" << program.front() << "'\n";
    return 1;
  }
  program.front() = *found;
  return compile_with_host(std::move(program), options, tools, HostRole::launched);
}

} // namespace gocpp::tool
