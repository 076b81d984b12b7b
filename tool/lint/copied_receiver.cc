// copied-receiver: `go x.m()` on a local object that may be destroyed while the goroutine still uses it.
//
// `go x.m()` refers to x, as Go's pointer receiver does, and copies nothing. Reported: x is a local (or a part of one) of a class
// with a destructor that does something, and nothing between the `go` and the end of x's scope may wait (waits.h), its own
// destructor included. Not reported: receivers without such a destructor, temporaries, which are moved into the goroutine, and
// `go p->m()`, which copies the pointer.

#include "captures.h"
#include "linter.h"

#include "clang/AST/DeclCXX.h"

using namespace clang;

namespace gocpp::tool {

namespace {

class CopiedReceiver : public Check {
 public:
  explicit CopiedReceiver(Linter& linter) : linter_(linter) {}

  void body(Body& body) override {
    for (const Spawn& s : body.spawns()) {
      const VarDecl* v = s.receiver ? local_part(body, s.receiver) : nullptr;
      auto* record = v ? s.receiver->getType()->getAsCXXRecordDecl() : nullptr;
      if (!record || !record->hasDefinition() || record->hasTrivialDestructor()) continue;
      if (linter_.waits().destructor_may_wait(v->getType())) continue;
      if (linter_.waits().fate(body, s, v) != Waits::Fate::outlived) continue;
      std::string name = "'" + v->getNameAsString() + "'";
      LintDetails details;
      details.ranges.push_back(s.receiver->getSourceRange());
      details.notes.push_back({v->getLocation(), name + " is declared here"});
      linter_.warn("copied-receiver", s.loc(),
                   "a goroutine uses " + name + ", which go does not copy, and nothing waits for the goroutine before " + name + " is destroyed",
                   details);
    }
  }

 private:
  Linter& linter_;
};

} // namespace

std::unique_ptr<Check> make_copied_receiver(Linter& linter) { return std::make_unique<CopiedReceiver>(linter); }

} // namespace gocpp::tool
