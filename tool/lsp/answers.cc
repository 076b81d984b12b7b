// What clangd says, and the headers that it is shown. See server.h.

#include "diagnostics.h"
#include "server.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

#include <unistd.h>

namespace gocpp::tool::lsp {

using llvm::json::Array;
using llvm::json::Object;
using llvm::json::Value;

Server::Doc Server::read(const std::string& path) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  return buffer ? std::make_shared<const Document>(path, (*buffer)->getBuffer().str(), 0) : nullptr;
}

Server::Doc Server::find(llvm::StringRef uri) {
  std::string path = path_of_uri(uri);
  if (!is_gocpp_path(path)) return nullptr;
  if (auto it = open_.find(path); it != open_.end()) return it->second.doc;
  if (auto it = on_disk_.find(path); it != on_disk_.end()) return it->second;
  return on_disk_[path] = read(path);
}

void Server::open_headers(const Document& doc) {
  std::vector<std::string> directories = {llvm::sys::path::parent_path(doc.path()).str()};
  if (!doc.headers().empty()) {
    CompileCommand command = compile_command_for(doc.path(), options_.compile_commands_dir, options_.include_dir);
    for (std::string& d : include_directories(command)) directories.push_back(std::move(d));
  }
  for (const std::string& name : doc.headers())
    for (const std::string& directory : directories) {
      llvm::SmallString<256> path(name);
      if (!llvm::sys::path::is_absolute(name)) {
        path = directory;
        llvm::sys::path::append(path, name);
      }
      llvm::sys::path::remove_dots(path, true);
      std::string full = path.str().str();
      if (open_.count(full)) break;
      if (Doc header = read(full)) {
        show_to_clangd(full, header, true);
        break;
      }
    }
}

void Server::reparse_users(const std::string& header) {
  for (auto& [path, o] : open_) {
    if (path == header || o.phantom) continue;
    o.sent += 1;
    clangd_->send(Object{{"jsonrpc", "2.0"},
                         {"method", "textDocument/didChange"},
                         {"params", Object{{"textDocument", Object{{"uri", uri_of_path(path)}, {"version", o.sent}}},
                                           {"contentChanges", Array{Object{{"text", o.doc->lowered()}}}},
                                           {"forceRebuild", true}}}});
  }
}

void Server::from_clangd(Value message) {
  Object* o = message.getAsObject();
  if (!o) return;
  auto method = o->getString("method");
  if (!method) return response(*o);
  std::string name = method->str();
  if (const Value* id = o->get("id")) asked_[key_of(*id)] = name;
  if (Object* params = o->getObject("params")) {
    if (name == "textDocument/publishDiagnostics") return publish(*params);
    translator().to_editor(*o->get("params"), name, nullptr);
  }
  editor_.send(message);
}

void Server::response(Object& message) {
  const Value* id = message.get("id");
  if (!id) return;
  auto known = waiting_.find(key_of(*id));
  if (known == waiting_.end()) return editor_.send(Value(std::move(message)));
  Request r = std::move(known->second);
  waiting_.erase(known);
  if (Value* result = message.get("result")) {
    if (r.method == "initialize") {
      if (Object* o = result->getAsObject()) initialized(*o);
    } else {
      translator().to_editor(*result, r.method, r.doc);
      if (r.method == "textDocument/codeAction" && r.doc && r.params.getAsObject()) {
        Array all = own_actions(*r.doc, *r.params.getAsObject(), encoding_);
        if (Array* theirs = result->getAsArray())
          for (Value& v : *theirs) all.push_back(std::move(v));
        *result = std::move(all);
      }
    }
  }
  editor_.send(Value(std::move(message)));
}

void Server::initialized(Object& result) {
  auto encoding = result.getString("offsetEncoding");
  Object* capabilities = result.getObject("capabilities");
  if (capabilities && !encoding) encoding = capabilities->getString("positionEncoding");
  if (encoding) encoding_ = *encoding == "utf-8" ? Encoding::utf8 : *encoding == "utf-32" ? Encoding::utf32 : Encoding::utf16;
  if (capabilities) {
    // clangd would say what has changed since its last answer, in places of texts that are gone.
    if (Object* tokens = capabilities->getObject("semanticTokensProvider")) (*tokens)["full"] = true;
    capabilities->erase("documentOnTypeFormattingProvider");
  }
  if (Object* info = result.getObject("serverInfo")) {
    (*info)["name"] = "gocpp lsp before " + info->getString("name").value_or("clangd").str();
  }
}

void Server::publish(Object& params) {
  std::string uri = params.getString("uri").value_or("").str(), path = path_of_uri(uri);
  auto known = open_.find(path);
  if (known == open_.end() || known->second.phantom) {
    if (is_gocpp_path(path)) return;
    Value value = std::move(params);
    translator().to_editor(value, "textDocument/publishDiagnostics", nullptr);
    return editor_.send(Object{{"jsonrpc", "2.0"}, {"method", "textDocument/publishDiagnostics"}, {"params", std::move(value)}});
  }
  // Of a text that has changed since, there will be more.
  auto version = params.getInteger("version");
  if (version && *version != known->second.sent) return;
  Value value = std::move(params);
  translator().to_editor(value, "textDocument/publishDiagnostics", known->second.doc);
  Object& mapped = *value.getAsObject();
  Array theirs = mapped.getArray("diagnostics") ? std::move(*mapped.getArray("diagnostics")) : Array();
  editor_.send(Object{{"jsonrpc", "2.0"},
                      {"method", "textDocument/publishDiagnostics"},
                      {"params", Object{{"uri", uri}, {"version", known->second.doc->version()},
                                        {"diagnostics", merge_diagnostics(*known->second.doc, std::move(theirs), encoding_)}}}});
}

void Server::clangd_ended() {
  std::string how = wait_for(process_);
  clangd_.reset();
  ::close(process_.in);
  ::close(process_.out);
  bool expected = shutting_down_ && waiting_.empty();
  if (!expected) {
    failed_ = true;
    tell_user("gocpp lsp: " + how + "; restart the language server");
    for (auto& [id, r] : waiting_) {
      llvm::Expected<Value> parsed = llvm::json::parse(id);
      if (parsed) editor_.send(Object{{"jsonrpc", "2.0"}, {"id", *parsed}, {"error", Object{{"code", -32603}, {"message", "gocpp lsp: " + how}}}});
      else llvm::consumeError(parsed.takeError());
    }
  }
  waiting_.clear();
}

} // namespace gocpp::tool::lsp
