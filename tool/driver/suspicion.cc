// See suspicion.h.

#include "suspicion.h"

#include "clang/AST/DeclTemplate.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/Basic/DiagnosticParse.h"
#include "clang/Basic/DiagnosticSema.h"
#include "clang/Lex/MacroInfo.h"
#include "clang/Lex/Preprocessor.h"

using namespace clang;

namespace gocpp::tool {

bool is_channel_type(QualType type) {
  const CXXRecordDecl* record = type.getNonReferenceType()->getAsCXXRecordDecl();
  if (!record) return false;
  auto is_common = [](const CXXRecordDecl* r) { return r->getQualifiedNameAsString() == "gocpp::detail::chan_common"; };
  if (is_common(record)) return true;
  // An instantiation that nothing needed yet has no bases; its name tells.
  if (auto* of = dyn_cast<ClassTemplateSpecializationDecl>(record)) {
    std::string name = of->getSpecializedTemplate()->getQualifiedNameAsString();
    if (name == "gocpp::chan" || name == "gocpp::send_chan" || name == "gocpp::recv_chan") return true;
  }
  return record->hasDefinition() && !record->forallBases([&](const CXXRecordDecl* base) { return !is_common(base); });
}

/// `#define go …` outside our headers.
class Suspicion::MacroWatch : public PPCallbacks {
 public:
  explicit MacroWatch(Suspicion& suspicion) : suspicion_(suspicion) {}
  void MacroDefined(const Token& name, const MacroDirective*) override {
    if (name.getIdentifierInfo() == suspicion_.go_ && !suspicion_.is_ours(name.getLocation())) suspicion_.saw_go_ = true;
    if (name.getIdentifierInfo() == suspicion_.select_ && !suspicion_.is_ours(name.getLocation())) suspicion_.saw_select_type_ = true;
  }

 private:
  Suspicion& suspicion_;
};

class DeclCollector : public ASTConsumer {
 public:
  explicit DeclCollector(Suspicion& suspicion) : suspicion_(suspicion) {}
  bool HandleTopLevelDecl(DeclGroupRef group) override {
    for (Decl* d : group) {
      SourceLocation loc = suspicion_.places_.sources().getFileLoc(d->getLocation());
      if (loc.isValid() && suspicion_.places_.lowered_file(suspicion_.places_.sources().getFileID(loc))) suspicion_.decls_.push_back(d);
    }
    return true;
  }

