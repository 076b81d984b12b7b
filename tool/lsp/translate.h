// Carrying the protocol's messages from one text's places to the other's.
//
// One walk over the JSON knows the shapes that hold places: positions, ranges, edits, and the names of the documents
// that these are in. What editor and clangd hand each other unread (`data`, the arguments of commands) is left alone,
// so clangd gets it back as it was.
#pragma once

#include "document.h"

#include "llvm/Support/JSON.h"

#include <functional>
#include <memory>

namespace gocpp::tool::lsp {

/// The document of a URI; null when it is none of gocpp's.
using FindDocument = std::function<std::shared_ptr<const Document>(llvm::StringRef uri)>;

class Translator {
 public:
  Translator(FindDocument find, Encoding encoding) : find_(std::move(find)), encoding_(encoding) {}

  /// A request's or notification's parameters, for clangd.
  void to_clangd(llvm::json::Value& params) const;
  /// clangd's answer to `method` about `document`, or the parameters of what it asks or tells the editor. Elements of
  /// lists that stand in generated text go, and so do edits there.
  void to_editor(llvm::json::Value& value, llvm::StringRef method, std::shared_ptr<const Document> document) const;

 private:
  using Doc = std::shared_ptr<const Document>;
  void down(llvm::json::Value& v, const Doc& doc) const;
  /// False: the value has no place in the user's text.
  bool up(llvm::json::Value& v, const Doc& doc, const Doc& asked, bool strict) const;
  bool up_object(llvm::json::Object& o, Doc doc, const Doc& asked, bool strict) const;
  void semantic_tokens(llvm::json::Object& o, const Document& doc) const;
  bool range_up(llvm::json::Value& range, const Document& doc) const;

  FindDocument find_;
  Encoding encoding_;
};

std::optional<Position> read_position(const llvm::json::Value& v);
llvm::json::Value write_position(Position p);
std::string path_of_uri(llvm::StringRef uri);
std::string uri_of_path(llvm::StringRef path);

} // namespace gocpp::tool::lsp
