// See lookup.h.

#include "lookup.h"

#include "clang/AST/ASTConsumer.h"
#include "clang/AST/Decl.h"
#include "clang/AST/DeclTemplate.h"
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

/// What look-up found for `go` at a place.
enum class Found { nothing, type, variable, function };

using Findings = std::map<uint32_t, Found>;

class ProbeSource : public ExternalSemaSource {
 public:
  ProbeSource(Sema& sema, Findings& findings) : sema_(sema), findings_(findings) {}
  bool LookupUnqualified(LookupResult& r, Scope* scope) override {
    IdentifierInfo* id = r.getLookupName().getAsIdentifierInfo();
    uint32_t anchor;
    if (!id || !id->getName().starts_with(kProbe) || id->getName().drop_front(kProbe.size()).getAsInteger(10, anchor)) return false;
    LookupResult go(sema_, &sema_.Context.Idents.get("go"), r.getNameLoc(), Sema::LookupOrdinaryName);
    go.suppressDiagnostics();
    sema_.LookupName(go, scope);
    Found found = Found::nothing;
    for (NamedDecl* d : go) {
      d = d->getUnderlyingDecl();
      found = isa<TypeDecl>(d) || isa<ClassTemplateDecl>(d) ? Found::type
              : isa<FunctionDecl>(d) || isa<FunctionTemplateDecl>(d) ? Found::function
                                                                     : Found::variable;
    }
    // Asked again while clang looks for a better spelling, without a scope that says anything.
    Found& noted = findings_[anchor];
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

/// Whether C++ can read `go REST` given what `go` is.
bool readable(Found found, llvm::StringRef rest) {
  char next = rest.ltrim().empty() ? 0 : rest.ltrim().front();
  switch (found) {
  case Found::nothing: return false;
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

bool look_up_names(const OverlayFileSystem& files, Answers& answers,
                   const std::function<bool(OverlayFileSystem&, ASTConsumer*&)>& parse) {
  bool any = false;
  for (const auto& f : files.files()) {
    const SourceMap& map = *f.second;
    bool has_go = false;
    for (const Doubt& d : map.result().doubts) has_go |= d.about == Doubt::About::go;
    if (!has_go) continue;
    std::string path = f.first().str();
    Findings findings;
    OverlayFileSystem probing(llvm::vfs::getRealFileSystem(), [&](llvm::StringRef p) {
      LowerOptions o = answers[p.str()];
      o.probe = p == path;
      return o;
    });
    probing.Retain();  // lives on this stack
    ASTConsumer* consumer = new ProbeConsumer(findings);
    parse(probing, consumer);
    for (const Doubt& d : map.result().doubts) {
      auto it = findings.find(d.anchor);
      if (d.about != Doubt::About::go || it == findings.end()) continue;
      if (readable(it->second, map.original().drop_front(d.expression.begin)))
        any |= answers[path].plain.insert(d.anchor).second;
    }
  }
  return any;
}

} // namespace gocpp::tool
