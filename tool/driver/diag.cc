// See diag.h.

#include "diag.h"

#include "compat.h"
#include "rewords.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Type.h"
#include "clang/Basic/Sarif.h"
#include "clang/Lex/Preprocessor.h"
#include "llvm/Support/raw_ostream.h"

using namespace clang;

namespace gocpp::tool {

namespace {

DiagnosticsEngine::Level level_of(Message::Level level) {
  switch (level) {
  case Message::Level::error: return DiagnosticsEngine::Error;
  case Message::Level::warning: return DiagnosticsEngine::Warning;
  case Message::Level::note: return DiagnosticsEngine::Note;
  }
  return DiagnosticsEngine::Error;
}

llvm::StringRef name_of(DiagnosticsEngine::Level level) {
  switch (level) {
  case DiagnosticsEngine::Ignored:
  case DiagnosticsEngine::Note: return "note";
  case DiagnosticsEngine::Remark: return "remark";
  case DiagnosticsEngine::Warning: return "warning";
  case DiagnosticsEngine::Error: return "error";
  case DiagnosticsEngine::Fatal: return "fatal error";
  }
  return "error";
}

/// A warning, whatever level the flags have given it.
bool is_warning(DiagnosticsEngine::Level level, unsigned id) {
  return level != DiagnosticsEngine::Note && DiagnosticIDs::isBuiltinWarningOrExtension(id);  // which notes are, too
}

} // namespace

Diagnoser::Diagnoser(DiagnosticsEngine& engine, std::unique_ptr<DiagnosticConsumer> shown_by, const Overlay& overlay,
                     llvm::StringRef include_dir, bool in_place)
    : engine_(engine), shown_by_(std::move(shown_by)), overlay_(overlay), include_dir_(include_dir), in_place_(in_place) {}

Diagnoser::~Diagnoser() = default;

void Diagnoser::BeginSourceFile(const LangOptions& lang, const Preprocessor* pp) {
  lang_ = lang;
  in_source_file_ = true;
  if (!sarif_) shown_by_->BeginSourceFile(lang, pp);
}

void Diagnoser::EndSourceFile() {
  show(nullptr);
  if (sarif_ && !abandoned_) open_document();
  if (!sarif_ || document_open_) shown_by_->EndSourceFile();
  in_source_file_ = document_open_ = false;
  // Locations end with the source file.
  mirror_.reset();
  out_.reset();
  places_.reset();
}

void Diagnoser::finish() {
  show(nullptr);
  if (!abandoned_) shown_by_->finish();
}

bool Diagnoser::IncludeInDiagnosticCounts() const { return shown_by_->IncludeInDiagnosticCounts(); }

void Diagnoser::HandleDiagnostic(DiagnosticsEngine::Level level, const Diagnostic& info) {
  if (abandoned_) return;
  if (info.hasSourceManager() && !places_) places_ = std::make_unique<Places>(info.getSourceManager(), overlay_, include_dir_);
  if (level == DiagnosticsEngine::Note && dropping_notes_) return;
  dropping_notes_ = false;
  if (places_ && is_warning(level, info.getID()) && is_about_generated_code(*places_, info.getLocation())) {
    dropping_notes_ = true;
    // -Werror has made it an error already; without this the compilation would fail and not say why.
    if (level >= DiagnosticsEngine::Error && errors_seen_ == 0) engine_.Reset(/*soft=*/true);
    return;
  }
  if (level >= DiagnosticsEngine::Error) ++errors_seen_;

  if (linting_ && level >= DiagnosticsEngine::Error) lint_errors_ = true;

  Said said;
  said.level = level;
  said.id = info.getID();
  said.loc = info.getLocation();
  llvm::SmallString<256> text;
  info.FormatDiagnostic(text);
  said.text = text.str().str();
  said.ranges.append(info.getRanges().begin(), info.getRanges().end());
  said.fixits.append(info.getFixItHints().begin(), info.getFixItHints().end());
  for (unsigned i = 0; i < info.getNumArgs(); ++i)
    if (info.getArgKind(i) == DiagnosticsEngine::ak_qualtype)
      said.types.push_back(QualType::getFromOpaquePtr(reinterpret_cast<void*>(info.getRawArg(i))).getAsString(PrintingPolicy(lang_)));
  if (level == DiagnosticsEngine::Note && !held_.empty())
    held_.back().notes.push_back(std::move(said));
  else
    held_.push_back({std::move(said), {}, linting_});
}

bool Diagnoser::add_messages(const LoweredFile& file) {
  bool failed = false;
  for (const Message& m : file.result().messages) {
    Said said;
    said.level = level_of(m.level);
    said.id = engine_.getCustomDiagID(said.level, "%0");
    said.text = m.text;
    said.file = &file;
    said.offset = m.offset;
    said.highlight = m.highlight;
    said.own_fixits = m.fixits;
    failed |= m.level == Message::Level::error;
    if (m.level == Message::Level::note && !held_.empty())
      held_.back().notes.push_back(std::move(said));
    else
      held_.push_back({std::move(said), {}});
  }
  return failed;
}

/// The engine that shows messages, with the sources in which it does.
void Diagnoser::open() {
  if (!places_ && engine_.hasSourceManager())
    places_ = std::make_unique<Places>(engine_.getSourceManager(), overlay_, include_dir_);
  if (out_) return;
  out_ = compat::make_engine(engine_.getDiagnosticIDs(), engine_.getDiagnosticOptions(), shown_by_.get(), /*own=*/false);
  if (places_ && !in_place_)
    mirror_ = std::make_unique<Mirror>(*places_, engine_.getSourceManager().getFileManager(), *out_, lang_);
  if (mirror_)
    out_->setSourceManager(&mirror_->sources());
  else if (engine_.hasSourceManager())
    out_->setSourceManager(&engine_.getSourceManager());
}

/// SARIF has a document for each source file, with messages or without, but none for a parse that does not count.
void Diagnoser::open_document() {
  if (!sarif_ || document_open_ || !in_source_file_) return;
  open();
  sarif_->setSarifWriter(std::make_unique<SarifDocumentWriter>(out_->getSourceManager()));
  shown_by_->BeginSourceFile(lang_, nullptr);
  document_open_ = true;
}

/// clang's SARIF knows places in files only, and falls over any other. False if the message has none.
bool Diagnoser::fit_for_sarif(Said& said, SourceLocation& loc) const {
  if (!document_open_ || loc.isInvalid()) return false;
  const SourceManager& sources = out_->getSourceManager();
  auto in_file = [&](SourceLocation l) {
    auto file = sources.getFileEntryRefForID(sources.getFileID(l));
    return file && file->getName() != "<stdin>";  // which stands in the overlay, with a name that is no place to look at
  };
  loc = sources.getFileLoc(loc);
  if (!in_file(loc)) return false;
  llvm::erase_if(said.ranges, [&](CharSourceRange& r) {
    if (r.getBegin().isMacroID() || r.getEnd().isMacroID()) r = sources.getExpansionRange(r);
    return !in_file(r.getBegin()) || sources.getFileID(r.getBegin()) != sources.getFileID(r.getEnd());
  });
  said.fixits.clear();
  return true;
}

void Diagnoser::show(ASTContext* ast) {
  if (abandoned_ || held_.empty()) return;
  std::vector<Report> reports = std::move(held_);
  held_.clear();
  if (lints_only_) llvm::erase_if(reports, [](const Report& r) { return !r.lint; });
  open();
  open_document();
  if (places_) explain(reports, *places_, ast);
  for (Report& r : reports) {
    if (r.head.level == DiagnosticsEngine::Ignored) continue;
    show(std::move(r.head));
    for (Said& n : r.notes) show(std::move(n));
  }
}

void Diagnoser::show(Said said) {
  if (said.level >= DiagnosticsEngine::Error && !lints_only_) ++NumErrors;
  if (said.level == DiagnosticsEngine::Warning && !lints_only_) ++NumWarnings;
  SourceLocation loc = said.loc;
  if (mirror_ && said.file) {
    loc = mirror_->at(*said.file, said.offset);
    said.ranges.clear();
    said.fixits.clear();
    if (said.highlight.end > said.highlight.begin) said.ranges.push_back(mirror_->range(*said.file, said.highlight));
    for (const FixIt& f : said.own_fixits)
      said.fixits.push_back(FixItHint::CreateReplacement(mirror_->range(*said.file, f.range), f.text));
  } else if (mirror_) {
    loc = mirror_->move(loc);
    for (CharSourceRange& r : said.ranges) r = mirror_->move(r);
    // A change of which one part cannot be shown is no change to offer.
    if (!llvm::all_of(said.fixits, [&](FixItHint& f) { return mirror_->move(f); })) said.fixits.clear();
  } else if (said.file && places_) {
    loc = places_->in_lowered(*said.file, said.offset);
  }
  llvm::erase_if(said.ranges, [](const CharSourceRange& r) { return r.isInvalid(); });
  if (sarif_ && !fit_for_sarif(said, loc)) {
    if (PresumedLoc place = loc.isValid() ? out_->getSourceManager().getPresumedLoc(loc) : PresumedLoc(); place.isValid())
      llvm::errs() << place.getFilename() << ':' << place.getLine() << ':' << place.getColumn() << ": ";
    llvm::errs() << name_of(said.level) << ": " << said.text << '\n';
    return;
  }
  FullSourceLoc full = loc.isValid() && out_->hasSourceManager() ? FullSourceLoc(loc, out_->getSourceManager()) : FullSourceLoc();
  out_->Report(StoredDiagnostic(said.level, said.id, said.text, full, said.ranges, said.fixits));
}

} // namespace gocpp::tool
