// See host_rules.h.

#include "host_rules.h"
#include "rewords.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Regex.h"

namespace gocpp::tool {

namespace {

const char* const kNoZeroValue =
    "a receive gives T{} once the channel is closed, and this T has no such value: use c.next(), an optional";
const char* const kNoParts = "a channel has no parts to bind; a receive, which gives a value and whether there was one, is written '<-'";

/// What g++ says of generated code, in the language's words. The first that fits.
struct Phrase {
  const char* pattern;
  const char* words;
  bool says_it_all = true;
  const char* header = "";  ///< Only of what was said in this header of ours.
};
const Phrase kPhrases[] = {
    {"^no matching function for call to ‘gocpp::((send_)?chan<.*>)::(case_)?send\\(<brace-enclosed.*\\)’.*$", "cannot send this braced list to '\\1'"},
    {"^no matching function for call to ‘gocpp::((send_)?chan<.*>)::(case_)?send\\((const )?([^()]*[^&])&*\\)( const)?’.*$", "cannot send '\\5' to '\\1'"},
    {"^no matching function for call to ‘gocpp::((send_)?chan<.*>)::(case_)?send\\((.*[^&])&*\\)( const)?’.*$", "cannot send '\\4' to '\\1'"},
    {"^no matching function for call to ‘go_value\\(<unresolved overloaded function type>\\)’.*$",
     "the callee of this go is overloaded: write its name alone, or choose one with a cast"},
    {"^no matching function for call to ‘(case_)?send\\(<brace-enclosed.*\\)’$", "cannot send this braced list to this channel"},
    {"^no matching function for call to ‘(case_)?send\\((.*)\\)’$", "cannot send '\\2' to this channel"},
    {"^no matching function for call to ‘recv\\((const )?gocpp::(send_chan<.*>)&*\\)’.*$", "cannot receive from '\\2': it only sends"},
    {"^no matching function for call to ‘recv\\((const )?(gocpp::(timer|ticker))&*\\)’.*$",
     "cannot receive from '\\2': it is no channel, its 'channel()' is"},
    {"^no matching function for call to ‘recv\\((.*[^&])&*\\)’.*$", "cannot receive from '\\1': it is no channel"},
    {"^‘.*gocpp::(recv_chan<.*>)’ has no member named ‘(case_)?send’.*$", "cannot send to '\\1': it only receives"},
    {"^‘(using .* = )?(const )?((struct|class|union) )?([^’]*)’( \\{aka ‘.*’\\})? has no member named ‘(case_)?send’.*$",
     "cannot send to '\\5': it is no channel"},
    {"^request for member ‘(case_)?send’ in ‘.*’, which is of (non-class|pointer) type ‘([^’]*)’.*$", "cannot send to '\\3': it is no channel"},
    {"^(.*has no member named ‘(case_)?send’|request for member ‘(case_)?send’ in).*$", "cannot send to this operand: it is no channel"},
    {"^no match for ‘operator~’ .*operand type is ‘(const )?gocpp::(send_chan<.*>)’.*$", "cannot receive from '\\2': it only sends"},
    {"^no match for ‘operator~’ .*operand type is ‘(const )?(gocpp::(timer|ticker))’.*$",
     "cannot receive from '\\2': it is no channel, its 'channel()' is"},
    {"^no match for ‘operator~’ .*operand type is ‘([^’]*)’.*$", "cannot receive from '\\1': it is no channel"},
    {"^invalid type argument of unary ‘\\*’ \\(have ‘([^’]*)’( \\{aka ‘.*’\\})?\\)$", "cannot receive from '\\1': it is no channel"},
    {"^wrong type argument to bit-complement$", "cannot receive from this operand: it is no channel"},
    {"^no match for call to ‘\\(gocpp::abi::.*<brace-enclosed initializer list>.*$",
     "an argument of go cannot be a braced list: write its type in front of it"},
    {"^request for member ‘(.*)’ in ‘.*gocpp_self.*’, which is of (.*)$", "request for member ‘\\1’ in what is of \\2", false},
    {"^.*(gocpp_|gocpp::abi).* cannot be used as a function$", "the callee of this go is no function", false},
    {"^.*(gocpp_|gocpp::abi).* cannot be used as a function$", "expression cannot be used as a function", false},
    {"^call to non-‘constexpr’ function ‘.*receiver_proxy.*$", "a receive is not a constant expression"},
    {"^cannot decompose inaccessible member ‘gocpp::detail::.*$", kNoParts},
    {"^‘.*’ cannot be used as a function$", "blocking cannot call this", true, "blocking.h"},
    {"^‘.*’ cannot be used as a function$", "the condition given to wait must be callable and give a bool", true, "condition_variable.h"},
};

bool phrase(HostCase& c) {
  for (const Phrase& p : kPhrases) {
    if (*p.header && c.header != p.header) continue;
    if (llvm::StringRef(p.words).contains("of this go") && !c.in_go()) continue;
    if (llvm::Regex pattern(p.pattern); pattern.match(c.words())) {
      c.words() = pattern.sub(p.words, c.words());
      c.says_it_all = p.says_it_all;
      return true;
    }
  }
  return false;
}

/// What is said at an operand, or moved there, of what a send or a receive needs of an element.
bool element(HostCase& c) {
  Kind kind = c.around->kind;
  bool sends = kind == Kind::send || kind == Kind::select_case, receives = kind != Kind::send && kind != Kind::select;
  llvm::SmallVector<llvm::StringRef, 3> parts;
  if (sends && llvm::Regex("^cannot bind rvalue reference of type .* to lvalue of type ‘([^’]*)’").match(c.words(), &parts))
    c.say("cannot send a copy of '" + parts[1].str() + "' to this channel; use std::move to give it away");
  else if (receives && c.words() == "wrong type argument to bit-complement")
    c.say("cannot receive from this operand: it is no channel");
  else if (receives && llvm::StringRef(c.words()).contains("(<brace-enclosed initializer list>)"))
    c.say(kNoZeroValue);
  else if (receives && llvm::Regex("^cannot bind non-const lvalue reference .* ‘gocpp::received<").match(c.words()))
    c.say(kReceivedIsTemporary.str());
  else
    return false;
  return true;
}

/// `x <- v;` was taken for C++, since x is no channel, and C++ has no such comparison.
bool comparison_that_looks_like_a_send(HostCase& c) {
  llvm::SmallVector<llvm::StringRef, 2> parts;
  bool typed = llvm::Regex("^no match for ‘operator<’ .*operand types are ‘([^’]*)’( \\{aka ‘[^’]*’\\})? and").match(c.words(), &parts);
  if (!c.file || !(typed || llvm::StringRef(c.words()).starts_with("ISO C++ forbids comparison between pointer and integer"))) return false;
  for (const Doubt& d : c.file->map->result().doubts) {
    if (d.about != Doubt::About::send || d.construct || d.anchor != c.offset) continue;
    llvm::StringRef written = llvm::StringRef(c.file->user_text).slice(d.expression.begin, d.expression.end).rtrim();
    c.say("cannot send to '" + (typed ? parts[1] : written).str() + "': it is no channel");
    return true;
  }
  return false;
}

/// As a member there is none, as a function it is deleted.
bool close_of_receiving(HostCase& c) {
  llvm::SmallVector<llvm::StringRef, 3> parts;
  if (!llvm::Regex("^‘(const )?class gocpp::(recv_chan<.*>)’ has no member named ‘close’").match(c.words(), &parts) &&
      !llvm::Regex("^use of deleted function ‘(void gocpp::)close\\(const (recv_chan<.*>)&\\)’").match(c.words(), &parts))
    return false;
  c.say("cannot close '" + parts[2].str() + "': it only receives");
  return true;
}

/// A `for` over what has no begin: g++ lists every begin that it knows.
bool loop_over_no_range(HostCase& c) {
  if (!c.file || !c.file->map->result().uses_syntax || !llvm::StringRef(c.words()).starts_with("‘begin’ was not declared in this scope"))
    return false;
  llvm::StringRef text = c.file->user_text, before = text.take_front(c.offset);
  size_t colon = before.rfind(':');
  if (colon == llvm::StringRef::npos || before.substr(colon).find_first_of(";{}") != llvm::StringRef::npos) return false;
  c.says_it_all = true;
  return true;
}

/// Deleted functions of ours say why a call of them makes no sense.
bool deleted_function(HostCase& c) {
  if (!llvm::StringRef(c.words()).starts_with("use of deleted function ‘")) return false;
  llvm::SmallVector<llvm::StringRef, 3> parts;
  if (llvm::Regex("gocpp::send_chan<T>::(begin|end)\\(\\) const \\[with T = (.*)\\]’").match(c.words(), &parts))
    c.say("cannot receive from 'send_chan<" + parts[2].str() + ">': it only sends");
  else if (llvm::StringRef(c.words()).contains(kNumberWithoutUnit))
    c.say(kDurationHasUnit.str());
  else if (llvm::StringRef(c.words()).contains("gocpp::io::const_buffer::const_buffer(char (&)"))
    c.say(kTextOrAll.str());
  else
    return false;
  return true;
}

/// `c.send(v)`, as the user wrote it.
bool member_send_refused(HostCase& c) {
  llvm::SmallVector<llvm::StringRef, 6> parts;
  if (c.generated ||
      !llvm::Regex("^no matching function for call to ‘(gocpp::((send_)?chan<.*>)::)?(try_)?send\\(([^()]*)\\)( const)?’").match(c.words(), &parts))
    return false;
  bool ours = !parts[2].empty() || llvm::any_of(c.report.notes, [](const HostMessage& n) { return llvm::StringRef(n.text).contains("chan<T>::"); });
  if (!ours || parts[5].empty() || parts[5].contains(',')) return false;
  c.say("cannot send '" + parts[5].rtrim('&').str() + "' to " + (parts[2].empty() ? "this channel" : "'" + parts[2].str() + "'"));
  return true;
}

/// `c = d;` of a channel that is const, such as a lambda's copy.
bool assignment_to_const(HostCase& c) {
  llvm::SmallVector<llvm::StringRef, 2> parts;
  if (!llvm::Regex("^passing ‘const gocpp::(.*chan<.*>)’ as ‘this’ argument discards qualifiers").match(c.words(), &parts)) return false;
  c.say("cannot assign to 'const " + parts[1].str() + "'");
  return true;
}

/// `auto [v, ok] = c.recv();`
bool pair_of_recv(HostCase& c) {
  if (!c.file || !llvm::StringRef(c.words()).starts_with("cannot decompose ") || !ends_in_call(c.file->user_text, c.offset, "recv()")) return false;
  c.say(kRecvGivesOne.str());
  return true;
}

/// Puts the channel's type where a sentence has none, from the candidates of ours that g++ lists.
void name_channel(HostCase& c) {
  size_t at = c.words().find("this channel");
  if (at == std::string::npos) return;
  llvm::SmallVector<llvm::StringRef, 5> parts;
  for (const HostMessage& n : c.report.notes)
    if (llvm::Regex("candidate: ‘.* gocpp::((send_)?chan)<T>::(case_)?send\\(.*\\[with T = (.*)\\]’").match(n.text, &parts)) {
      c.words().replace(at, llvm::StringRef("this channel").size(), "'" + parts[1].str() + "<" + parts[4].str() + ">'");
      return;
    }
}

/// `c.gocpp::chan<int>::operator~().gocpp::abi::receiver_proxy<int>::operator*()` is what g++ calls `<-c`.
std::string with_written_receives(std::string text) {
  static const llvm::Regex spelled("\\.gocpp::(recv_)?chan<[^‘’~]*>::operator~\\(\\)\\.gocpp::abi::receiver_proxy<[^‘’~]*>::operator\\*\\(\\)");
  llvm::SmallVector<llvm::StringRef, 2> parts;
  while (spelled.match(text, &parts)) {
    size_t at = static_cast<size_t>(parts[0].data() - text.data()), begin = at;
    for (int depth = 0; begin > 0; --begin) {
      char x = text[begin - 1];
      if (x == ')' || x == ']') ++depth;
      else if (x == '(' || x == '[') --depth;
      if (depth < 0 || (depth == 0 && (x == ' ' || (x & 0x80)))) break;
    }
    llvm::StringRef left = llvm::StringRef(text).take_front(begin), right = llvm::StringRef(text).substr(at + parts[0].size());
    bool alone = left.ends_with("‘") && right.starts_with("’");
    std::string receive = "<-" + text.substr(begin, at - begin);
    text = (left + (alone ? receive : "(" + receive + ")") + right).str();
  }
  return text;
}

/// An operand as g++ spells it may be generated code.
void spell_operands(std::string& words) {
  static const llvm::Regex converted("^could not convert ‘.*’ from (‘.*) to (‘[^’]*’.*)$");
  if (speaks_of_host_internals(words)) words = converted.sub("could not convert \\1 to \\2", words);
  if (speaks_of_host_internals(words)) words = with_written_receives(words);
}

/// Types in a sentence of ours as the user writes them.
void spell_types(std::string& words) {
  for (auto [long_form, short_form] : {std::pair("std::__cxx11::basic_string<char>", "std::string"), std::pair("std::string >", "std::string>")})
    replace_all(words, long_form, short_form);
}

/// What all directions have in common stands in a base.
void spell_common_parts(std::string& words) {
  for (auto [ours, written] : {std::pair("gocpp::detail::chan_common", "chan"), std::pair("(const chan_common&", "(const chan&"),
                               std::pair("gocpp::detail::len(", "len("), std::pair("gocpp::detail::cap(", "cap(")})
    replace_all(words, ours, written);
}

void hide_internals(HostCase& c) {
  static const llvm::Regex operands("^(no match for ‘operator[^’]+’) in ‘.*’ (\\(operand.*)$");
  if (speaks_of_host_internals(c.words())) c.words() = operands.sub("\\1 \\2", c.words());
  if (speaks_of_host_internals(c.words())) c.say("this construct cannot be compiled with operands of these types");
}

} // namespace

bool speaks_of_host_internals(llvm::StringRef text) {
  return text.contains("gocpp::abi") || text.contains("gocpp::detail") || text.contains("gocpp_") || text.contains("GOCPP_");
}

void reword_host_error(HostCase& c) {
  if (size_t ours = c.words().find("gocpp: "); ours != std::string::npos) c.say(c.words().substr(ours + llvm::StringRef("gocpp: ").size()));
  c.worded = c.says_it_all;
  spell_operands(c.words());
  c.worded |= reword_host_go(c) || close_of_receiving(c) || comparison_that_looks_like_a_send(c) || loop_over_no_range(c) ||
              deleted_function(c) || member_send_refused(c) || assignment_to_const(c) || pair_of_recv(c);
  if (!c.worded && (c.generated || speaks_of_host_internals(c.words()))) c.worded = phrase(c);
  if (!c.worded && c.around && !c.in_go()) c.worded = element(c);
  name_channel(c);
  if (c.worded) spell_types(c.words());
  spell_common_parts(c.words());
  hide_internals(c);
}

} // namespace gocpp::tool
