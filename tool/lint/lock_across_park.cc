// lock-across-park: a lock is held while the goroutine may be parked.
//
// A std::mutex must be unlocked by the thread that locked it, and the goroutine may go on in another; a lock of gocpp's
// may be held, but everybody who needs it waits as long. Reported: a send, receive, select without a default, sleep or
// wait that the function comes to on every path with a lock held. Locks are std::lock_guard, scoped_lock, unique_lock
// and shared_lock on mutexes of the standard library or of gocpp, from their declaration (or lock()) to unlock() or the
// end of their scope, and lock() of such a mutex itself. Not reported: what holds the lock only perhaps
// (std::try_to_lock, a condition, a lock that was passed on to somebody else); the wait of a condition variable on its
// own lock, which lets go of it; mutexes of other makers.

#include "flow.h"
#include "linter.h"

#include "clang/AST/DeclTemplate.h"
#include "clang/AST/StmtCXX.h"

using namespace clang;

namespace gocpp::tool {

namespace {

bool is_mutex(QualType type) {
  auto* record = type.getNonReferenceType()->getAsCXXRecordDecl();
  return record && plain_name(record).contains("mutex") && (in_std(record) || in_gocpp(record));
}

/// Whether a type is a lock of the standard library on mutexes that this lint knows.
bool is_guard(QualType type) {
  llvm::StringRef name = class_name(type);
  if (name != "lock_guard" && name != "scoped_lock" && name != "unique_lock" && name != "shared_lock") return false;
  auto* instance = dyn_cast<ClassTemplateSpecializationDecl>(type.getNonReferenceType()->getAsCXXRecordDecl());
  if (!instance || !in_std(instance)) return false;
  llvm::SmallVector<QualType, 2> mutexes;
  for (const TemplateArgument& a : instance->getTemplateArgs().asArray()) {
    if (a.getKind() == TemplateArgument::Type) mutexes.push_back(a.getAsType());
    if (a.getKind() == TemplateArgument::Pack)
      for (const TemplateArgument& p : a.pack_elements()) mutexes.push_back(p.getAsType());
  }
  return !mutexes.empty() && llvm::all_of(mutexes, is_mutex);
}

/// Whether a guard's construction takes the lock for certain.
bool takes_lock(const VarDecl& v) {
  auto* made = v.getInit() ? dyn_cast<CXXConstructExpr>(bare(v.getInit())) : nullptr;
  if (!made) return false;
  unsigned mutexes = 0;
  for (const Expr* a : made->arguments()) {
    if (is_mutex(a->getType())) ++mutexes;
    else if (class_name(a->getType()) != "adopt_lock_t") return false;
  }
  return mutexes > 0;
}

bool is_std(QualType type) {
  auto* instance = dyn_cast_or_null<ClassTemplateSpecializationDecl>(type->getAsCXXRecordDecl());
  if (is_mutex(type)) return in_std(type.getNonReferenceType()->getAsCXXRecordDecl());
  if (!instance) return false;
  for (const TemplateArgument& a : instance->getTemplateArgs().asArray()) {
    if (a.getKind() == TemplateArgument::Type && is_std(a.getAsType())) return true;
    if (a.getKind() == TemplateArgument::Pack && llvm::any_of(a.pack_elements(), [](const TemplateArgument& p) { return is_std(p.getAsType()); })) return true;
  }
  return false;
}

/// The variable or member that an expression names.
const ValueDecl* named(const Expr* e) {
  e = bare(e);
  if (auto* member = dyn_cast<MemberExpr>(e)) return member->getMemberDecl();
  auto* ref = dyn_cast<DeclRefExpr>(e);
  return ref ? ref->getDecl() : nullptr;
}

/// Gathers the mentions of a lock through which it may be unlocked elsewhere: all but calls of its own functions, reads, and
/// the waits of condition variables.
void passed_on(const Body& body, const Stmt* s, const ValueDecl* lock, llvm::SmallPtrSetImpl<const Stmt*>& found, bool harmless = false) {
  if (!s) return;
  if (auto* lambda = dyn_cast<LambdaExpr>(s)) {
    for (const Expr* init : lambda->capture_inits()) passed_on(body, init, lock, found);
    return;
  }
  auto* e = dyn_cast<Expr>(s);
  if (e && !isa<ParenExpr>(e) && !isa<ImplicitCastExpr>(e) && (isa<DeclRefExpr>(e) || isa<MemberExpr>(e)) && named(e) == lock) {
    if (!harmless) found.insert(s);
    return;
  }
  bool inside = false;
  if (auto* cast = dyn_cast<ImplicitCastExpr>(s)) inside = cast->getType().isConstQualified() || harmless;
  if (isa<ParenExpr>(s)) inside = harmless;
  if (auto* member = dyn_cast<MemberExpr>(s)) {
    auto* method = dyn_cast<CXXMethodDecl>(member->getMemberDecl());
    llvm::StringRef name = plain_name(method);
    inside = method && name != "release" && name != "swap";
  }
  const Event* event = body.event(s);
  if (event && event->op == Op::condition_wait) inside = true;
  for (const Stmt* child : s->children()) passed_on(body, child, lock, found, inside);
}

class LockAcrossPark : public Check {
 public:
  explicit LockAcrossPark(Linter& linter) : linter_(linter) {}

