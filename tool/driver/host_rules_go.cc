// What another compiler says of a go and of what it calls. See host_rules.h.

#include "host_rules.h"
#include "rewords.h"

#include "llvm/Support/Regex.h"

namespace gocpp::tool {

namespace {

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
  std::string words = reference_refuses("");
  llvm::StringRef text = c.file->user_text;
  std::vector<Range> args = go_arguments(text, *c.around);
  unsigned number = *refused ? *refused : args.size() == 1;
  if (number >= 1 && number <= args.size()) {
    c.shown_at = args[number - 1];
    std::string written = text.slice(c.shown_at->begin, c.shown_at->end).str();
    if (is_plain_lvalue(written)) words = reference_refuses(written);
  }
  // Then the only note shows the parameter, and else they are of candidates.
  bool shows_parameter = !llvm::StringRef(c.words()).starts_with("no ");
  c.say(words);
  c.says_it_all = !shows_parameter;
  return true;
}

/// Which of a go's arguments a header of ours has refused: its number stands in what g++ says of the instantiation.
bool argument_cannot_be_copied(HostCase& c) {
  if (!llvm::StringRef(c.words()).starts_with(kArgumentIsCopied)) return false;
  std::vector<Range> args = go_arguments(c.file->user_text, *c.around);
  unsigned number = 0;
  for (const HostContext& at : c.report.head.contexts)
    if (number == 0) number = refused_argument(at.text);
  if (number == 0 || number > args.size()) return true;
  c.shown_at = args[number - 1];
  c.say(of_argument(c.words(), llvm::StringRef(c.file->user_text).slice(c.shown_at->begin, c.shown_at->end)));
  return true;
}

/// An argument that does not fit, where g++ says which it is: shown there, in its own words.
void show_argument(HostCase& c) {
  static const llvm::Regex parameter("^ *initializing argument ([0-9]+) of ‘");
  llvm::SmallVector<llvm::StringRef, 2> parts;
  if (c.report.notes.size() != 1 || !parameter.match(c.report.notes.front().text, &parts)) return;
  std::vector<Range> args = go_arguments(c.file->user_text, *c.around);
  unsigned number = 0;
  if (!parts[1].getAsInteger(10, number) && number >= 1 && number <= args.size()) c.shown_at = args[number - 1];
}

} // namespace

bool reword_host_go(HostCase& c) {
  if (llvm::StringRef(c.words()).starts_with("‘go’ was not declared in this scope")) {
    llvm::StringRef before = c.file ? llvm::StringRef(c.file->user_text).take_front(c.offset).rtrim() : "";
    c.say(is_operand_place(before) ? "go is a statement and has no value" : "expression in go must be a function call");
    return true;
  }
  if (!c.file || !c.in_go()) return false;
  if (reference_parameter(c) || argument_cannot_be_copied(c)) return true;
  show_argument(c);
  return false;
}

} // namespace gocpp::tool
