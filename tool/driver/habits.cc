// See habits.h.

#include "habits.h"

#include "rewords.h"
#include "rewords_names.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Regex.h"

namespace gocpp::tool {

namespace {

using Parts = llvm::SmallVector<llvm::StringRef, 4>;

bool is(llvm::StringRef text, const char* pattern, Parts* parts = nullptr) { return llvm::Regex(pattern).match(text, parts); }

/// Whether `offset` is in the brackets of a lambda.
bool is_capture(llvm::StringRef text, uint32_t offset) {
  size_t open = text.take_front(offset + 1).find_last_of("[];{}");
  if (open == llvm::StringRef::npos || text[open] != '[') return false;
  llvm::StringRef behind = text.drop_front(open).drop_until([](char c) { return c == ']'; }).drop_front(1).ltrim();
  return behind.starts_with("(") || behind.starts_with("{") || behind.starts_with("mutable") || behind.starts_with("->");
}

/// The statement in which `offset` is.
llvm::StringRef statement_at(llvm::StringRef text, uint32_t offset) {
  size_t begin = text.take_front(offset).find_last_of(";{}") + 1;  // 0 if there is none
  return text.drop_front(begin).take_until([](char c) { return c == ';'; }).rtrim();
}

/// The name before the point that a message about a member points to: at the name, the point or the member.
llvm::StringRef package_at(llvm::StringRef line, llvm::StringRef at) {
  Parts parts;
  if (is(at, "^([a-z]+) *\\.", &parts)) return parts[1];
  bool points = at.starts_with(".") || line.rtrim().consume_back(".");
  return points && is(line, "(^|[^A-Za-z0-9_.:>])([a-z]+) *\\.? *$", &parts) ? parts[2] : "";
}

/// What a package of Go's is here.
llvm::StringRef package_here(llvm::StringRef name) {
  return llvm::StringSwitch<llvm::StringRef>(name)
      .Case("time", "Go's 'time' is <chrono> here, with 'gocpp::sleep_for(1s)', 'gocpp::after(1s)', 'gocpp::timer' and 'gocpp::ticker'")
      .Case("sync", "Go's 'sync' is 'gocpp::mutex', 'gocpp::shared_mutex', 'gocpp::wait_group', 'gocpp::once_flag' and 'gocpp::condition_variable' here")
      .Case("fmt", "there is no 'fmt' here: 'std::printf' and 'std::cout' print, 'std::format' makes strings")
      .Case("runtime", "Go's 'runtime' is namespace gocpp here: 'gocpp::yield()', 'gocpp::gomaxprocs(n)', 'gocpp::num_goroutine()'")
      .Case("errgroup", "Go's 'errgroup' is 'gocpp::task_group' here")
      .Case("errors", "Go's errors are exceptions here: 'throw' and 'catch'")
      .Default("");
}

std::string copy_of(llvm::StringRef type, llvm::StringRef at) {
  llvm::StringRef name = at.take_while([](char c) { return llvm::isAlnum(c) || c == '_'; });
  std::string how = name.empty() ? "'[&]', or '[=, &name]' for it alone" : ("'[&" + name + "]'").str();
  return ("a 'gocpp::" + type + "' is not copied into a lambda: capture it by reference, by " + how).str();
}

} // namespace

std::string const_of_ours(llvm::StringRef words) {
  Parts parts;
  std::string text = with_plain_quotes(words);
  if (is(text, "^'this' argument to member function '[^']*' has type '.*const gocpp::([a-z_]+)'", &parts) ||
      is(text, "^passing .*const gocpp::([a-z_]+).* as 'this' argument discards qualifiers", &parts))
    return parts[1].str();
  return "";
}

std::string copied_by_lambda(llvm::StringRef words, llvm::StringRef text, uint32_t offset) {
  Parts parts;
  std::string said = with_plain_quotes(words);
  if (!is(said, "^call to (implicitly-)?deleted (copy )?constructor of 'gocpp::([a-z_]+)'$", &parts) &&
      !is(said, "^use of deleted function '(gocpp)::([a-z_]+)::[a-z_]+\\(const gocpp::([a-z_]+)&\\)'$", &parts))
    return "";
  return is_capture(text, offset) ? parts[3].str() : "";
}

std::string habit_here(llvm::StringRef words, llvm::StringRef text, uint32_t offset) {
  if (std::string here = name_here(words); !here.empty() || text.empty()) return here;
  std::string said = with_plain_quotes(words);
  llvm::StringRef before = text.take_front(offset), line = before.drop_front(before.rfind('\n') + 1), at = text.drop_front(offset);
  Parts parts;
  if (std::string type = copied_by_lambda(words, text, offset); !type.empty()) return copy_of(type, at);
  // A package, before a point: one that nobody declared, or a function of the C library's.
  if (is(said, "^use of undeclared identifier '|^'.*' was not declared in this scope$|^member reference base type .* is not a structure or union$|"
               "^request for member '.*' in '[a-z]+', which is of non-class type")) {
    if (llvm::StringRef here = package_here(package_at(line, at)); !here.empty()) return here.str();
  }
  // clang stands behind the type, g++ before it or behind.
  bool no_value = is(said, "^expected '\\(' for function-style cast or type construction$|^expected primary-expression before |^expected unqualified-id|^template argument 1 is invalid$");
  std::string around = (line + at.take_until([](char c) { return c == '\n'; })).str();
  if (no_value && is(around, "(^|[^A-Za-z0-9_.:>])make *\\( *chan *<"))
    return "a channel is made by its declaration, 'chan<int> c(10)', or by 'make_chan<int>(10)'";
  if (no_value && is(around, "chan *<-")) return "a channel that only sends is a 'send_chan<T>' here";
  if (no_value && is(around, "<- *chan *<")) return "a channel that only receives is a 'recv_chan<T>' here";
  if (is(said, "(use of undeclared identifier '|')([A-Za-z_0-9]+)'( was not declared in this scope)?", &parts) &&
      is(line, "(^|[^A-Za-z0-9_])case +$") && is(at, "^[A-Za-z_0-9]+ *= *<-"))
    return ("a case declares what it receives by ':=', as in 'case " + parts[2] + " := <-c'").str();
  if (is(said, "^expected '?;'? after break statement$|^expected ';' before '") && is(around, "(^|[^A-Za-z0-9_])break +[A-Za-z_]"))
    return "'break' takes no label in C++: 'goto' leaves a loop from within a select, and so does 'return' from a function of its own";
  if (is(said, "^no viable conversion from 'int' to 'std::string_view'|^could not convert '.*' from 'int' to 'std::string_view'|^no matching function for call to 'dial_") &&
      is(around, "(dial|listen)_(tcp|udp)\\( *[0-9]+ *[,)]"))
    return "an address is text, 'HOST:PORT', as in 'net::listen_tcp(\":8080\")'";
  if (is(said, "^(type '.*' decomposes into|cannot decompose) ") && is(statement_at(text, offset), "auto *\\[[^]]*, *(e|ec|err|error)[0-9]*\\] *= *[^<]"))
    return "errors are exceptions here, 'catch (const std::system_error& e)', so there is one value: 'auto x = ...'";
  if (is(said, "^variable has incomplete type 'void'$|^'void .*' has incomplete type$") && ends_in_call(text, offset, "wait()"))
    return "'wait()' gives nothing here: what a task threw is thrown by it";
  if (is(said, "^expected '\\(' (after 'for'|before )") && is(around, "(^|[^A-Za-z0-9_])for *\\{"))
    return "a loop without an end is 'for (;;)' in C++";
  if (is(said, "^no viable conversion from 'std::optional<.*>' to |^cannot convert 'std::optional<.*>' to ")) {
    for (llvm::StringRef call : {"next()", "read_line()"})
      if (ends_in_call(text, offset, call))
        return ("'" + call + "' gives a std::optional, empty at the end: ask it first, as in 'if (auto v = c." + call + ") use(*v)'").str();
  }
  return "";
}

} // namespace gocpp::tool
