// What a call, or another expression, does as far as goroutines are concerned.
//
// Everything is told by the name and namespace of the function that overload resolution chose, so the construct and the
// library form of an operation are one, whatever macro or template they came through.
#pragma once

#include "clang/AST/Decl.h"
#include "clang/AST/Expr.h"
#include "clang/AST/ExprCXX.h"
#include "llvm/ADT/SmallVector.h"

namespace gocpp::tool {

enum class Op {
  none,          ///< Nothing of interest, and no call.
  call,          ///< A call of anything else, of a constructor too.
  send, try_send, receive, try_receive, close,
  select_wait,   ///< A select that parks until a case is ready.
  select_poll,   ///< One with a default.
  case_send, case_receive,  ///< The operation of a case, where its operands are evaluated.
  sleep, yield,
  wait,          ///< Of a wait_group, task_group, latch or barrier.
  condition_wait,
  acquire,       ///< Of a semaphore.
  lock, unlock,  ///< Member functions of a mutex or of unique_lock, shared ones too.
  other_wait,    ///< What waits by means that are not gocpp's: thread::join, future::get, pthread_join, a descriptor.
  count,         ///< num_goroutine
  atomic,        ///< A look at an atomic variable.
  block,         ///< For ever.
  spawn,         ///< go, in all its forms.
  library,       ///< Anything else of gocpp's, which does not wait.
  assign,        ///< `=` of a class.
  errno_read, errno_write,
  errno_place,   ///< The call that the macro errno is.
  thread_local_use,
};

/// Whether the function stands in namespace gocpp or in one inside it.
bool in_gocpp(const clang::Decl* d);
/// In namespace std, inline and nested ones included.
bool in_std(const clang::Decl* d);
/// The class of a member function; empty when there is none.
llvm::StringRef class_name(const clang::FunctionDecl* f);
llvm::StringRef plain_name(const clang::NamedDecl* d);
/// The name of the class that a type is, or refers to; empty for others.
llvm::StringRef class_name(clang::QualType type);
bool is_channel(clang::QualType type);

Op op_of(const clang::FunctionDecl* callee);
/// Of an expression; `callee` gets the function that is called, null when that is known only as the program runs.
Op op_of(const clang::Expr* e, const clang::FunctionDecl*& callee);

/// The channel, lock or group that the operation is one of. Null when it has none.
const clang::Expr* object_of(const clang::Expr* e, Op op);
/// Whether the goroutine may be parked in it.
bool parks(Op op);
/// How a message calls it: "this send".
const char* name_of(Op op);

/// One case of a select, in whichever form.
struct SelectCase {
  const clang::Expr* expr;
  bool is_default = false, is_send = false;
  const clang::Expr* channel = nullptr;
};
/// The cases of a select_wait or select_poll.
llvm::SmallVector<SelectCase, 4> cases_of(const clang::Expr* select);

/// The expression without what C++ adds around it: parentheses, implicit casts, temporaries, copies and moves.
const clang::Expr* bare(const clang::Expr* e);
/// The variable that an expression names, or null.
const clang::VarDecl* variable_of(const clang::Expr* e);
/// The variable of which an lvalue is the whole or a part, its array elements included; null when that is not known.
const clang::VarDecl* base_variable(const clang::Expr* e);

} // namespace gocpp::tool
