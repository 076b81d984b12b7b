// The table, as regular expressions over clang's words. Order matters: the first that fits is used.

#include "rewords.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Regex.h"

namespace gocpp::tool {

namespace {

struct Rewording {
  const char* pattern;
  const char* replacement;
};

const Rewording kTable[] = {
    {"^no viable conversion from '(.*)' to '(std::)?type_identity_t<(.*)>'.*$", "cannot send '\\1' to 'chan<\\3>'"},
    {"^indirection requires pointer operand \\('(.*)' invalid\\)$", "cannot receive from '\\1': it is no channel"},
    {"^invalid argument type '(gocpp::)?(send_chan<.*>)' to unary expression$", "cannot receive from '\\2': it only sends"},
    {"^invalid argument type '(.*)' to unary expression$", "cannot receive from '\\1': it is no channel"},
    {"^member reference base type '(.*)' is not a structure or union$", "cannot send to '\\1': it is no channel"},
    {"^no member named 'send' in '(gocpp::)?(recv_chan<.*>)'$", "cannot send to '\\2': it only receives"},
    {"^no member named 'send' in '(.*)'$", "cannot send to '\\1': it is no channel"},
};

} // namespace

void reword(std::string& text) {
  for (const Rewording& r : kTable) {
    llvm::Regex pattern(r.pattern);
    if (!pattern.match(text)) continue;
    text = pattern.sub(r.replacement, text);
    break;
  }
}

void tidy(std::string& text) {
  static const llvm::Regex ours("^static assertion failed.*: gocpp: (.*)$");
  if (ours.match(text)) text = ours.sub("\\1", text);
  for (const char* prefix : {"gocpp::chan<", "gocpp::send_chan<", "gocpp::recv_chan<"}) {
    size_t at;
    while ((at = text.find(prefix)) != std::string::npos) text.erase(at, 7);
  }
}

bool keep_note(const std::string& text) { return llvm::StringRef(text).starts_with("gocpp: "); }

bool drop_message(const std::string& text, bool generated) {
  if (text.find("gocpp_s") != std::string::npos && text.find("shadows") != std::string::npos) return true;
  return generated && text.find("capture default of '='") != std::string::npos;
}

} // namespace gocpp::tool
