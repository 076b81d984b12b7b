// Signs that one parse was not enough: that a text in doubt may not mean what it was taken for.
//
// They must be cheap, since every compilation looks for them, and must miss nothing; a false alarm costs one more parse.
// The signs: an identifier `go`, or a type `select`, in a text that is not ours; a doubt that only a name can settle; an
// error in a doubtful construct; a send whose receiver is no channel; a conflict with a name that the prelude declares.
#pragma once

#include "diag.h"

#include "clang/AST/ASTConsumer.h"
#include "clang/Frontend/CompilerInstance.h"

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace gocpp::tool {

class Suspicion {
 public:
  /// Watches the preprocessor of `ci` from now on.
  Suspicion(clang::CompilerInstance& ci, const Overlay& overlay, llvm::StringRef include_dir);

  /// Collects the declarations of lowered files.
  std::unique_ptr<clang::ASTConsumer> make_consumer();

  /// After the parse. `held` is what clang had to say.
  bool is_suspicious(const std::vector<Report>& held, clang::ASTContext& ast, const Knowledge& knowledge);

  /// Prelude names that the program declares itself, found by is_suspicious.
  const std::set<std::string>& taken() const { return taken_; }

 private:
  friend class DeclCollector;
  class MacroWatch;

  bool is_ours(clang::SourceLocation loc) const;
  void see_token(const clang::Token& token);
  void find_taken(const std::vector<Report>& held);
  void find_unused_prelude(clang::ASTContext& ast, const Knowledge& knowledge);
  bool has_error_in(const LoweredFile& file, const Doubt& doubt, const std::vector<Report>& held) const;
  std::set<std::pair<const LoweredFile*, uint32_t>> sends_to_no_channel(clang::ASTContext& ast);

  const Overlay& overlay_;
  Places places_;
  const clang::IdentifierInfo* go_;
  const clang::IdentifierInfo* select_;
  bool saw_go_ = false, saw_select_type_ = false, after_select_ = false, after_dot_ = false;
  std::vector<clang::Decl*> decls_;
  std::set<std::string> taken_;
};

/// The names that gocpp/prelude.h declares.
inline constexpr const char* kPreludeNames[] = {"chan", "make_chan", "send_chan", "recv_chan"};

/// Whether the type is a channel, or a class made from one.
bool is_channel_type(clang::QualType type);

} // namespace gocpp::tool
