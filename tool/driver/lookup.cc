// See lookup.h.

#include "lookup.h"

#include "clang/AST/ASTConsumer.h"
#include "clang/AST/Decl.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/Frontend/FrontendActions.h"
#include "clang/Lex/PPCallbacks.h"
#include "clang/Lex/Preprocessor.h"
#include "clang/Sema/ExternalSemaSource.h"
#include "clang/Sema/Lookup.h"
#include "clang/Sema/Sema.h"
#include "clang/Sema/SemaConsumer.h"

#include <set>
#include <utility>

using namespace clang;

namespace gocpp::tool {

namespace {

constexpr llvm::StringLiteral kProbe = "gocpp_probe_";

const char* const kPreludeNames[] = {"chan", "make_chan", "send_chan", "recv_chan"};

bool same_line(llvm::StringRef text, uint32_t a, uint32_t b) {
  if (a > b) std::swap(a, b);
  return b <= text.size() && text.slice(a, b).find('\n') == llvm::StringRef::npos;
}

/// What look-up found for `go` or `select` at a place.
enum class Found { nothing, type, variable, function, macro };

/// By anchor: which name to look up, and what it is.
struct Finding {
  const char* name;
  Found found = Found::nothing;
};
using Findings = std::map<uint32_t, Finding>;

class ProbeSource : public ExternalSemaSource {
 public:
  ProbeSource(Sema& sema, Findings& findings) : sema_(sema), findings_(findings) {}
  bool LookupUnqualified(LookupResult& r, Scope* scope) override {
    IdentifierInfo* id = r.getLookupName().getAsIdentifierInfo();
    uint32_t anchor;
    if (!id || !id->getName().starts_with(kProbe) || id->getName().drop_front(kProbe.size()).getAsInteger(10, anchor)) return false;
    auto finding = findings_.find(anchor);
    if (finding == findings_.end()) return false;
    IdentifierInfo& name = sema_.Context.Idents.get(finding->second.name);
    LookupResult named(sema_, &name, r.getNameLoc(), Sema::LookupOrdinaryName);
    named.suppressDiagnostics();
    sema_.LookupName(named, scope);
    Found found = sema_.getPreprocessor().isMacroDefined(&name) ? Found::macro : Found::nothing;
    for (NamedDecl* d : named) {
      d = d->getUnderlyingDecl();
      found = isa<TypeDecl>(d) || isa<ClassTemplateDecl>(d) ? Found::type
              : isa<FunctionDecl>(d) || isa<FunctionTemplateDecl>(d) ? Found::function
                                                                     : Found::variable;
    }
    // Asked again while clang looks for a better spelling, without a scope that says anything.
    Found& noted = finding->second.found;
    if (noted == Found::nothing) noted = found;
    return false;
  }

 private:
  Sema& sema_;
  Findings& findings_;
};

class ProbeConsumer : public SemaConsumer {
 public:
  explicit ProbeConsumer(Findings& findings) : findings_(findings) {}
  void InitializeSema(Sema& sema) override {
    source_ = llvm::makeIntrusiveRefCnt<ProbeSource>(sema, findings_);
    sema.addExternalSource(source_.get());
  }

 private:
  Findings& findings_;
  llvm::IntrusiveRefCntPtr<ProbeSource> source_;
};

/// Parses and throws away.
class ProbeAction : public ASTFrontendAction {
 public:
  explicit ProbeAction(Findings& findings) : findings_(findings) {}
  std::unique_ptr<ASTConsumer> CreateASTConsumer(CompilerInstance&, llvm::StringRef) override {
    return std::make_unique<ProbeConsumer>(findings_);
  }

 private:
  Findings& findings_;
};

/// Notes what the preprocessor leaves out of lowered files.
class SkipAction : public PreprocessOnlyAction {
 public:
  SkipAction(const OverlayFileSystem& files, Answers& answers, bool& any) : files_(files), answers_(answers), any_(any) {}

 protected:
  bool BeginSourceFileAction(CompilerInstance& ci) override {
    ci.getPreprocessor().addPPCallbacks(std::make_unique<Noter>(*this, ci.getSourceManager()));
    return true;
  }

 private:
  class Noter : public PPCallbacks {
   public:
    Noter(SkipAction& action, SourceManager& sources) : action_(action), sources_(sources) {}
    void SourceRangeSkipped(SourceRange range, SourceLocation) override {
      auto [file, begin] = sources_.getDecomposedLoc(range.getBegin());
      auto entry = sources_.getFileEntryRefForID(file);
      const SourceMap* map = entry ? action_.files_.find(entry->getName()) : nullptr;
      if (!map) return;
      uint32_t end = sources_.getFileOffset(range.getEnd());
      action_.answers_[entry->getName().str()].left_out.push_back({map->to_original(begin).offset, map->to_original(end).offset});
      action_.any_ = true;
    }

   private:
    SkipAction& action_;
    SourceManager& sources_;
  };

