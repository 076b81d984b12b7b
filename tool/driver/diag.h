// Messages: gathered while clang parses, then worded for the user (rewords.h) and shown in the user's text (mirror.h).
//
// An error or warning and the notes behind it form a report. Reports are held back until the parse is known to count
// (suspicion.h), since a parse that misread a doubtful text says nothing that a user should see. What clang's own flags
// asked for (format, colours, serialised files, -verify) is done by the consumer that clang set up, which receives the
// finished messages.
#pragma once

#include "mirror.h"
#include "places.h"

#include "clang/Basic/Diagnostic.h"
#include "clang/Basic/LangOptions.h"

#include <memory>
#include <string>
#include <vector>

namespace clang {
class ASTContext;
class SARIFDiagnosticPrinter;
}

namespace gocpp::tool {

/// One message of clang's. Locations are clang's own until it is shown, unless `at` says a place of ours.
struct Said {
  clang::DiagnosticsEngine::Level level = clang::DiagnosticsEngine::Error;
  unsigned id = 0;
  clang::SourceLocation loc;
  std::string text;
  llvm::SmallVector<clang::CharSourceRange, 4> ranges;
  llvm::SmallVector<clang::FixItHint, 2> fixits;
  std::vector<std::string> types;  ///< Those among the message's arguments, printed.

  const LoweredFile* file = nullptr;  ///< Set: `offset`, `highlight` and `own_fixits` say where, not `loc`.
  uint32_t offset = 0;
  Range highlight;
  std::vector<FixIt> own_fixits;
};

struct Report {
  Said head;
  std::vector<Said> notes;
  bool lint = false;
  unsigned argument = 0;  ///< Of go, counted from 1: the one that a header of ours refused; 0 if it was none.
};

class Diagnoser : public clang::DiagnosticConsumer {
 public:
  /// `in_place` shows messages in the lowered text, which is what -verify compares with.
  Diagnoser(clang::DiagnosticsEngine& engine, std::unique_ptr<clang::DiagnosticConsumer> shown_by, const Overlay& overlay,
            llvm::StringRef include_dir, bool in_place);
  ~Diagnoser() override;

  void BeginSourceFile(const clang::LangOptions& lang, const clang::Preprocessor* pp) override;
  void EndSourceFile() override;
  void finish() override;
  bool IncludeInDiagnosticCounts() const override;
  void HandleDiagnostic(clang::DiagnosticsEngine::Level level, const clang::Diagnostic& info) override;

  /// The printer at the end of `shown_by`, if it writes SARIF: it must be told which sources its document is about.
  void set_sarif(clang::SARIFDiagnosticPrinter* printer) { sarif_ = printer; }
  const std::vector<Report>& held() const { return held_; }
  void forget() { held_.clear(); }
  /// From now on only lints are shown, and not counted: another compiler says the rest.
  void show_lints_only() { lints_only_ = true; }
  /// Whether what comes now is from the lints.
  void set_linting(bool on) { linting_ = on; }
  bool has_lint_errors() const { return lint_errors_; }
  /// Forgets what is held and what is to come: this parse does not count.
  void abandon() { forget(), abandoned_ = true; }
  /// Words and shows what is held. With the AST the words can name types.
  void show(clang::ASTContext* ast);
  /// Adds the lowering's own messages about a file. True if one is an error.
  bool add_messages(const LoweredFile& file);

 private:
  void open();
  void open_document();
  void show(Said said);
  bool fit_for_sarif(Said& said, clang::SourceLocation& loc) const;

  clang::DiagnosticsEngine& engine_;
  std::unique_ptr<clang::DiagnosticConsumer> shown_by_;
  const Overlay& overlay_;
  std::string include_dir_;
  bool in_place_;
  bool abandoned_ = false;
  bool dropping_notes_ = false;
  bool lints_only_ = false, linting_ = false, lint_errors_ = false;
  bool in_source_file_ = false, document_open_ = false;
  unsigned errors_seen_ = 0;
  clang::SARIFDiagnosticPrinter* sarif_ = nullptr;
  clang::LangOptions lang_;
  std::vector<Report> held_;
  std::unique_ptr<Places> places_;
  std::unique_ptr<Mirror> mirror_;
  std::unique_ptr<clang::DiagnosticsEngine> out_;
};

} // namespace gocpp::tool
