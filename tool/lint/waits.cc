// See waits.h.

#include "waits.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/Basic/SourceManager.h"

using namespace clang;

namespace gocpp::tool {

namespace {

/// How far calls are followed. Deeper ones may wait.
constexpr int kDeepest = 5;

/// Whether the variable's life ends in the element or has ended before it: of the variables of a function, those that are
/// declared earlier are destroyed later.
bool has_ended(const CFGElement& element, const VarDecl& variable) {
  if (ends(element) == &variable) return true;
  auto d = element.getAs<CFGAutomaticObjDtor>();
  return d && d->getVarDecl() != &variable && d->getVarDecl()->getLocation().getRawEncoding() < variable.getLocation().getRawEncoding();
}

/// The function's definition with its text; null when it is not at hand.
const FunctionDecl* with_body(const FunctionDecl* f) {
  const FunctionDecl* definition = nullptr;
  return f->hasBody(definition) ? definition : nullptr;
}

} // namespace

bool Waits::in_system_header(const Decl* d) const {
  const SourceManager& sources = ast_.getSourceManager();
  return d->getLocation().isInvalid() || sources.isInSystemHeader(sources.getExpansionLoc(d->getLocation()));
}

bool Waits::may_wait(const Event& e, int depth) {
  switch (e.op) {
  case Op::send:
  case Op::try_send:
  case Op::receive:
  case Op::try_receive:
  case Op::select_wait:
  case Op::select_poll:
  case Op::wait:
  case Op::condition_wait:
  case Op::acquire:
  case Op::other_wait:
  case Op::count:
  case Op::block:
  case Op::yield: return true;
  case Op::sleep:
  case Op::atomic: return e.in_loop;
  case Op::call: break;
  case Op::assign: return e.callee && !in_system_header(e.callee) && may_wait(e.callee, depth);
  default: return false;
  }
  if (!e.callee) return true;
  if (!in_system_header(e.callee)) return may_wait(e.callee, depth);
  // A function that is handed something to call, or calls what it is.
  auto calls_user = [&](const Expr* argument) {
    auto* record = bare(argument)->getType().getNonReferenceType()->getAsCXXRecordDecl();
    if (!record) return bare(argument)->getType()->isFunctionPointerType() || bare(argument)->getType()->isFunctionType();
    if (plain_name(record) == "function" || plain_name(record) == "reference_wrapper") return true;
    if (record->isLambda()) return may_wait(record->getLambdaCallOperator(), depth + 1);
    return false;
  };
  if (auto* call = dyn_cast<CallExpr>(e.expr)) return llvm::any_of(call->arguments(), calls_user);
  return false;
}

bool Waits::may_wait(const FunctionDecl* f, int depth) {
  f = f->getCanonicalDecl();
  if (auto it = known_.find(f); it != known_.end()) return it->second;
  if (open_.count(f)) {
    cyclic_ = true;  // a function does not wait because it calls itself
    return false;
  }
  if (f->isDefaulted() || (f->getBuiltinID() != 0)) return false;
  auto* method = dyn_cast<CXXMethodDecl>(f);
  const FunctionDecl* definition = with_body(f);
  if (!definition && f->getTemplateInstantiationPattern()) definition = with_body(f->getTemplateInstantiationPattern());
  if (!definition || definition->isDependentContext() || depth > kDeepest || (method && method->isVirtual() && !isa<CXXDestructorDecl>(method)))
    return true;
  open_.insert(f);
  Body body(*definition, *definition->getBody(), ast_);
  llvm::SmallVector<const LambdaExpr*> lambdas;
  llvm::SmallVector<const Decl*> classes;
  body.collect(lambdas, classes);
  bool waits = llvm::any_of(body.events(), [&](const Event& e) { return may_wait(e, depth + 1); });
  open_.erase(f);
  // What one of a cycle does is known when the whole cycle has been looked into.
  if (open_.empty()) cyclic_ = false;
  if (waits || !cyclic_) known_[f] = waits;
  return waits;
}

bool Waits::destructor_may_wait(QualType type, int depth) {
  type = ast_.getBaseElementType(type.getNonReferenceType());
  auto* record = type->getAsCXXRecordDecl();
  if (!record || !record->hasDefinition() || record->hasTrivialDestructor()) return false;
  record = record->getDefinition();
  if (depth > kDeepest) return true;
  if (in_gocpp(record)) return plain_name(record) == "task_group";
  if (in_std(record) && in_system_header(record)) {
    if (plain_name(record) == "jthread" || plain_name(record) == "future") return true;
    // What it holds, or what it calls to let it go. A shared_ptr may have been given anything to call.
    auto* instance = dyn_cast<ClassTemplateSpecializationDecl>(record);
    if (plain_name(record) == "shared_ptr" && instance && instance->getTemplateArgs().size() > 0 &&
        instance->getTemplateArgs()[0].getAsType()->isVoidType())
      return true;
    if (plain_name(record) == "function" || plain_name(record) == "move_only_function" || plain_name(record) == "any") return false;
    if (!instance) return false;
    auto waits = [&](const TemplateArgument& a) {
      if (a.getKind() == TemplateArgument::Pack)
        return llvm::any_of(a.pack_elements(), [&](const TemplateArgument& p) { return p.getKind() == TemplateArgument::Type && destructor_may_wait(p.getAsType(), depth + 1); });
      if (a.getKind() != TemplateArgument::Type) return false;
      QualType t = a.getAsType();
      auto* r = t->getAsCXXRecordDecl();
      if (plain_name(record) == "unique_ptr" && !(r && in_std(r)) && !t->isBuiltinType() && &a != &instance->getTemplateArgs()[0]) return true;
      return destructor_may_wait(t, depth + 1);
    };
    return llvm::any_of(instance->getTemplateArgs().asArray(), waits);
  }
  const CXXDestructorDecl* destructor = record->getDestructor();
  if (destructor && destructor->isUserProvided() && may_wait(destructor, depth + 1)) return true;
  for (const CXXBaseSpecifier& b : record->bases())
    if (destructor_may_wait(b.getType(), depth + 1)) return true;
  for (const FieldDecl* f : record->fields())
    if (!f->getType()->isReferenceType() && destructor_may_wait(f->getType(), depth + 1)) return true;
  return false;
}

bool Waits::may_wait(Body& body, const CFGElement& element) {
  if (auto d = element.getAs<CFGAutomaticObjDtor>()) return destructor_may_wait(d->getVarDecl()->getType(), 0);
  const Stmt* s = stmt_of(element);
  const Event* e = s ? body.event(s) : nullptr;
  return e && may_wait(*e);
}

Waits::Fate Waits::fate(Body& body, const Spawn& spawn, const VarDecl* variable) {
  const CFG* cfg = body.cfg();
  Point from = cfg ? after(*cfg, spawn.expr) : Point();
  if (!from) return Fate::never_ends;
  bool ended = false, at_exit = false;
  bool waited = search(
      *cfg, from,
      [&](const CFGElement& e) {
        if (variable && has_ended(e, *variable)) {
          ended = true;
          return Step::stop;
        }
        return may_wait(body, e) ? Step::found : Step::go_on;
      },
      &at_exit);
  if (waited) return Fate::waited_for;
  return ended || at_exit ? Fate::outlived : Fate::never_ends;
}

} // namespace gocpp::tool
