// gocpp, the compiler driver. From a command line to a program, pass by pass:
//
//   options    what is gocpp's own on the command line, what is clang's
//   toolchain  where headers, runtime libraries and clang's own files are
//   driver     clang's driver plans compile, assemble, link; gocpp's changes to the plan; run.cc runs the result
//   host       the same through another compiler, GOCPP_CXX; launcher.cc is gocpp before that compiler's command line
//   compile    one source file: overlay -> parse -> is a second look needed? -> checks on the AST -> code
//   overlay    the file system in which .gcpp and .gh hold their lowered text
//     tokens, scan, go_parse, select_parse, names, define_body   text to constructs
//     lower, edits, source_map                                   constructs to C++, and back to the user's places
//   ../lint    what is on the AST, and no error, but still wrong
//   suspicion  what makes one parse not enough; lookup asks clang the questions about the names in doubt
//   lsp/       the language server before clangd, and formatting; subcommands starts them, and gdb
//   diag       messages, gathered; rewords says them in the language's words, mirror shows them in the user's text

#include "compile.h"
#include "driver.h"
#include "launcher.h"
#include "options.h"
#include "registry.h"
#include "subcommands.h"
#include "toolchain.h"

#include "clang/Basic/Stack.h"
#include "clang/Driver/Driver.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/PrettyStackTrace.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/VirtualFileSystem.h"
#include "llvm/Support/raw_ostream.h"

#include <pthread.h>

using namespace gocpp::tool;

namespace {

/// Expressions and types that are nested some ten thousand deep are walked recursively, and must not end in a crash.
constexpr size_t kStackSize = size_t{1} << 30;

struct Program {
  int argc;
  char** argv;
  int status = 1;
};

int run(int argc, char** argv);

void* run_in_thread(void* p) {
  auto& program = *static_cast<Program*>(p);
  program.status = run(program.argc, program.argv);
  return nullptr;
}

int run(int argc, char** argv) {
  llvm::setBugReportMsg("gocpp: this is a bug in gocpp or in the clang that it is built on.\n");
  llvm::InitializeAllTargets();

  // @FILE arguments stand for what is in the files.
  llvm::BumpPtrAllocator memory;
  llvm::SmallVector<const char*, 64> args(argv, argv + argc);
  if (llvm::Error error = clang::driver::expandResponseFiles(args, /*ClangCLMode=*/false, memory)) {
    llvm::errs() << "gocpp: error: " << toString(std::move(error)) << '\n';
    return 1;
  }

  // One step of a plan that a gocpp made.
  if (args.size() > 1 && llvm::StringRef(args[1]) == "-cc1") return compile(llvm::ArrayRef(args).drop_front(2), args[0]);

  if (auto command = inner_command(args)) return launch(*command, llvm::ArrayRef(argv, argc), find_toolchain(argv[0]));
  if (std::optional<int> status = run_subcommand(args)) return *status;

  Options options = parse_options(std::vector<std::string>(args.begin() + 1, args.end()));
  if (!options.error.empty()) {
    llvm::errs() << "gocpp: error: " << options.error << '\n';
    return 1;
  }
  Toolchain tools = find_toolchain(argv[0]);
  switch (options.mode) {
  case Options::Mode::help: llvm::outs() << kHelpText << lint_help() << "\n`clang++ --help` lists the options of clang.\n"; return 0;
  case Options::Mode::version: return print_version(options, tools);
  case Options::Mode::emit_cpp: return emit_cpp(options, tools);
  case Options::Mode::run: return run_program(options, tools);
  case Options::Mode::compile: return drive(options, tools);
  }
}

} // namespace

int main(int argc, char** argv) {
  llvm::InitLLVM init(argc, argv);
  Program program = {argc, argv};
  pthread_attr_t attributes;
  pthread_t thread;
  pthread_attr_init(&attributes);
  // Address space only: what is not used costs nothing. Where that is limited, the stack is the process's, and clang minds it.
  if (pthread_attr_setstacksize(&attributes, kStackSize) != 0 || pthread_create(&thread, &attributes, run_in_thread, &program) != 0) {
    clang::noteBottomOfStack();
    return run(argc, argv);
  }
  pthread_join(thread, nullptr);
  return program.status;
}
