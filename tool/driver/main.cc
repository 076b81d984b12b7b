// gocpp, the compiler driver. Each step stands in a file of its own:
//
//   options   what is asked for, and what gocpp adds
//   driver    clang's driver: compile, assemble, link; run; print
//   compile   one compilation: overlay -> parse -> hook on the AST -> code, again when names were doubtful
//   overlay   .gcpp and .gh files hold their lowered text: tokens -> scan (go, select, names, define_body) -> lower -> edits
//   lookup    what only names can tell
//   diag      every message at the user's place, said in rewords' words
//   host      g++ instead of clang

#include "driver.h"
#include "options.h"

#include "clang/Basic/Version.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/StringSaver.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"

using namespace gocpp::tool;

int main(int argc, char** argv) {
  llvm::InitLLVM init(argc, argv);
  llvm::InitializeAllTargets();
  llvm::InitializeAllTargetMCs();
  llvm::InitializeAllAsmPrinters();
  llvm::InitializeAllAsmParsers();

  std::vector<const char*> raw(argv, argv + argc);
  if (argc > 1 && llvm::StringRef(argv[1]).starts_with("-cc1")) return cc1(raw);

  llvm::BumpPtrAllocator memory;
  llvm::SmallVector<const char*, 64> expanded(raw.begin(), raw.end());
  llvm::cl::ExpansionContext expansion(memory, llvm::cl::TokenizeGNUCommandLine);
  if (llvm::Error error = expansion.expandResponseFiles(expanded)) {
    llvm::errs() << "gocpp: error: " << toString(std::move(error)) << '\n';
    return 1;
  }
  std::string executable = llvm::sys::fs::getMainExecutable(argv[0], reinterpret_cast<void*>(&main));
  CommandLine line = parse_command_line({expanded.begin() + 1, expanded.end()});
  Toolchain tools = find_toolchain(executable);

  switch (line.mode) {
  case CommandLine::Mode::error: llvm::errs() << "gocpp: error: " << line.message << '\n'; return 1;
  case CommandLine::Mode::help: llvm::outs() << kHelp; return 0;
  case CommandLine::Mode::version:
    llvm::outs() << "gocpp " GOCPP_VERSION "\n" << clang::getClangFullVersion() << '\n';
    return 0;
  case CommandLine::Mode::emit_cpp: return emit_cpp(line);
  case CommandLine::Mode::run: return run_program(executable, std::move(line), tools);
  case CommandLine::Mode::compile: return drive(executable, line, tools);
  }
  return 1;
}
