// The loop, and what the editor says. See server.h; clangd's side stands in answers.cc.

#include "server.h"

#include "diagnostics.h"
#include "format.h"

#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

#include <csignal>
#include <poll.h>
#include <unistd.h>

namespace gocpp::tool::lsp {

using llvm::json::Array;
using llvm::json::Object;
using llvm::json::Value;

namespace {

std::string uri_in(const Object* params) {
  const Object* id = params ? params->getObject("textDocument") : nullptr;
  return id ? id->getString("uri").value_or("").str() : "";
}

} // namespace

Server::Server(ServerOptions options) : options_(std::move(options)), editor_(STDIN_FILENO, STDOUT_FILENO) { std::signal(SIGPIPE, SIG_IGN); }

int Server::run() {
  while (!exiting_) {
    pollfd fds[4] = {{editor_.in(), POLLIN, 0}, {editor_.out(), static_cast<short>(editor_.has_output() ? POLLOUT : 0), 0},
                     {clangd_ ? clangd_->in() : -1, POLLIN, 0}, {clangd_ && clangd_->has_output() ? clangd_->out() : -1, POLLOUT, 0}};
    if (!editor_.has_output()) fds[1].fd = -1;
    if (poll(fds, 4, -1) < 0) continue;
    if (fds[1].revents) editor_.flush();
    if (fds[3].revents) clangd_->flush();
    if (fds[0].revents) {
      editor_.fill();
      while (!exiting_)
        if (auto message = editor_.next()) from_editor(std::move(*message));
        else break;
      if (editor_.ended()) break;
    }
    if (clangd_ && fds[2].revents) {
      clangd_->fill();
      while (auto message = clangd_->next()) from_clangd(std::move(*message));
      if (clangd_->ended()) clangd_ended();
    }
  }
  if (clangd_) {
    clangd_->drain();
    ::close(process_.out);
    ::close(process_.in);
    wait_for(process_);
  }
  editor_.drain();
  return failed_ || !shutting_down_;
}

void Server::from_editor(Value message) {
  Object* o = message.getAsObject();
  if (!o) return;
  auto method = o->getString("method");
  if (!method) {  // an answer to clangd
    if (const Value* id = o->get("id")) asked_.erase(key_of(*id));
    if (clangd_) clangd_->send(message);
    return;
  }
  std::string name = method->str();
  if (o->get("id")) request(name, *o);
  else notification(name, *o);
}

void Server::refuse(Object& message, const std::string& why) {
  editor_.send(Object{{"jsonrpc", "2.0"}, {"id", *message.get("id")}, {"error", Object{{"code", -32803}, {"message", why}}}});
}

void Server::tell_user(const std::string& text) {
  llvm::errs() << text << '\n';
  editor_.send(Object{{"jsonrpc", "2.0"}, {"method", "window/showMessage"}, {"params", Object{{"type", 1}, {"message", text}}}});
}

bool Server::start(Object& message) {
  std::string program = find_clangd(options_.clangd);
  std::string why;
  if (program.empty()) {
    why = options_.clangd.empty() ? "gocpp lsp: no clangd found: install it (Debian: clangd-19) or name it with --clangd=PATH"
                                  : "gocpp lsp: cannot find clangd '" + options_.clangd + "'";
  } else {
    std::vector<std::string> args = {"--use-dirty-headers", "--background-index=false"};
    if (!options_.compile_commands_dir.empty()) args.push_back("--compile-commands-dir=" + options_.compile_commands_dir);
    args.insert(args.end(), options_.clangd_args.begin(), options_.clangd_args.end());
    process_ = start_clangd(program, args);
    if (!process_.error.empty()) why = "gocpp lsp: cannot run '" + program + "': " + process_.error;
  }
  if (!why.empty()) {
    tell_user(why);
    refuse(message, why);
    failed_ = true;
    return false;
  }
  clangd_.emplace(process_.in, process_.out);
  return true;
}

void Server::request(const std::string& method, Object& message) {
  if (method == "initialize") {
    if (!start(message)) return;
  } else if (method == "shutdown") {
    shutting_down_ = true;
    if (!clangd_) return editor_.send(Object{{"jsonrpc", "2.0"}, {"id", *message.get("id")}, {"result", nullptr}});
  }
  if (!clangd_) return refuse(message, "gocpp lsp: clangd does not run");
  Object* params = message.getObject("params");
  Request r;
  r.method = method;
  std::string uri = uri_in(params);
  if (uri.empty() && params)
    if (const Object* item = params->getObject("item")) uri = item->getString("uri").value_or("").str();
  r.doc = find(uri);
  r.path = path_of_uri(uri);
  bool formats = method == "textDocument/formatting" || method == "textDocument/rangeFormatting" || method == "textDocument/onTypeFormatting";
  if (formats && r.doc) return answer_format(message);
  if (params) {
    if (method == "textDocument/codeAction") r.params = Object(*params);
    if (Value* p = message.get("params"); method != "initialize") translator().to_clangd(*p);
  }
  waiting_[key_of(*message.get("id"))] = std::move(r);
  clangd_->send(Value(std::move(message)));
}

void Server::answer_format(Object& message) {
  const Object& params = *message.getObject("params");
  Doc doc = find(uri_in(&params));
  std::vector<Range> ranges;
  if (const Object* range = params.getObject("range"); range && range->get("start") && range->get("end")) {
    auto start = read_position(*range->get("start")), end = read_position(*range->get("end"));
    if (start && end) ranges.push_back({doc->index().offset(*start, encoding_), doc->index().offset(*end, encoding_)});
  }
  Array edits;
  if (message.getString("method") != llvm::StringRef("textDocument/onTypeFormatting")) {
    auto replacements = format(doc->path(), doc->text(), ranges);
    if (!replacements) return refuse(message, "gocpp lsp: " + llvm::toString(replacements.takeError()));
    for (const FixIt& f : *replacements)
      edits.push_back(Object{{"range", Object{{"start", write_position(doc->index().position(f.range.begin, encoding_))},
                                              {"end", write_position(doc->index().position(f.range.end, encoding_))}}},
                             {"newText", f.text}});
  }
  editor_.send(Object{{"jsonrpc", "2.0"}, {"id", *message.get("id")}, {"result", std::move(edits)}});
}

void Server::notification(const std::string& method, Object& message) {
  if (method == "exit") {
    exiting_ = true;
    if (clangd_) clangd_->send(Value(std::move(message)));
    return;
  }
  if (!clangd_) return;
  Object* params = message.getObject("params");
  if (params && is_gocpp_path(path_of_uri(uri_in(params)))) {
    if (method == "textDocument/didOpen") return open(*params);
    if (method == "textDocument/didChange") return change(*params);
    if (method == "textDocument/didClose") return close(*params);
  }
  on_disk_.clear();
  if (params && method == "textDocument/didSave") params->erase("text");
  clangd_->send(Value(std::move(message)));
}

void Server::show_to_clangd(const std::string& path, Doc doc, bool phantom) {
  auto known = open_.find(path);
  std::string uri = uri_of_path(path);
  if (known == open_.end()) {
    CompileCommand command = compile_command_for(path, options_.compile_commands_dir, options_.include_dir);
    Object change{{"workingDirectory", command.directory}, {"compilationCommand", Array(command.args)}};
    clangd_->send(Object{{"jsonrpc", "2.0"},
                         {"method", "workspace/didChangeConfiguration"},
                         {"params", Object{{"settings", Object{{"compilationDatabaseChanges", Object{{path, std::move(change)}}}}}}}});
    open_[path] = {doc, phantom, doc->version()};
    open_headers(*doc);
    clangd_->send(Object{{"jsonrpc", "2.0"},
                         {"method", "textDocument/didOpen"},
                         {"params", Object{{"textDocument", Object{{"uri", uri}, {"languageId", "cpp"}, {"version", doc->version()},
                                                                   {"text", doc->lowered()}}}}}});
    return;
  }
  Open& o = known->second;
  o.doc = doc;
  o.phantom = phantom;
  o.sent = std::max(o.sent + 1, doc->version());
  open_headers(*doc);
  clangd_->send(Object{{"jsonrpc", "2.0"},
                       {"method", "textDocument/didChange"},
                       {"params", Object{{"textDocument", Object{{"uri", uri}, {"version", open_[path].sent}}},
                                         {"contentChanges", Array{Object{{"text", doc->lowered()}}}}}}});
}

void Server::open(Object& params) {
  const Object* item = params.getObject("textDocument");
  std::string path = path_of_uri(item->getString("uri").value_or(""));
  auto doc = std::make_shared<Document>(path, item->getString("text").value_or("").str(), item->getInteger("version").value_or(0));
  // clangd says nothing of a text that is as it was: a header that it knew already is opened anew.
  if (open_.erase(path))
    clangd_->send(Object{{"jsonrpc", "2.0"},
                         {"method", "textDocument/didClose"},
                         {"params", Object{{"textDocument", Object{{"uri", uri_of_path(path)}}}}}});
  show_to_clangd(path, doc, false);
  if (llvm::StringRef(path).ends_with(".gh")) reparse_users(path);
}

void Server::change(Object& params) {
  const Object* item = params.getObject("textDocument");
  std::string path = path_of_uri(item->getString("uri").value_or(""));
  auto known = open_.find(path);
  const Array* changes = params.getArray("contentChanges");
  if (known == open_.end() || !changes) return;
  std::string text = known->second.doc->text().str();
  for (const Value& v : *changes) {
    const Object* c = v.getAsObject();
    if (!c) continue;
    std::string with = c->getString("text").value_or("").str();
    const Object* range = c->getObject("range");
    auto start = range && range->get("start") ? read_position(*range->get("start")) : std::nullopt;
    auto end = range && range->get("end") ? read_position(*range->get("end")) : std::nullopt;
    if (!start || !end) {
      text = with;
      continue;
    }
    TextIndex index(text);
    uint32_t from = index.offset(*start, encoding_), to = std::max(from, index.offset(*end, encoding_));
    text.replace(from, to - from, with);
  }
  show_to_clangd(path, std::make_shared<Document>(path, std::move(text), item->getInteger("version").value_or(known->second.sent + 1)), false);
  if (llvm::StringRef(path).ends_with(".gh")) reparse_users(path);
}

void Server::close(Object& params) {
  std::string path = path_of_uri(uri_in(&params));
  auto known = open_.find(path);
  if (known == open_.end()) return;
  // What others include stays open for clangd, as it is on disk.
  if (Doc saved = llvm::StringRef(path).ends_with(".gh") ? read(path) : nullptr) {
    show_to_clangd(path, saved, true);
    reparse_users(path);
    editor_.send(Object{{"jsonrpc", "2.0"},
                        {"method", "textDocument/publishDiagnostics"},
                        {"params", Object{{"uri", uri_of_path(path)}, {"diagnostics", Array()}}}});
    return;
  }
  open_.erase(known);
  clangd_->send(Object{{"jsonrpc", "2.0"}, {"method", "textDocument/didClose"}, {"params", std::move(params)}});
}

int run_language_server(llvm::ArrayRef<std::string> args, const std::string& include_dir) {
  ServerOptions options;
  options.include_dir = include_dir;
  for (size_t i = 0; i < args.size(); ++i) {
    llvm::StringRef a = args[i];
    if (a == "--") {
      options.clangd_args.assign(args.begin() + static_cast<ptrdiff_t>(i) + 1, args.end());
      break;
    }
    if (a.consume_front("--clangd=")) options.clangd = a.str();
    else if (a.consume_front("--compile-commands-dir=")) options.compile_commands_dir = a.str();
    else if (a != "--stdio") {
      llvm::errs() << "gocpp: error: 'gocpp lsp' does not know '" << a
                   << "'\nusage: gocpp lsp [--clangd=PATH] [--compile-commands-dir=PATH] [-- CLANGD-ARGUMENT...]\n";
      return 1;
    }
  }
  return Server(std::move(options)).run();
}

} // namespace gocpp::tool::lsp
