// See failed.h.

#include "failed.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <utility>

using namespace clang;

namespace gocpp::tool {

namespace {

using Map = std::multimap<SourceLocation, FailedOperation>;

/// Whether a type goes by a name that says nothing outside the class or the library that has it: `mapped_type`, `__type`.
bool is_inner_name(QualType t) {
  const auto* alias = dyn_cast<TypedefType>(t.getTypePtr());
  if (const auto* elaborated = dyn_cast<ElaboratedType>(t.getTypePtr())) return is_inner_name(elaborated->getNamedType());
  if (const auto* of = t->getAs<TemplateSpecializationType>(); of && of->isTypeAlias())
    return of->getTemplateName().getAsTemplateDecl() && of->getTemplateName().getAsTemplateDecl()->getName().starts_with("__");
  if (!alias) return isa<SubstTemplateTypeParmType, DecltypeType, AutoType>(t.getTypePtr());
  return isa<CXXRecordDecl>(alias->getDecl()->getDeclContext()) || alias->getDecl()->getName().starts_with("__");
}

/// A type as a user would write it.
std::string name_for_user(QualType t, const ASTContext& ast) {
  return (is_inner_name(t) ? t.getCanonicalType() : t).getAsString(ast.getPrintingPolicy());
}

class Finder : public RecursiveASTVisitor<Finder> {
 public:
  Finder(ASTContext& ast, const Places& places, Map& out, std::map<SourceLocation, unsigned>& parameters)
      : ast_(ast), places_(places), out_(out), parameters_(parameters) {}
  bool shouldVisitTemplateInstantiations() const { return true; }
  bool shouldVisitImplicitCode() const { return true; }

  bool TraverseFunctionDecl(FunctionDecl* f) { return in_function(f, [&] { return RecursiveASTVisitor::TraverseFunctionDecl(f); }); }
  bool TraverseCXXMethodDecl(CXXMethodDecl* f) { return in_function(f, [&] { return RecursiveASTVisitor::TraverseCXXMethodDecl(f); }); }

  bool VisitRecoveryExpr(RecoveryExpr* e) {
    llvm::ArrayRef<Expr*> parts = e->subExpressions();
    if (parts.empty()) return true;
    if (auto* member = dyn_cast<UnresolvedMemberExpr>(parts[0])) {
      // CHANNEL.send(VALUE), CHANNEL.case_send(VALUE)
      FailedOperation op;
      op.channel = print(member->getBaseType());
      op.operand = member->getBase() ? member->getBase()->getBeginLoc() : SourceLocation();
      if (parts.size() > 1) set_value(op, member->getBaseType(), parts[1]);
      note(op, {member->getMemberLoc(), member->getBeginLoc(), e->getBeginLoc()});
    } else if (auto* member = dyn_cast<MemberExpr>(parts[0]); member && isa<CXXMethodDecl>(member->getMemberDecl())) {
      FailedOperation op;
      op.channel = print(member->getBase()->getType());
      op.operand = member->getBase()->getBeginLoc();
      if (parts.size() > 1) set_value(op, member->getBase()->getType(), parts[1]);
      note(op, {member->getMemberLoc(), member->getBeginLoc(), e->getBeginLoc()});
    } else if (auto* name = dyn_cast<OverloadExpr>(parts[0])) {
      // ::gocpp::abi::recv(CHANNEL)
      if (name->getName().getAsString() != "recv" || parts.size() < 2) return true;
      FailedOperation op;
      op.is_receive = true;
      op.channel = print(parts[1]->getType());
      op.operand = parts[1]->getBeginLoc();
      note(op, {name->getNameLoc(), name->getBeginLoc(), e->getBeginLoc()});
    } else {
      // *~CHANNEL or, where even ~ has no meaning, ~CHANNEL
      receive(parts[0], e);
      FailedOperation op;
      op.channel = print(parts[0]->getType());
      op.operand = parts[0]->getBeginLoc();
      note(op, {e->getBeginLoc()});
    }
    return true;
  }

  bool VisitParmVarDecl(ParmVarDecl* d) {
    parameters_.emplace(d->getLocation(), d->getFunctionScopeIndex() + 1);
    return true;
  }

