// this-capture (opt-in): a goroutine uses `this` of a class with a destructor, and nothing keeps the object alive.
//
// Reported: in a member function a `go` whose lambda captures `this`, or that calls a member of `this`, when the class has a
// destructor that does something, that destructor (with those of members and bases) cannot wait for anything, nothing behind the
// `go` in the function may wait, and the goroutine is given no shared_ptr. Opt-in, because who owns an object is often settled
// elsewhere.

#include "captures.h"
#include "linter.h"

#include "clang/AST/DeclCXX.h"

using namespace clang;

namespace gocpp::tool {

namespace {

bool is_shared(QualType type) { return class_name(type) == "shared_ptr"; }

/// Whether the goroutine is given a shared_ptr, as a capture or an argument.
bool holds_shared(const Spawn& s) {
  if (llvm::any_of(s.arguments, [](const Expr* a) { return is_shared(a->getType()); })) return true;
  auto* lambda = s.callee ? dyn_cast<LambdaExpr>(bare(s.callee)) : nullptr;
  return lambda && llvm::any_of(lambda->captures(), [](const LambdaCapture& c) {
           return c.capturesVariable() && c.getCaptureKind() == LCK_ByCopy && is_shared(c.getCapturedVar()->getType());
         });
}

class ThisCapture : public Check {
 public:
  explicit ThisCapture(Linter& linter) : linter_(linter) {}

  void body(Body& body) override {
    auto* method = dyn_cast<CXXMethodDecl>(&body.function());
    if (!method || body.spawns().empty() || method->getParent()->isLambda()) return;
    const CXXRecordDecl* owner = method->getParent();
    if (owner->hasTrivialDestructor() || linter_.waits().destructor_may_wait(body.ast().getRecordType(owner))) return;
    for (const Spawn& s : body.spawns()) {
      SourceLocation at = carries_this(body, s);
      if (at.isInvalid() || holds_shared(s) || linter_.waits().fate(body, s, nullptr) != Waits::Fate::outlived) continue;
      LintDetails details;
      if (at.isFileID() && at != s.loc()) details.ranges.push_back(at);
      linter_.warn("this-capture", s.loc(),
                   "a goroutine uses this object of class '" + owner->getNameAsString() + "', and neither this function nor the destructor waits for it",
                   details);
    }
  }

 private:
  Linter& linter_;
};

} // namespace

std::unique_ptr<Check> make_this_capture(Linter& linter) { return std::make_unique<ThisCapture>(linter); }

} // namespace gocpp::tool
