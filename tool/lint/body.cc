// See body.h.

#include "body.h"

#include "clang/AST/DeclTemplate.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace gocpp::tool {

namespace {

/// What a generated lambda calls, from the instance that was made of it.
const FunctionDecl* called_by(const LambdaExpr& by_name) {
  const FunctionTemplateDecl* operator_template = by_name.getDependentCallOperator();
  if (!operator_template) return nullptr;
  for (const FunctionDecl* instance : operator_template->specializations()) {
    auto* body = dyn_cast_or_null<CompoundStmt>(instance->getBody());
    if (!body || body->body_empty()) continue;
    auto* statement = dyn_cast<Expr>(body->body_front());
    if (!statement) continue;
    auto* cast = dyn_cast<ExplicitCastExpr>(statement->IgnoreImplicit());
    const Expr* e = cast ? cast->getSubExpr() : statement;
    if (auto* call = dyn_cast<CallExpr>(bare(e))) return call->getDirectCallee();
  }
  return nullptr;
}

const FunctionDecl* call_operator(QualType type) {
  auto* record = type.getNonReferenceType()->getAsCXXRecordDecl();
  return record && record->isLambda() ? record->getLambdaCallOperator() : nullptr;
}

} // namespace

const FunctionDecl* Spawn::target() const {
  if (by_name) return called_by(*by_name);
  if (!callee) return nullptr;
  const Expr* e = bare(callee);
  if (auto* address = dyn_cast<UnaryOperator>(e); address && address->getOpcode() == UO_AddrOf) e = bare(address->getSubExpr());
  if (auto* ref = dyn_cast<DeclRefExpr>(e))
    if (auto* f = dyn_cast<FunctionDecl>(ref->getDecl())) return f;
  return call_operator(e->getType());
}

class Body::Collector {
 public:
  Collector(Body& body, llvm::SmallVectorImpl<const LambdaExpr*>& lambdas, llvm::SmallVectorImpl<const Decl*>& classes)
      : body_(body), lambdas_(lambdas), classes_(classes) {}

  void walk(const Stmt* s) {
    if (!s) return;
    if (auto* lambda = dyn_cast<LambdaExpr>(s)) {
      for (const Expr* init : lambda->capture_inits()) walk(init);
      lambdas_.push_back(lambda);
      return;
    }
    if (auto* declaration = dyn_cast<DeclStmt>(s))
      for (const Decl* d : declaration->decls())
        if (isa<CXXRecordDecl>(d)) classes_.push_back(d);
    bool loop = isa<ForStmt, WhileStmt, DoStmt, CXXForRangeStmt>(s);
    loops_ += loop;
    auto* e = dyn_cast<Expr>(s);
    const FunctionDecl* callee = nullptr;
    Op op = e && !e->isTypeDependent() ? op_of(e, callee) : Op::none;
    if (op == Op::spawn && spawn(e)) {
      // Its operands have been walked.
    } else if (auto* list = dyn_cast<InitListExpr>(s)) {
      for (const Stmt* child : (list->isSemanticForm() ? list : list->getSemanticForm() ? list->getSemanticForm() : list)->children()) walk(child);
    } else {
      for (const Stmt* child : s->children()) walk(child);
    }
    loops_ -= loop;
    if (op != Op::none) {
      body_.index_[s] = static_cast<unsigned>(body_.events_.size());
      body_.events_.push_back({op, e, callee, loops_ > 0});
    }
  }

 private:
  bool spawn(const Expr* e) {
    Spawn s;
    s.expr = e;
    auto* call = cast<CallExpr>(e);
    if (auto* operator_call = dyn_cast<CXXOperatorCallExpr>(e)) {
      // `::gocpp::abi::go…(CALLEE)(ARGUMENTS)`
      auto* maker = dyn_cast<CallExpr>(bare(operator_call->getArg(0)));
      if (!maker || !maker->getDirectCallee() || maker->getNumArgs() == 0) return false;
      llvm::StringRef name = plain_name(maker->getDirectCallee());
      s.by_name = dyn_cast<LambdaExpr>(bare(maker->getArg(maker->getNumArgs() - 1)));
      if (name == "go_value") s.callee = maker->getArg(0), s.by_name = nullptr;
      if (name == "go_on") s.receiver = maker->getArg(0);
      if (name == "go_via") s.pointer = maker->getArg(0);
      for (const Expr* a : llvm::drop_begin(operator_call->arguments())) s.arguments.push_back(a);
    } else {
      if (call->getNumArgs() == 0) return false;
      s.callee = call->getArg(0);
      for (const Expr* a : llvm::drop_begin(call->arguments())) s.arguments.push_back(a);
      if (auto* member = dyn_cast<CXXMemberCallExpr>(call)) walk(member->getImplicitObjectArgument());
    }
    for (const Expr* part : {s.callee, s.receiver, s.pointer})
      if (part) walk(part);
    for (const Expr* a : s.arguments) walk(a);
    body_.spawns_.push_back(std::move(s));
    return true;
  }

  Body& body_;
  llvm::SmallVectorImpl<const LambdaExpr*>& lambdas_;
  llvm::SmallVectorImpl<const Decl*>& classes_;
  int loops_ = 0;
};

void Body::collect(llvm::SmallVectorImpl<const LambdaExpr*>& lambdas, llvm::SmallVectorImpl<const Decl*>& classes) {
  Collector collector(*this, lambdas, classes);
  if (auto* constructor = dyn_cast<CXXConstructorDecl>(&function_))
    for (const CXXCtorInitializer* i : constructor->inits()) collector.walk(i->getInit());
  collector.walk(&body_);
}

const Event* Body::event(const Stmt* s) const {
  auto it = index_.find(s);
  return it == index_.end() ? nullptr : &events_[it->second];
}

bool Body::has(Op op) const {
  return llvm::any_of(events_, [&](const Event& e) { return e.op == op; });
}

bool Body::parks() const {
  return llvm::any_of(events_, [](const Event& e) { return tool::parks(e.op); });
}

const CFG* Body::cfg() {
  if (tried_) return cfg_.get();
  tried_ = true;
  CFG::BuildOptions options;
  options.AddImplicitDtors = true;
  options.AddLifetime = true;
  options.AddInitializers = true;
  options.setAllAlwaysAdd();
  cfg_ = CFG::buildCFG(&function_, const_cast<Stmt*>(&body_), &ast_, options);
  return cfg_.get();
}

} // namespace gocpp::tool
