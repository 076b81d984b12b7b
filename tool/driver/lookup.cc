// See lookup.h.

#include "lookup.h"

#include "questions.h"
#include "session.h"
#include "suspicion.h"

#include "clang/AST/DeclTemplate.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/Frontend/FrontendActions.h"
#include "clang/Lex/MacroInfo.h"
#include "clang/Lex/PPCallbacks.h"
#include "clang/Lex/Preprocessor.h"
#include "clang/Sema/ExternalSemaSource.h"
#include "clang/Sema/Lookup.h"
#include "clang/Sema/Sema.h"
#include "clang/Sema/SemaConsumer.h"

using namespace clang;

namespace gocpp::tool {

namespace {

/// A question hides those inside the construct that it is about, so each round gets one level deeper.
constexpr int kMostRounds = 10;

Meaning meaning_of(NamedDecl* d) {
  d = d->getUnderlyingDecl();
  if (isa<FunctionDecl, FunctionTemplateDecl>(d)) return Meaning::function;
  if (isa<TemplateDecl>(d)) return Meaning::template_name;
  if (isa<TypeDecl>(d)) return Meaning::type;
  if (isa<NamespaceDecl, NamespaceAliasDecl>(d)) return Meaning::space;
  if (isa<ValueDecl>(d)) return Meaning::value;
  return Meaning::other;
}

/// The scope that `NAME::` opens.
DeclContext* scope_of(NamedDecl* d) {
  d = d->getUnderlyingDecl();
  if (auto* alias = dyn_cast<NamespaceAliasDecl>(d)) return alias->getNamespace();
  if (auto* space = dyn_cast<NamespaceDecl>(d)) return space;
  if (auto* tag = dyn_cast<TagDecl>(d)) return tag->getDefinition();
  if (auto* name = dyn_cast<TypedefNameDecl>(d))
    if (TagDecl* tag = name->getUnderlyingType()->getAsTagDecl()) return tag->getDefinition();
  return nullptr;
}

/// Answers a look-up of a question's name with what the name in question means there.
class ProbeSource : public ExternalSemaSource {
 public:
  ProbeSource(Sema& sema, std::vector<Question>& questions) : sema_(sema), questions_(questions) {}

  bool LookupUnqualified(LookupResult& result, Scope* scope) override {
    if (busy_) return false;
    IdentifierInfo* id = result.getLookupName().getAsIdentifierInfo();
    llvm::StringRef name = id ? id->getName() : llvm::StringRef();
    size_t number = 0;
    if (!name.consume_front("gocpp_probe_") || name.getAsInteger(10, number) || number >= questions_.size()) return false;
    busy_ = true;
    Question& q = questions_[number];
    q.meaning = ask_macro(q, result.getNameLoc());
    if (q.meaning == Meaning::nothing) q.meaning = ask(q.name, scope, result.getNameLoc());
    // Whatever the question stands for, here it must be an expression that compiles.
    if (NamedDecl* any = find_any()) result.addDecl(any);
    result.resolveKind();
    busy_ = false;
    return !result.empty();
  }

 private:
  Meaning ask_macro(const Question& q, SourceLocation loc) {
    if (q.doubt.about != Doubt::About::go && q.doubt.about != Doubt::About::select) return Meaning::nothing;
    Preprocessor& pp = sema_.getPreprocessor();
    MacroDefinition macro = pp.getMacroDefinitionAtLoc(pp.getIdentifierInfo(q.name.names[0]), sema_.getSourceManager().getFileLoc(loc));
    const MacroInfo* info = macro.getMacroInfo();
    if (!info) return Meaning::nothing;
    return info->isFunctionLike() ? Meaning::function_macro : Meaning::macro;
  }

  Meaning ask(const NameChain& chain, Scope* scope, SourceLocation loc) {
    DeclContext* in = chain.global ? sema_.Context.getTranslationUnitDecl() : nullptr;
    for (size_t i = 0; i < chain.names.size(); ++i) {
      bool last = i + 1 == chain.names.size();
      LookupResult found(sema_, &sema_.Context.Idents.get(chain.names[i]), loc,
                         last ? Sema::LookupOrdinaryName : Sema::LookupNestedNameSpecifierName);
      found.suppressDiagnostics();
      if (in)
        sema_.LookupQualifiedName(found, in);
      else
        sema_.LookupName(found, scope);
      if (found.empty()) return namespace_named(chain, scope, loc);
      if (last) {
        Meaning meaning = meaning_of(*found.begin());
        return meaning;
      }
      in = scope_of(*found.begin());
      if (!in) return Meaning::other;
    }
    return Meaning::nothing;
  }

