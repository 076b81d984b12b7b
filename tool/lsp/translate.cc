// See translate.h.

#include "translate.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"

#include <algorithm>

namespace gocpp::tool::lsp {

using llvm::json::Array;
using llvm::json::Object;
using llvm::json::Value;

std::optional<Position> read_position(const Value& v) {
  const Object* o = v.getAsObject();
  if (!o) return std::nullopt;
  auto line = o->getInteger("line"), character = o->getInteger("character");
  if (!line || !character || *line < 0 || *character < 0) return std::nullopt;
  return Position{static_cast<uint32_t>(*line), static_cast<uint32_t>(*character)};
}

Value write_position(Position p) { return Object{{"line", p.line}, {"character", p.character}}; }

std::string path_of_uri(llvm::StringRef uri) {
  if (!uri.consume_front("file://")) return "";
  std::string path;
  for (size_t i = 0; i < uri.size(); ++i) {
    unsigned byte = 0;
    if (uri[i] == '%' && i + 2 < uri.size() && !uri.substr(i + 1, 2).getAsInteger(16, byte)) {
      path += static_cast<char>(byte);
      i += 2;
    } else {
      path += uri[i];
    }
  }
  return path;
}

std::string uri_of_path(llvm::StringRef path) {
  std::string uri = "file://";
  for (char c : path) {
    if (llvm::isAlnum(c) || llvm::StringRef("/-_.~").contains(c)) uri += c;
    else uri += "%" + llvm::toHex(llvm::StringRef(&c, 1));
  }
  return uri;
}

namespace {

bool is_range(const Value& v) {
  const Object* o = v.getAsObject();
  return o && o->get("start") && o->get("end") && read_position(*o->get("start")) && read_position(*o->get("end"));
}

/// What goes through unread.
bool is_opaque(llvm::StringRef key) { return key == "data" || key == "arguments" || key == "initializationOptions" || key == "settings"; }

/// Answers in which what stands in generated text does not exist for the user.
bool is_strict(llvm::StringRef method) {
  return llvm::StringSwitch<bool>(method)
      .Cases("textDocument/references", "textDocument/documentHighlight", "textDocument/inlayHint", "textDocument/documentSymbol", true)
      .Cases("textDocument/documentLink", "textDocument/selectionRange", "textDocument/definition", "textDocument/declaration", true)
      .Cases("textDocument/implementation", "textDocument/typeDefinition", "workspace/symbol", true)
      .Default(false);
}

} // namespace

void Translator::to_clangd(Value& params) const { down(params, nullptr); }

void Translator::down(Value& v, const Doc& outer) const {
  if (Array* a = v.getAsArray()) {
    for (Value& e : *a) down(e, outer);
    return;
  }
  Object* o = v.getAsObject();
  if (!o) return;
  Doc doc = outer;
  if (auto uri = o->getString("uri")) doc = find_(*uri);
  if (const Object* id = o->getObject("textDocument"))
    if (auto uri = id->getString("uri")) doc = find_(*uri);
  if (auto p = read_position(v); p && doc) {
    v = write_position(doc->to_lowered(*p, encoding_));
    return;
  }
  for (auto& [key, value] : *o)
    if (!is_opaque(key)) down(value, doc);
}

void Translator::to_editor(Value& value, llvm::StringRef method, Doc document) const {
  if (method.starts_with("textDocument/semanticTokens/") && document) {
    if (Object* o = value.getAsObject()) semantic_tokens(*o, *document);
    return;
  }
  // The ranges of the calls that a function makes are in its own file, which is the one asked about; those of the calls
  // to it in the caller's.
  if (!up(value, document, method == "callHierarchy/outgoingCalls" ? document : nullptr, is_strict(method))) value = nullptr;
}

bool Translator::range_up(Value& range, const Document& doc) const {
  Object& o = *range.getAsObject();
  Document::Span span = doc.to_original(*read_position(*o.get("start")), *read_position(*o.get("end")), encoding_);
  range = Object{{"start", write_position(span.begin)}, {"end", write_position(span.end)}};
  return span.own;
}

bool Translator::up(Value& v, const Doc& doc, const Doc& asked, bool strict) const {
  if (Array* a = v.getAsArray()) {
    Array kept;
    for (Value& e : *a) {
      if (!up(e, doc, asked, strict)) continue;
      // What was said of a text and of its copy.
      bool repeated = strict && e.getAsObject() && std::find(kept.begin(), kept.end(), e) != kept.end();
      if (!repeated) kept.push_back(std::move(e));
    }
    *a = std::move(kept);
    return true;
  }
  if (!v.getAsObject()) return true;
  if (is_range(v)) return !doc || range_up(v, *doc) || !strict;
  if (auto p = read_position(v)) {
    if (!doc) return true;
    Document::Span span = doc->to_original(*p, *p, encoding_);
    v = write_position(span.begin);
    return span.own || !strict;
  }
  return up_object(*v.getAsObject(), doc, asked, strict);
}

bool Translator::up_object(Object& o, Doc doc, const Doc& asked, bool strict) const {
  if (auto uri = o.getString("uri")) doc = find_(*uri);
  if (const Object* id = o.getObject("textDocument"))
    if (auto uri = id->getString("uri")) doc = find_(*uri);
  if (const Object* from = o.getObject("from"))
    if (auto uri = from->getString("uri")) doc = find_(*uri);
  Doc target = doc;
  if (auto uri = o.getString("targetUri")) target = find_(*uri);
  bool is_edit = o.get("newText") != nullptr;
  bool is_symbol = o.get("selectionRange") != nullptr && o.get("name") != nullptr;

  // Folding ranges spell their places out.
  if (auto first = o.getInteger("startLine"), last = o.getInteger("endLine"); first && last && doc) {
    auto place = [&](llvm::StringRef line, llvm::StringRef column) {
      Position p = doc->to_original({static_cast<uint32_t>(*o.getInteger(line)), static_cast<uint32_t>(o.getInteger(column).value_or(0))}, encoding_);
      o[line] = p.line;
      if (o.get(column)) o[column] = p.character;
    };
    place("startLine", "startCharacter");
    place("endLine", "endCharacter");
    return true;
  }
  if (Object* changes = o.getObject("changes"); changes && !o.get("range")) {
    for (auto& [uri, edits] : *changes) up(edits, find_(uri), asked, true);
  }
  bool keep = true;
  for (auto& [key, value] : o) {
    llvm::StringRef name = key;
    if (is_opaque(name) || name == "changes") continue;
    const Doc& in = name.starts_with("target") ? target : name == "fromRanges" && asked ? asked : doc;
    bool whole = name == "range" && is_symbol;  // of a symbol only the name must be the user's
    bool wants_own = is_edit || (strict && !whole && name != "originSelectionRange");
    if (name == "additionalTextEdits" || name == "edits") {
      up(value, in, asked, true);
    } else if (name == "textEdit") {
      if (!up(value, in, asked, true)) value = nullptr;
    } else if (!up(value, in, asked, wants_own)) {
      keep = false;
    }
  }
  // A completion whose edit has no place is inserted as text.
  if (const Value* edit = o.get("textEdit"); edit && edit->getAsNull()) {
    o.erase("textEdit");
    if (!o.get("insertText")) o["insertText"] = o.getString("filterText").value_or(o.getString("label").value_or("")).ltrim().str();
  }
  return keep;
}

void Translator::semantic_tokens(Object& o, const Document& doc) const {
  Array* data = o.getArray("data");
  if (!data) return;
  struct Token {
    Position at;
    int64_t length, kind, modifiers;
  };
  std::vector<Token> tokens;
  Position at;
  for (size_t i = 0; i + 4 < data->size(); i += 5) {
    auto number = [&](size_t k) { return (*data)[i + k].getAsInteger().value_or(0); };
    at.character = number(0) ? static_cast<uint32_t>(number(1)) : at.character + static_cast<uint32_t>(number(1));
    at.line += static_cast<uint32_t>(number(0));
    Document::Span span = doc.to_original(at, {at.line, at.character + static_cast<uint32_t>(number(2))}, encoding_);
    if (span.own) tokens.push_back({span.begin, number(2), number(3), number(4)});
  }
  auto before = [](const Token& a, const Token& b) { return std::pair(a.at.line, a.at.character) < std::pair(b.at.line, b.at.character); };
  std::sort(tokens.begin(), tokens.end(), before);
  Array out;
  Position last;
  for (const Token& t : tokens) {
    uint32_t lines = t.at.line - last.line;
    for (int64_t n : {int64_t{lines}, int64_t{lines ? t.at.character : t.at.character - last.character}, t.length, t.kind, t.modifiers})
      out.push_back(n);
    last = t.at;
  }
  *data = std::move(out);
}

} // namespace gocpp::tool::lsp
