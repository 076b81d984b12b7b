// errno-after-park: errno is read after the goroutine may have been parked, with no call in between that could have set it.
//
// errno is the goroutine's, but what parks it is itself a call that may set errno, so the value is no longer that of the call it
// is read for. Reported: a read of errno (or perror) to which every path leads through a send, receive, select, sleep or wait
// and then through no other call and no assignment to errno. Not reported: a read behind any other call, gocpp::blocking, net and
// io among them.

#include "flow.h"
#include "linter.h"

using namespace clang;

namespace gocpp::tool {

namespace {

class ErrnoAfterPark : public Check {
 public:
  explicit ErrnoAfterPark(Linter& linter) : linter_(linter) {}

  void body(Body& body) override {
    if (!body.has(Op::errno_read) || !body.parks()) return;
    const CFG* cfg = body.cfg();
    if (!cfg) return;
    std::vector<const Stmt*> reads;
    for (const Event& e : body.events())
      if (e.op == Op::errno_read) reads.push_back(e.expr);
    std::vector<bool> stale = holds_before(*cfg, [&](const CFGElement& element) { return effect(body, element); }, reads);
    for (size_t i = 0; i < reads.size(); ++i) {
      if (!stale[i]) continue;
      LintDetails details;
      if (const Event* park = last_park(body, reads[i])) details.notes.push_back({operation_loc(*park), std::string("the ") + name_of(park->op) + " is here"});
      linter_.warn("errno-after-park", reads[i]->getBeginLoc(),
                   "errno is read after the goroutine may have waited, which may have changed it; keep it in a variable before", details);
    }
  }

 private:
  static Effect effect(const Body& body, const CFGElement& element) {
    const Stmt* s = stmt_of(element);
    const Event* e = s ? body.event(s) : nullptr;
    if (!e) return Effect::none;
    if (parks(e->op)) return Effect::begin;
    bool sets = e->op == Op::call || e->op == Op::other_wait || e->op == Op::errno_write || e->op == Op::assign || e->op == Op::acquire;
    return sets ? Effect::end : Effect::none;
  }
  /// The last in the text before the read.
  static const Event* last_park(const Body& body, const Stmt* read) {
    const Event* last = nullptr;
    for (const Event& e : body.events()) {
      if (e.expr == read) break;
      if (parks(e.op)) last = &e;
    }
    return last;
  }

  Linter& linter_;
};

} // namespace

std::unique_ptr<Check> make_errno_after_park(Linter& linter) { return std::make_unique<ErrnoAfterPark>(linter); }

} // namespace gocpp::tool
