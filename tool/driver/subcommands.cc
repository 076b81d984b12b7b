// See subcommands.h.

#include "subcommands.h"

#include "format.h"
#include "server.h"
#include "toolchain.h"

#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace gocpp::tool {

namespace {

/// gdb with the goroutines' script, wherever gdb itself would look for one.
int run_gdb(const Toolchain& tools, const std::vector<std::string>& args) {
  std::string directory = llvm::sys::path::parent_path(tools.gdb_script).str();
  std::vector<std::string> words = {"gdb", "-iex", "add-auto-load-safe-path " + directory, "-iex", "source " + tools.gdb_script};
  words.insert(words.end(), args.begin(), args.end());
  std::vector<char*> argv;
  for (std::string& w : words) argv.push_back(w.data());
  argv.push_back(nullptr);
  execvp("gdb", argv.data());
  llvm::errs() << "gocpp: error: cannot run gdb: " << std::strerror(errno) << '\n';
  return 127;
}

} // namespace

std::optional<int> run_subcommand(llvm::ArrayRef<const char*> args) {
  if (args.size() < 2) return std::nullopt;
  llvm::StringRef name = args[1];
  std::vector<std::string> rest(args.begin() + 2, args.end());
  if (name == "lsp") return lsp::run_language_server(rest, find_toolchain(args[0]).include_dir);
  if (name == "format") return lsp::format_files(rest);
  if (name == "gdb") return run_gdb(find_toolchain(args[0]), rest);
  return std::nullopt;
}

} // namespace gocpp::tool
