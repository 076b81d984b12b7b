// send-after-close: a send on a channel that the same function has closed, which panics with `send on closed channel`.
//
// Reported at the send when closes.h says that it finds the channel closed. try_send counts, and so does a case of a select: on
// a closed channel it is always ready.

#include "closes.h"
#include "linter.h"

using namespace clang;

namespace gocpp::tool {

namespace {

class SendAfterClose : public Check {
 public:
  explicit SendAfterClose(Linter& linter) : linter_(linter) {}

  void body(Body& body) override {
    auto is_send = [](Op op) { return op == Op::send || op == Op::try_send || op == Op::case_send; };
    for (const AfterClose& f : after_close(body, is_send)) {
      LintDetails details;
      details.notes.push_back({f.close->expr->getBeginLoc(), "it is closed here"});
      linter_.warn("send-after-close", operation_loc(*f.later), "send on closed channel '" + f.channel->getNameAsString() + "'", details);
    }
  }

 private:
  Linter& linter_;
};

} // namespace

std::unique_ptr<Check> make_send_after_close(Linter& linter) { return std::make_unique<SendAfterClose>(linter); }

} // namespace gocpp::tool
