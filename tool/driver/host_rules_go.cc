// What another compiler says of a go and of what it calls. See host_rules.h.

#include "host_rules.h"
#include "rewords.h"

#include "llvm/Support/Regex.h"

namespace gocpp::tool {

namespace {

/// Cuts a list of template arguments, or of a pack's types, at its own commas.
std::vector<llvm::StringRef> parts_of(llvm::StringRef list) {
  std::vector<llvm::StringRef> parts;
  int depth = 0;
  size_t begin = 0;
  for (size_t i = 0; i < list.size(); ++i) {
    if (llvm::StringRef("<({[").contains(list[i])) ++depth;
    if (llvm::StringRef(">)}]").contains(list[i])) --depth;
    if (list[i] != ',' || depth != 0) continue;
    parts.push_back(list.slice(begin, i).trim());
    begin = i + 1;
  }
  parts.push_back(list.substr(begin).trim());
  return parts;
}

/// Which argument a reference parameter refuses, counted from 1; 0 if that is not said. Nothing if it is something else that is wrong.
std::optional<unsigned> refused_by_reference(const HostReport& report) {
  auto refuses = [](llvm::StringRef text) {
    return text.starts_with("cannot bind non-const lvalue reference") || text.starts_with("invalid initialization of non-const reference");
  };
  static const llvm::Regex parameter("^ *(initializing|in passing|conversion of) argument ([0-9]+) ");
  bool refused = refuses(report.head.text), through_pointer = false;
  unsigned number = 0, found = 0;
  llvm::SmallVector<llvm::StringRef, 3> parts;
  for (const HostMessage& n : report.notes) {
    llvm::StringRef text = n.text;
    if (text.starts_with("candidate: ")) {
      number = 0;
      through_pointer = text.ends_with("(conversion)");  // a lambda's, which counts as an argument itself
    }
    bool named = parameter.match(text, &parts);
    if (named) (void)parts[2].getAsInteger(10, number);
    refused |= refuses(text);
    bool about_it = refuses(text) || (refused && named && parts[1] != "conversion of");
    if (about_it && !through_pointer && !found) found = number;
  }
  if (!refused) return std::nullopt;
  return found;
}

bool reference_parameter(HostCase& c) {
  std::optional<unsigned> refused = refused_by_reference(c.report);
  if (!refused) return false;
  const std::string copied = "arguments of go are copied into the goroutine, and a reference parameter refuses the copy";
  std::string words = copied + ": to share a variable x, pass std::ref(x), a pointer or a channel";
  llvm::StringRef text = c.file->user_text;
  std::vector<Range> args = go_arguments(text, *c.around);
  unsigned number = *refused ? *refused : args.size() == 1;
  if (number >= 1 && number <= args.size()) {
    c.shown_at = args[number - 1];
    std::string written = text.slice(c.shown_at->begin, c.shown_at->end).str();
    if (is_plain_lvalue(written))
      words = copied + " of '" + written + "': to share it, pass std::ref(" + written + "), a pointer or a channel";
  }
  // Then the only note shows the parameter, and else they are of candidates.
  bool shows_parameter = !llvm::StringRef(c.words()).starts_with("no ");
  c.say(words);
  c.says_it_all = !shows_parameter;
  return true;
}

/// A type of the library that can be shared only.
bool is_only_shared(llvm::StringRef type) {
  return llvm::Regex("^(gocpp|std)::((recursive_|timed_|shared_|recursive_timed_|shared_timed_)?mutex|condition_variable(_any)?|wait_group|once_flag|"
                     "latch|barrier<.*>|counting_semaphore<.*>|task_group|atomic<.*>)$")
      .match(type);
}

/// Which of a go's arguments cannot be copied, from the types that g++ names.
bool argument_cannot_be_copied(HostCase& c) {
  if (!llvm::StringRef(c.words()).contains("an argument of go is copied into the goroutine, and this one cannot be copied")) return false;
  llvm::StringRef text = c.file->user_text;
  std::vector<Range> args = go_arguments(text, *c.around);
  llvm::SmallVector<llvm::StringRef, 2> parts;
  std::vector<llvm::StringRef> types, asked;
  for (const HostContext& at : c.report.head.contexts)
    if (types.empty() && llvm::Regex("Args = \\{(.*)\\}").match(at.text, &parts)) types = parts_of(parts[1]);
  for (const HostMessage& n : c.report.notes)
    if (asked.empty() && llvm::Regex("‘std::is_constructible_v<(.*)>’ evaluates to false").match(n.text, &parts)) asked = parts_of(parts[1]);
  if (asked.size() != 2 || types.size() != args.size() || llvm::count(types, asked[1]) != 1) return true;
  c.shown_at = args[static_cast<size_t>(llvm::find(types, asked[1]) - types.begin())];
  llvm::StringRef written = text.slice(c.shown_at->begin, c.shown_at->end);
  if (is_only_shared(asked[0]) && is_plain_lvalue(written))
    c.say("an argument of go is copied into the goroutine, and '" + written.str() + "' cannot be copied: to share it, pass std::ref(" +
          written.str() + ") or a pointer");
  return true;
}

} // namespace

bool reword_host_go(HostCase& c) {
  if (llvm::StringRef(c.words()).starts_with("‘go’ was not declared in this scope")) {
    c.say("expression in go must be a function call");
    return true;
  }
  return c.file && c.in_go() && (reference_parameter(c) || argument_cannot_be_copied(c));
}

} // namespace gocpp::tool
