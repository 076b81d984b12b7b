// What differs between LLVM 16 and 21, in one place. LLVM 19 is what the project is built and tested with.
#pragma once

#include "clang/Basic/Diagnostic.h"
#include "clang/Basic/DiagnosticIDs.h"
#include "clang/Basic/DiagnosticOptions.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/SARIFDiagnosticPrinter.h"
#include "clang/Frontend/TextDiagnosticPrinter.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/VirtualFileSystem.h"

#include <memory>

namespace gocpp::tool::compat {

/// From 21 on DiagnosticOptions is a plain object that somebody else owns.
#if LLVM_VERSION_MAJOR >= 21
struct DiagnosticOptionsHolder {
  std::shared_ptr<clang::DiagnosticOptions> options = std::make_shared<clang::DiagnosticOptions>();
  clang::DiagnosticOptions& get() { return *options; }
};
inline std::unique_ptr<clang::DiagnosticsEngine> make_engine(llvm::IntrusiveRefCntPtr<clang::DiagnosticIDs> ids,
                                                             clang::DiagnosticOptions& options,
                                                             clang::DiagnosticConsumer* client, bool own) {
  return std::make_unique<clang::DiagnosticsEngine>(std::move(ids), options, client, own);
}
inline std::unique_ptr<clang::TextDiagnosticPrinter> make_printer(llvm::raw_ostream& out, clang::DiagnosticOptions& options) {
  return std::make_unique<clang::TextDiagnosticPrinter>(out, options);
}
inline clang::SARIFDiagnosticPrinter* new_sarif_printer(llvm::raw_ostream& out, clang::DiagnosticOptions& options) {
  return new clang::SARIFDiagnosticPrinter(out, options);
}
#else
struct DiagnosticOptionsHolder {
  llvm::IntrusiveRefCntPtr<clang::DiagnosticOptions> options = new clang::DiagnosticOptions();
  clang::DiagnosticOptions& get() { return *options; }
};
inline std::unique_ptr<clang::DiagnosticsEngine> make_engine(llvm::IntrusiveRefCntPtr<clang::DiagnosticIDs> ids,
                                                             clang::DiagnosticOptions& options,
                                                             clang::DiagnosticConsumer* client, bool own) {
  return std::make_unique<clang::DiagnosticsEngine>(std::move(ids), &options, client, own);
}
inline std::unique_ptr<clang::TextDiagnosticPrinter> make_printer(llvm::raw_ostream& out, clang::DiagnosticOptions& options) {
  return std::make_unique<clang::TextDiagnosticPrinter>(out, &options);
}
inline clang::SARIFDiagnosticPrinter* new_sarif_printer(llvm::raw_ostream& out, clang::DiagnosticOptions& options) {
  return new clang::SARIFDiagnosticPrinter(out, &options);
}
#endif

/// From 20 on createDiagnostics wants the file system.
inline void create_diagnostics(clang::CompilerInstance& ci, llvm::vfs::FileSystem& files, clang::DiagnosticConsumer* client = nullptr,
                               bool own = true) {
#if LLVM_VERSION_MAJOR >= 20
  ci.createDiagnostics(files, client, own);
#else
  (void)files;
  ci.createDiagnostics(client, own);
#endif
}

} // namespace gocpp::tool::compat
