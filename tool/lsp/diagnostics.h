// What the editor is told of a text: the lowering's own messages and clangd's, and the code actions that mend the former.
#pragma once

#include "document.h"

#include "llvm/Support/JSON.h"

namespace gocpp::tool::lsp {

/// The lowering's messages, as LSP diagnostics.
llvm::json::Array own_diagnostics(const Document& doc, Encoding encoding);

/// clangd's, already in the user's places, without what it says of lines that the lowering refused.
llvm::json::Array merge_diagnostics(const Document& doc, llvm::json::Array from_clangd, Encoding encoding);

/// Code actions for the fix-its of messages that touch the range of a textDocument/codeAction request.
llvm::json::Array own_actions(const Document& doc, const llvm::json::Object& params, Encoding encoding);

} // namespace gocpp::tool::lsp
