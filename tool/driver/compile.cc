// Compiling with the answers that are needed: once, unless names turn out to be doubtful (lookup.h).

#include "compile.h"

#include "diag.h"
#include "lookup.h"
#include "overlay.h"

#include "clang/AST/Attr.h"
#include "clang/AST/Decl.h"
#include "clang/Basic/DiagnosticIDs.h"
#include "clang/CodeGen/ObjectFilePCHContainerOperations.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/CompilerInvocation.h"
#include "clang/Frontend/FrontendActions.h"
#include "clang/Frontend/FrontendPluginRegistry.h"
#include "clang/Frontend/TextDiagnosticBuffer.h"
#include "clang/FrontendTool/Utils.h"
#include "clang/Lex/Preprocessor.h"
#include "llvm/Support/FileSystem.h"

#include <cstdlib>

using namespace clang;

namespace gocpp::tool {

namespace {

constexpr int kMostParses = 6;

/// What the AST hook of the compilation under way works on; one compilation runs at a time.
struct Current {
  OverlayFileSystem* files = nullptr;
  NameWatch* watch = nullptr;
} current;

/// Runs over the same AST as code generation, before it.
class AstHook : public ASTConsumer {
 public:
  explicit AstHook(CompilerInstance& ci) : ci_(ci) {}

  bool HandleTopLevelDecl(DeclGroupRef group) override {
    for (Decl* d : group)
      if (auto* f = dyn_cast<FunctionDecl>(d)) label_main(f);
    return true;
  }

 private:
  /// A main that no token shows, since a macro makes it, gets its label here.
  void label_main(FunctionDecl* f) {
    if (!f->isMain() || f->hasAttr<AsmLabelAttr>() || !current.files) return;
    SourceManager& sources = ci_.getSourceManager();
    auto entry = sources.getFileEntryRefForID(sources.getMainFileID());
    const SourceMap* map = entry ? current.files->find(entry->getName()) : nullptr;
    if (map && map->result().runs_main) f->addAttr(AsmLabelAttr::CreateImplicit(ci_.getASTContext(), "gocpp_main", true));
  }

