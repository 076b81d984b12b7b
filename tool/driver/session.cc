// See session.h.

#include "session.h"

#include "compat.h"

#include "clang/CodeGen/ObjectFilePCHContainerOperations.h"
#include "clang/Frontend/CompilerInvocation.h"
#include "clang/Frontend/TextDiagnosticBuffer.h"
#include "clang/Serialization/ASTReader.h"
#include "llvm/Support/BuryPointer.h"

using namespace clang;

namespace gocpp::tool {

namespace {

/// Collects the .gh files of which a precompiled header was made.
class PrecompiledFiles : public ASTReaderListener {
 public:
  explicit PrecompiledFiles(std::vector<std::string>& found) : found_(found) {}
  bool needsInputFileVisitation() override { return true; }
  bool visitInputFile(llvm::StringRef path, bool, bool, bool) override {
    if (is_header_path(path)) found_.push_back(path.str());
    return true;
  }

 private:
  std::vector<std::string>& found_;
};

} // namespace

Job::Job(llvm::ArrayRef<const char*> all, const char* argv0) : argv0(argv0), tools(find_toolchain(argv0)) {
  for (const char* a : all) {
    llvm::StringRef s = a;
    if (s == "-gocpp-lower")
      lower_main = true;
    else if (s == "-gocpp-prelude")
      force_prelude = true;
    else if (!lint_flags.take(s))
      args.push_back(a);
  }
}

Session::Session(Job& job, const Knowledge& knowledge, Voice voice, Overlay::Rewrite rewrite)
    : job_(job), ci_(std::make_unique<CompilerInstance>()) {
  auto pch = ci_->getPCHContainerOperations();
  pch->registerWriter(std::make_unique<ObjectFilePCHContainerWriter>());
  pch->registerReader(std::make_unique<ObjectFilePCHContainerReader>());
  compat::DiagnosticOptionsHolder early_options;
  auto* buffer = new TextDiagnosticBuffer;
  auto early = compat::make_engine(new DiagnosticIDs, early_options.get(), buffer, true);
  valid_ = CompilerInvocation::CreateFromArgs(ci_->getInvocation(), job.args, *early, job.argv0);
  if (ci_->getHeaderSearchOpts().ResourceDir.empty()) ci_->getHeaderSearchOpts().ResourceDir = job.tools.resource_dir;

  auto real = createVFSFromCompilerInvocation(ci_->getInvocation(), *early);
  overlay_ = llvm::makeIntrusiveRefCnt<Overlay>(real, knowledge);
  overlay_->set_rewrite(std::move(rewrite));
  set_voice(voice);
  if (voice == Voice::speaking) buffer->FlushDiagnostics(ci_->getDiagnostics());
  if (voice != Voice::silent && !std::exchange(job.said_unknown_lints, true)) report_unknown(job.lint_flags, ci_->getDiagnostics());
  if (!valid_) {
    diagnoser_->finish();
    return;
  }
  ci_->createFileManager(overlay_);
  ci_->createSourceManager(ci_->getFileManager());
  note_precompiled(*real);
  lower_input();
}

Session::~Session() = default;

void Session::set_voice(Voice voice) {
  bool verify = ci_->getDiagnosticOpts().VerifyDiagnostics && voice == Voice::speaking;
  if (voice != Voice::speaking) {
    FrontendOptions& frontend = ci_->getFrontendOpts();
    frontend.OutputFile.clear();
    frontend.StatsFile.clear();
    frontend.ShowStats = false;
    ci_->getDependencyOutputOpts() = {};
    ci_->getDiagnosticOpts().VerifyDiagnostics = false;
    ci_->getDiagnosticOpts().DiagnosticSerializationFile.clear();
    ci_->getHeaderSearchOpts().Verbose = false;
    // Another compiler's messages may stand beside it.
    ci_->getDiagnosticOpts().setFormat(DiagnosticOptions::Clang);
  }
  SARIFDiagnosticPrinter* sarif = nullptr;
  if (voice == Voice::silent) {
    ci_->getDiagnosticOpts().ShowCarets = false;  // nor "1 error generated."
    compat::create_diagnostics(*ci_, *overlay_, new IgnoringDiagConsumer);
  } else {
    if (ci_->getDiagnosticOpts().getFormat() == DiagnosticOptions::SARIF) {
      // Its places are in files that exist: those that a #line names are unknown to it.
      ci_->getDiagnosticOpts().ShowPresumedLoc = false;
      sarif = compat::new_sarif_printer(llvm::errs(), ci_->getDiagnosticOpts());
    }
    compat::create_diagnostics(*ci_, *overlay_, sarif);
  }
  DiagnosticsEngine& engine = ci_->getDiagnostics();
  // -verify keeps itself in the engine and wants to be asked first, so it stays below ours with the engine's own places.
  auto shown_by = engine.takeClient();
  diagnoser_ = new Diagnoser(engine, std::move(shown_by), *overlay_, job_.tools.include_dir, verify);
  diagnoser_->set_sarif(sarif);
  if (voice == Voice::lints) diagnoser_->show_lints_only();
  engine.setClient(diagnoser_);
}

void Session::note_precompiled(llvm::vfs::FileSystem& real) {
  const std::string& pch = ci_->getPreprocessorOpts().ImplicitPCHInclude;
  if (pch.empty()) return;
  std::vector<std::string> paths;
  PrecompiledFiles listener(paths);
  // Not the session's own files: what they say of a file stays as it was first asked for. Whatever is wrong, clang will say.
  FileManager files(FileSystemOptions(), &real);
  (void)ASTReader::readASTFileControlBlock(pch, files, ci_->getModuleCache(), ci_->getPCHContainerReader(),
                                           /*FindModuleFileExtensions=*/false, listener, /*ValidateDiagnosticOptions=*/false,
                                           ASTReader::ARR_Missing | ASTReader::ARR_OutOfDate | ASTReader::ARR_VersionMismatch |
                                               ASTReader::ARR_ConfigurationMismatch);
  for (const std::string& path : paths)
    if (auto status = real.status(path)) overlay_->set_precompiled(status->getUniqueID());
}

void Session::lower_input() {
  auto& inputs = ci_->getFrontendOpts().Inputs;
  if (inputs.size() != 1 || !inputs[0].isFile()) return;
  FrontendInputFile& input = inputs[0];
  std::string path = input.getFile().str();
  if (!job_.lower_main) {
    // A plain C++ file may still include .gh headers.
    return;
  }
  if (path == "-") {
    if (!job_.standard_input) {
      auto buffer = llvm::MemoryBuffer::getSTDIN();
      if (!buffer) return;
      job_.standard_input = std::move(*buffer);
    }
    overlay_->set_main("<stdin>", job_.force_prelude);
    main_ = &overlay_->add_text(job_.standard_input->getBuffer(), "<stdin>");
    input = FrontendInputFile("<stdin>", input.getKind(), input.isSystem());
    return;
  }
  overlay_->set_main(path, job_.force_prelude);
  if (auto file = overlay_->lower_file(path)) main_ = *file;
}

bool Session::show_messages(ASTContext* ast) {
  bool failed = false, any = false;
  if (ast) diagnoser_->forget();
  for (const auto& [id, file] : overlay_->files()) {
    any |= !file->result().messages.empty();
    failed |= diagnoser_->add_messages(*file);
  }
  if (!any) return false;
  if (ast) {
    diagnoser_->show(ast);
    return failed;
  }
  diagnoser_->BeginSourceFile(ci_->getLangOpts(), nullptr);
  diagnoser_->show(nullptr);
  diagnoser_->EndSourceFile();
  if (failed) {
    unsigned n = diagnoser_->getNumErrors();
    if (ci_->getDiagnosticOpts().ShowCarets) llvm::errs() << n << (n == 1 ? " error generated.\n" : " errors generated.\n");
    diagnoser_->finish();
  }
  return failed;
}

void Session::leak() {
  if (!ci_->getFrontendOpts().DisableFree) return;
  overlay_->Retain();
  llvm::BuryPointer(std::move(ci_));
}

} // namespace gocpp::tool
