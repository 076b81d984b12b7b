// See driver.h.

#include "driver.h"

#include "compat.h"
#include "compile.h"
#include "gdb_object.h"
#include "host.h"

#include "clang/Basic/DiagnosticDriver.h"
#include "clang/Basic/Version.h"
#include "clang/Driver/Action.h"
#include "clang/Driver/Compilation.h"
#include "clang/Driver/Driver.h"
#include "clang/Driver/InputInfo.h"
#include "clang/Driver/Job.h"
#include "clang/Driver/Options.h"
#include "clang/Driver/ToolChain.h"
#include "clang/Frontend/CompilerInvocation.h"
#include "clang/Frontend/TextDiagnosticPrinter.h"
#include "llvm/Support/CrashRecoveryContext.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/TargetParser/Host.h"

#include <cstdlib>

using namespace clang;
using clang::driver::Command;
using llvm::opt::ArgStringList;

namespace gocpp::tool {

namespace {

/// A plan of clang's driver, and what it needs to live.
class Plan {
 public:
  Plan(const Options& options, const Toolchain& tools, std::vector<std::string> args, bool quiet) : options_(options), tools_(tools) {
    strings_ = {"clang++", "--driver-mode=g++"};
    if (!options.gocpp_inputs.empty()) {
      // Reports of the runtime name files and lines, and no frame jumps over a stack's guard.
      strings_.push_back("--start-no-unused-arguments");
      if (!options.has_debug_flag) strings_.insert(strings_.end(), {"-gline-tables-only", "-fdebug-info-for-profiling"});
      strings_.insert(strings_.end(), {"-fstack-clash-protection", "-pthread", "--end-no-unused-arguments"});
    }
    strings_.insert(strings_.end(), std::make_move_iterator(args.begin()), std::make_move_iterator(args.end()));
    for (const std::string& s : strings_) argv_.push_back(s.c_str());

    diagnostic_options_ = CreateAndPopulateDiagOpts(argv_);
    std::unique_ptr<DiagnosticConsumer> client;
    if (quiet) {
      client = std::make_unique<IgnoringDiagConsumer>();
    } else {
      auto printer = compat::make_printer(llvm::errs(), *diagnostic_options_);
      printer->setPrefix("gocpp");
      client = std::move(printer);
    }
    diagnostics_ = compat::make_engine(new DiagnosticIDs, *diagnostic_options_.release(), client.release(), true);
    ProcessWarningOptions(*diagnostics_, diagnostics_->getDiagnosticOptions(), /*ReportDiags=*/false);
    driver_ = std::make_unique<driver::Driver>(tools.clang, llvm::sys::getDefaultTargetTriple(), *diagnostics_, "gocpp");
    driver_->ResourceDir = tools.resource_dir;
    driver_->setTargetAndMode(driver::ToolChain::getTargetAndModeFromProgramName("clang++"));
    driver_->Name = "gocpp";
    compilation_.reset(driver_->BuildCompilation(argv_));
    if (compilation_) adapt();
  }

  bool has_jobs() const { return compilation_ != nullptr; }
  bool valid() const { return compilation_ && !compilation_->containsError(); }
  driver::JobList& jobs() { return compilation_->getJobs(); }
  driver::Driver& driver() { return *driver_; }
  driver::Compilation& compilation() { return *compilation_; }

  int execute();

 private:
  const char* keep(const std::string& s) { return compilation_->getArgs().MakeArgString(s); }
  void adapt();
  void adapt_compile(Command& job);
  void adapt_link(Command& job);

