// The body of one function, as the lints see it: what happens in it, in the order of its text, and its control flow.
//
// The body of a lambda is a body of its own. The lambdas that a lowered `go` consists of are not: what stands in them belongs
// to the Spawn. The control flow graph is made when a lint first asks, which few bodies make one do.
#pragma once

#include "ops.h"

#include "clang/Analysis/CFG.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"

#include <memory>
#include <vector>

namespace gocpp::tool {

/// Something that happens in a body.
struct Event {
  Op op;
  const clang::Expr* expr;             ///< Stands in the control flow graph.
  const clang::FunctionDecl* callee = nullptr;
  bool in_loop = false;
};

/// Where a message about an operation points: a construct's own token, or the name of what is called.
inline clang::SourceLocation operation_loc(const Event& e) { return e.expr->getExprLoc(); }

/// A goroutine that is started: by a statement, gocpp::go, or the go of a group.
struct Spawn {
  const clang::Expr* expr = nullptr;      ///< Of the event.
  const clang::Expr* callee = nullptr;    ///< The callable; null for `go x.m()` and where it is a plain name.
  const clang::LambdaExpr* by_name = nullptr;  ///< The generated lambda of `go f()`, `go x.m()`, `go p->m()`.
  const clang::Expr* receiver = nullptr;  ///< x of `go x.m()`.
  const clang::Expr* pointer = nullptr;   ///< p of `go p->m()`.
  llvm::SmallVector<const clang::Expr*, 4> arguments;

  clang::SourceLocation loc() const { return expr->getBeginLoc(); }
  /// The function that the goroutine runs, where that is known.
  const clang::FunctionDecl* target() const;
};

class Body {
 public:
  Body(const clang::FunctionDecl& function, const clang::Stmt& body, clang::ASTContext& ast) : function_(function), body_(body), ast_(ast) {}

  const clang::FunctionDecl& function() const { return function_; }
  const clang::Stmt& stmt() const { return body_; }
  clang::ASTContext& ast() const { return ast_; }
  const std::vector<Event>& events() const { return events_; }
  const std::vector<Spawn>& spawns() const { return spawns_; }
  const Event* event(const clang::Stmt* s) const;
  bool has(Op op) const;
  /// Whether the goroutine may be parked anywhere in it.
  bool parks() const;

  /// Null where clang cannot make one.
  const clang::CFG* cfg();

  /// Fills in the events. `nested` receives the lambdas and local classes in it, whose bodies are others.
  void collect(llvm::SmallVectorImpl<const clang::LambdaExpr*>& lambdas, llvm::SmallVectorImpl<const clang::Decl*>& classes);

 private:
  class Collector;

  const clang::FunctionDecl& function_;
  const clang::Stmt& body_;
  clang::ASTContext& ast_;
  std::vector<Event> events_;
  std::vector<Spawn> spawns_;
  llvm::DenseMap<const clang::Stmt*, unsigned> index_;
  std::unique_ptr<clang::CFG> cfg_;
  bool tried_ = false;
};

} // namespace gocpp::tool
