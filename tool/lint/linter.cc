// See linter.h.

#include "linter.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/Lex/Lexer.h"

#include <numeric>

using namespace clang;

namespace gocpp::tool {

class LintConsumer : public ASTConsumer {
 public:
  explicit LintConsumer(Linter& linter) : linter_(linter) {}
  bool HandleTopLevelDecl(DeclGroupRef group) override {
    for (Decl* d : group)
      if (linter_.is_users(d->getLocation())) linter_.decls_.push_back(d);
    return true;
  }

 private:
  Linter& linter_;
};

std::unique_ptr<ASTConsumer> Linter::make_consumer() { return std::make_unique<LintConsumer>(*this); }

bool Linter::is_users(SourceLocation loc) const {
  const SourceManager& sources = ci_.getSourceManager();
  return loc.isValid() && !sources.isInSystemHeader(sources.getExpansionLoc(loc));
}

void Linter::run(ASTContext& ast) {
  if (ci_.getDiagnostics().hasUncompilableErrorOccurred() || !(flags_.any() || pragmas_.any())) return;
  if (ast.getTranslationUnitDecl()->lookup(&ast.Idents.get("gocpp")).empty()) return;
  ast_ = &ast;
  waits_ = std::make_unique<Waits>(ast);
  for (unsigned i = 0; i < lints().size(); ++i)
    if (lints()[i].make && (flags_.on(i) || pragmas_.any())) checks_.push_back(lints()[i].make(*this));
  for (const Decl* d : decls_) visit(d);
  for (auto& check : checks_) check->end();
  checks_.clear();
  // In the order of the text, whichever lint it is.
  const SourceManager& sources = ci_.getSourceManager();
  std::vector<size_t> order(warnings_.size());
  std::iota(order.begin(), order.end(), size_t{0});
  llvm::sort(order, [&](size_t a, size_t b) {
    SourceLocation at = sources.getFileLoc(warnings_[a].loc), bt = sources.getFileLoc(warnings_[b].loc);
    return at == bt ? a < b : sources.isBeforeInTranslationUnit(at, bt);
  });
  for (size_t i : order) show(warnings_[i]);
}

void Linter::visit(const Decl* d) {
  if (!is_users(d->getLocation())) return;
  if (auto* f = dyn_cast<FunctionDecl>(d)) {
    visit(f);
  } else if (auto* t = dyn_cast<FunctionTemplateDecl>(d)) {
    if (t->isThisDeclarationADefinition() || !t->getTemplatedDecl()->isDefined())
      for (const FunctionDecl* instance : t->specializations()) visit(instance);
  } else if (auto* c = dyn_cast<ClassTemplateDecl>(d)) {
    if (c->isThisDeclarationADefinition())
      for (const ClassTemplateSpecializationDecl* instance : c->specializations())
        if (!instance->isExplicitSpecialization()) visit(instance);
  } else if (auto* r = dyn_cast<CXXRecordDecl>(d)) {
    if (r->isThisDeclarationADefinition() && !r->isLambda())
      for (const Decl* member : r->decls()) visit(member);
  } else if (isa<NamespaceDecl, LinkageSpecDecl, ExportDecl>(d)) {
    for (const Decl* member : cast<DeclContext>(d)->decls()) visit(member);
  } else if (auto* v = dyn_cast<VarDecl>(d); v && v->getInit()) {
    // Lambdas at namespace scope.
    if (auto* lambda = dyn_cast<LambdaExpr>(bare(v->getInit())); lambda && !lambda->isGenericLambda()) visit(lambda->getCallOperator());
  }
}

void Linter::visit(const FunctionDecl* f) {
  if (!f->doesThisDeclarationHaveABody() || f->isDependentContext() || f->isInvalidDecl() || f->isDefaulted()) return;
  if (const Stmt* body = f->getBody()) visit_body(*f, *body);
}

void Linter::visit_body(const FunctionDecl& f, const Stmt& stmt) {
  Body body(f, stmt, *ast_);
  llvm::SmallVector<const LambdaExpr*> lambdas;
  llvm::SmallVector<const Decl*> classes;
  body.collect(lambdas, classes);
  if (!body.events().empty())
    for (auto& check : checks_) check->body(body);
  for (const LambdaExpr* lambda : lambdas) {
    // What a lowered `go` is made of.
    if (!is_users(ci_.getSourceManager().getSpellingLoc(lambda->getBeginLoc()))) continue;
    if (lambda->isGenericLambda()) {
      for (const FunctionDecl* instance : lambda->getDependentCallOperator()->specializations()) visit(instance);
    } else {
      visit(lambda->getCallOperator());
    }
  }
  for (const Decl* d : classes) visit(d);
}

void Linter::warn(const char* name, SourceLocation loc, const std::string& text, const LintDetails& details) {
  unsigned lint = *find_lint(name);
  if (!is_users(loc)) return;
  DiagnosticsEngine& engine = ci_.getDiagnostics();
  DiagnosticsEngine::Level level = pragmas_.level(lint, loc, ci_.getSourceManager());
  if (level == DiagnosticsEngine::Ignored || !said_.insert({loc, text}).second) return;
  std::string words = text;
  if (engine.getDiagnosticOptions().ShowOptionNames)
    words += std::string(" [") + (level == DiagnosticsEngine::Error ? "-Werror," : "") + "-Wgocpp-" + name + "]";
  warnings_.push_back({level, loc, std::move(words), details});
}

void Linter::show(const Warning& w) {
  DiagnosticsEngine& engine = ci_.getDiagnostics();
  {
    auto report = engine.Report(w.loc, engine.getCustomDiagID(w.level, "%0"));
    report << w.text;
    for (SourceRange r : w.details.ranges) report << r;
    for (const FixItHint& f : w.details.fixits) report << f;
  }
  for (const LintNote& n : w.details.notes)
    if (n.loc.isValid()) engine.Report(n.loc, engine.getCustomDiagID(DiagnosticsEngine::Note, "%0")) << n.text;
}

llvm::StringRef Linter::text(SourceRange range) const {
  if (range.isInvalid() || range.getBegin().isMacroID() || range.getEnd().isMacroID()) return {};
  return Lexer::getSourceText(CharSourceRange::getTokenRange(range), ci_.getSourceManager(), ci_.getLangOpts());
}

SourceLocation Linter::behind(SourceRange range) const {
  return Lexer::getLocForEndOfToken(range.getEnd(), 0, ci_.getSourceManager(), ci_.getLangOpts());
}

} // namespace gocpp::tool
