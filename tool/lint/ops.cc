// See ops.h.

#include "ops.h"

#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "llvm/ADT/StringSwitch.h"

using namespace clang;

namespace gocpp::tool {

namespace {

/// The outermost namespace around a declaration; empty at global scope.
llvm::StringRef top_namespace(const Decl* d) {
  llvm::StringRef name;
  for (const DeclContext* c = d->getDeclContext(); c; c = c->getParent())
    if (auto* n = dyn_cast<NamespaceDecl>(c)) name = n->getName();
  return name;
}

/// Inside gocpp: `net` of gocpp::net::x.
llvm::StringRef inner_namespace(const Decl* d) {
  llvm::StringRef name, inner;
  for (const DeclContext* c = d->getDeclContext(); c; c = c->getParent())
    if (auto* n = dyn_cast<NamespaceDecl>(c)) inner = name, name = n->getName();
  return inner;
}

Op op_of_channel(llvm::StringRef name) {
  return llvm::StringSwitch<Op>(name)
      .Case("send", Op::send)
      .Case("try_send", Op::try_send)
      .Cases("recv", "next", "begin", Op::receive)
      .Case("try_recv", Op::try_receive)
      .Case("close", Op::close)
      .Default(Op::library);
}

Op op_of_member(const FunctionDecl* f, llvm::StringRef owner, llvm::StringRef name) {
  if (owner == "chan" || owner == "send_chan" || owner == "recv_chan") {
    if (f->getOverloadedOperator() == OO_Equal) return Op::assign;
    return op_of_channel(name);
  }
  if (owner == "receiver_proxy")
    return f->getOverloadedOperator() == OO_Star || f->getOverloadedOperator() == OO_Plus ? Op::receive : Op::library;
  if (owner == "iterator") return f->getOverloadedOperator() == OO_PlusPlus ? Op::receive : Op::library;
  if (owner == "select") return isa<CXXConstructorDecl>(f) ? Op::select_wait : Op::library;
  if (owner == "by_name_call" || owner == "method_call") return f->getOverloadedOperator() == OO_Call ? Op::spawn : Op::library;
  if (name == "go" || name == "try_go") return Op::spawn;
  if (owner.starts_with("condition_")) return name.starts_with("wait") ? Op::condition_wait : Op::library;
  if (name == "wait" || name == "arrive_and_wait") return Op::wait;
  if (owner == "counting_semaphore") return name == "acquire" || name.starts_with("try_acquire_") ? Op::acquire : Op::library;
  return llvm::StringSwitch<Op>(name).Cases("lock", "lock_shared", Op::lock).Cases("unlock", "unlock_shared", Op::unlock).Default(Op::library);
}

Op op_of_ours(const FunctionDecl* f) {
  llvm::StringRef name = plain_name(f), inner = inner_namespace(f);
  if (inner == "net" || inner == "io") return Op::other_wait;
  if (llvm::StringRef owner = class_name(f); !owner.empty()) return op_of_member(f, owner, name);
  if (name == "recv" || name == "send") return name == "send" ? Op::case_send : Op::case_receive;
  return llvm::StringSwitch<Op>(name)
      .Case("close", Op::close)
      .Cases("sleep_for", "sleep_until", Op::sleep)
      .Case("yield", Op::yield)
      .Cases("block", "block_forever", Op::block)
      .Case("go", inner == "abi" ? Op::library : Op::spawn)
      .Case("select", Op::select_wait)
      .Case("num_goroutine", Op::count)
      .Case("errno_location", Op::errno_place)
      .Cases("blocking", "call_once", Op::call)
      .Default(Op::library);
}

Op op_of_std(const FunctionDecl* f) {
  llvm::StringRef name = plain_name(f), owner = class_name(f);
  if (owner.empty()) return name == "yield" ? Op::yield : Op::call;
  if (owner.contains("mutex") || owner == "unique_lock" || owner == "shared_lock") {
    if (name == "lock" || name == "lock_shared") return Op::lock;
    if (name == "unlock" || name == "unlock_shared") return Op::unlock;
    return Op::call;
  }
  if (owner.contains("atomic")) return Op::atomic;
  bool waits = llvm::StringSwitch<bool>(name)
                   .Cases("wait", "wait_for", "wait_until", "arrive_and_wait", "join", "get", "acquire", true)
                   .Default(false);
  bool waiter = llvm::StringSwitch<bool>(owner)
                    .Cases("thread", "jthread", "future", "shared_future", "__basic_future", "latch", "barrier", "counting_semaphore", true)
                    .Cases("condition_variable", "condition_variable_any", "_V2", true)
                    .Default(false);
  return waits && waiter ? Op::other_wait : Op::call;
}

bool is_errno(const Expr* e) {
  auto* deref = dyn_cast<UnaryOperator>(e->IgnoreParens());
  if (!deref || deref->getOpcode() != UO_Deref) return false;
  auto* call = dyn_cast<CallExpr>(deref->getSubExpr()->IgnoreParenImpCasts());
  return call && call->getDirectCallee() && op_of(call->getDirectCallee()) == Op::errno_place;
}

bool has_default(const Expr* select) {
  return llvm::any_of(cases_of(select), [](const SelectCase& c) { return c.is_default; });
}

} // namespace

bool in_gocpp(const Decl* d) { return top_namespace(d) == "gocpp"; }
bool in_std(const Decl* d) { return top_namespace(d) == "std"; }

llvm::StringRef plain_name(const NamedDecl* d) { return d && d->getDeclName().isIdentifier() ? d->getName() : llvm::StringRef(); }

llvm::StringRef class_name(const FunctionDecl* f) {
  auto* m = dyn_cast<CXXMethodDecl>(f);
  return m ? plain_name(m->getParent()) : llvm::StringRef();
}

llvm::StringRef class_name(QualType type) {
  if (type.isNull()) return {};
  auto* record = type.getNonReferenceType()->getAsCXXRecordDecl();
  return record ? plain_name(record) : llvm::StringRef();
}

bool is_channel(QualType type) {
  llvm::StringRef name = class_name(type);
  return (name == "chan" || name == "send_chan" || name == "recv_chan") && in_gocpp(type.getNonReferenceType()->getAsCXXRecordDecl());
}

Op op_of(const FunctionDecl* f) {
  llvm::StringRef space = top_namespace(f);
  if (space == "gocpp") return op_of_ours(f);
  if (space == "std") return op_of_std(f);
  if (f->isOverloadedOperator()) return f->getOverloadedOperator() == OO_Equal ? Op::assign : Op::call;
  if (!f->isExternC()) return Op::call;
  return llvm::StringSwitch<Op>(plain_name(f))
      .Cases("__errno_location", "__error", "___errno", Op::errno_place)
      .Case("perror", Op::errno_read)
      .Case("sched_yield", Op::yield)
      .Cases("pthread_join", "pthread_cond_wait", "pthread_cond_timedwait", "pthread_barrier_wait", "sem_wait", "sem_timedwait", "futex", Op::other_wait)
      .Cases("read", "poll", "ppoll", "select", "epoll_wait", "recv", "recvmsg", "recvfrom", "accept", "waitpid", Op::other_wait)
      .Default(Op::call);
}

Op op_of(const Expr* e, const FunctionDecl*& callee) {
  callee = nullptr;
  if (auto* construct = dyn_cast<CXXConstructExpr>(e)) {
    callee = construct->getConstructor();
    if (callee->isDefaulted() || callee->isImplicit()) return Op::none;
    Op op = in_gocpp(callee) ? op_of_ours(callee) : Op::call;
    return op == Op::select_wait && has_default(e) ? Op::select_poll : op;
  }
  if (auto* call = dyn_cast<CallExpr>(e)) {
    callee = call->getDirectCallee();
    if (!callee) return Op::call;
    if (callee->getBuiltinID() && !callee->isExternC()) return Op::none;
    Op op = op_of(callee);
    return op == Op::select_wait && has_default(e) ? Op::select_poll : op;
  }
  if (auto* cast = dyn_cast<ImplicitCastExpr>(e); cast && cast->getCastKind() == CK_LValueToRValue && is_errno(cast->getSubExpr()))
    return Op::errno_read;
  if (auto* binary = dyn_cast<BinaryOperator>(e); binary && binary->isAssignmentOp() && is_errno(binary->getLHS())) return Op::errno_write;
  if (auto* ref = dyn_cast<DeclRefExpr>(e))
    if (auto* v = dyn_cast<VarDecl>(ref->getDecl()); v && v->getTLSKind() != VarDecl::TLS_None) return Op::thread_local_use;
  return Op::none;
}

const Expr* object_of(const Expr* e, Op op) {
  if (auto* member = dyn_cast<CXXMemberCallExpr>(e)) {
    const Expr* object = member->getImplicitObjectArgument();
    // `for (v : c)`, `chan::recv` and the like work on a converted copy of the handle.
    return object ? object->IgnoreParenImpCasts() : nullptr;
  }
  auto* call = dyn_cast<CallExpr>(e);
  if (!call || call->getNumArgs() == 0) return nullptr;
  const Expr* first = bare(call->getArg(0));
  if (op == Op::receive)
    // `*~c`
    if (auto* tilde = dyn_cast<CXXOperatorCallExpr>(first); tilde && tilde->getOperator() == OO_Tilde) return tilde->getArg(0)->IgnoreParenImpCasts();
  return first;
}

bool parks(Op op) {
  switch (op) {
  case Op::send:
  case Op::receive:
  case Op::select_wait:
  case Op::sleep:
  case Op::wait:
  case Op::condition_wait:
  case Op::acquire: return true;
  default: return false;
  }
}

const char* name_of(Op op) {
  switch (op) {
  case Op::send: return "send";
  case Op::receive: return "receive";
  case Op::select_wait:
  case Op::select_poll: return "select";
  case Op::sleep: return "sleep";
  default: return "wait";
  }
}

llvm::SmallVector<SelectCase, 4> cases_of(const Expr* select) {
  llvm::SmallVector<SelectCase, 4> cases;
  auto add = [&](const Expr* argument) {
    SelectCase c{bare(argument)};
    if (auto* call = dyn_cast<CallExpr>(c.expr); call && call->getDirectCallee()) {
      Op op = op_of(call->getDirectCallee());
      c.is_send = op == Op::case_send;
      c.is_default = plain_name(call->getDirectCallee()) == "otherwise";
      if (op == Op::case_send || op == Op::case_receive) c.channel = call->getNumArgs() ? call->getArg(0) : nullptr;
    }
    c.is_default |= class_name(c.expr->getType()) == "default_op" || class_name(c.expr->getType()) == "default_arm";
    cases.push_back(c);
  };
  if (auto* construct = dyn_cast<CXXConstructExpr>(select))
    for (const Expr* a : construct->arguments()) add(a);
  else if (auto* call = dyn_cast<CallExpr>(select))
    for (const Expr* a : call->arguments()) add(a);
  return cases;
}

const Expr* bare(const Expr* e) {
  while (true) {
    const Expr* before = e;
    e = e->IgnoreParens();
    if (auto* f = dyn_cast<FullExpr>(e)) e = f->getSubExpr();
    if (auto* m = dyn_cast<MaterializeTemporaryExpr>(e)) e = m->getSubExpr();
    if (auto* b = dyn_cast<CXXBindTemporaryExpr>(e)) e = b->getSubExpr();
    if (auto* c = dyn_cast<ImplicitCastExpr>(e)) e = c->getSubExpr();
    if (auto* c = dyn_cast<CXXFunctionalCastExpr>(e)) e = c->getSubExpr();
    if (auto* c = dyn_cast<CXXConstructExpr>(e))
      if (c->getNumArgs() == 1 && c->getConstructor()->isCopyOrMoveConstructor()) e = c->getArg(0);
    if (e == before) return e;
  }
}

const VarDecl* variable_of(const Expr* e) {
  if (!e) return nullptr;
  auto* ref = dyn_cast<DeclRefExpr>(bare(e));
  return ref ? dyn_cast<VarDecl>(ref->getDecl()) : nullptr;
}

const VarDecl* base_variable(const Expr* e) {
  while (true) {
    e = e->IgnoreParens();
    if (auto* member = dyn_cast<MemberExpr>(e)) {
      auto* field = dyn_cast<FieldDecl>(member->getMemberDecl());
      if (member->isArrow() || !field || field->getType()->isReferenceType()) return nullptr;
      e = member->getBase();
    } else if (auto* subscript = dyn_cast<ArraySubscriptExpr>(e)) {
      auto* decay = dyn_cast<ImplicitCastExpr>(subscript->getBase());
      if (!decay || decay->getCastKind() != CK_ArrayToPointerDecay) return nullptr;
      e = decay->getSubExpr();
    } else if (auto* cast = dyn_cast<ImplicitCastExpr>(e); cast && cast->getCastKind() != CK_LValueToRValue) {
      e = cast->getSubExpr();
    } else {
      auto* ref = dyn_cast<DeclRefExpr>(e);
      return ref ? dyn_cast<VarDecl>(ref->getDecl()) : nullptr;
    }
  }
}

} // namespace gocpp::tool