  CompilerInstance& ci_;
};

class HookAction : public PluginASTAction {
 protected:
  std::unique_ptr<ASTConsumer> CreateASTConsumer(CompilerInstance& ci, llvm::StringRef) override {
    if (current.watch) current.watch->attach(ci);
    return std::make_unique<AstHook>(ci);
  }
  bool ParseArgs(const CompilerInstance&, const std::vector<std::string>&) override { return true; }
  ActionType getActionType() override { return AddBeforeMainAction; }
};
FrontendPluginRegistry::Add<HookAction> hook("gocpp", "gocpp's checks");

std::unique_ptr<CompilerInstance> make_instance(llvm::ArrayRef<const char*> args, const char* argv0, bool& valid) {
  auto ci = std::make_unique<CompilerInstance>();
  auto pch = ci->getPCHContainerOperations();
  pch->registerWriter(std::make_unique<ObjectFilePCHContainerWriter>());
  pch->registerReader(std::make_unique<ObjectFilePCHContainerReader>());
  auto* buffer = new TextDiagnosticBuffer;
  DiagnosticsEngine early(new DiagnosticIDs, new DiagnosticOptions, buffer);
  valid = CompilerInvocation::CreateFromArgs(ci->getInvocation(), args, early, argv0);
  ci->createDiagnostics();
  buffer->FlushDiagnostics(ci->getDiagnostics());
  return ci;
}

bool has_gocpp_input(CompilerInstance& ci) {
  for (const FrontendInputFile& in : ci.getFrontendOpts().Inputs)
    if (in.isFile() && is_gocpp_file(in.getFile())) return true;
  return false;
}

void remove_output(CompilerInstance& ci) {
  const std::string& out = ci.getFrontendOpts().OutputFile;
  if (!out.empty() && out != "-") llvm::sys::fs::remove(out);
}

/// Whether a message of the lowering hangs on a name (else: on what an #if leaves out).
bool has_message(const OverlayFileSystem& files, bool on_name) {
  for (const auto& f : files.files())
    for (const Message& m : f.second->result().messages)
      if (on_name ? m.doubt != UINT32_MAX : m.conditional) return true;
  return false;
}

} // namespace

int compile(llvm::ArrayRef<const char*> args, const char* argv0) {
  Answers answers;
  if (std::getenv("GOCPP_PRELUDE_FORCED")) answers[""].force_prelude = true;
  auto options_for = [&](llvm::StringRef path) {
    LowerOptions o = answers[path.str()];
    o.force_prelude = answers[""].force_prelude && !is_gocpp_header(path);
    return o;
  };
  RunAction run = [&](OverlayFileSystem& other_files, FrontendAction& action) {
    bool fine = false;
    auto other = make_instance(args, argv0, fine);
    other->createDiagnostics(new IgnoringDiagConsumer);
    auto* manager = other->createFileManager(&other_files);
    other->createSourceManager(*manager);
    other->getFrontendOpts().OutputFile.clear();
    other->ExecuteAction(action);
  };
  bool looked_up = false, looked_what_is_left_out = false;
  // Messages of the lowering are not final while they hang on what only clang can tell. True when it has told more.
  auto ask = [&](const OverlayFileSystem& files) {
    if (!looked_up && has_message(files, true)) {
      looked_up = true;
      if (look_up_names(files, answers, run)) return true;
    }
    if (!looked_what_is_left_out && has_message(files, false)) {
      looked_what_is_left_out = true;
      return look_up_left_out(files, answers, run);
    }
    return false;
  };
  for (int parse = 1;; ++parse) {
    bool valid = false;
    auto ci = make_instance(args, argv0, valid);
    if (!valid) return 1;
    auto files = llvm::makeIntrusiveRefCnt<OverlayFileSystem>(llvm::vfs::getRealFileSystem(), options_for);
    MappingConsumer consumer(*files, new DiagnosticOptions(ci->getDiagnosticOpts()));
    bool verifying = ci->getDiagnosticOpts().VerifyDiagnostics;
    if (!verifying) ci->createDiagnostics(&consumer, /*ShouldOwnClient=*/false);
    auto* file_manager = ci->createFileManager(files);
    ci->createSourceManager(*file_manager);
    NameWatch watch;
    watch.files = files.get();
    current = {files.get(), &watch};

    bool failed = false;
    for (const FrontendInputFile& in : ci->getFrontendOpts().Inputs) {
      std::error_code error;
      if (in.isFile() && is_gocpp_file(in.getFile()) && !llvm::sys::fs::is_directory(in.getFile())) files->lowered(in.getFile(), error);
    }
    if (ask(*files)) continue;
    for (const FrontendInputFile& in : ci->getFrontendOpts().Inputs) {
      if (in.isFile()) failed |= consumer.report_messages(in.getFile(), ci->getSourceManager(), *file_manager);
    }
    if (failed) {
      llvm::errs() << consumer.output();
      return 1;
    }
    std::string verbose;  // clang counts errors there; said once, for the last parse
    llvm::raw_string_ostream verbose_stream(verbose);
    ci->setVerboseOutputStream(verbose_stream);
    bool ok = ExecuteCompilerInvocation(ci.get());
    current = {};
    if (verifying) return ok ? 0 : 1;

    if (ask(*files)) continue;
    for (const auto& f : files->files()) {
      if (!is_gocpp_header(f.first()) || f.second->result().messages.empty()) continue;
      ok &= !consumer.report_messages(f.first(), ci->getSourceManager(), *file_manager);
    }
    bool again = false;
    if (parse < kMostParses && watch.odd_go && !looked_up) {
      looked_up = true;
      again = look_up_names(*files, answers, run);
    }
    if (!ok && !again && parse < kMostParses && (has_gocpp_input(*ci) || !files->files().empty())) {
      again = reconsider(*files, consumer.errors(), answers);
    }
    if (again) continue;
    llvm::errs() << consumer.output() << verbose;
    if (!ok) remove_output(*ci);
    return ok ? 0 : 1;
  }
}

} // namespace gocpp::tool