  bool VisitUnaryOperator(UnaryOperator* e) {
    if (e->getOpcode() == UO_Not || e->getOpcode() == UO_Plus) receive(e, e);
    return true;
  }

 private:
  template <class Walk> bool in_function(FunctionDecl* f, Walk walk) {
    std::string outer = std::exchange(instance_, "");
    if (f->isTemplateInstantiation()) {
      llvm::raw_string_ostream out(instance_);
      f->getNameForDiagnostic(out, ast_.getPrintingPolicy(), /*Qualified=*/true);
    }
    bool on = walk();
    instance_ = std::move(outer);
    return on;
  }

  std::string print(QualType t) { return t.isNull() ? "" : name_for_user(t.getNonReferenceType().getUnqualifiedType(), ast_); }

  void receive(Expr* inner, Expr* whole) {
    auto* tilde = dyn_cast<UnaryOperator>(inner->IgnoreParenImpCasts());
    if (!tilde || tilde->getOpcode() != UO_Not) return;
    auto place = places_.place(tilde->getOperatorLoc());
    if (!place || place->verbatim) return;
    Expr* operand = tilde->getSubExpr()->IgnoreParenImpCasts();
    if (operand->isTypeDependent()) return;  // what fails is an instantiation
    FailedOperation op;
    op.is_receive = true;
    op.channel = print(operand->getType());
    op.operand = operand->getBeginLoc();
    // clang places the message at the operator before.
    note(op, {whole->getBeginLoc(), tilde->getOperatorLoc(), tilde->getOperatorLoc().getLocWithOffset(-1)});
  }

  void set_value(FailedOperation& op, QualType channel, Expr* value) {
    op.braced = isa<InitListExpr>(value);
    if (op.braced) return;
    QualType type = value->getType();
    if (type.isNull() || type->isSpecificPlaceholderType(BuiltinType::Overload)) return;
    if (type->isSpecificPlaceholderType(BuiltinType::BoundMember)) return;
    op.value = print(type);
    const CXXRecordDecl* record = channel.getNonReferenceType()->getAsCXXRecordDecl();
    auto* of = dyn_cast_or_null<ClassTemplateSpecializationDecl>(record);
    if (of && of->getTemplateArgs().size() > 0 && of->getTemplateArgs()[0].getKind() == TemplateArgument::Type)
      op.same_type = ast_.hasSameUnqualifiedType(of->getTemplateArgs()[0].getAsType(), type.getNonReferenceType());
  }

  /// Of one function the first stays, which is the innermost.
  void note(FailedOperation op, std::initializer_list<SourceLocation> locs) {
    op.instance = instance_;
    for (SourceLocation loc : locs) {
      auto [first, last] = out_.equal_range(loc);
      if (loc.isValid() && std::none_of(first, last, [&](auto& known) { return known.second.instance == instance_; })) out_.emplace(loc, op);
    }
  }

  ASTContext& ast_;
  const Places& places_;
  Map& out_;
  std::map<SourceLocation, unsigned>& parameters_;
  std::string instance_;
};

} // namespace

FailedOperands::FailedOperands(ASTContext& ast, const Places& places) {
  Finder finder(ast, places, at_, parameters_);
  for (Decl* d : ast.getTranslationUnitDecl()->decls()) {
    SourceLocation loc = places.sources().getFileLoc(d->getLocation());
    if (loc.isValid() && !places.sources().isInSystemHeader(loc)) finder.TraverseDecl(d);
  }
}

const FailedOperation* FailedOperands::find(SourceLocation loc, llvm::StringRef note) const {
  auto [first, last] = at_.equal_range(loc);
  for (auto it = first; it != last; ++it)
    if (it->second.instance.empty() || note.empty() || note.contains("'" + it->second.instance + "'")) return &it->second;
  return nullptr;
}

unsigned FailedOperands::parameter(SourceLocation loc) const {
  auto it = parameters_.find(loc);
  return it == parameters_.end() ? 0 : it->second;
}

} // namespace gocpp::tool
