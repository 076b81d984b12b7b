// The lowered text goes into a temporary folder, with a line marker in front, so that messages, debug information and
// __FILE__ name the user's file. `.gh` headers that a file includes with quotes are lowered beside it, and the #include is
// pointed there. Dependency files are put right afterwards.

#include "host.h"

#include "diag.h"
#include "overlay.h"

#include "clang/Basic/FileManager.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/Regex.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"

#include <map>

using namespace clang;

namespace gocpp::tool {

namespace {

using Files = llvm::IntrusiveRefCntPtr<OverlayFileSystem>;

Files make_files(bool force_prelude) {
  return llvm::makeIntrusiveRefCnt<OverlayFileSystem>(llvm::vfs::getRealFileSystem(), [=](llvm::StringRef path) {
    LowerOptions o;
    o.force_prelude = force_prelude && !is_gocpp_header(path);
    return o;
  });
}

/// The lowered file, or null after its messages were printed.
const SourceMap* lower_checked(OverlayFileSystem& files, llvm::StringRef path) {
  std::error_code error;
  const SourceMap* map = files.lowered(path, error);
  if (!map) {
    llvm::errs() << "gocpp: error: cannot read '" << path << "': " << error.message() << '\n';
    return nullptr;
  }
  if (map->result().messages.empty()) return map;
  llvm::IntrusiveRefCntPtr<DiagnosticOptions> options = new DiagnosticOptions;
  DiagnosticsEngine engine(new DiagnosticIDs, options, new IgnoringDiagConsumer);
  FileManager manager{FileSystemOptions{}};
  SourceManager sources(engine, manager);
  MappingConsumer consumer(files, options.get());
  bool failed = consumer.report_messages(path, sources, manager);
  llvm::errs() << consumer.output();
  return failed ? nullptr : map;
}

/// Writes lowered files into a folder of its own, which goes away with it.
class Workshop {
 public:
  explicit Workshop(bool force_prelude) : files_(make_files(force_prelude)) {}
  ~Workshop() {
    for (auto& [original, copy] : copies_) llvm::sys::fs::remove(copy);
    if (!folder_.empty()) llvm::sys::fs::remove(folder_);
  }

  bool open() {
    if (std::error_code error = llvm::sys::fs::createUniqueDirectory("gocpp-host", folder_)) {
      llvm::errs() << "gocpp: error: cannot make a temporary folder: " << error.message() << '\n';
      return false;
    }
    return true;
  }

  /// The copy of a lowered file; empty after an error.
  std::string put(const std::string& path) {
    if (auto it = copies_.find(path); it != copies_.end()) return it->second;
    const SourceMap* map = lower_checked(*files_, path);
    if (!map) return "";
    llvm::SmallString<256> copy(folder_);
    llvm::sys::path::append(copy, std::to_string(copies_.size()) + "-" + llvm::sys::path::stem(path).str() +
                                      (is_gocpp_header(path) ? ".h" : ".cpp"));
    copies_[path] = copy.str().str();
    llvm::sys::RemoveFileOnSignal(copy);
    std::string text = "# 1 \"" + path + "\"\n" + map->lowered().str();
    if (!redirect_includes(path, text)) return "";
    std::error_code error;
    llvm::raw_fd_ostream out(copy, error);
    out << text;
    return copies_[path];
  }

  const std::map<std::string, std::string>& copies() const { return copies_; }

 private:
  bool redirect_includes(const std::string& path, std::string& text) {
    llvm::Regex include("^([ \t]*#[ \t]*include[ \t]*\")([^\"\n]*\\.gh)(\")", llvm::Regex::Newline);
    std::string done;
    llvm::StringRef rest = text;
    llvm::SmallVector<llvm::StringRef, 4> groups;
    while (include.match(rest, &groups)) {
      llvm::SmallString<256> header(llvm::sys::path::parent_path(path));
      llvm::sys::path::append(header, groups[2]);
      done += rest.take_front(static_cast<size_t>(groups[2].data() - rest.data()));
      rest = rest.drop_front(static_cast<size_t>(groups[2].data() + groups[2].size() - rest.data()));
      if (!llvm::sys::fs::exists(header)) {
        done += groups[2];
        continue;
      }
      std::string copy = put(header.str().str());
      if (copy.empty()) return false;
      done += copy;
    }
    done += rest;
    text = std::move(done);
    return true;
  }

