// A .gcpp or .gh text as the editor has it, lowered for clangd, with the way between the two.
//
// Immutable: a change makes a new one, so that the answer to a request is mapped by the text that it was asked about.
//
// While the user types, a construct is often half written. The lowering leaves it as it is and goes on behind it; here
// the word that makes it one, `go` or `case`, is blanked for clangd in addition, so that what follows is an expression
// for it, in which it can complete names. The text keeps its length, hence every place. Messages are about the text as
// it is.
#pragma once

#include "source_map.h"
#include "text_index.h"

#include <optional>
#include <string>
#include <vector>

namespace gocpp::tool::lsp {

class Document {
 public:
  Document(std::string path, std::string text, int64_t version);
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  const std::string& path() const { return path_; }
  int64_t version() const { return version_; }
  llvm::StringRef text() const { return text_; }
  llvm::StringRef lowered() const { return map_.lowered(); }
  const std::vector<Message>& messages() const { return messages_; }
  const TextIndex& index() const { return index_; }
  const SourceMap& map() const { return map_; }
  /// What `#include "…"` and `<…>` of .gh headers name.
  const std::vector<std::string>& headers() const { return headers_; }

  Position to_lowered(Position p, Encoding encoding) const;
  Position to_original(Position p, Encoding encoding) const;

  struct Span {
    Position begin, end;
    bool own;  ///< All of it is the user's text, without a seam.
  };
  /// A range of the lowered text in the user's. Of generated text it is the construct's first word.
  Span to_original(Position begin, Position end, Encoding encoding) const;

 private:
  uint32_t offset_to_lowered(uint32_t offset) const;

  std::string path_;
  std::string text_;
  int64_t version_;
  std::vector<Message> messages_;
  SourceMap map_;
  TextIndex index_, lowered_index_;
  std::vector<std::string> headers_;
};

bool is_gocpp_path(llvm::StringRef path);

} // namespace gocpp::tool::lsp
