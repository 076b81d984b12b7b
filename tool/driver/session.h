// One run of clang's frontend over one input, with lowered files in place of the user's.
//
// A compilation may need several: the one that counts, those that showed that names were doubtful, and those that ask.
// They share nothing but the job and what has been learnt.
#pragma once

#include "diag.h"
#include "overlay.h"
#include "toolchain.h"

#include "flags.h"

#include "clang/Frontend/CompilerInstance.h"

#include <memory>
#include <string>
#include <vector>

namespace gocpp::tool {

/// A frontend command: what stands behind -cc1, and what of it is gocpp's own.
struct Job {
  Job(llvm::ArrayRef<const char*> args, const char* argv0);

  std::vector<const char*> args;   ///< clang's.
  const char* argv0;
  Toolchain tools;
  LintFlags lint_flags;
  bool said_unknown_lints = false; ///< A warning of the command line's is said once, however often the input is parsed.
  bool lower_main = false;         ///< -gocpp-lower: the input is a gocpp text, whatever its name.
  bool force_prelude = false;      ///< -gocpp-prelude
  std::unique_ptr<llvm::MemoryBuffer> standard_input;  ///< Read once, for all sessions.
};

class Session {
 public:
  /// A silent session shows no message and writes no file; one for lints shows what they say alone.
  enum class Voice { speaking, lints, silent };

  Session(Job& job, const Knowledge& knowledge, Voice voice, Overlay::Rewrite rewrite = {});
  ~Session();

  /// False when the arguments make no sense; that has been said.
  bool valid() const { return valid_; }
  clang::CompilerInstance& ci() { return *ci_; }
  Overlay& overlay() { return *overlay_; }
  Diagnoser& diagnoser() { return *diagnoser_; }
  const Job& job() const { return job_; }
  /// The lowered input; null when the input is not lowered or cannot be read.
  LoweredFile* main() { return main_; }

  /// Shows what the lowering said of the files, at the end of a parse or, without an AST, outside any. True if there
  /// was an error.
  bool show_messages(clang::ASTContext* ast = nullptr);

  bool execute(clang::FrontendAction& action) { return ci_->ExecuteAction(action); }
  /// Leaves everything to the end of the process, as clang does.
  void leak();

 private:
  void set_voice(Voice voice);
  void note_precompiled(llvm::vfs::FileSystem& real);
  void lower_input();

  Job& job_;
  bool valid_ = false;
  std::unique_ptr<clang::CompilerInstance> ci_;
  llvm::IntrusiveRefCntPtr<Overlay> overlay_;
  Diagnoser* diagnoser_ = nullptr;  ///< Owned by the diagnostics engine.
  LoweredFile* main_ = nullptr;
};

} // namespace gocpp::tool