  const OverlayFileSystem& files_;
  Answers& answers_;
  bool& any_;
};

/// Whether C++ can read `go REST` or `select {` given what the word is.
bool readable(Found found, llvm::StringRef rest) {
  char next = rest.ltrim().empty() ? 0 : rest.ltrim().front();
  switch (found) {
  case Found::nothing: return false;
  case Found::macro: return true;
  case Found::type: return next != '[' && !rest.ltrim().starts_with("this");
  case Found::variable: return next == '(' || next == '[';
  case Found::function: return next == '(';
  }
  return false;
}

} // namespace

void NameWatch::attach(CompilerInstance& ci) {
  sources = &ci.getSourceManager();
  const IdentifierInfo* go = &ci.getPreprocessor().getIdentifierTable().get("go");
  ci.getPreprocessor().setTokenWatcher([this, go](const clang::Token& t) {
    if (odd_go || !t.is(tok::identifier) || t.getIdentifierInfo() != go) return;
    SourceLocation loc = sources->getSpellingLoc(t.getLocation());
    auto [file, offset] = sources->getDecomposedLoc(loc);
    auto entry = sources->getFileEntryRefForID(file);
    if (!entry) return;
    llvm::StringRef name = entry->getName();
    if (const SourceMap* map = files->find(name)) {
      if (map->to_original(offset).verbatim) odd_go = true;
    } else if (!name.contains("/gocpp/")) {
      odd_go = true;
    }
  });
}

bool reconsider(const OverlayFileSystem& files, const std::vector<ErrorPlace>& errors, Answers& answers) {
  bool any = false;
  std::set<std::pair<std::string, uint32_t>> now;  // tried because of these very errors
  for (const ErrorPlace& e : errors) {
    for (const char* name : kPreludeNames) {
      std::string quoted = std::string("'") + name + "'";
      bool conflict = e.text.find("conflicts with") != std::string::npos || e.text.find("redefinition of " + quoted) != std::string::npos;
      if (!conflict || (e.file.find("/gocpp/prelude.h") == std::string::npos && e.text.find(quoted) == std::string::npos)) continue;
      for (const auto& f : files.files()) {
        // Which of the names it is stands in the source line; when in doubt all conflicts show one by one.
        auto& taken = answers[f.first().str()].taken;
        if (e.text.find(quoted) != std::string::npos || e.file.find("/gocpp/prelude.h") != std::string::npos)
          any |= taken.insert(e.text.find('\'') == std::string::npos ? kPreludeNames[std::min<size_t>(taken.size(), 3)] : name).second;
      }
      break;
    }
    const SourceMap* map = files.find(e.file);
    if (!map) continue;
    for (const Doubt& d : map->result().doubts) {
      if (!same_line(map->original(), d.anchor, e.offset)) continue;
      LowerOptions& o = answers[e.file];
      auto [it, fresh] = answers.tried[e.file].try_emplace(d.anchor, false);
      if (now.count({e.file, d.anchor})) continue;
      if (fresh) {
        now.insert({e.file, d.anchor});
        (d.construct ? o.plain : o.constructs).insert(d.anchor);
        any = true;
      } else if (!it->second && std::exchange(it->second, true) == false) {
        // The other reading is no better: back to the first.
        any |= o.plain.erase(d.anchor) + o.constructs.erase(d.anchor) > 0;
      }
    }
  }
  return any;
}

bool look_up_names(const OverlayFileSystem& files, Answers& answers, const RunAction& run) {
  bool any = false;
  for (const auto& f : files.files()) {
    const SourceMap& map = *f.second;
    Findings findings;
    for (const Doubt& d : map.result().doubts) {
      if (d.about == Doubt::About::go) findings[d.anchor] = {"go"};
      if (d.about == Doubt::About::select) findings[d.anchor] = {"select"};
    }
    if (findings.empty()) continue;
    std::string path = f.first().str();
    OverlayFileSystem probing(llvm::vfs::getRealFileSystem(), [&](llvm::StringRef p) {
      LowerOptions o = answers[p.str()];
      o.probe = p == path;
      return o;
    });
    probing.Retain();  // lives on this stack
    ProbeAction action(findings);
    run(probing, action);
    for (const Doubt& d : map.result().doubts) {
      auto it = findings.find(d.anchor);
      if (it == findings.end() || !readable(it->second.found, map.original().drop_front(d.expression.begin))) continue;
      if (d.about == Doubt::About::go || it->second.found == Found::type || it->second.found == Found::macro)
        any |= answers[path].plain.insert(d.anchor).second;
    }
  }
  return any;
}

bool look_up_left_out(const OverlayFileSystem& files, Answers& answers, const RunAction& run) {
  bool any = false;
  OverlayFileSystem same(llvm::vfs::getRealFileSystem(), [&](llvm::StringRef p) { return answers[p.str()]; });
  same.Retain();  // lives on this stack
  SkipAction action(files, answers, any);
  run(same, action);
  return any;
}

} // namespace gocpp::tool
