// See checks.h.

#include "checks.h"

#include "clang/AST/ASTConsumer.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/Decl.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclGroup.h"
#include "clang/Frontend/CompilerInstance.h"

using namespace clang;

namespace gocpp::tool {

namespace {

class Checks : public ASTConsumer {
 public:
  explicit Checks(bool runs_main) : runs_main_(runs_main) {}

  bool HandleTopLevelDecl(DeclGroupRef group) override {
    if (runs_main_)
      for (Decl* d : group) look_for_main(d);
    return true;
  }

 private:
  static void look_for_main(Decl* d) {
    if (auto* linkage = dyn_cast<LinkageSpecDecl>(d))
      for (Decl* inner : linkage->decls()) look_for_main(inner);
    if (auto* f = dyn_cast<FunctionDecl>(d); f && f->isMain()) label_main(*f);
  }
  /// The lowering gives main its label where it sees one; here is the main that a macro or a header makes.
  static void label_main(FunctionDecl& f) {
    for (FunctionDecl* d : f.redecls())
      if (!d->hasAttr<AsmLabelAttr>())
        d->addAttr(AsmLabelAttr::CreateImplicit(d->getASTContext(), "gocpp_main", /*IsLiteralLabel=*/true));
  }

  bool runs_main_;
};

} // namespace

std::unique_ptr<ASTConsumer> make_checks(CompilerInstance&, bool runs_main) { return std::make_unique<Checks>(runs_main); }

} // namespace gocpp::tool
