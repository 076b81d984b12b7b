// See driver.h.

#include "driver.h"

#include "compile.h"
#include "host.h"
#include "overlay.h"

#include "clang/Basic/DiagnosticIDs.h"
#include "clang/Basic/DiagnosticOptions.h"
#include "clang/Driver/Compilation.h"
#include "clang/Driver/Driver.h"
#include "clang/Frontend/TextDiagnosticPrinter.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/TargetParser/Host.h"

#include <csignal>
#include <cstdlib>
#include <sys/wait.h>
#include <unistd.h>

using namespace clang;

namespace gocpp::tool {

int cc1(std::vector<const char*> argv) {
  if (argv.size() > 1 && llvm::StringRef(argv[1]) == "-cc1") return compile(llvm::ArrayRef(argv).drop_front(2), argv[0]);
  // The integrated assembler's own process, and whatever else there may be, is clang's.
  argv[0] = GOCPP_LLVM_PREFIX "/bin/clang";
  argv.push_back(nullptr);
  execv(argv[0], const_cast<char* const*>(argv.data()));
  llvm::errs() << "gocpp: error: cannot run " << argv[0] << '\n';
  return 1;
}

namespace {

bool check_inputs(const CommandLine& line) {
  bool ok = true;
  for (const std::string& path : line.gocpp_inputs) {
    if (llvm::sys::fs::is_directory(path)) {
      llvm::errs() << "gocpp: error: '" << path << "' is a directory\n";
      ok = false;
    } else if (auto buffer = llvm::MemoryBuffer::getFile(path); !buffer) {
      llvm::errs() << "gocpp: error: cannot read '" << path << "': " << buffer.getError().message() << '\n';
      ok = false;
    }
  }
  return ok;
}

} // namespace

int drive(const std::string& executable, const CommandLine& line, const Toolchain& tools) {
  if (!check_inputs(line)) return 1;
  if (line.force_prelude) setenv("GOCPP_PRELUDE_FORCED", "1", 1);
  if (const char* host = std::getenv("GOCPP_CXX"); host && *host) return compile_with_host(host, line, tools);

  std::vector<std::string> owned = {executable, "--driver-mode=g++", "-resource-dir", tools.resources};
  for (auto& f : compile_flags(line, tools)) owned.push_back(f);
  owned.insert(owned.end(), line.clang.begin(), line.clang.end());
  for (auto& f : link_inputs(line, tools)) owned.push_back(f);
  std::vector<const char*> argv;
  for (auto& a : owned) argv.push_back(a.c_str());

  llvm::IntrusiveRefCntPtr<DiagnosticOptions> options = new DiagnosticOptions;
  options->ShowColors = llvm::sys::Process::StandardErrHasColors();
  auto* printer = new TextDiagnosticPrinter(llvm::errs(), options.get());
  printer->setPrefix("gocpp");
  DiagnosticsEngine diagnostics(new DiagnosticIDs, options, printer);
  diagnostics.setSeverity(diag::warn_drv_unused_argument, diag::Severity::Ignored, SourceLocation());
  // Flags that gocpp adds are not the user's to be warned about; of a command that only links some have no use.
  driver::Driver driver(executable, llvm::sys::getDefaultTargetTriple(), diagnostics, "gocpp");
  driver.setTargetAndMode({"", "g++", nullptr, false});
  driver.CC1Main = [](llvm::SmallVectorImpl<const char*>& args) {
    return cc1(std::vector<const char*>(args.begin(), args.end()));
  };
  std::unique_ptr<driver::Compilation> compilation(driver.BuildCompilation(argv));
  if (!compilation) return 1;
  if (compilation->containsError()) return 1;
  llvm::SmallVector<std::pair<int, const driver::Command*>, 4> failing;
  int status = driver.ExecuteCompilation(*compilation, failing);
  for (auto& [code, command] : failing) {
    if (code < 0 || code > 1) driver.generateCompilationDiagnostics(*compilation, *command);
    if (code) status = code;
  }
  return status == 0 ? 0 : 1;
}

int run_program(const std::string& executable, CommandLine line, const Toolchain& tools) {
  llvm::SmallString<128> program;
  if (std::error_code error = llvm::sys::fs::createTemporaryFile("gocpp-run", "", program)) {
    llvm::errs() << "gocpp: error: cannot make a temporary file: " << error.message() << '\n';
    return 1;
  }
  llvm::sys::RemoveFileOnSignal(program);
  line.clang.insert(line.clang.begin(), {"-o", program.str().str()});
  line.output = program.str().str();
  line.links = true;
  int status = drive(executable, line, tools);
  if (status != 0) {
    llvm::sys::fs::remove(program);
    return status;
  }
  std::vector<std::string> args = {line.gocpp_inputs.empty() ? program.str().str() : line.gocpp_inputs[0]};
  args.insert(args.end(), line.program_args.begin(), line.program_args.end());
  std::vector<char*> argv;
  for (auto& a : args) argv.push_back(a.data());
  argv.push_back(nullptr);
  // The terminal's signals are for the program; its end tells us ours.
  pid_t child = fork();
  if (child == 0) {
    execv(program.c_str(), argv.data());
    _exit(127);
  }
  signal(SIGINT, SIG_IGN);
  signal(SIGQUIT, SIG_IGN);
  int result = 0;
  while (waitpid(child, &result, 0) < 0 && errno == EINTR) {}
  llvm::sys::fs::remove(program);
  llvm::sys::DontRemoveFileOnSignal(program);
  if (WIFSIGNALED(result)) {
    signal(WTERMSIG(result), SIG_DFL);
    raise(WTERMSIG(result));
    return 128 + WTERMSIG(result);
  }
  return WEXITSTATUS(result);
}

int emit_cpp(const CommandLine& line) {
  if (!check_inputs(line)) return 1;
  std::string text;
  if (!lower_for_output(line.gocpp_inputs[0], line.force_prelude, text)) return 1;
  if (line.emit_to.empty() || line.emit_to == "-") {
    llvm::outs() << text;
    return 0;
  }
  if (llvm::Error error = llvm::writeToOutput(line.emit_to, [&](llvm::raw_ostream& out) {
        out << text;
        return llvm::Error::success();
      })) {
    llvm::errs() << "gocpp: error: cannot write '" << line.emit_to << "': " << toString(std::move(error)) << '\n';
    return 1;
  }
  return 0;
}

} // namespace gocpp::tool
