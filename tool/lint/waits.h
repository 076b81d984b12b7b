// Whether something may wait for a goroutine, so that what it refers to may well outlive it.
//
// The lints about lifetimes stay silent where anything that may wait stands between the `go` and the end. So the answer errs on
// the side of yes: any operation of a channel, a wait of any library, a spin, a function of the user's whose text is not at
// hand, a call through a pointer. A function whose text is there is looked into. The standard library's and the system's other
// functions do not wait, unless they are given something to call that may. A sleep is no wait, but in a loop it may be a part
// of one.
#pragma once

#include "flow.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace gocpp::tool {

class Waits {
 public:
  explicit Waits(clang::ASTContext& ast) : ast_(ast) {}

  bool may_wait(const Event& event) { return may_wait(event, 0); }
  /// Of an element of a body's graph; destructors count.
  bool may_wait(Body& body, const clang::CFGElement& element);
  bool destructor_may_wait(clang::QualType type) { return destructor_may_wait(type, 0); }

  /// What a goroutine's start leads to.
  enum class Fate { waited_for, outlived, never_ends };
  /// Of a variable that it refers to: whether anything may wait between the start and the variable's end. With no variable, the
  /// end is the function's.
  Fate fate(Body& body, const Spawn& spawn, const clang::VarDecl* variable);

 private:
  bool may_wait(const Event& event, int depth);
  bool may_wait(const clang::FunctionDecl* f, int depth);
  bool destructor_may_wait(clang::QualType type, int depth);
  bool in_system_header(const clang::Decl* d) const;

  clang::ASTContext& ast_;
  llvm::DenseMap<const clang::FunctionDecl*, bool> known_;
  llvm::DenseSet<const clang::FunctionDecl*> open_;  ///< Being looked into.
  bool cyclic_ = false;                              ///< One of them was met again.
};

} // namespace gocpp::tool
