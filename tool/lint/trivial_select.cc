// trivial-select: a select that does not choose.
//
// Reported: a select with `default` alone, which is what stands behind it and nothing else; and a case on a channel that is nil
// for certain, which is never ready: `nullptr` itself, a handle just made from it, or a const variable or a local that is never
// anything else. Not reported: `select {}`, which blocks on purpose; a nil channel in a variable that is assigned to, which is
// how a case is turned off and on.

#include "captures.h"
#include "linter.h"

#include "clang/AST/DeclCXX.h"

using namespace clang;

namespace gocpp::tool {

namespace {

/// Whether an expression makes a nil channel.
bool makes_nil(const Expr* e) {
  e = bare(e);
  if (isa<CXXNullPtrLiteralExpr>(e)) return true;
  if (auto* list = dyn_cast<InitListExpr>(e)) return list->getNumInits() == 1 && makes_nil(list->getInit(0));
  auto* made = dyn_cast<CXXConstructExpr>(e);
  if (!made || !is_channel(made->getType())) return false;
  if (made->getNumArgs() == 1) return makes_nil(made->getArg(0));
  // A direction without a channel is nil; chan<T>() makes one.
  return made->getNumArgs() == 0 && class_name(made->getType()) != "chan";
}

/// Whether a local is written to, or could be through a reference.
bool is_changed(const Stmt* s, const VarDecl* v, bool as_const = false) {
  if (!s) return false;
  if (auto* ref = dyn_cast<DeclRefExpr>(s); ref && ref->getDecl() == v) return !as_const;
  bool to_const = isa<ParenExpr>(s) && as_const;
  if (auto* cast = dyn_cast<ImplicitCastExpr>(s)) to_const = cast->getType().isConstQualified();
  return llvm::any_of(s->children(), [&](const Stmt* child) { return is_changed(child, v, to_const); });
}

class TrivialSelect : public Check {
 public:
  explicit TrivialSelect(Linter& linter) : linter_(linter) {}

  void body(Body& body) override {
    for (const Event& e : body.events()) {
      if (e.op != Op::select_wait && e.op != Op::select_poll) continue;
      auto cases = cases_of(e.expr);
      if (cases.size() == 1 && cases[0].is_default) {
        linter_.warn("trivial-select", e.expr->getBeginLoc(), "select with only a default chooses nothing; it runs its default");
        continue;
      }
      for (const SelectCase& c : cases)
        if (c.channel && is_nil(body, c.channel))
          linter_.warn("trivial-select", c.channel->getBeginLoc(), "this case is never ready: the channel is always nil");
    }
  }

 private:
  static bool is_nil(const Body& body, const Expr* channel) {
    if (makes_nil(channel)) return true;
    const VarDecl* v = variable_of(strip_conversion(channel));
    if (!v || !v->getInit() || isa<ParmVarDecl>(v) || v->getType()->isReferenceType() || !makes_nil(v->getInit())) return false;
    if (v->getType().isConstQualified()) return true;
    return v->hasLocalStorage() && v->getDeclContext() == &body.function() && !is_changed(&body.stmt(), v);
  }
  /// `c` of the conversion of a chan to a direction.
  static const Expr* strip_conversion(const Expr* e) {
    e = bare(e);
    auto* call = dyn_cast<CXXMemberCallExpr>(e);
    return call && isa_and_nonnull<CXXConversionDecl>(call->getMethodDecl()) ? call->getImplicitObjectArgument() : e;
  }

  Linter& linter_;
};

} // namespace

std::unique_ptr<Check> make_trivial_select(Linter& linter) { return std::make_unique<TrivialSelect>(linter); }

} // namespace gocpp::tool
