// `gocpp run`: a temporary program that ends as if it had been started itself.
//
// The program stays on disk while it runs, since sanitizers and debuggers read it; so this process waits for it, removes
// it, and passes on how it ended. Keyboard signals reach the program by its process group, others are handed on.
// Rejected: exec of an unlinked file, whose name the symbolisers of the sanitizers cannot open.

#include "driver.h"
#include "temporary.h"

#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace gocpp::tool {

namespace {

volatile sig_atomic_t running_child = 0;

void hand_on(int signal) {
  if (running_child > 0) kill(static_cast<pid_t>(running_child), signal);
}

/// Starts the program and waits for it. The result is as waitpid gives it.
int run_and_wait(const std::string& program, std::vector<char*>& argv) {
  struct sigaction ignore = {}, pass = {}, was_int, was_quit, was_term, was_hup;
  ignore.sa_handler = SIG_IGN;
  pass.sa_handler = hand_on;
  sigaction(SIGINT, &ignore, &was_int);
  sigaction(SIGQUIT, &ignore, &was_quit);
  sigaction(SIGTERM, &pass, &was_term);
  sigaction(SIGHUP, &pass, &was_hup);
  pid_t child = fork();
  if (child == 0) {
    // The program gets the dispositions that this process was started with.
    struct sigaction standard = {};
    standard.sa_handler = SIG_DFL;
    for (auto [signal, was] : {std::pair{SIGINT, &was_int}, {SIGQUIT, &was_quit}, {SIGTERM, &was_term}, {SIGHUP, &was_hup}})
      sigaction(signal, was->sa_handler == SIG_IGN ? was : &standard, nullptr);
    execv(program.c_str(), argv.data());
    const char* why = std::strerror(errno);
    llvm::errs() << "gocpp: error: cannot run '" << program << "': " << why << '\n';
    _exit(126);
  }
  if (child < 0) return -1;
  running_child = child;
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  running_child = 0;
  return status;
}

} // namespace

/// How the program ended, as waitpid gives it, or nothing if it could not be built or run; that has been said.
static std::optional<int> build_and_run(const Options& options, const Toolchain& tools) {
  // A directory of its own gives the program the name that its source has.
  TemporaryDirectory directory;
  if (std::error_code error = directory.create("gocpp-run")) {
    llvm::errs() << "gocpp: error: cannot make a temporary directory: " << error.message() << '\n';
    return std::nullopt;
  }
  std::string program = directory.file(options.inputs.front() == "-" ? "stdin" : llvm::sys::path::stem(options.inputs.front()));
  Options build = options;
  build.mode = Options::Mode::compile;
  build.args.insert(build.args.begin(), {"-o", program});
  build.output = program;
  if (drive(build, tools) != 0) return std::nullopt;

  std::vector<std::string> args = {program};
  args.insert(args.end(), options.program_args.begin(), options.program_args.end());
  std::vector<char*> argv;
  for (std::string& a : args) argv.push_back(a.data());
  argv.push_back(nullptr);
  int ended = run_and_wait(program, argv);
  if (ended != -1) return ended;
  llvm::errs() << "gocpp: error: cannot start a process: " << std::strerror(errno) << '\n';
  return std::nullopt;
}

int run_program(const Options& options, const Toolchain& tools) {
  std::optional<int> ended = build_and_run(options, tools);
  if (!ended) return 1;
  if (!WIFSIGNALED(*ended)) return WEXITSTATUS(*ended);
  // Die of the same signal, so that a shell says the same; without a second core file.
  rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  std::signal(WTERMSIG(*ended), SIG_DFL);
  std::raise(WTERMSIG(*ended));
  return 128 + WTERMSIG(*ended);
}

} // namespace gocpp::tool
