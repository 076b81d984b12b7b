// blocking-call (opt-in): a function that runs as a goroutine calls what blocks its thread.
//
// Reported: in the text of a function or lambda that this translation unit starts with a `go`, a direct call of a function of the
// C library or the standard library that is known to wait: for time, the network, a process, a thread. The monitor takes the
// processor from such a thread after a while; `gocpp::blocking(f)` hands it over at once, and gocpp's own sleep, network and
// synchronisation park the goroutine instead. Not reported: calls inside gocpp::blocking, calls of functions that call, locks of
// std::mutex, which are mostly short, and files. Opt-in, because a program that is linked with --hook-libc has no such calls.
// The fix puts gocpp::blocking around the call.

#include "linter.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/StringSwitch.h"

using namespace clang;

namespace gocpp::tool {

namespace {

bool blocks_in_c(llvm::StringRef name) {
  return llvm::StringSwitch<bool>(name)
      .Cases("sleep", "usleep", "nanosleep", "clock_nanosleep", "thrd_sleep", "pause", true)
      .Cases("poll", "ppoll", "select", "pselect", "epoll_wait", "epoll_pwait", "sigwait", "sigwaitinfo", "sigtimedwait", "sigsuspend", true)
      .Cases("accept", "accept4", "connect", "recv", "recvfrom", "recvmsg", "recvmmsg", true)
      .Cases("getaddrinfo", "getnameinfo", "gethostbyname", "gethostbyaddr", true)
      .Cases("wait", "waitpid", "wait3", "wait4", "waitid", "system", "pclose", true)
      .Cases("pthread_join", "pthread_cond_wait", "pthread_cond_timedwait", "pthread_barrier_wait", "sem_wait", "sem_timedwait", "thrd_join", true)
      .Cases("flock", "lockf", "msgrcv", "semop", "mq_receive", true)
      .Cases("getchar", "scanf", "gets", true)
      .Default(false);
}

bool blocks_in_std(llvm::StringRef owner, llvm::StringRef name) {
  if (owner.empty()) return name == "sleep_for" || name == "sleep_until" || name == "__sleep_for";
  bool waits = llvm::StringSwitch<bool>(name)
                   .Cases("wait", "wait_for", "wait_until", "arrive_and_wait", "join", "get", "acquire", true)
                   .Default(false);
  return waits && llvm::StringSwitch<bool>(owner)
                      .Cases("thread", "jthread", "future", "shared_future", "__basic_future", true)
                      .Cases("condition_variable", "condition_variable_any", "latch", "barrier", "counting_semaphore", true)
                      .Default(false);
}

bool blocks(const FunctionDecl* f) {
  if (in_std(f)) return blocks_in_std(class_name(f), plain_name(f)) || (class_name(f).empty() && f->isExternC() && blocks_in_c(plain_name(f)));
  return f->isExternC() && blocks_in_c(plain_name(f));
}

class BlockingCall : public Check {
 public:
  explicit BlockingCall(Linter& linter) : linter_(linter) {}

  void body(Body& body) override {
    for (const Spawn& s : body.spawns())
      if (const FunctionDecl* f = s.target()) started_.insert(canonical(f));
    for (const Event& e : body.events()) {
      auto* call = dyn_cast<CallExpr>(e.expr);
      if (call && e.callee && blocks(e.callee)) calls_.push_back({canonical(&body.function()), call, e.callee});
    }
  }

  void end() override {
    for (const Call& c : calls_)
      if (started_.count(c.in)) report(c);
  }

 private:
  struct Call {
    const FunctionDecl* in;
    const CallExpr* call;
    const FunctionDecl* callee;
  };
  static const FunctionDecl* canonical(const FunctionDecl* f) { return f->getCanonicalDecl(); }

  void report(const Call& c) {
    std::string name = c.callee->getNameAsString();
    LintDetails details;
    details.ranges.push_back(c.call->getSourceRange());
    bool sleeps = llvm::StringRef(name).contains("sleep");
    std::string cure = sleeps ? "gocpp::sleep_for parks the goroutine instead" : "call it in gocpp::blocking";
    if (!sleeps && !linter_.text(c.call->getSourceRange()).empty()) {
      details.fixits.push_back(FixItHint::CreateInsertion(c.call->getBeginLoc(), "gocpp::blocking([&] { return "));
      details.fixits.push_back(FixItHint::CreateInsertion(linter_.behind(c.call->getSourceRange()), "; })"));
    }
    linter_.warn("blocking-call", c.call->getExprLoc(), "'" + name + "' blocks the thread of this goroutine; " + cure, details);
  }

  Linter& linter_;
  llvm::DenseSet<const FunctionDecl*> started_;
  std::vector<Call> calls_;
};

} // namespace

std::unique_ptr<Check> make_blocking_call(Linter& linter) { return std::make_unique<BlockingCall>(linter); }

} // namespace gocpp::tool
