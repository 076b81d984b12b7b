// spawned-type: `go T(x);` of a type, which makes an object in the goroutine and drops it.
//
// Reported: a callee that names a class, an alias or a template of one, or a type parameter. That is what a Go programmer gets an
// error for ("expression in go must be function call"), and a C++ programmer mostly means `go T(x)();`, which is not reported,
// nor is a member of a temporary, `go T(x).run();`.

#include "body.h"
#include "linter.h"

#include "clang/AST/ExprCXX.h"

using namespace clang;

namespace gocpp::tool {

namespace {

/// The type that the generated lambda of a `go` makes an object of; null if it calls something.
QualType made_by(const LambdaExpr& by_name) {
  auto* body = dyn_cast_or_null<CompoundStmt>(by_name.getBody());
  auto* cast = body && !body->body_empty() ? dyn_cast<CStyleCastExpr>(body->body_front()) : nullptr;
  auto* made = cast ? dyn_cast<CXXUnresolvedConstructExpr>(cast->getSubExpr()) : nullptr;
  return made ? made->getTypeAsWritten() : QualType();
}

class SpawnedType : public Check {
 public:
  explicit SpawnedType(Linter& linter) : linter_(linter) {}

  void body(Body& body) override {
    for (const Spawn& s : body.spawns()) {
      QualType type = s.by_name && !s.receiver && !s.pointer ? made_by(*s.by_name) : QualType();
      if (type.isNull()) continue;
      linter_.warn("spawned-type", s.loc(),
                   "expression in go must be a function call: '" + type.getAsString(linter_.ast().getPrintingPolicy()) +
                       "' is a type, of which an object is made and dropped");
    }
  }

 private:
  Linter& linter_;
};

} // namespace

std::unique_ptr<Check> make_spawned_type(Linter& linter) { return std::make_unique<SpawnedType>(linter); }

} // namespace gocpp::tool
