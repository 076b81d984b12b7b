// See compile_command.h.

#include "compile_command.h"

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/StringSaver.h"

#include <optional>

namespace gocpp::tool::lsp {

namespace path = llvm::sys::path;

namespace {

std::string absolute(llvm::StringRef directory, llvm::StringRef name) {
  llvm::SmallString<256> full(name);
  if (!path::is_absolute(name)) {
    full = directory;
    path::append(full, name);
  }
  path::remove_dots(full, true);
  return full.str().str();
}

std::vector<std::string> words_of(const llvm::json::Object& entry) {
  std::vector<std::string> words;
  if (const llvm::json::Array* list = entry.getArray("arguments")) {
    for (const llvm::json::Value& v : *list) words.push_back(v.getAsString().value_or("").str());
    return words;
  }
  llvm::BumpPtrAllocator memory;
  llvm::StringSaver saver(memory);
  llvm::SmallVector<const char*, 32> split;
  llvm::cl::TokenizeGNUCommandLine(entry.getString("command").value_or(""), saver, split);
  words.assign(split.begin(), split.end());
  return words;
}

/// The entry for the file, or else the one whose file is in the nearest directory.
std::optional<CompileCommand> look_in(llvm::StringRef database, llvm::StringRef file, bool& exact) {
  auto buffer = llvm::MemoryBuffer::getFile(database);
  if (!buffer) return std::nullopt;
  llvm::Expected<llvm::json::Value> parsed = llvm::json::parse((*buffer)->getBuffer());
  if (!parsed) {
    llvm::consumeError(parsed.takeError());
    return std::nullopt;
  }
  const llvm::json::Array* entries = parsed->getAsArray();
  if (!entries) return std::nullopt;
  std::optional<CompileCommand> best;
  size_t best_common = 0;
  for (const llvm::json::Value& v : *entries) {
    const llvm::json::Object* entry = v.getAsObject();
    if (!entry) continue;
    std::string directory = entry->getString("directory").value_or("").str();
    std::string name = absolute(directory, entry->getString("file").value_or(""));
    exact = name == file;
    size_t common = 0;
    while (common < name.size() && common < file.size() && name[common] == file[common]) ++common;
    if (llvm::StringRef(name).ends_with(".gcpp")) common += 1;  // rather than a plain one as near
    if (best && !exact && common <= best_common) continue;
    best_common = common;
    best = CompileCommand{directory, words_of(*entry)};
    if (exact) return best;
  }
  return best;
}

std::optional<CompileCommand> search(llvm::StringRef file, llvm::StringRef given, bool& exact) {
  auto try_in = [&](llvm::StringRef directory) {
    llvm::SmallString<256> database(directory);
    path::append(database, "compile_commands.json");
    return look_in(database, file, exact);
  };
  if (!given.empty()) return try_in(given);
  for (llvm::StringRef directory = path::parent_path(file); !directory.empty(); directory = path::parent_path(directory)) {
    if (auto found = try_in(directory)) return found;
    llvm::SmallString<256> build(directory);
    path::append(build, "build");
    if (auto found = try_in(build)) return found;
  }
  return std::nullopt;
}

bool is_gocpp_program(llvm::StringRef word) { return path::filename(word) == "gocpp"; }
bool is_input(llvm::StringRef word) { return !word.starts_with("-"); }

/// Takes out what clang does not know, the inputs and the outputs.
std::vector<std::string> clean(const std::vector<std::string>& words) {
  std::vector<std::string> args;
  size_t first = 0;
  if (words.size() > 1 && is_gocpp_program(words[0]) && is_input(words[1]) && !llvm::StringRef(words[1]).ends_with(".gcpp")) first = 1;
  args.push_back(first < words.size() && !is_gocpp_program(words[first]) ? words[first] : "clang++");
  for (size_t i = first + 1; i < words.size(); ++i) {
    llvm::StringRef w = words[i];
    if (w == "-fgocpp-prelude" || w == "--hook-libc" || w == "-c" || w == "--" || w == "-xgcpp" || w == "-xc++") continue;
    if (w == "-o" || w == "-x" || w == "-MF" || w == "-MT" || w == "-MQ") {
      ++i;
      continue;
    }
    if (w.starts_with("-M")) continue;
    bool takes_next = w == "-I" || w == "-isystem" || w == "-iquote" || w == "-include" || w == "-D" || w == "-U" || w == "-idirafter" ||
                      w == "-imacros" || w == "-Xclang" || w == "-target" || w == "-arch" || w == "-isysroot";
    if (is_input(w)) continue;
    args.push_back(w.str());
    if (takes_next && i + 1 < words.size()) args.push_back(words[++i]);
  }
  return args;
}

} // namespace

CompileCommand compile_command_for(llvm::StringRef file, llvm::StringRef compile_commands_dir, llvm::StringRef include_dir) {
  bool exact = false;
  CompileCommand command{path::parent_path(file).str(), {"clang++"}};
  if (auto found = search(file, compile_commands_dir, exact)) command = {found->directory, clean(found->args)};
  bool has_standard = llvm::any_of(command.args, [](llvm::StringRef a) { return a.starts_with("-std="); });
  if (!has_standard) command.args.push_back("-std=gnu++20");
  for (llvm::StringRef a : {llvm::StringRef("-isystem"), include_dir, llvm::StringRef(file.ends_with(".gh") ? "-xc++-header" : "-xc++"), file})
    command.args.push_back(a.str());
  return command;
}

std::vector<std::string> include_directories(const CompileCommand& command) {
  std::vector<std::string> found;
  for (size_t i = 0; i < command.args.size(); ++i) {
    llvm::StringRef a = command.args[i];
    if ((a == "-I" || a == "-iquote" || a == "-isystem") && i + 1 < command.args.size()) found.push_back(absolute(command.directory, command.args[++i]));
    else if (a.consume_front("-I") && !a.empty()) found.push_back(absolute(command.directory, a));
  }
  return found;
}

} // namespace gocpp::tool::lsp