  void body(Body& body) override {
    if (!body.parks()) return;
    std::vector<const ValueDecl*> locks;
    guards(&body.stmt(), locks);
    for (const Event& e : body.events())
      if (e.op == Op::lock)
        if (const ValueDecl* d = locked_by(e); d && is_mutex(d->getType()) && !llvm::is_contained(locks, d)) locks.push_back(d);
    for (const ValueDecl* d : locks) look_at(body, d);
  }

 private:
  static void guards(const Stmt* s, std::vector<const ValueDecl*>& found) {
    if (!s || isa<LambdaExpr>(s)) return;
    if (auto* declaration = dyn_cast<DeclStmt>(s))
      for (const Decl* d : declaration->decls())
        if (auto* v = dyn_cast<VarDecl>(d); v && v->hasLocalStorage() && !v->getType()->isReferenceType() && is_guard(v->getType())) found.push_back(v);
    for (const Stmt* child : s->children()) guards(child, found);
  }

  static const ValueDecl* locked_by(const Event& e) {
    const Expr* object = object_of(e.expr, e.op);
    return object ? named(object) : nullptr;
  }

  static bool waits_on(const Event& park, const ValueDecl* lock) {
    auto* call = park.op == Op::condition_wait ? dyn_cast<CallExpr>(park.expr) : nullptr;
    return call && call->getNumArgs() > 0 && named(call->getArg(0)) == lock;
  }

  void look_at(Body& body, const ValueDecl* lock) {
    const CFG* cfg = body.cfg();
    if (!cfg) return;
    llvm::SmallPtrSet<const Stmt*, 4> elsewhere;
    passed_on(body, &body.stmt(), lock, elsewhere);
    auto* v = dyn_cast<VarDecl>(lock);
    bool is_local = v && v->hasLocalStorage() && !v->getType()->isReferenceType();
    auto effect = [&](const CFGElement& element) {
      if (ends(element) == lock) return Effect::end;
      const Stmt* s = stmt_of(element);
      if (auto* declaration = dyn_cast_or_null<DeclStmt>(s))
        return is_guard(lock->getType()) && llvm::is_contained(declaration->decls(), lock) && takes_lock(*v) ? Effect::begin : Effect::none;
      if (s && elsewhere.count(s)) return Effect::end;
      const Event* e = s ? body.event(s) : nullptr;
      if (!e) return Effect::none;
      if ((e->op == Op::lock || e->op == Op::unlock) && locked_by(*e) == lock) return e->op == Op::lock ? Effect::begin : Effect::end;
      // Somebody else who can reach it may unlock it.
      bool may_unlock = !is_local && e->op == Op::call && !(e->callee && (in_std(e->callee) || e->callee->isExternC()));
      return may_unlock ? Effect::end : Effect::none;
    };
    std::vector<const Event*> parks;
    std::vector<const Stmt*> at;
    for (const Event& e : body.events())
      if (tool::parks(e.op) && e.op != Op::acquire && !waits_on(e, lock)) parks.push_back(&e), at.push_back(e.expr);
    std::vector<bool> held = holds_before(*cfg, effect, at);
    for (size_t i = 0; i < at.size(); ++i)
      if (held[i]) report(body, lock, *parks[i]);
  }

  void report(const Body& body, const ValueDecl* lock, const Event& park) {
    std::string name = "'" + lock->getNameAsString() + "'", what = std::string("this ") + name_of(park.op);
    LintDetails details;
    SourceLocation locked = is_guard(lock->getType()) ? lock->getLocation() : SourceLocation();
    for (const Event& e : body.events()) {
      if (e.expr == park.expr) break;
      if (e.op == Op::lock && locked_by(e) == lock) locked = operation_loc(e);
    }
    details.notes.push_back({locked, name + " is locked here"});
    std::string text = is_std(lock->getType())
                           ? "a std::mutex is held by " + name + " over " + what + ", after which the goroutine may go on in a thread that must not unlock it"
                           : name + " is held over " + what + ", and whoever needs the lock waits as long";
    if (is_std(lock->getType()) && is_mutex(lock->getType()))
      text = "std::mutex " + name + " is held over " + what + ", after which the goroutine may go on in a thread that must not unlock it";
    linter_.warn("lock-across-park", operation_loc(park), text, details);
  }

  Linter& linter_;
};

} // namespace

std::unique_ptr<Check> make_lock_across_park(Linter& linter) { return std::make_unique<LockAcrossPark>(linter); }

} // namespace gocpp::tool
