// The handler of `#pragma clang diagnostic` and `#pragma GCC diagnostic`, in place of clang's own.
//
// clang tells nobody of a group that it does not know: it warns, if that warning is on. So its handler is taken out and this
// one does the same work, but for our groups, which go to LintPragmas. It keeps to what clang's handler accepts and says.

#include "flags.h"

#include "clang/Lex/LexDiagnostic.h"
#include "clang/Lex/PPCallbacks.h"
#include "clang/Lex/Pragma.h"
#include "clang/Lex/Preprocessor.h"
#include "llvm/ADT/StringSwitch.h"

using namespace clang;

namespace gocpp::tool {

namespace {

class DiagnosticHandler : public PragmaHandler {
 public:
  DiagnosticHandler(const char* space, LintPragmas& lints) : PragmaHandler("diagnostic"), space_(space), lints_(lints) {}

  void HandlePragma(Preprocessor& pp, PragmaIntroducer, Token& first) override {
    SourceLocation loc = first.getLocation();
    Token token;
    pp.LexUnexpandedToken(token);
    if (token.isNot(tok::identifier)) {
      pp.Diag(token, diag::warn_pragma_diagnostic_invalid);
      return;
    }
    llvm::StringRef verb = token.getIdentifierInfo()->getName();
    pp.LexUnexpandedToken(token);
    if (verb == "push" || verb == "pop") {
      verb == "push" ? push(pp, loc) : pop(pp, loc, token);
      if (token.isNot(tok::eod)) pp.Diag(token.getLocation(), diag::warn_pragma_diagnostic_invalid_token);
      return;
    }
    auto severity = llvm::StringSwitch<diag::Severity>(verb)
                        .Case("ignored", diag::Severity::Ignored)
                        .Case("warning", diag::Severity::Warning)
                        .Case("error", diag::Severity::Error)
                        .Case("fatal", diag::Severity::Fatal)
                        .Default({});
    if (severity == diag::Severity()) {
      pp.Diag(token, diag::warn_pragma_diagnostic_invalid);
      return;
    }
    SourceLocation option_loc = token.getLocation();
    std::string option;
    if (!pp.FinishLexStringLiteral(token, option, "pragma diagnostic", /*AllowMacroExpansion=*/false)) return;
    if (token.isNot(tok::eod))
      pp.Diag(token.getLocation(), diag::warn_pragma_diagnostic_invalid_token);
    else
      set(pp, loc, severity, option, option_loc);
  }

 private:
  void push(Preprocessor& pp, SourceLocation loc) {
    pp.getDiagnostics().pushMappings(loc);
    lints_.push();
    if (PPCallbacks* callbacks = pp.getPPCallbacks()) callbacks->PragmaDiagnosticPush(loc, space_);
  }
  void pop(Preprocessor& pp, SourceLocation loc, const Token& token) {
    lints_.pop(loc);
    if (!pp.getDiagnostics().popMappings(loc))
      pp.Diag(token, diag::warn_pragma_diagnostic_cannot_pop);
    else if (PPCallbacks* callbacks = pp.getPPCallbacks())
      callbacks->PragmaDiagnosticPop(loc, space_);
  }
  void set(Preprocessor& pp, SourceLocation loc, diag::Severity severity, llvm::StringRef option, SourceLocation option_loc) {
    llvm::StringRef group = option;
    bool is_remark = group.starts_with("-R");
    if (group.size() < 3 || (!group.consume_front("-W") && !group.consume_front("-R"))) {
      pp.Diag(option_loc, diag::warn_pragma_diagnostic_invalid_option);
      return;
    }
    diag::Flavor flavor = is_remark ? diag::Flavor::Remark : diag::Flavor::WarningOrError;
    if (!is_remark && lints_.set(loc, group, severity)) {
      // Ours alone.
    } else if (group == "everything") {
      pp.getDiagnostics().setSeverityForAll(flavor, severity, loc);
      if (!is_remark) lints_.set(loc, "gocpp", severity);
    } else if (pp.getDiagnostics().setSeverityForGroup(flavor, group, severity, loc)) {
      pp.Diag(option_loc, diag::warn_pragma_diagnostic_unknown_warning) << option;
      return;
    }
    if (PPCallbacks* callbacks = pp.getPPCallbacks()) callbacks->PragmaDiagnostic(loc, space_, severity, option);
  }

  const char* space_;
  LintPragmas& lints_;
};

} // namespace

void LintPragmas::watch(Preprocessor& pp) {
  for (const char* space : {"clang", "GCC"}) {
    EmptyPragmaHandler replaced("diagnostic");  // handlers go by their names
    pp.RemovePragmaHandler(space, &replaced);
    pp.AddPragmaHandler(space, new DiagnosticHandler(space, *this));
  }
}

} // namespace gocpp::tool