  const Options& options_;
  const Toolchain& tools_;
  std::vector<std::string> strings_;
  std::vector<const char*> argv_;
  std::unique_ptr<DiagnosticOptions> diagnostic_options_;
  std::unique_ptr<DiagnosticsEngine> diagnostics_;
  std::unique_ptr<driver::Driver> driver_;
  std::unique_ptr<driver::Compilation> compilation_;
  std::vector<std::pair<std::string, std::string>> renames_;  ///< Links: the temporary name and the wanted one.
  GdbObject gdb_object_;
};

bool is_cxx(llvm::StringRef language) { return language.starts_with("c++"); }

bool has_prefix(const ArgStringList& args, llvm::StringRef prefix) {
  return llvm::any_of(args, [&](const char* a) { return llvm::StringRef(a).starts_with(prefix); });
}

void Plan::adapt() {
  unsigned compiles = 0;
  for (Command& job : jobs()) {
    if (job.getSource().getKind() == driver::Action::LinkJobClass) adapt_link(job);
    if (job.getArguments().empty()) continue;
    llvm::StringRef first = job.getArguments().front();
    if (first == "-cc1as") job.InProcess = false;  // clang's own program does it
    if (first != "-cc1") continue;
    adapt_compile(job);
    ++compiles;
  }
  // Code generation keeps global state, so that only one compilation may run in this process.
  for (Command& job : jobs())
    if (!job.getArguments().empty() && llvm::StringRef(job.getArguments().front()) == "-cc1") job.InProcess = compiles == 1;
  for (const char* file : compilation_->getTempFiles()) llvm::sys::RemoveFileOnSignal(file);
  // An output is replaced when its step has succeeded, so what was there before may stay when it has not.
  const_cast<driver::ArgStringMap&>(compilation_->getResultFiles()).clear();
}

void Plan::adapt_compile(Command& job) {
  ArgStringList args = job.getArguments();
  job.replaceExecutable(keep(tools_.self));
  auto language = llvm::find_if(args, [](const char* a) { return llvm::StringRef(a) == "-x"; });
  if (language == args.end() || language + 1 == args.end() || !is_cxx(language[1])) return;
  ArgStringList added;
  if (!has_prefix(args, "-std=")) added.push_back("-std=gnu++20");
  if (!llvm::StringRef(language[1]).ends_with("cpp-output")) {
    std::string input;
    for (const driver::InputInfo& i : job.getInputInfos())
      if (i.isFilename()) input = i.getFilename();
    added.insert(added.end(), {"-internal-isystem", keep(tools_.include_dir)});
    // A build system names the directory too, perhaps by another path; our headers are known by ours.
    for (size_t i = 1; i < args.size(); ++i) {
      llvm::StringRef flag = args[i - 1];
      bool same = false;
      if ((flag == "-I" || flag == "-isystem") && !llvm::sys::fs::equivalent(args[i], tools_.include_dir, same) && same)
        args[i] = keep(tools_.include_dir);
    }
    if (llvm::is_contained(options_.gocpp_inputs, input)) added.push_back("-gocpp-lower");
    if (options_.force_prelude) added.push_back("-gocpp-prelude");
  }
  args.insert(language, added.begin(), added.end());
  job.replaceArguments(args);
}

void Plan::adapt_link(Command& job) {
  ArgStringList args = job.getArguments();
  const auto& given = compilation_->getArgs();
  if (!given.hasArg(driver::options::OPT_nostdlib, driver::options::OPT_nodefaultlibs, driver::options::OPT_r)) {
    // Behind everything of the user's and before the libraries that the runtime itself needs.
    size_t at = args.size();
    for (llvm::StringRef library : {"-lstdc++", "-lc++", "-lm", "-lgcc", "-lc"}) {
      auto it = std::find_if(args.rbegin(), args.rend(), [&](const char* a) { return library == a; });
      if (it == args.rend()) continue;
      at = static_cast<size_t>(args.rend() - it) - 1;
      break;
    }
    ArgStringList ours;
    for (const std::string& a : runtime_link_args(tools_, options_.sanitizer, options_.hook_libc)) ours.push_back(keep(a));
    if (!given.hasArg(driver::options::OPT__HASH_HASH_HASH) && gdb_object_.make(tools_.gdb_script)) ours.push_back(keep(gdb_object_.path().str()));
    args.insert(args.begin() + static_cast<ptrdiff_t>(at), ours.begin(), ours.end());
  }
  auto o = llvm::find_if(args, [](const char* a) { return llvm::StringRef(a) == "-o"; });
  llvm::sys::fs::file_status status;
  if (o != args.end() && o + 1 != args.end() && !given.hasArg(driver::options::OPT__HASH_HASH_HASH) &&
      (llvm::sys::fs::status(o[1], status) == std::errc::no_such_file_or_directory || llvm::sys::fs::is_regular_file(status))) {
    std::string wanted = o[1];
    llvm::SmallString<128> temporary;
    if (!llvm::sys::fs::createUniqueFile(wanted + "-%%%%%%%%", temporary)) {
      llvm::sys::RemoveFileOnSignal(temporary);
      renames_.push_back({temporary.str().str(), wanted});
      o[1] = keep(temporary.str().str());
    }
  }
  job.replaceArguments(args);
}

int Plan::execute() {
  driver_->CC1Main = [](llvm::SmallVectorImpl<const char*>& argv) { return compile(llvm::ArrayRef(argv).drop_front(2), argv[0]); };
  llvm::CrashRecoveryContext::Enable();
  llvm::SmallVector<std::pair<int, const Command*>, 4> failing;
  int status = driver_->ExecuteCompilation(*compilation_, failing);
  for (const auto& [code, command] : failing) {
    if (status == 0) status = code;
    // 70 is what clang gives for a crash that it could catch.
    if ((code < 0 || code == 70) && !command->getArguments().empty() && llvm::StringRef(command->getArguments().front()) == "-cc1")
      llvm::errs() << "gocpp: error: the compiler itself failed; this is a bug in gocpp or in clang\n";
  }
  for (const auto& [temporary, wanted] : renames_) {
    std::error_code error;
    if (status == 0) error = llvm::sys::fs::rename(temporary, wanted);
    if (status != 0 || error) llvm::sys::fs::remove(temporary);
    llvm::sys::DontRemoveFileOnSignal(temporary);
    if (error) {
      llvm::errs() << "gocpp: error: cannot write '" << wanted << "': " << error.message() << '\n';
      status = 1;
    }
  }
  return status == 0 ? 0 : 1;
}

/// Says at once what would stop every later step.
bool can_read(const std::vector<std::string>& inputs) {
  bool all = true;
  for (const std::string& path : inputs) {
    if (path == "-") continue;
    std::error_code error;
    if (llvm::sys::fs::is_directory(path)) {
      llvm::errs() << "gocpp: error: '" << path << "' is a directory\n";
      all = false;
    } else if (auto file = llvm::sys::fs::openNativeFileForRead(path)) {
      llvm::sys::fs::closeFile(*file);
    } else {
      llvm::errs() << "gocpp: error: cannot read '" << path << "': " << llvm::toString(file.takeError()) << '\n';
      all = false;
    }
  }
  return all;
}

} // namespace

int drive(const Options& options, const Toolchain& tools) {
  if (!can_read(options.gocpp_inputs)) return 1;
  if (const char* host = std::getenv("GOCPP_CXX"); host && *host) {
    auto program = llvm::sys::findProgramByName(host);
    if (program) return compile_with_host({*program}, options, tools, HostRole::instead);
    llvm::errs() << "gocpp: error: GOCPP_CXX names '" << host << "', which cannot be found\n";
    return 1;
  }
  Plan plan(options, tools, clang_driver_args(options), /*quiet=*/false);
  return plan.valid() ? plan.execute() : 1;
}

std::vector<std::string> syntax_only_args(const Options& options, const Toolchain& tools, bool quiet, llvm::StringRef input) {
  std::vector<std::string> args = clang_driver_args(options);
  args.insert(args.end(), {"-fsyntax-only", "-Qunused-arguments"});
  Plan plan(options, tools, std::move(args), quiet);
  if (!plan.has_jobs() || (!quiet && !plan.valid())) return {};
  for (Command& job : plan.jobs()) {
    const ArgStringList& a = job.getArguments();
    bool wanted = llvm::any_of(job.getInputInfos(), [&](const driver::InputInfo& i) { return i.isFilename() && input == i.getFilename(); });
    if (wanted && !a.empty() && llvm::StringRef(a.front()) == "-cc1") return {a.begin() + 1, a.end()};
  }
  return {};
}

int emit_cpp(const Options& options, const Toolchain& tools) {
  if (!can_read(options.gocpp_inputs)) return 1;
  bool same = false;
  if (!options.emit_file.empty() && !llvm::sys::fs::equivalent(options.emit_file, options.gocpp_inputs.front(), same) && same) {
    llvm::errs() << "gocpp: error: '" << options.emit_file << "' is the input and would be overwritten\n";
    return 1;
  }
  std::vector<std::string> args = syntax_only_args(options, tools, /*quiet=*/false, options.gocpp_inputs.front());
  if (args.empty()) return 1;
  std::vector<const char*> argv;
  for (const std::string& a : args) argv.push_back(a.c_str());
  return compile_to_cpp(argv, tools.self.c_str(), options.emit_file);
}

int print_version(const Options& options, const Toolchain& tools) {
  Plan plan(options, tools, {}, /*quiet=*/true);
  llvm::outs() << "gocpp " GOCPP_VERSION " (with " << getClangFullVersion() << ")\n"
               << "Target: " << plan.driver().getTargetTriple() << "\nThread model: posix\nInstalledDir: "
               << llvm::sys::path::parent_path(tools.self) << '\n';
  return 0;
}

} // namespace gocpp::tool
