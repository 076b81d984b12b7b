// See compile.h.

#include "compile.h"

#include "checks.h"
#include "linter.h"
#include "lookup.h"
#include "session.h"
#include "suspicion.h"

#include "clang/AST/ASTConsumer.h"
#include "clang/Frontend/FrontendAction.h"
#include "clang/Frontend/FrontendActions.h"
#include "clang/Frontend/MultiplexConsumer.h"
#include "clang/FrontendTool/Utils.h"
#include "clang/Frontend/FrontendDiagnostic.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/Timer.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"

using namespace clang;

namespace gocpp::tool {

namespace {

/// More would mean that answers contradict each other; the last reading is then compiled as it is.
constexpr int kMostParses = 8;

bool has_errors(const Overlay& overlay) {
  for (const auto& [id, file] : overlay.files())
    for (const Message& m : file->result().messages)
      if (m.level == Message::Level::error) return true;
  return false;
}

/// How one parse ended.
enum class Verdict { good, again, refused };

/// Decides at the end of a parse whether it counts.
class Judge {
 public:
  Judge(Job& job, Session& session, Knowledge& knowledge, bool may_repeat)
      : job_(job), session_(session), knowledge_(knowledge), may_repeat_(may_repeat) {}

  Suspicion& suspicion() { return *suspicion_; }
  void begin(CompilerInstance& ci) { suspicion_ = std::make_unique<Suspicion>(ci, session_.overlay(), job_.tools.include_dir); }

  Verdict judge(ASTContext& ast) {
    if (has_errors(session_.overlay())) {
      bool again = may_repeat_ && look_up_errors(job_, session_.overlay(), knowledge_);
      return verdict = again ? Verdict::again : Verdict::refused;
    }
    if (may_repeat_ && suspicion_->is_suspicious(session_.diagnoser().held(), ast, knowledge_) &&
        look_up(job_, session_.overlay(), suspicion_->taken(), knowledge_))
      verdict = Verdict::again;
    return verdict;
  }

  Verdict verdict = Verdict::good;

 private:
  Job& job_;
  Session& session_;
  Knowledge& knowledge_;
  bool may_repeat_;
  std::unique_ptr<Suspicion> suspicion_;
};

/// Who uses a precompiled header lowers its files by their text alone, without what look-up answered here. Says where
/// that makes a difference. True if it does.
bool cannot_be_precompiled(Session& session) {
  CompilerInstance& ci = session.ci();
  bool refused = false;
  if (ci.getFrontendOpts().ProgramAction != frontend::GeneratePCH) return false;
  for (const auto& [id, file] : session.overlay().files()) {
    LowerOptions options;
    options.path = file->path;
    options.is_header = is_header_path(file->path);
    LowerResult alone = lower(file->map.original(), options);
    if (file->map.lowered() == alone.text) continue;
    uint32_t offset = 0;
    for (const Doubt& d : alone.doubts)
      if (d.construct != (construct_with_anchor(file->result(), d.anchor) != nullptr)) {
        offset = d.anchor;
        break;
      }
    DiagnosticsEngine& engine = ci.getDiagnostics();
    SourceLocation start = Places(ci.getSourceManager(), session.overlay(), "").in_lowered(*file, offset);
    engine.Report(start, engine.getCustomDiagID(DiagnosticsEngine::Error, "%0"))
        << (session.job().force_prelude ? "a .gh header cannot be precompiled with '-fgocpp-prelude': include <gocpp/gocpp.h> in it"
                                        : "a .gh header cannot be precompiled where what this means depends on other declarations");
    refused = true;
  }
  return refused;
}

/// Stands before code generation, or whatever the action does with the AST, and lets it end only if the parse counts.
class Gate : public MultiplexConsumer {
 public:
  Gate(std::vector<std::unique_ptr<ASTConsumer>> consumers, Judge& judge, Session& session, Linter* linter)
      : MultiplexConsumer(std::move(consumers)), judge_(judge), session_(session), linter_(linter) {}

  void HandleTranslationUnit(ASTContext& ast) override {
    if (judge_.judge(ast) == Verdict::good) {
      session_.diagnoser().set_linting(true);
      if (linter_) linter_->run(ast);
      session_.diagnoser().set_linting(false);
      if (cannot_be_precompiled(session_)) judge_.verdict = Verdict::refused;
      session_.diagnoser().show(&ast);
      MultiplexConsumer::HandleTranslationUnit(ast);
    } else {
      if (judge_.verdict == Verdict::refused) session_.show_messages(&ast);
      session_.diagnoser().abandon();
    }
  }

 private:
  Judge& judge_;
  Session& session_;
  Linter* linter_;
};

class GateAction : public WrapperFrontendAction {
 public:
  GateAction(std::unique_ptr<FrontendAction> action, Judge& judge, Session& session, bool with_lints)
      : WrapperFrontendAction(std::move(action)), judge_(judge), session_(session) {
    if (with_lints) linter_ = std::make_unique<Linter>(session.ci(), session.job().lint_flags);
  }

