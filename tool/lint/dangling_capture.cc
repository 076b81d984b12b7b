// dangling-capture: a goroutine refers to a local that may end before the goroutine does.
//
// Reported: a `go` (or gocpp::go, or the go of a group) whose lambda captures a local by reference, or that is given the
// address of a local or a std::ref to it, when nothing between it and the end of the local's scope may wait for anything
// (waits.h). Captures of a lambda in a variable and init-captures count. Not reported: what is reached through a reference, a
// pointer variable or a smart pointer, since whose it is cannot be seen; a local whose scope never ends. A local of `main` is
// one like any other: it ends while goroutines in other threads still run.

#include "captures.h"
#include "linter.h"

using namespace clang;

namespace gocpp::tool {

namespace {

class DanglingCapture : public Check {
 public:
  explicit DanglingCapture(Linter& linter) : linter_(linter) {}

  void body(Body& body) override {
    for (const Spawn& s : body.spawns())
      for (const Carried& c : carried_by(body, s)) {
        if (linter_.told.count({s.expr, c.variable})) continue;
        if (linter_.waits().fate(body, s, c.variable) == Waits::Fate::outlived) report(s, c);
      }
  }

 private:
  void report(const Spawn& s, const Carried& c) {
    std::string name = "'" + c.variable->getNameAsString() + "'";
    std::string what = "a goroutine captures " + name + " by reference";
    if (c.how == Carried::How::pointer) what = "a goroutine gets a pointer to " + name;
    if (c.how == Carried::How::reference) what = "a goroutine gets a reference to " + name;
    LintDetails details;
    if (c.loc.isFileID()) details.ranges.push_back(c.loc);
    details.notes.push_back({c.variable->getLocation(), name + " is declared here"});
    linter_.warn("dangling-capture", s.loc(), what + ", and nothing waits for the goroutine before the end of its scope", details);
  }
  Linter& linter_;
};

} // namespace

std::unique_ptr<Check> make_dangling_capture(Linter& linter) { return std::make_unique<DanglingCapture>(linter); }

} // namespace gocpp::tool
