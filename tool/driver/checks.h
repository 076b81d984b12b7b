// What is done on the AST of every compilation before code generation sees it: main's label now, lints where they come.
#pragma once

#include <memory>

namespace clang {
class ASTConsumer;
class CompilerInstance;
}

namespace gocpp::tool {

/// `runs_main`: a `main` in this file is the main goroutine, so the runtime's own main must be able to call it.
std::unique_ptr<clang::ASTConsumer> make_checks(clang::CompilerInstance& ci, bool runs_main);

} // namespace gocpp::tool