  Files files_;
  llvm::SmallString<128> folder_;
  std::map<std::string, std::string> copies_;
};

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) text.replace(at, from.size(), to);
}

/// Makes a dependency file name the user's files instead of the copies.
void mend_dependencies(const std::string& file, const std::map<std::string, std::string>& copies) {
  auto buffer = llvm::MemoryBuffer::getFile(file);
  if (!buffer) return;
  std::string text = (*buffer)->getBuffer().str();
  for (auto& [original, copy] : copies) replace_all(text, copy, original);
  std::error_code error;
  llvm::raw_fd_ostream out(file, error);
  if (!error) out << text;
}

} // namespace

bool lower_for_output(const std::string& path, bool force_prelude, std::string& text) {
  Files files = make_files(force_prelude);
  const SourceMap* map = lower_checked(*files, path);
  if (!map) return false;
  text = map->lowered().str();
  return true;
}

int compile_with_host(const std::string& compiler, const CommandLine& line, const Toolchain& tools) {
  auto program = llvm::sys::findProgramByName(compiler);
  if (!program) {
    llvm::errs() << "gocpp: error: GOCPP_CXX names '" << compiler << "', which cannot be found\n";
    return 1;
  }
  Workshop workshop(line.force_prelude);
  if (!workshop.open()) return 1;
  std::vector<std::string> args = {*program};
  bool is_clang = llvm::StringRef(compiler).contains("clang");
  for (auto& f : compile_flags(line, tools)) {
    if (!is_clang && f == "-fdebug-info-for-profiling") continue;
    args.push_back(!is_clang && f == "-gline-tables-only" ? "-g1" : f);
  }
  std::string first_input, dependencies;
  bool makes_dependencies = false, compiles_only = false;
  for (size_t i = 0; i < line.clang.size(); ++i) {
    const std::string& a = line.clang[i];
    if (a == "-MD" || a == "-MMD") makes_dependencies = true;
    if (a == "-MF" && i + 1 < line.clang.size()) dependencies = line.clang[i + 1];
    if (a == "-c" || a == "-S") compiles_only = true;
    if (!is_gocpp_file(a)) {
      args.push_back(a);
      continue;
    }
    std::string copy = workshop.put(a);
    if (copy.empty()) return 1;
    if (first_input.empty()) first_input = a;
    args.push_back(copy);
    llvm::StringRef folder = llvm::sys::path::parent_path(a);
    args.insert(args.end(), {"-iquote", folder.empty() ? "." : folder.str()});
  }
  std::string stem = llvm::sys::path::stem(first_input).str();
  if (line.output.empty() && compiles_only && !stem.empty()) {
    std::string ending = llvm::is_contained(line.clang, "-S") ? ".s" : ".o";
    args.insert(args.end(), {"-o", stem + ending});
  }
  if (makes_dependencies && dependencies.empty() && !stem.empty()) {
    dependencies = line.output.empty() ? stem + ".d" : llvm::sys::path::parent_path(line.output).str();
    if (!line.output.empty()) {
      llvm::SmallString<256> d(line.output);
      llvm::sys::path::replace_extension(d, ".d");
      dependencies = d.str().str();
    }
    args.insert(args.end(), {"-MF", dependencies});
  }
  for (auto& f : link_inputs(line, tools)) args.push_back(f);

  std::vector<llvm::StringRef> argv(args.begin(), args.end());
  std::string error;
  int status = llvm::sys::ExecuteAndWait(*program, argv, std::nullopt, {}, 0, 0, &error);
  if (!error.empty()) llvm::errs() << "gocpp: error: " << error << '\n';
  if (!dependencies.empty()) mend_dependencies(dependencies, workshop.copies());
  return status == 0 ? 0 : 1;
}

} // namespace gocpp::tool