  /// `go ::f();` may be a name in a namespace go, which ordinary look-up does not see.
  Meaning namespace_named(const NameChain& chain, Scope* scope, SourceLocation loc) {
    if (chain.names.size() != 1) return Meaning::nothing;
    LookupResult found(sema_, &sema_.Context.Idents.get(chain.names[0]), loc, Sema::LookupNestedNameSpecifierName);
    found.suppressDiagnostics();
    sema_.LookupName(found, scope);
    return found.empty() ? Meaning::nothing : meaning_of(*found.begin());
  }

  NamedDecl* find_any() {
    if (any_) return any_;
    for (NamedDecl* d : sema_.Context.getTranslationUnitDecl()->lookup(&sema_.Context.Idents.get("gocpp_probe")))
      if (auto* space = dyn_cast<NamespaceDecl>(d))
        for (NamedDecl* v : space->lookup(&sema_.Context.Idents.get("any"))) any_ = v;
    return any_;
  }

  Sema& sema_;
  std::vector<Question>& questions_;
  NamedDecl* any_ = nullptr;
  bool busy_ = false;
};

/// Reads the answers that stand in the AST: calls of gocpp_probe::at.
class CallReader : public RecursiveASTVisitor<CallReader> {
 public:
  explicit CallReader(std::vector<Question>& questions) : questions_(questions) {}

  bool VisitCallExpr(CallExpr* call) {
    if (call->getNumArgs() != 2 || !is_probe(call->getCallee()->IgnoreParenImpCasts())) return true;
    auto* number = dyn_cast<IntegerLiteral>(call->getArg(0)->IgnoreParenImpCasts());
    if (!number || number->getValue().getZExtValue() >= questions_.size()) return true;
    Question& q = questions_[number->getValue().getZExtValue()];
    Expr* e = call->getArg(1)->IgnoreUnlessSpelledInSource();
    if (q.doubt.about == Doubt::About::cast) {
      if (auto* size = dyn_cast<UnaryExprOrTypeTraitExpr>(e)) (size->isArgumentType() ? q.is_type : q.is_expression) = true;
    } else if (e->isTypeDependent() || e->getType().isNull()) {
      q.channel = ChannelType::unknown;
    } else {
      q.channel = is_channel_type(e->getType()) ? ChannelType::channel : ChannelType::other;
    }
    return true;
  }

 private:
  static bool is_probe(Expr* callee) {
    if (auto* ref = dyn_cast<DeclRefExpr>(callee)) return ref->getDecl()->getQualifiedNameAsString() == "gocpp_probe::at";
    auto* name = dyn_cast<UnresolvedLookupExpr>(callee);
    return name && name->getNumDecls() == 1 && (*name->decls_begin())->getQualifiedNameAsString() == "gocpp_probe::at";
  }
  std::vector<Question>& questions_;
};

class ProbeConsumer : public SemaConsumer {
 public:
  ProbeConsumer(CompilerInstance& ci, const Overlay& overlay, llvm::StringRef include_dir, std::vector<Question>& questions)
      : places_(ci.getSourceManager(), overlay, include_dir), questions_(questions) {}

  void InitializeSema(Sema& sema) override {
    source_ = llvm::makeIntrusiveRefCnt<ProbeSource>(sema, questions_);
    sema.addExternalSource(source_.get());
  }
  bool HandleTopLevelDecl(DeclGroupRef group) override {
    // Not an instantiation, which comes here as well: a template means what it says of all of them.
    for (Decl* d : group) {
      auto* f = dyn_cast<FunctionDecl>(d);
      if (in_lowered_file(d) && !(f && f->isTemplateInstantiation())) decls_.push_back(d);
    }
    return true;
  }
  bool shouldSkipFunctionBody(Decl* d) override { return !in_lowered_file(d); }
  void HandleTranslationUnit(ASTContext&) override {
    CallReader reader(questions_);
    for (Decl* d : decls_) reader.TraverseDecl(d);
  }

 private:
  bool in_lowered_file(Decl* d) const {
    SourceLocation loc = places_.sources().getFileLoc(d->getLocation());
    return loc.isValid() && places_.lowered_file(places_.sources().getFileID(loc));
  }
  Places places_;
  std::vector<Question>& questions_;
  std::vector<Decl*> decls_;
  llvm::IntrusiveRefCntPtr<ProbeSource> source_;
};

class ProbeAction : public ASTFrontendAction {
 public:
  ProbeAction(Session& session, std::vector<Question>& questions) : session_(session), questions_(questions) {}

 protected:
  bool BeginSourceFileAction(CompilerInstance& ci) override {
    Preprocessor& pp = ci.getPreprocessor();
    pp.setPredefines(pp.getPredefines() + kProbeDeclarations);
    return true;
  }
  std::unique_ptr<ASTConsumer> CreateASTConsumer(CompilerInstance& ci, llvm::StringRef) override {
    return std::make_unique<ProbeConsumer>(ci, session_.overlay(), session_.job().tools.include_dir, questions_);
  }