 private:
  Suspicion& suspicion_;
};

Suspicion::Suspicion(CompilerInstance& ci, const Overlay& overlay, llvm::StringRef include_dir)
    : overlay_(overlay), places_(ci.getSourceManager(), overlay, include_dir) {
  Preprocessor& pp = ci.getPreprocessor();
  go_ = pp.getIdentifierInfo("go");
  select_ = pp.getIdentifierInfo("select");
  pp.addPPCallbacks(std::make_unique<MacroWatch>(*this));
  pp.setTokenWatcher([this](const Token& t) { see_token(t); });
}

std::unique_ptr<ASTConsumer> Suspicion::make_consumer() { return std::make_unique<DeclCollector>(*this); }

bool Suspicion::is_ours(SourceLocation loc) const {
  SourceLocation spelled = places_.sources().getSpellingLoc(loc);
  if (places_.in_our_headers(spelled)) return true;
  auto p = places_.place(spelled);
  return p && !p->verbatim;
}

void Suspicion::see_token(const Token& t) {
  if (after_select_) {
    after_select_ = false;
    // POSIX declares and everybody calls a function select; only a type could begin `select {`.
    if (!t.is(tok::l_paren)) saw_select_type_ = true;
  }
  // What is named behind a dot declares nothing: `group.go(f)`.
  bool member = after_dot_;
  after_dot_ = t.isOneOf(tok::period, tok::arrow);
  if (!t.is(tok::identifier) || member) return;
  const IdentifierInfo* name = t.getIdentifierInfo();
  if (name == go_ && !saw_go_ && !is_ours(t.getLocation())) saw_go_ = true;
  if (name == select_ && !saw_select_type_ && !is_ours(t.getLocation())) after_select_ = true;
}

void Suspicion::find_taken(const std::vector<Report>& held) {
  auto consider = [&](const Said& said, llvm::StringRef words) {
    for (const char* name : kPreludeNames)
      if (words.contains("'" + std::string(name) + "'") || words.contains("::" + std::string(name) + "'")) taken_.insert(name);
    // In the prelude itself the line says which name it is.
    bool invalid = false;
    const SourceManager& sm = places_.sources();
    SourceLocation loc = sm.getFileLoc(said.loc);
    const char* text = sm.getCharacterData(loc, &invalid);
    if (invalid) return;
    llvm::StringRef rest(text);
    llvm::StringRef word = rest.take_while([](char c) { return c == '_' || (c >= 'a' && c <= 'z'); });
    for (const char* name : kPreludeNames)
      if (word == name) taken_.insert(name);
  };
  auto in_prelude = [&](SourceLocation loc) {
    if (loc.isInvalid()) return false;
    auto p = places_.place(loc);
    if (p && !p->verbatim && !p->construct) return true;
    return places_.in_our_headers(loc) && places_.sources().getFilename(places_.sources().getFileLoc(loc)).ends_with("/prelude.h");
  };
  for (const Report& r : held) {
    switch (r.head.id) {
    case diag::err_using_decl_conflict:
    case diag::err_using_decl_conflict_reverse:
    case diag::err_redefinition:
    case diag::err_redefinition_different_kind:
    case diag::err_redefinition_different_type:
    case diag::err_redefinition_different_typedef:
    case diag::err_ovl_diff_return_type:
    case diag::err_tag_reference_conflict:
    case diag::err_tag_reference_non_tag:
    case diag::err_ambiguous_reference:
    case diag::err_template_param_different_kind:
    case diag::err_template_param_list_different_arity:
    case diag::err_use_with_wrong_tag: break;
    default: continue;
    }
    bool ours = in_prelude(r.head.loc);
    for (const Said& n : r.notes) ours |= in_prelude(n.loc) || places_.in_our_headers(n.loc);
    if (!ours) continue;
    consider(r.head, r.head.text);
    for (const Said& n : r.notes)
      if (in_prelude(n.loc)) consider(n, n.text);
  }
}

namespace {

/// Looks for a use of a name that the prelude declares.
class PreludeUse : public RecursiveASTVisitor<PreludeUse> {
 public:
  explicit PreludeUse(const Places& places) : places_(places) {}
  bool found = false;

  bool TraverseTemplateName(TemplateName name) {
    if (UsingShadowDecl* d = name.getAsUsingShadowDecl()) see(d);
    return !found && RecursiveASTVisitor::TraverseTemplateName(name);
  }
  bool VisitDeclRefExpr(DeclRefExpr* e) { return see(e->getFoundDecl()); }
  bool VisitUsingTypeLoc(UsingTypeLoc t) { return see(t.getFoundDecl()); }
  bool VisitOverloadExpr(OverloadExpr* e) {
    for (NamedDecl* d : e->decls()) see(d);
    return !found;
  }

 private:
  bool see(NamedDecl* d) {
    if (auto* shadow = dyn_cast_or_null<UsingShadowDecl>(d); shadow && places_.in_our_headers(shadow->getTargetDecl()->getLocation()))
      found = true;
    return !found;
  }
  const Places& places_;
};

/// Sends, as `CHANNEL.send(VALUE)` was generated for them, by what CHANNEL turned out to be.
class SendCheck : public RecursiveASTVisitor<SendCheck> {
 public:
  using Result = std::set<std::pair<const LoweredFile*, uint32_t>>;
  SendCheck(const Places& places, Result& result) : places_(places), result_(result) {}

  bool VisitMemberExpr(MemberExpr* e) {
    if (!e->getMemberDecl()->getDeclName().isIdentifier() || e->getMemberDecl()->getName() != "send") return true;
    auto p = places_.place(e->getMemberLoc());
    if (p && !p->verbatim && !is_channel_type(e->getBase()->getType())) result_.insert({p->file, p->offset});
    return true;
  }

