// See registry.h.

#include "registry.h"

namespace gocpp::tool {

namespace {

/// Lints see a body in this order: loop-capture is the more exact one where dangling-capture would speak, too.
const LintInfo kLints[] = {
    {"loop-capture", true, "a goroutine refers to the variable of a loop", make_loop_capture},
    {"blocking-call", false, "a goroutine's function calls what blocks its thread", make_blocking_call},
    {"copied-receiver", true, "go on a member of a local object that nothing keeps alive", make_copied_receiver},
    {"dangling-capture", true, "a goroutine refers to a local that it may outlive", make_dangling_capture},
    {"double-close", true, "a channel is closed twice", make_double_close},
    {"errno-after-park", true, "errno is read after the goroutine may have waited", make_errno_after_park},
    {"lock-across-park", true, "a lock is held while the goroutine may wait", make_lock_across_park},
    {"ref-argument", true, "a T& parameter in a go statement (always an error)", nullptr},
    {"send-after-close", true, "a send on a channel that is closed", make_send_after_close},
    {"spawned-type", true, "go of a type, which makes an object and drops it", make_spawned_type},
    {"this-capture", false, "a goroutine uses this, which nothing keeps alive", make_this_capture},
    {"thread-local", false, "a thread_local is used before and after a wait", make_thread_local},
    {"trivial-select", true, "a select without a case that could ever be chosen", make_trivial_select},
};

} // namespace

llvm::ArrayRef<LintInfo> lints() { return kLints; }

std::optional<unsigned> find_lint(llvm::StringRef name) {
  for (unsigned i = 0; i < std::size(kLints); ++i)
    if (name == kLints[i].name) return i;
  return std::nullopt;
}

llvm::StringRef nearest_lint(llvm::StringRef name) {
  llvm::StringRef best;
  unsigned distance = UINT32_MAX;
  for (const LintInfo& l : kLints) {
    unsigned d = name.edit_distance(l.name);
    if (d < distance) distance = d, best = l.name;
  }
  return best;
}

std::string lint_help() {
  std::string text = "\nLints: -Wgocpp-NAME, -Wno-gocpp-NAME, -Werror=gocpp-NAME, -Wno-error=gocpp-NAME; gocpp alone names all.\n";
  for (const LintInfo& l : kLints) {
    std::string line = std::string("  ") + l.name;
    line.resize(20, ' ');
    text += line + " " + l.summary + (l.on ? "\n" : " (off by default)\n");
  }
  return text;
}

} // namespace gocpp::tool
