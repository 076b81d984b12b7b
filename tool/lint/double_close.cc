// double-close: a channel is closed twice in one function, which panics with `close of closed channel`.
//
// Reported at the second close, when closes.h says that it finds the channel closed.

#include "closes.h"
#include "linter.h"

using namespace clang;

namespace gocpp::tool {

namespace {

class DoubleClose : public Check {
 public:
  explicit DoubleClose(Linter& linter) : linter_(linter) {}

  void body(Body& body) override {
    for (const AfterClose& f : after_close(body, [](Op op) { return op == Op::close; })) {
      LintDetails details;
      details.notes.push_back({f.close->expr->getBeginLoc(), f.close == f.later ? "in an earlier round of the loop" : "it is closed here"});
      linter_.warn("double-close", f.later->expr->getBeginLoc(), "close of closed channel '" + f.channel->getNameAsString() + "'", details);
    }
  }

 private:
  Linter& linter_;
};

} // namespace

std::unique_ptr<Check> make_double_close(Linter& linter) { return std::make_unique<DoubleClose>(linter); }

} // namespace gocpp::tool
