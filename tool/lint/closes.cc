// See closes.h.

#include "closes.h"

#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace gocpp::tool {

namespace {

/// The variable, or the member of `this`, that an operation is one of.
const ValueDecl* channel_of(const Body& body, const Event& e) {
  const Expr* object = object_of(e.expr, e.op);
  if (!object || !is_channel(object->getType())) return nullptr;
  object = bare(object);
  if (auto* member = dyn_cast<MemberExpr>(object))
    return isa<CXXThisExpr>(member->getBase()->IgnoreParenImpCasts()) ? dyn_cast<FieldDecl>(member->getMemberDecl()) : nullptr;
  auto* v = variable_of(object);
  if (!v || v->getType()->isReferenceType()) return nullptr;
  // A copy in a lambda's object, or the enclosing function's own variable by reference, is not this function's.
  if (v->hasLocalStorage() && v->getDeclContext() != &body.function()) return nullptr;
  return v;
}

bool names(const Expr* e, const ValueDecl* d) {
  e = e->IgnoreParens();
  if (auto* ref = dyn_cast<DeclRefExpr>(e)) return ref->getDecl() == d;
  auto* member = dyn_cast<MemberExpr>(e);
  return member && member->getMemberDecl() == d;
}

bool is_assignment(const Expr* e, const ValueDecl* d) {
  auto* call = dyn_cast<CXXOperatorCallExpr>(e);
  return call && call->getOperator() == OO_Equal && names(call->getArg(0), d);
}

/// Whether every use of a local is a read, but for assignments in the function itself.
class Uses {
 public:
  Uses(const ValueDecl* d) : d_(d) {}
  bool only_reads(const Stmt* s, bool as_const = false, bool in_lambda = false) {
    if (!s) return true;
    if (auto* e = dyn_cast<Expr>(s); e && names(e, d_) && !isa<ParenExpr>(e)) return as_const;
    if (auto* lambda = dyn_cast<LambdaExpr>(s)) {
      for (auto [capture, init] : llvm::zip(lambda->captures(), lambda->capture_inits()))
        if (capture.getCaptureKind() != LCK_ByRef || lambda->isInitCapture(&capture))
          if (!only_reads(init, false, in_lambda)) return false;
      return only_reads(lambda->getBody(), false, true);
    }
    if (auto* assigned = dyn_cast<CXXOperatorCallExpr>(s); assigned && is_assignment(assigned, d_))
      return !in_lambda && only_reads(assigned->getArg(1), false, in_lambda);
    bool to_const = false;
    if (auto* cast = dyn_cast<ImplicitCastExpr>(s)) to_const = cast->getType().isConstQualified() || (as_const && cast->getCastKind() != CK_NoOp);
    if (isa<ParenExpr>(s)) to_const = as_const;
    return llvm::all_of(s->children(), [&](const Stmt* child) { return only_reads(child, to_const, in_lambda); });
  }

 private:
  const ValueDecl* d_;
};

class Closes {
 public:
  Closes(Body& body, llvm::function_ref<bool(Op)> is_wanted) : body_(body), is_wanted_(is_wanted) {}

  std::vector<AfterClose> find() {
    std::vector<const ValueDecl*> channels;
    for (const Event& e : body_.events())
      if (e.op == Op::close)
        if (const ValueDecl* d = channel_of(body_, e); d && !llvm::is_contained(channels, d)) channels.push_back(d);
    for (const ValueDecl* d : channels) look_at(d);
    return std::move(found_);
  }

 private:
  void look_at(const ValueDecl* d) {
    std::vector<const Event*> closes, later;
    for (const Event& e : body_.events()) {
      if (channel_of(body_, e) != d) continue;
      if (e.op == Op::close) closes.push_back(&e);
      if (is_wanted_(e.op)) later.push_back(&e);
    }
    if (closes.empty() || later.empty() || (closes == later && closes.size() == 1 && !closes[0]->in_loop)) return;
    auto* v = dyn_cast<VarDecl>(d);
    bool is_local = v && v->hasLocalStorage();
    if (is_local && !Uses(d).only_reads(&body_.stmt())) return;
    const CFG* cfg = body_.cfg();
    if (!cfg) return;

    auto effect = [&](const CFGElement& element, llvm::ArrayRef<const Event*> begins) {
      const Stmt* s = stmt_of(element);
      const Event* e = s ? body_.event(s) : nullptr;
      if (e && llvm::is_contained(begins, e)) return Effect::begin;
      return forgets(element, s, e, d, is_local) ? Effect::end : Effect::none;
    };
    auto closed = [&](const CFGElement& element) { return effect(element, closes); };
    std::vector<const Stmt*> at;
    for (const Event* e : later) at.push_back(e->expr);
    std::vector<bool> always = holds_before(*cfg, closed, at);
    for (size_t i = 0; i < later.size(); ++i)
      for (const Event* close : closes) {
        auto comes = [&](const CFGElement& element) { return effect(element, later[i]); };
        Point from = after(*cfg, close->expr);
        if (!from || !reaches(*cfg, from, later[i], comes)) continue;
        if (!always[i] && !always_begins_after(*cfg, comes, from)) continue;
        found_.push_back({d, close, later[i]});
        break;
      }
  }

  /// Whether the variable may name another channel after the element.
  static bool forgets(const CFGElement& element, const Stmt* s, const Event* e, const ValueDecl* d, bool is_local) {
    if (ends(element) == d) return true;
    if (auto* declaration = dyn_cast_or_null<DeclStmt>(s)) return llvm::is_contained(declaration->decls(), d);
    if (!e) return false;
    if (is_assignment(e->expr, d)) return true;
    return !is_local && (e->op == Op::call || e->op == Op::assign);
  }

  static bool reaches(const CFG& cfg, Point from, const Event* to, Effects effects) {
    return search(cfg, from, [&](const CFGElement& element) {
      if (stmt_of(element) == to->expr) return Step::found;
      return effects(element) == Effect::end ? Step::stop : Step::go_on;
    });
  }

  Body& body_;
  llvm::function_ref<bool(Op)> is_wanted_;
  std::vector<AfterClose> found_;
};

} // namespace

std::vector<AfterClose> after_close(Body& body, llvm::function_ref<bool(Op)> is_wanted) {
  if (!body.has(Op::close)) return {};
  return Closes(body, is_wanted).find();
}

} // namespace gocpp::tool