 private:
  Session& session_;
  std::vector<Question>& questions_;
};

bool ask_round(Job& job, const Knowledge& knowledge, std::vector<Question>& questions) {
  size_t waiting = 0;
  for (const Question& q : questions) waiting += !q.asked;
  if (waiting == 0) return false;
  Session session(job, knowledge, Session::Voice::silent,
                  [&](const llvm::sys::fs::UniqueID& file, llvm::StringRef text, Answers& answers) {
                    return put_questions(file, text, questions, answers);
                  });
  if (!session.valid()) return false;
  CompilerInstance& ci = session.ci();
  ci.getLangOpts().SpellChecking = false;
  ci.getDiagnosticOpts().ErrorLimit = 0;
  ci.getDiagnostics().setErrorLimit(0);
  ci.getFrontendOpts().SkipFunctionBodies = true;
  ProbeAction action(session, questions);
  session.execute(action);
  size_t left = 0;
  for (const Question& q : questions) left += !q.asked;
  return left < waiting;
}

/// Notes the answer. True if it is not what the text was taken for.
bool answer(const Question& q, Answers& answers) {
  answers.settled.insert({q.doubt.about, q.doubt.anchor});
  bool plain = q.asked ? is_plain(q) : !q.doubt.construct;
  if (plain != q.doubt.construct) return false;
  // A text may be in doubt twice; only what differs is said, so that one answer does not speak for the other.
  (plain ? answers.plain : answers.constructs).insert(q.doubt.anchor);
  return true;
}

/// Notes what the preprocessor leaves out of lowered files.
class SkipNoter : public PPCallbacks {
 public:
  SkipNoter(const Places& places, Knowledge& knowledge) : places_(places), knowledge_(knowledge) {}
  void SourceRangeSkipped(SourceRange range, SourceLocation) override {
    auto begin = places_.place(range.getBegin()), end = places_.place(range.getEnd());
    if (begin && end && begin->file == end->file) knowledge_.files[begin->file->id].left_out.push_back({begin->offset, end->offset});
  }

 private:
  Places places_;
  Knowledge& knowledge_;
};

class SkipAction : public PreprocessOnlyAction {
 public:
  SkipAction(Session& session, Knowledge& knowledge) : session_(session), knowledge_(knowledge) {}

 protected:
  bool BeginSourceFileAction(CompilerInstance& ci) override {
    Places places(ci.getSourceManager(), session_.overlay(), session_.job().tools.include_dir);
    ci.getPreprocessor().addPPCallbacks(std::make_unique<SkipNoter>(places, knowledge_));
    return true;
  }

 private:
  Session& session_;
  Knowledge& knowledge_;
};

} // namespace

bool look_up_errors(Job& job, const Overlay& lowered, Knowledge& knowledge) {
  bool on_names = false, on_conditions = false;
  for (const auto& [id, file] : lowered.files()) {
    const Answers& known = knowledge.files[id];
    for (const Message& m : file->result().messages) {
      if (m.level != Message::Level::error) continue;
      for (const Doubt& d : file->result().doubts)
        on_names |= d.anchor == m.doubt && !known.settled.count({d.about, d.anchor});
      on_conditions |= m.conditional && !known.knows_left_out;
    }
  }
  bool changed = on_names && look_up(job, lowered, {}, knowledge);
  if (!changed && on_conditions) {
    Session session(job, knowledge, Session::Voice::silent);
    if (!session.valid()) return false;
    Knowledge found;
    SkipAction action(session, found);
    session.execute(action);
    for (const auto& [id, file] : lowered.files()) {
      Answers& answers = knowledge.files[id];
      answers.knows_left_out = true;
      answers.left_out = found.files[id].left_out;
      changed |= !answers.left_out.empty();
    }
  }
  return changed;
}

bool look_up(Job& job, const Overlay& parsed, const std::set<std::string>& taken, Knowledge& knowledge) {
  if (!taken.empty()) {
    // With the prelude's names out of the way the next parse shows what else there is.
    knowledge.taken.insert(taken.begin(), taken.end());
    return true;
  }
  std::vector<Question> questions;
  for (const auto& [id, file] : parsed.files()) add_questions(*file, knowledge.files[id], questions);
  Knowledge so_far = knowledge;
  for (int round = 0; round < kMostRounds && ask_round(job, so_far, questions); ++round) {
    for (const Question& q : questions) (void)answer(q, so_far.files[q.file]);
  }
  bool changed = false;
  for (const Question& q : questions) changed |= answer(q, knowledge.files[q.file]);
  return changed;
}

} // namespace gocpp::tool
