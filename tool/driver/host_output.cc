// See host_output.h.

#include "host_output.h"

#include "llvm/Support/Regex.h"

#include <utility>

using namespace clang;

namespace gocpp::tool {

namespace {

HostPlace place(llvm::StringRef path, llvm::StringRef line, llvm::StringRef column) {
  HostPlace p{path.str(), 1, 1};
  (void)line.getAsInteger(10, p.line);
  (void)column.getAsInteger(10, p.column);
  return p;
}

DiagnosticsEngine::Level level(llvm::StringRef word) {
  if (word == "warning") return DiagnosticsEngine::Warning;
  return word == "note" ? DiagnosticsEngine::Note : DiagnosticsEngine::Error;
}

/// Whether the line tells where the next message comes from.
bool take_context(llvm::StringRef line, std::vector<HostContext>& contexts) {
  static const llvm::Regex required("^([^:]+):([0-9]+):([0-9]+):  +([^ ].*)$");
  static const llvm::Regex within("^([^:]+: )?(In|At) .*[:,]$");
  static const llvm::Regex included("^(In file included from|                 from) .*[:,]$");
  static const llvm::Regex inlined("^    inlined from ‘(.*)’ at ([^:]+):([0-9]+):([0-9]+)[,:]$");
  using Kind = HostContext::Kind;
  llvm::SmallVector<llvm::StringRef, 5> parts;
  if (required.match(line, &parts)) contexts.push_back({Kind::required, parts[4].str(), place(parts[1], parts[2], parts[3])});
  else if (inlined.match(line, &parts)) contexts.push_back({Kind::inlined, parts[1].str(), place(parts[2], parts[3], parts[4])});
  else if (included.match(line)) contexts.push_back({Kind::included, line.str(), {}});
  else if (within.match(line)) contexts.push_back({Kind::within, line.str(), {}});
  else return false;
  return true;
}

/// What stands between the quotes of a C string.
std::string unescaped(llvm::StringRef s) {
  std::string out;
  while (!s.empty()) {
    out += s.take_until([](char x) { return x == '\\'; });
    s = s.drop_until([](char x) { return x == '\\'; }).drop_front(s.contains('\\'));
    if (s.empty()) break;
    llvm::StringRef octal = s.take_front(3).take_while([](char x) { return x >= '0' && x <= '7'; });
    unsigned value = 0;
    if (!octal.empty()) (void)octal.getAsInteger(8, value);
    else value = static_cast<unsigned char>(s.front() == 'n' ? '\n' : s.front() == 't' ? '\t' : s.front());
    out += static_cast<char>(value);
    s = s.drop_front(octal.empty() ? 1 : octal.size());
  }
  return out;
}

/// Whether the line is a change that the message before it offers.
bool take_fixit(llvm::StringRef line, HostMessage* message) {
  static const llvm::Regex fixit("^fix-it:\"(.*)\":\\{([0-9]+):([0-9]+)-([0-9]+):([0-9]+)\\}:\"(.*)\"$");
  llvm::SmallVector<llvm::StringRef, 7> parts;
  if (!line.starts_with("fix-it:") || !fixit.match(line, &parts)) return false;
  std::string path = unescaped(parts[1]);
  if (message) message->fixits.push_back({place(path, parts[2], parts[3]), place(path, parts[4], parts[5]), unescaped(parts[6])});
  return true;
}

} // namespace

bool HostMessage::is_detail() const {
  if (level != DiagnosticsEngine::Note) return true;
  for (const char* beginning : {"  ", "constraints not satisfied", "the expression ", "the required ", "no operand of "})
    if (llvm::StringRef(text).starts_with(beginning)) return true;
  return false;
}

std::vector<HostReport> parse_host_output(llvm::StringRef output) {
  static const llvm::Regex message("^([^:]+):([0-9]+):([0-9]+): (fatal error|error|warning|note): (.*)$");
  std::vector<HostReport> reports;
  std::vector<HostContext> contexts;
  while (!output.empty()) {
    auto [line, rest] = output.split('\n');
    line = line.rtrim('\r');
    output = rest;
    llvm::SmallVector<llvm::StringRef, 6> parts;
    HostReport* before = reports.empty() || !reports.back().plain.empty() ? nullptr : &reports.back();
    if (take_fixit(line, !before ? nullptr : before->notes.empty() ? &before->head : &before->notes.back())) continue;
    if (take_context(line, contexts)) continue;
    if (!message.match(line, &parts)) {
      for (const HostContext& c : std::exchange(contexts, {}))
        if (c.place.path.empty()) reports.emplace_back().plain = c.text + "\n";
      reports.emplace_back().plain = line.str() + "\n";
      continue;
    }
    HostMessage m{level(parts[4]), place(parts[1], parts[2], parts[3]), parts[5].str(), std::exchange(contexts, {})};
    bool is_reason = before && !before->notes.empty() && m.contexts.empty() &&
                     llvm::StringRef(before->notes.back().text).ends_with("would be ill-formed:");
    if (before && (m.level == DiagnosticsEngine::Note || is_reason)) before->notes.push_back(std::move(m));
    else reports.emplace_back().head = std::move(m);
  }
  return reports;
}

} // namespace gocpp::tool
