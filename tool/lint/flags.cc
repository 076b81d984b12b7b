// See flags.h.

#include "flags.h"

#include "registry.h"

#include "clang/Frontend/FrontendDiagnostic.h"

using namespace clang;

namespace gocpp::tool {

namespace {

/// `-Wgocpp-x` and its kin, taken apart.
struct Flag {
  llvm::StringRef name;  ///< gocpp, or gocpp-NAME
  bool no = false;
  bool error = false;
};

std::optional<Flag> parse(llvm::StringRef flag) {
  Flag f;
  if (!flag.consume_front("-W")) return std::nullopt;
  f.no = flag.consume_front("no-");
  f.error = flag.consume_front("error=");
  f.name = flag;
  if (f.name != "gocpp" && !f.name.starts_with("gocpp-")) return std::nullopt;
  return f;
}

} // namespace

LintFlags::LintFlags() {
  for (const LintInfo& l : lints()) states_.push_back({l.on, Error::unsaid});
}

template <class F> bool LintFlags::change(llvm::StringRef name, F f) {
  if (name == "gocpp") {
    for (State& s : states_) f(s);
    return true;
  }
  name.consume_front("gocpp-");
  auto lint = find_lint(name);
  if (lint) f(states_[*lint]);
  return lint.has_value();
}

bool LintFlags::take(llvm::StringRef flag) {
  if (flag == "-w") silent_ = true;
  if (flag == "-Werror") all_errors_ = true;
  if (flag == "-Wno-error") all_errors_ = false;
  if (flag == "-Weverything" || flag == "-Wno-everything")
    for (State& s : states_) s.on = flag == "-Weverything";
  auto f = parse(flag);
  if (!f) return false;
  bool known = change(f->name, [&](State& s) {
    if (f->error) {
      s.error = f->no ? Error::no : Error::yes;
      s.on |= !f->no;
    } else {
      s.on = !f->no;
      if (f->no) s.error = Error::unsaid;
    }
  });
  if (!known) unknown_.push_back(flag.str());
  return true;
}

bool LintFlags::any() const {
  for (unsigned i = 0; i < states_.size(); ++i)
    if (on(i) && lints()[i].make) return true;
  return false;
}

bool LintFlags::is_error(unsigned lint) const {
  return states_[lint].error == Error::yes || (all_errors_ && states_[lint].error != Error::no);
}

bool is_lint_flag(llvm::StringRef flag) { return parse(flag).has_value(); }

void report_unknown(const LintFlags& flags, DiagnosticsEngine& engine) {
  for (llvm::StringRef flag : flags.unknown()) {
    Flag f = *parse(flag);
    llvm::StringRef before = flag.drop_back(f.name.size());
    std::string meant = (before + "gocpp-" + nearest_lint(f.name.drop_front(sizeof("gocpp-") - 1))).str();
    engine.Report(diag::warn_unknown_diag_option) << 0 << flag << true << meant;
  }
}

LintPragmas::Said LintPragmas::current() const { return points_.empty() ? Said(lints().size()) : points_.back().second; }

void LintPragmas::pop(SourceLocation loc) {
  if (saved_.empty()) return;
  if (!points_.empty()) points_.push_back({loc, std::move(saved_.back())});
  saved_.pop_back();
}

bool LintPragmas::set(SourceLocation loc, llvm::StringRef group, diag::Severity severity) {
  Said said = current();
  if (group == "gocpp") {
    for (diag::Severity& s : said) s = severity;
  } else {
    if (!group.consume_front("gocpp-")) return false;
    auto lint = find_lint(group);
    if (!lint) return false;
    said[*lint] = severity;
  }
  points_.push_back({loc, std::move(said)});
  return true;
}

DiagnosticsEngine::Level LintPragmas::level(unsigned lint, SourceLocation loc, const SourceManager& sources) const {
  if (flags_.silent_) return DiagnosticsEngine::Ignored;
  loc = sources.getFileLoc(loc);
  diag::Severity said = {};
  for (const auto& [from, states] : points_) {
    if (!sources.isBeforeInTranslationUnit(sources.getFileLoc(from), loc)) break;
    said = states[lint];
  }
  if (said == diag::Severity::Ignored) return DiagnosticsEngine::Ignored;
  if (said == diag::Severity::Error || said == diag::Severity::Fatal) return DiagnosticsEngine::Error;
  if (said != diag::Severity::Warning && !flags_.on(lint)) return DiagnosticsEngine::Ignored;
  return flags_.is_error(lint) ? DiagnosticsEngine::Error : DiagnosticsEngine::Warning;
}

} // namespace gocpp::tool
