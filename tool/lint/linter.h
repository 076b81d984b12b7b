// The lints' run over one translation unit: one walk over the user's functions, from which every lint gets the bodies,
// and the one place through which they speak.
//
// Looked at are functions of files that are not system headers, instances of templates but not templates. A translation unit
// that does not know namespace gocpp is not looked at, nor one with errors.
#pragma once

#include "flags.h"
#include "registry.h"
#include "waits.h"

#include "clang/AST/ASTConsumer.h"
#include "clang/Frontend/CompilerInstance.h"

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace gocpp::tool {

/// What else a warning says.
struct LintNote {
  clang::SourceLocation loc;
  std::string text;
};
struct LintDetails {
  llvm::SmallVector<clang::SourceRange, 2> ranges;
  llvm::SmallVector<clang::FixItHint, 2> fixits;
  llvm::SmallVector<LintNote, 2> notes;
};

class Linter {
 public:
  Linter(clang::CompilerInstance& ci, const LintFlags& flags) : ci_(ci), flags_(flags), pragmas_(flags) {}

  /// Before the parse: watches for pragmas.
  void begin() { pragmas_.watch(ci_.getPreprocessor()); }
  /// Gathers the declarations to look at.
  std::unique_ptr<clang::ASTConsumer> make_consumer();
  /// After the parse.
  void run(clang::ASTContext& ast);

  // For the lints.
  clang::ASTContext& ast() const { return *ast_; }
  Waits& waits() { return *waits_; }
  /// Says it once for each place and text.
  void warn(const char* lint, clang::SourceLocation loc, const std::string& text, const LintDetails& details = {});
  /// The text of a range as it was written; empty when a macro made it.
  llvm::StringRef text(clang::SourceRange range) const;
  /// Just behind the last token of a range.
  clang::SourceLocation behind(clang::SourceRange range) const;
  /// Whether loop-capture has spoken of this variable and goroutine.
  std::set<std::pair<const clang::Expr*, const clang::VarDecl*>> told;

 private:
  friend class LintConsumer;
  struct Warning {
    clang::DiagnosticsEngine::Level level;
    clang::SourceLocation loc;
    std::string text;
    LintDetails details;
  };
  void show(const Warning& w);
  bool is_users(clang::SourceLocation loc) const;
  void visit(const clang::Decl* d);
  void visit(const clang::FunctionDecl* f);
  void visit_body(const clang::FunctionDecl& f, const clang::Stmt& body);

  clang::CompilerInstance& ci_;
  const LintFlags& flags_;
  LintPragmas pragmas_;
  clang::ASTContext* ast_ = nullptr;
  std::unique_ptr<Waits> waits_;
  std::vector<clang::Decl*> decls_;
  std::vector<std::unique_ptr<Check>> checks_;
  std::set<std::pair<clang::SourceLocation, std::string>> said_;
  std::vector<Warning> warnings_;
};

} // namespace gocpp::tool
