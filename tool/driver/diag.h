// Diagnostics at the places that the user wrote.
//
// clang speaks of the lowered text. This consumer moves every location, range and fix-it of a lowered file to the same file's
// original text, which it gives to the source manager as one more file, and drops what only speaks of generated code. What it
// prints is held back until the compilation is known to be the last one (compile.cc).
#pragma once

#include "overlay.h"

#include "clang/Basic/Diagnostic.h"
#include "clang/Basic/DiagnosticOptions.h"
#include "clang/Basic/LangOptions.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Frontend/TextDiagnostic.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gocpp::tool {

/// An error in a lowered file, by the construct or line where it stands: what look-up (lookup.h) works on.
struct ErrorPlace {
  std::string file;
  uint32_t offset;       ///< Into the original.
  std::string text;
};

class MappingConsumer : public clang::DiagnosticConsumer {
 public:
  MappingConsumer(OverlayFileSystem& files, clang::DiagnosticOptions* options);

  void BeginSourceFile(const clang::LangOptions& lang, const clang::Preprocessor* pp) override;
  void EndSourceFile() override;
  void HandleDiagnostic(clang::DiagnosticsEngine::Level level, const clang::Diagnostic& info) override;

  /// Prints the lowering's own messages about a file; true when one was an error.
  bool report_messages(llvm::StringRef path, clang::SourceManager& sources, clang::FileManager& file_manager);

  const std::vector<ErrorPlace>& errors() const { return errors_; }
  /// What was printed, colours included.
  const std::string& output() const { return output_; }

 private:
  /// The user's place for a location of clang's; `generated` tells that no byte of the user's stands there.
  clang::SourceLocation map(clang::SourceLocation loc, clang::SourceManager& sources, bool& generated, bool at_end = false);
  clang::FileID original_file(clang::FileID lowered, const SourceMap& map, clang::SourceManager& sources);
  bool in_our_headers(clang::SourceLocation loc, clang::SourceManager& sources) const;
  void print(clang::FullSourceLoc loc, clang::DiagnosticsEngine::Level level, llvm::StringRef text,
             llvm::ArrayRef<clang::CharSourceRange> ranges, llvm::ArrayRef<clang::FixItHint> fixits);

  OverlayFileSystem& files_;
  llvm::IntrusiveRefCntPtr<clang::DiagnosticOptions> options_;
  clang::LangOptions lang_;
  std::string output_;
  std::unique_ptr<llvm::raw_string_ostream> stream_;
  std::unique_ptr<clang::TextDiagnostic> printer_;
  std::map<clang::FileID, clang::FileID> originals_;
  std::map<std::string, clang::FileID> message_files_;
  std::vector<ErrorPlace> errors_;
  /// An error in a construct that the note behind it explains better.
  struct Held {
    clang::FullSourceLoc loc;
    clang::DiagnosticsEngine::Level level;
    std::string text;
    std::vector<clang::CharSourceRange> ranges;
    std::vector<clang::FixItHint> fixits;
    const SourceMap* map = nullptr;
    const Construct* construct = nullptr;
  };
  void release();
  bool explain(const std::string& note, clang::SourceManager& sources);
  bool explain_go(const std::string& note, clang::SourceManager& sources);
  bool explain_send(const std::string& note);
  std::optional<Held> held_;
  bool drop_notes_ = false;     ///< The last message was dropped, so its notes are.
  std::string last_printed_;    ///< Place and text, against hearing the same of a moved operand twice.
};

} // namespace gocpp::tool
