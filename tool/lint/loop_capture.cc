// loop-capture: a goroutine captures the variable of the loop that starts it by reference.
//
// Reported: a `go` in the body of a `for` whose lambda captures by reference a variable that the loop's head declares, when
// nothing after it in the same round may wait (waits.h): the loop changes the variable, or ends it, under the goroutine's eyes,
// even if all goroutines are waited for after the loop. Not reported: a loop variable that is a reference (`for (auto& v : vs)`),
// a round that always leaves the loop. The fix, a capture by value, is offered where it is certain: a scalar that the lambda
// only reads. This lint goes before dangling-capture.

#include "captures.h"
#include "linter.h"

#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace gocpp::tool {

namespace {

/// Looks for uses of a variable that are no reads of its value.
bool only_read(const Stmt* s, const VarDecl* v, bool read = false) {
  if (!s) return true;
  if (auto* ref = dyn_cast<DeclRefExpr>(s); ref && ref->getDecl() == v) return read;
  bool reads = false;
  if (auto* cast = dyn_cast<ImplicitCastExpr>(s)) reads = cast->getCastKind() == CK_LValueToRValue;
  if (isa<ParenExpr>(s)) reads = read;
  if (isa<LambdaExpr>(s)) return false;
  return llvm::all_of(s->children(), [&](const Stmt* child) { return only_read(child, v, reads); });
}

class LoopCapture : public Check {
 public:
  explicit LoopCapture(Linter& linter) : linter_(linter) {}

  void body(Body& body) override {
    if (!body.spawns().empty()) walk(body, &body.stmt());
  }

 private:
  struct Loop {
    const Stmt* stmt;
    const Stmt* next;  ///< What ends a round: the increment, or the range-for's own.
    llvm::SmallVector<const VarDecl*, 2> variables;
  };

  void walk(Body& body, const Stmt* s) {
    if (!s || isa<LambdaExpr>(s)) return;
    bool pushed = false;
    if (auto* loop = dyn_cast<ForStmt>(s)) {
      loops_.push_back({s, loop->getInc() ? loop->getInc() : static_cast<const Stmt*>(loop->getCond()), {}});
      if (auto* head = dyn_cast_or_null<DeclStmt>(loop->getInit()))
        for (const Decl* d : head->decls())
          if (auto* v = dyn_cast<VarDecl>(d)) loops_.back().variables.push_back(v);
      pushed = true;
    } else if (auto* range = dyn_cast<CXXForRangeStmt>(s)) {
      loops_.push_back({s, range->getInc(), {range->getLoopVariable()}});
      pushed = true;
    } else if (auto* e = dyn_cast<Expr>(s)) {
      const Event* event = body.event(e);
      if (event && event->op == Op::spawn) check(body, e);
    }
    for (const Stmt* child : s->children()) walk(body, child);
    if (pushed) loops_.pop_back();
  }

  void check(Body& body, const Expr* e) {
    auto spawn = llvm::find_if(body.spawns(), [&](const Spawn& s) { return s.expr == e; });
    if (spawn == body.spawns().end() || loops_.empty()) return;
    for (const Carried& c : carried_by(body, *spawn)) {
      if (c.how != Carried::How::capture) continue;
      for (const Loop& loop : loops_)
        if (llvm::is_contained(loop.variables, c.variable) && goes_on(body, *spawn, loop)) report(*spawn, c);
    }
  }

  /// Whether the next round may come, with nothing that may wait before it.
  bool goes_on(Body& body, const Spawn& spawn, const Loop& loop) {
    const CFG* cfg = body.cfg();
    Point from = cfg ? after(*cfg, spawn.expr) : Point();
    if (!from || !loop.next) return false;
    bool next = false;
    bool waits = search(*cfg, from, [&](const CFGElement& e) {
      if (stmt_of(e) == loop.next) {
        next = true;
        return Step::stop;
      }
      return linter_.waits().may_wait(body, e) ? Step::found : Step::go_on;
    });
    return next && !waits;
  }

  void report(const Spawn& s, const Carried& c) {
    linter_.told.insert({s.expr, c.variable});
    std::string name = c.variable->getNameAsString();
    LintDetails details;
    if (c.loc.isFileID()) details.ranges.push_back(c.loc);
    if (c.lambda) offer_value(*c.lambda, *c.variable, details);
    details.notes.push_back({c.variable->getLocation(), "'" + name + "' is the loop's, which goes on meanwhile"});
    linter_.warn("loop-capture", s.loc(), "a goroutine captures the loop variable '" + name + "' by reference; capture it by value", details);
  }

  /// `[&i]` to `[i]`, `[&]` to `[&, i]`.
  void offer_value(const LambdaExpr& lambda, const VarDecl& v, LintDetails& details) {
    if (!v.getType()->isScalarType() || !only_read(lambda.getBody(), &v)) return;
    for (const LambdaCapture& c : lambda.captures()) {
      if (!c.capturesVariable() || c.getCapturedVar() != &v) continue;
      if (c.isExplicit()) {
        SourceLocation at = c.getLocation().getLocWithOffset(-1);
        if (c.getLocation().isFileID() && linter_.text(at).starts_with("&")) details.fixits.push_back(FixItHint::CreateRemoval(at));
      } else if (lambda.getCaptureDefault() == LCD_ByRef && lambda.getCaptureDefaultLoc().isFileID()) {
        details.fixits.push_back(FixItHint::CreateInsertion(lambda.getCaptureDefaultLoc().getLocWithOffset(1), ", " + v.getNameAsString()));
      }
    }
  }

  Linter& linter_;
  std::vector<Loop> loops_;
};

} // namespace

std::unique_ptr<Check> make_loop_capture(Linter& linter) { return std::make_unique<LoopCapture>(linter); }

} // namespace gocpp::tool
