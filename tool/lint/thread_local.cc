// thread-local (opt-in): a thread_local variable is used both before and after the goroutine may have been parked.
//
// The goroutine may go on in another thread, so the two uses may be of different variables. Reported at a use that some path
// reaches from another use of the same variable through a send, receive, select, sleep, wait or yield. Opt-in, because a
// thread_local is often meant to be whatever thread's it is, such as a cache or a random generator.

#include "flow.h"
#include "linter.h"

using namespace clang;

namespace gocpp::tool {

namespace {

class ThreadLocal : public Check {
 public:
  explicit ThreadLocal(Linter& linter) : linter_(linter) {}

  void body(Body& body) override {
    if (!body.has(Op::thread_local_use) || !(body.parks() || body.has(Op::yield))) return;
    const CFG* cfg = body.cfg();
    if (!cfg) return;
    std::vector<const ValueDecl*> reported;
    for (const Event& use : body.events()) {
      const ValueDecl* d = variable(use);
      if (!d || llvm::is_contained(reported, d)) continue;
      if (look_from(body, *cfg, use, d)) reported.push_back(d);
    }
  }

 private:
  static const ValueDecl* variable(const Event& e) {
    return e.op == Op::thread_local_use ? cast<DeclRefExpr>(e.expr)->getDecl() : nullptr;
  }

  bool look_from(Body& body, const CFG& cfg, const Event& use, const ValueDecl* d) {
    Point from = after(cfg, use.expr);
    if (!from) return false;
    // All parks that the use leads to, then a use that these lead to.
    std::vector<const Event*> parked;
    search(cfg, from, [&](const CFGElement& element) {
      const Event* e = event(body, element);
      if (e && (parks(e->op) || e->op == Op::yield)) parked.push_back(e);
      return e && variable(*e) == d ? Step::stop : Step::go_on;
    });
    for (const Event* park : parked) {
      const Event* second = nullptr;
      search(cfg, after(cfg, park->expr), [&](const CFGElement& element) {
        const Event* e = event(body, element);
        if (!e || variable(*e) != d) return Step::go_on;
        second = e;
        return Step::found;
      });
      if (!second) continue;
      LintDetails details;
      std::string name = "'" + d->getNameAsString() + "'";
      if (second != &use) details.notes.push_back({use.expr->getBeginLoc(), name + " is used here before"});
      details.notes.push_back({operation_loc(*park), std::string("the goroutine may go on in another thread after this ") + name_of(park->op)});
      linter_.warn("thread-local", second->expr->getBeginLoc(), "thread_local " + name + " may be another thread's than before the goroutine waited",
                   details);
      return true;
    }
    return false;
  }

  static const Event* event(const Body& body, const CFGElement& element) {
    const Stmt* s = stmt_of(element);
    return s ? body.event(s) : nullptr;
  }

  Linter& linter_;
};

} // namespace

std::unique_ptr<Check> make_thread_local(Linter& linter) { return std::make_unique<ThreadLocal>(linter); }

} // namespace gocpp::tool
