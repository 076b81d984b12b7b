// See captures.h.

#include "captures.h"

#include "clang/AST/DeclCXX.h"

using namespace clang;

namespace gocpp::tool {

namespace {

bool is_local(const Body& body, const ValueDecl* d) {
  auto* v = dyn_cast<VarDecl>(d);
  return v && v->hasLocalStorage() && !v->getType()->isReferenceType() && v->getDeclContext() == &body.function();
}

class Carrier {
 public:
  explicit Carrier(const Body& body) : body_(body) {}

  void value(const Expr* e) {
    e = bare(e);
    if (auto* lambda = dyn_cast<LambdaExpr>(e)) {
      captures(*lambda->getLambdaClass(), lambda);
      // Init-captures: `[p = &x]`, `[&r = x]`.
      for (auto [capture, init] : llvm::zip(lambda->captures(), lambda->capture_inits())) {
        if (!capture.capturesVariable() || !init) continue;
        auto* v = dyn_cast<VarDecl>(capture.getCapturedVar());
        if (!v || !v->isInitCapture()) {
          if (capture.getCaptureKind() == LCK_ByCopy) value(init);
        } else if (v->getType()->isReferenceType()) {
          add(Carried::How::capture, local_part(body_, init), capture.getLocation(), lambda);
        } else {
          value(init);
        }
      }
      return;
    }
    if (auto* v = variable_of(e)) {
      if (auto* record = v->getType().getNonReferenceType()->getAsCXXRecordDecl(); record && record->isLambda()) captures(*record, nullptr);
    }
    // An array that is passed becomes a pointer to it.
    if (e->getType()->isArrayType() && e->isLValue()) {
      add(Carried::How::pointer, local_part(body_, e), e->getBeginLoc());
      return;
    }
    if (auto* address = dyn_cast<UnaryOperator>(e); address && address->getOpcode() == UO_AddrOf) {
      add(Carried::How::pointer, local_part(body_, address->getSubExpr()), e->getBeginLoc());
      return;
    }
    auto* call = dyn_cast<CallExpr>(e);
    const FunctionDecl* f = call ? call->getDirectCallee() : nullptr;
    if (!f || call->getNumArgs() != 1 || !in_std(f)) return;
    llvm::StringRef name = plain_name(f);
    if (name == "ref" || name == "cref") add(Carried::How::reference, local_part(body_, call->getArg(0)), e->getBeginLoc());
    if (name == "addressof") add(Carried::How::pointer, local_part(body_, call->getArg(0)), e->getBeginLoc());
    if (name == "move" || name == "forward") value(call->getArg(0));
  }

  void captures(const CXXRecordDecl& closure, const LambdaExpr* lambda) {
    for (const LambdaCapture& c : closure.captures()) {
      if (!c.capturesVariable() || c.getCaptureKind() != LCK_ByRef) continue;
      auto* v = dyn_cast<VarDecl>(c.getCapturedVar());
      if (v && !v->isInitCapture() && is_local(body_, v)) add(Carried::How::capture, v, c.getLocation(), lambda);
    }
  }

  llvm::SmallVector<Carried, 4> found;

 private:
  void add(Carried::How how, const VarDecl* v, SourceLocation loc, const LambdaExpr* lambda = nullptr) {
    if (v && llvm::none_of(found, [&](const Carried& c) { return c.variable == v; })) found.push_back({how, v, loc, lambda});
  }

  const Body& body_;
};

} // namespace

const VarDecl* local_part(const Body& body, const Expr* e) {
  const VarDecl* v = base_variable(e);
  return v && is_local(body, v) ? v : nullptr;
}

llvm::SmallVector<Carried, 4> carried_by(const Body& body, const Spawn& spawn) {
  Carrier carrier(body);
  if (spawn.callee) carrier.value(spawn.callee);
  // `go f()` copies a local f: that is a closure with captures of its own.
  if (spawn.by_name)
    for (const LambdaCapture& c : spawn.by_name->captures())
      if (c.capturesVariable())
        if (auto* v = dyn_cast<VarDecl>(c.getCapturedVar()))
          if (auto* record = v->getType().getNonReferenceType()->getAsCXXRecordDecl(); record && record->isLambda()) carrier.captures(*record, nullptr);
  for (const Expr* a : spawn.arguments) carrier.value(a);
  return std::move(carrier.found);
}

SourceLocation carries_this(const Body& body, const Spawn& spawn) {
  if (!isa<CXXMethodDecl>(body.function())) return {};
  auto of_lambda = [](const LambdaExpr& lambda) {
    for (const LambdaCapture& c : lambda.captures())
      if (c.getCaptureKind() == LCK_This) return c.getLocation();
    return SourceLocation();
  };
  auto of_value = [&](const Expr* e) {
    e = bare(e);
    if (auto* lambda = dyn_cast<LambdaExpr>(e)) return of_lambda(*lambda);
    return isa<CXXThisExpr>(e) ? e->getBeginLoc() : SourceLocation();
  };
  SourceLocation found;
  if (spawn.by_name && of_lambda(*spawn.by_name).isValid()) found = spawn.loc();
  if (spawn.callee && found.isInvalid()) found = of_value(spawn.callee);
  if (spawn.pointer && isa<CXXThisExpr>(bare(spawn.pointer))) found = spawn.pointer->getBeginLoc();
  for (const Expr* a : spawn.arguments)
    if (found.isInvalid()) found = of_value(a);
  if (found.isValid() && found.isMacroID()) found = spawn.loc();
  return found;
}

} // namespace gocpp::tool
