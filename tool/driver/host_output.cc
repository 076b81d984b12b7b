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
    if (take_context(line, contexts)) continue;
    if (!message.match(line, &parts)) {
      for (const HostContext& c : std::exchange(contexts, {}))
        if (c.place.path.empty()) reports.emplace_back().plain = c.text + "\n";
      reports.emplace_back().plain = line.str() + "\n";
      continue;
    }
    HostMessage m{level(parts[4]), place(parts[1], parts[2], parts[3]), parts[5].str(), std::exchange(contexts, {})};
    HostReport* last = reports.empty() || !reports.back().plain.empty() ? nullptr : &reports.back();
    bool is_reason = last && !last->notes.empty() && m.contexts.empty() &&
                     llvm::StringRef(last->notes.back().text).ends_with("would be ill-formed:");
    if (last && (m.level == DiagnosticsEngine::Note || is_reason)) last->notes.push_back(std::move(m));
    else reports.emplace_back().head = std::move(m);
  }
  return reports;
}

} // namespace gocpp::tool
