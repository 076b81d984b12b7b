// `gocpp lsp`: the language server that stands between an editor and clangd.
//
// Whatever the editor says of .gcpp and .gh files reaches clangd about their lowered text, under the same names, and
// clangd's answers come back about the user's. Other files and everything that the protocol has besides go through as
// they are. clangd reads headers from what editors have open (--use-dirty-headers); a .gh that none has is opened for
// it here.
//
// One thread: it polls both sides, and what one side does not take yet waits in a queue.
#pragma once

#include "clangd.h"
#include "compile_command.h"
#include "framing.h"
#include "translate.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace gocpp::tool::lsp {

struct ServerOptions {
  std::string clangd;                    ///< --clangd=PATH; empty: search.
  std::vector<std::string> clangd_args;  ///< What follows `--`.
  std::string include_dir;
  std::string compile_commands_dir;      ///< --compile-commands-dir=PATH, which clangd gets as well.
};

class Server {
 public:
  explicit Server(ServerOptions options);
  /// Serves standard input and output until the editor says `exit` or goes. The process's exit status.
  int run();

 private:
  using Doc = std::shared_ptr<const Document>;
  struct Open {
    Doc doc;
    bool phantom;  ///< A header that the editor has not opened.
    int64_t sent;  ///< The version that clangd has, which grows whoever changes the text.
  };
  struct Request {
    std::string method;
    Doc doc;
    std::string path;
    llvm::json::Value params = nullptr;
  };

  void from_editor(llvm::json::Value message);
  void request(const std::string& method, llvm::json::Object& message);
  void notification(const std::string& method, llvm::json::Object& message);
  void answer_format(llvm::json::Object& message);
  bool start(llvm::json::Object& message);
  void refuse(llvm::json::Object& message, const std::string& why);

  void from_clangd(llvm::json::Value message);
  void response(llvm::json::Object& message);
  void initialized(llvm::json::Object& result);
  void publish(llvm::json::Object& params);

  void open(llvm::json::Object& params);
  void change(llvm::json::Object& params);
  void close(llvm::json::Object& params);
  void show_to_clangd(const std::string& path, Doc doc, bool phantom);
  void open_headers(const Document& doc);
  void reparse_users(const std::string& header);
  void clangd_ended();
  void tell_user(const std::string& text);

  Doc find(llvm::StringRef uri);
  Doc read(const std::string& path);
  Translator translator() { return Translator([this](llvm::StringRef uri) { return find(uri); }, encoding_); }

  ServerOptions options_;
  Channel editor_;
  std::optional<Channel> clangd_;
  Clangd process_;
  Encoding encoding_ = Encoding::utf16;
  std::map<std::string, Open> open_;        ///< By path.
  std::map<std::string, Doc> on_disk_;      ///< Files that answers speak of and nobody opened.
  std::map<std::string, Request> waiting_;  ///< Requests of the editor's, by id.
  std::map<std::string, std::string> asked_;  ///< Requests of clangd's, by id.
  bool shutting_down_ = false, exiting_ = false, failed_ = false;
};

/// `gocpp lsp [--clangd=PATH] [--compile-commands-dir=PATH] [-- CLANGD-ARGUMENT…]`.
int run_language_server(llvm::ArrayRef<std::string> args, const std::string& include_dir);

} // namespace gocpp::tool::lsp