 private:
  const Places& places_;
  Result& result_;
};

} // namespace

void Suspicion::find_unused_prelude(ASTContext&, const Knowledge& knowledge) {
  // A file whose only sign of gocpp is a name such as `chan<…>` may have meant its own.
  for (const auto& [id, file] : overlay_.files()) {
    const LowerResult& r = file->result();
    bool has_construct = llvm::any_of(r.constructs, [](const Construct& c) { return c.kind != Kind::main; });
    if (!r.uses_syntax || has_construct || r.includes_gocpp || !knowledge.taken.empty()) continue;
    PreludeUse use(places_);
    for (Decl* d : decls_) use.TraverseDecl(d);
    if (!use.found) taken_.insert(std::begin(kPreludeNames), std::end(kPreludeNames));
    return;
  }
}

bool Suspicion::has_error_in(const LoweredFile& file, const Doubt& doubt, const std::vector<Report>& held) const {
  llvm::StringRef text = file.map.original();
  // The statement in doubt: at least to the end of its line.
  uint32_t begin = std::min(doubt.expression.begin, doubt.anchor);
  uint32_t end = std::max(doubt.expression.end, doubt.anchor);
  if (const Construct* c = construct_with_anchor(file.result(), doubt.anchor)) end = std::max(end, c->range.end);
  size_t line_end = text.find('\n', end);
  end = line_end == llvm::StringRef::npos ? static_cast<uint32_t>(text.size()) : static_cast<uint32_t>(line_end);
  for (const Report& r : held) {
    if (r.head.level < DiagnosticsEngine::Error) continue;
    auto in = [&](SourceLocation loc) {
      auto p = places_.place(loc);
      return p && p->file == &file && begin <= p->offset && p->offset <= end;
    };
    if (in(r.head.loc) || llvm::any_of(r.notes, [&](const Said& n) { return in(n.loc); })) return true;
  }
  return false;
}

std::set<std::pair<const LoweredFile*, uint32_t>> Suspicion::sends_to_no_channel(ASTContext&) {
  std::set<std::pair<const LoweredFile*, uint32_t>> found;
  SendCheck check(places_, found);
  for (Decl* d : decls_) check.TraverseDecl(d);
  return found;
}

bool Suspicion::is_suspicious(const std::vector<Report>& held, ASTContext& ast, const Knowledge& knowledge) {
  // Too deep for clang, whatever the names mean.
  if (llvm::any_of(held, [](const Report& r) { return r.head.id == diag::err_bracket_depth_exceeded; })) return false;
  find_taken(held);
  find_unused_prelude(ast, knowledge);
  for (const std::string& name : knowledge.taken) taken_.erase(name);
  if (!taken_.empty()) return true;
  bool any_send = false;
  for (const auto& [id, file] : overlay_.files()) {
    auto known = knowledge.files.find(id);
    llvm::StringRef text = file->map.original();
    for (const Doubt& d : file->result().doubts) {
      if (known != knowledge.files.end() && known->second.settled.count({d.about, d.anchor})) continue;
      switch (d.about) {
      case Doubt::About::go:
        // `go (f)(x);` is a call where a function go is visible, and a using-directive shows no token.
        if (saw_go_ || text.drop_front(d.expression.begin).starts_with("(")) return true;
        break;
      case Doubt::About::select:
        if (saw_select_type_) return true;
        break;
      case Doubt::About::send:
        if (!d.construct) return true;
        any_send = true;
        break;
      case Doubt::About::cast:
      case Doubt::About::closing: return true;
      }
      if (has_error_in(*file, d, held)) return true;
    }
  }
  if (!any_send) return false;
  for (const auto& [file, anchor] : sends_to_no_channel(ast)) {
    auto known = knowledge.files.find(file->id);
    if (known == knowledge.files.end() || !known->second.settled.count({Doubt::About::send, anchor})) return true;
  }
  return false;
}

} // namespace gocpp::tool