 protected:
  bool BeginSourceFileAction(CompilerInstance& ci) override {
    judge_.begin(ci);
    if (linter_) linter_->begin();
    return WrapperFrontendAction::BeginSourceFileAction(ci);
  }
  std::unique_ptr<ASTConsumer> CreateASTConsumer(CompilerInstance& ci, llvm::StringRef file) override {
    auto inner = WrapperFrontendAction::CreateASTConsumer(ci, file);
    if (!inner) return nullptr;
    std::vector<std::unique_ptr<ASTConsumer>> consumers;
    LoweredFile* main = session_.main();
    consumers.push_back(make_checks(ci, main && main->result().runs_main));
    consumers.push_back(judge_.suspicion().make_consumer());
    if (linter_) consumers.push_back(linter_->make_consumer());
    consumers.push_back(std::move(inner));
    return std::make_unique<Gate>(std::move(consumers), judge_, session_, linter_.get());
  }
  bool shouldEraseOutputFiles() override {
    return judge_.verdict != Verdict::good || WrapperFrontendAction::shouldEraseOutputFiles();
  }

 private:
  Judge& judge_;
  Session& session_;
  std::unique_ptr<Linter> linter_;
};

/// One parse for its verdict, and for what lints say if they are wanted.
Verdict judge_silently(Job& job, Knowledge& knowledge, bool may_repeat, bool with_lints, bool& lint_errors) {
  Session session(job, knowledge, with_lints ? Session::Voice::lints : Session::Voice::silent);
  if (!session.valid()) return Verdict::good;
  if (has_errors(session.overlay()))
    return look_up_errors(job, session.overlay(), knowledge) ? Verdict::again : Verdict::refused;
  Judge judge(job, session, knowledge, may_repeat);
  GateAction action(std::make_unique<SyntaxOnlyAction>(), judge, session, with_lints);
  session.execute(action);
  lint_errors = session.diagnoser().has_lint_errors();
  return judge.verdict;
}

/// What clang's own cc1 does before an action runs.
bool prepare(CompilerInstance& ci) {
  ci.LoadRequestedPlugins();
  const auto& llvm_args = ci.getFrontendOpts().LLVMArgs;
  if (!llvm_args.empty()) {
    std::vector<const char*> argv = {"gocpp (LLVM option parsing)"};
    for (const std::string& a : llvm_args) argv.push_back(a.c_str());
    llvm::cl::ParseCommandLineOptions(static_cast<int>(argv.size()), argv.data());
  }
  return !ci.getDiagnostics().hasErrorOccurred();
}

bool is_cxx_source(CompilerInstance& ci) {
  const FrontendOptions& f = ci.getFrontendOpts();
  if (f.ShowHelp || f.ShowVersion || f.Inputs.size() != 1) return false;
  InputKind kind = f.Inputs[0].getKind();
  return kind.getLanguage() == Language::CXX && kind.getFormat() == InputKind::Source;
}

void on_fatal_error(void* engine, const char* message, bool crash) {
  DiagnosticsEngine& diagnostics = *static_cast<DiagnosticsEngine*>(engine);
  diagnostics.Report(diag::err_fe_error_backend) << message;
  diagnostics.getClient()->finish();
  llvm::sys::RunInterruptHandlers();
  llvm::sys::Process::Exit(crash ? 70 : 1);
}

/// clang looks for a place's column from the start of its line, for every place: lines this long cost minutes with debug
/// information, and no debugger shows them.
constexpr size_t kLongestLineWithPlaces = 64 * 1024;

bool has_endless_line(llvm::StringRef text) {
  while (text.size() > kLongestLineWithPlaces) {
    size_t end = text.find('\n');
    if (end == llvm::StringRef::npos || end > kLongestLineWithPlaces) return true;
    text = text.drop_front(end + 1);
  }
  return false;
}

/// Runs the wanted action once. `again`: the names turned out to mean something else than this parse took them for.
int run_once(Job& job, Knowledge& knowledge, bool may_repeat, bool& again) {
  Session session(job, knowledge, Session::Voice::speaking);
  if (!session.valid()) return 1;
  CompilerInstance& ci = session.ci();
  llvm::install_fatal_error_handler(on_fatal_error, &ci.getDiagnostics());
  auto remove_handler = llvm::make_scope_exit([] { llvm::remove_fatal_error_handler(); });
  if (!is_cxx_source(ci)) return ExecuteCompilerInvocation(&ci) ? 0 : 1;
  if (session.main() && has_errors(session.overlay())) {
    again = may_repeat && look_up_errors(job, session.overlay(), knowledge);
    if (again) return 0;
    session.show_messages();
    return 1;
  }
  if (!prepare(ci)) return 1;
  // Line tables are what the driver asks for when the user asks for nothing.
  CodeGenOptions& codegen = ci.getCodeGenOpts();
  bool line_tables = codegen.getDebugInfo() == llvm::codegenoptions::DebugLineTablesOnly;
  if (line_tables && session.main() && has_endless_line(session.main()->map.lowered()))
    codegen.setDebugInfo(llvm::codegenoptions::NoDebugInfo);

  std::unique_ptr<FrontendAction> action = CreateFrontendAction(ci);
  if (!action) return 1;
  Judge judge(job, session, knowledge, may_repeat);
  auto gate = std::make_unique<GateAction>(std::move(action), judge, session, /*with_lints=*/true);
  bool ok = session.execute(*gate);
  if (judge.verdict == Verdict::again) {
    again = true;
    return 0;
  }
  // Headers are lowered when they are included; -E and its like have no AST where that could have been noticed.
  bool refused = judge.verdict == Verdict::refused || session.show_messages();
  llvm::TimerGroup::printAll(llvm::errs());
  llvm::TimerGroup::clearAll();
  if (refused && !ci.getFrontendOpts().OutputFile.empty() && ci.getFrontendOpts().OutputFile != "-" &&
      judge.verdict == Verdict::good)
    llvm::sys::fs::remove(ci.getFrontendOpts().OutputFile);
  if (ci.getFrontendOpts().DisableFree) {
    llvm::BuryPointer(std::move(gate));
    session.leak();
  }
  // What is written when the source has ended, such as the dependency file, may have failed behind the action's back.
  return ok && !refused && session.diagnoser().getNumErrors() == 0 ? 0 : 1;
}

/// Puts a text where a symbolic link leads, in one step if that is a regular file, whose permissions stay; anything else is
/// written to. The empty name and - are the standard output.
bool write_text(llvm::StringRef text, llvm::StringRef name) {
  namespace fs = llvm::sys::fs;
  llvm::SmallString<256> path(name.empty() ? "-" : name), real;
  if (path != "-" && !fs::real_path(path, real)) path = real;
  fs::file_status status;
  bool exists = path != "-" && !fs::status(path, status);
  auto write = [&](llvm::raw_ostream& out) {
    out << text;
    return llvm::Error::success();
  };
  llvm::Error error = llvm::Error::success();
  if (path == "-" || (exists && !fs::is_regular_file(status))) {
    std::error_code failed;
    llvm::raw_fd_ostream out(path, failed);
    if (!failed) {
      out << text;
      out.flush();
      failed = out.error();
      out.clear_error();
    }
    if (failed) error = llvm::errorCodeToError(failed);
  } else {
    error = llvm::writeToOutput(path, write);
    if (!error && exists) (void)fs::setPermissions(path, status.permissions());
  }
  if (!error) return true;
  llvm::errs() << "gocpp: error: cannot write '" << (path == "-" ? "standard output" : name) << "': "
               << llvm::errorToErrorCode(std::move(error)).message() << '\n';
  return false;
}

bool only_preprocesses(llvm::ArrayRef<const char*> args) {
  return llvm::any_of(args, [](const char* a) { return llvm::StringRef(a) == "-E"; });
}

} // namespace

bool settle(Job& job, Knowledge& knowledge, bool with_lints) {
  bool lint_errors = false;
  for (int parse = 1; parse < kMostParses; ++parse)
    if (judge_silently(job, knowledge, true, with_lints, lint_errors) != Verdict::again) break;
  return !lint_errors;
}

int compile(llvm::ArrayRef<const char*> args, const char* argv0) {
  llvm::InitializeAllTargetMCs();
  llvm::InitializeAllAsmPrinters();
  llvm::InitializeAllAsmParsers();
  Job job(args, argv0);
  Knowledge knowledge;
  if (job.lower_main && only_preprocesses(args)) {
    Session session(job, knowledge, Session::Voice::silent);
    if (session.valid() && session.main() && !session.main()->result().doubts.empty()) settle(job, knowledge);
  }
  for (int parse = 1;; ++parse) {
    bool again = false;
    int status = run_once(job, knowledge, parse < kMostParses, again);
    if (!again) return status;
  }
}

int compile_to_cpp(llvm::ArrayRef<const char*> args, const char* argv0, llvm::StringRef out_file) {
  Job job(args, argv0);
  Knowledge knowledge;
  auto lower_main = [&] {
    auto session = std::make_unique<Session>(job, knowledge, Session::Voice::speaking);
    return session;
  };
  auto session = lower_main();
  if (!session->valid()) return 1;
  if (session->main() && (session->main()->result().uses_syntax || has_errors(session->overlay()))) {
    settle(job, knowledge);
    session = lower_main();
    if (!session->valid() || session->show_messages()) return 1;
  }
  if (!session->main()) {
    // Opening the file says what is wrong with it.
    auto path = session->ci().getFrontendOpts().Inputs[0].getFile();
    auto error = session->overlay().lower_file(path).getError();
    llvm::errs() << "gocpp: error: cannot read '" << path << "': " << error.message() << '\n';
    return 1;
  }
  return write_text(session->main()->map.lowered(), out_file) ? 0 : 1;
}

} // namespace gocpp::tool
