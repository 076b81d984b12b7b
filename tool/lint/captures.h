// What a goroutine refers to without owning it: locals by reference or pointer, and `this`.
#pragma once

#include "body.h"

namespace gocpp::tool {

struct Carried {
  enum class How { capture, pointer, reference } how;
  const clang::VarDecl* variable;
  clang::SourceLocation loc;                   ///< Where that is written.
  const clang::LambdaExpr* lambda = nullptr;   ///< capture: whose, if it stands in the `go` itself.
};

/// The locals of the body's own function that the goroutine refers to, each once: variables and parameters that die with a
/// scope of it and are no references themselves.
llvm::SmallVector<Carried, 4> carried_by(const Body& body, const Spawn& spawn);

/// Where the goroutine gets `this` of the body's function; invalid when it does not.
clang::SourceLocation carries_this(const Body& body, const Spawn& spawn);

/// The local of the function that an expression is a part of, if it has automatic storage and is no reference.
const clang::VarDecl* local_part(const Body& body, const clang::Expr* e);

} // namespace gocpp::tool
