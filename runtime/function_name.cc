// Demangled names made short enough to read, and telling the user's functions from ours. See symbolize.h.

#include "symbolize.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <cxxabi.h>
#include <initializer_list>

namespace gocpp::rt {

namespace {

using std::size_t;
constexpr size_t npos = std::string::npos;

/// The qualified name at the beginning of a mangled one that the C++ runtime cannot demangle: GCC 12's knows
/// nothing of what clang writes for a generic lambda among the template arguments.
std::string beginning_of(std::string_view mangled) {
  std::string name;
  std::size_t at = 2;
  auto skip = [&](std::string_view any) {
    while (at < mangled.size() && any.find(mangled[at]) != npos)
      ++at;
  };
  skip("NLrVKRO");
  if (mangled.substr(at).starts_with("St")) {
    name = "std";
    at += 2;
  }
  for (;;) {
    size_t length = 0;
    while (at < mangled.size() && mangled[at] >= '0' && mangled[at] <= '9')
      length = length * 10 + static_cast<size_t>(mangled[at++] - '0');
    if (length == 0 || at + length > mangled.size())
      break;
    if (!name.empty())
      name += "::";
    name += mangled.substr(at, length);
    at += length;
  }
  return name.empty() ? std::string(mangled) : name;
}

std::string demangle(const char* mangled) {
  int status = 0;
  char* text = abi::__cxa_demangle(mangled, nullptr, nullptr, &status);
  if (!text)
    return beginning_of(mangled);
  std::string result = text;
  std::free(text);
  return result;
}

void replace_all(std::string& s, std::string_view from, std::string_view to) {
  for (size_t at = 0; (at = s.find(from, at)) != npos; at += to.size())
    s.replace(at, from.size(), to);
}

/// The end of the bracket that opens at s[open], one past its partner. Of `->` and operators in it we know
/// nothing, which template arguments rarely have.
size_t after_bracket(std::string_view s, size_t open) noexcept {
  int depth = 0;
  for (size_t i = open; i < s.size(); ++i) {
    if (std::strchr("<([{", s[i]))
      ++depth;
    if (std::strchr(">)]}", s[i]) && --depth == 0)
      return i + 1;
  }
  return s.size();
}

bool starts_at(std::string_view s, size_t at, std::string_view what) noexcept {
  return at <= s.size() && s.substr(at).starts_with(what);
}

bool begins_with_any(std::string_view s, std::initializer_list<std::string_view> prefixes) noexcept {
  return std::any_of(prefixes.begin(), prefixes.end(), [s](std::string_view p) { return s.starts_with(p); });
}

/// `std::vector<int, std::allocator<int> >` -> `std::vector<int>`
void drop_default_arguments(std::string& s) {
  for (std::string_view what : {", std::allocator<", ", std::char_traits<", ", std::default_delete<",
                                ", std::less<", ", std::hash<", ", std::equal_to<"})
    for (size_t at = 0; (at = s.find(what, at)) != npos;)
      s.erase(at, after_bracket(s, at + what.size() - 1) - at);
}

/// `{lambda(int)#1}::operator()<int>` and clang's `$_0::operator()` -> `{lambda#1}`
void shorten_lambdas(std::string& s) {
  for (size_t at = 0; (at = s.find("{lambda(", at)) != npos; ++at) {
    size_t open = at + 7;
    s.erase(open, after_bracket(s, open) - open);
  }
  for (size_t at = 0; (at = s.find("$_", at)) != npos; ++at) {
    size_t end = at + 2;
    unsigned number = 0;
    while (end < s.size() && s[end] >= '0' && s[end] <= '9')
      number = number * 10 + static_cast<unsigned>(s[end++] - '0');
    if (end > at + 2)
      s.replace(at, end - at, "{lambda#" + std::to_string(number + 1) + "}");
  }
  for (size_t at = 0; (at = s.find("}::operator()", at)) != npos; ++at) {
    size_t end = at + 13;
    if (end < s.size() && s[end] == '<')
      end = after_bracket(s, end);
    s.erase(at + 1, end - at - 1);
  }
}

void tidy(std::string& s) {
  for (size_t at; (at = s.find(" [clone ")) != npos;)
    s.erase(at);
  for (size_t at; (at = s.find("[abi:")) != npos;)
    s.erase(at, after_bracket(s, at) - at);
  replace_all(s, "(anonymous namespace)::", "");
  replace_all(s, "std::__cxx11::", "std::");
  replace_all(s, "std::basic_string<char, std::char_traits<char>, std::allocator<char> >", "std::string");
  replace_all(s, "std::basic_string_view<char, std::char_traits<char> >", "std::string_view");
  drop_default_arguments(s);
  replace_all(s, " >", ">");
  for (std::string_view name : {"chan<", "send_chan<", "recv_chan<"})
    replace_all(s, "gocpp::" + std::string(name), name);
  replace_all(s, "chan<gocpp::unit>", "chan<>");
  shorten_lambdas(s);
}

/// Where the name of a function begins and ends, and its parameters end.
struct Parts {
  size_t begin = 0, end = 0, params_end = 0;
};

/// Past `operator` and its symbol.
size_t after_operator(std::string_view s, size_t at) noexcept {
  at += 8;
  if (starts_at(s, at, "()"))
    return at + 2;
  if (at < s.size() && (s[at] == ' ' || s[at] == '"')) { // a conversion, new, delete, a literal
    size_t open = s.find('(', at);
    return open == npos ? s.size() : open;
  }
  while (at < s.size() && std::strchr("+-*/%^&|~!=<>,[]", s[at]))
    ++at;
  return at;
}

bool is_word_at(std::string_view s, size_t at, std::string_view word) noexcept {
  auto in_name = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
  if (!starts_at(s, at, word) || (at > 0 && in_name(s[at - 1])))
    return false;
  return at + word.size() == s.size() || !in_name(s[at + word.size()]);
}

Parts find_parts(std::string& s) {
  Parts p{0, s.size(), s.size()};
  bool past_return_type = false;
  for (size_t i = 0; i < s.size();) {
    if (is_word_at(s, i, "operator")) {
      i = after_operator(s, i);
      past_return_type = true;
    } else if (is_word_at(s, i, "decltype")) {
      i = after_bracket(s, std::min(s.find('(', i), s.size()));
    } else if (s[i] == '(') {
      size_t close = after_bracket(s, i);
      size_t next = close;
      for (std::string_view q : {" const", " volatile", " &", " &&"})
        if (starts_at(s, next, q))
          next += q.size();
      if (!starts_at(s, next, "::"))
        return {p.begin, i, close};
      s.erase(i, next - i); // the parameters of an enclosing function
      past_return_type = true;
    } else if (std::strchr("<[{", s[i])) {
      i = after_bracket(s, i);
    } else {
      if (s[i] == ' ' && !past_return_type)
        p.begin = i + 1;
      ++i;
    }
  }
  p.end = p.params_end = s.size();
  return p;
}

/// Where the function's own name begins in a qualified one, and where that ends.
Parts last_component(std::string_view s) noexcept {
  Parts p{0, s.size(), s.size()};
  for (size_t i = 0; i < s.size();) {
    if (s[i] == '(') {
      p.params_end = i;
      break;
    }
    if (s[i] == '<') {
      p.end = i;
      i = after_bracket(s, i);
    } else {
      if (starts_at(s, i, "::")) {
        p.begin = i + 2;
        p.end = s.size();
      }
      ++i;
    }
  }
  p.end = std::min(p.end, p.params_end);
  return p;
}

} // namespace

std::string readable_function(std::string_view symbol, bool with_parameters) {
  if (symbol == "gocpp_main")
    return "main"; // the label of the user's main
  bool mangled = symbol.starts_with("_Z");
  std::string s(symbol);
  if (mangled)
    s = demangle(s.c_str());
  for (std::string_view thunk : {"non-virtual thunk to ", "virtual thunk to "})
    if (s.starts_with(thunk))
      s.erase(0, thunk.size());
  tidy(s);
  if (!mangled)
    return s;
  if (s.find("(*") != npos && s.find("(*") < s.find('<'))
    return s; // returns a pointer to function: left as it is
  Parts p = find_parts(s);
  return s.substr(p.begin, (with_parameters ? p.params_end : p.end) - p.begin);
}

std::string short_function(std::string_view symbol) {
  std::string s = readable_function(symbol, false);
  s.resize(last_component(s).end);
  return s;
}

std::string readable_type(const char* mangled) {
  std::string s = demangle(mangled);
  tidy(s);
  return s;
}

namespace {

/// True for a name, in the standard library, that is reserved for its inner workings, or is a member of such
/// a class.
bool is_reserved(std::string_view readable) noexcept {
  Parts p = last_component(readable);
  std::string_view scope = readable.substr(0, p.begin), name = readable.substr(p.begin, p.end - p.begin);
  return begins_with_any(name, {"__", "_M_", "_S_"}) ||
         begins_with_any(scope, {"__gnu_cxx::", "std::_", "std::__"});
}

/// The directory of the runtime's sources, as debug information has it.
constexpr std::string_view runtime_directory() noexcept {
  std::string_view file = __FILE__;
  return file.substr(0, file.rfind('/') + 1);
}

} // namespace

Origin origin_of(const Frame& frame, std::string_view readable) noexcept {
  std::string_view file = frame.file ? frame.file : "";
  if (begins_with_any(readable, {"gocpp::", "gocpp_rt_", "chan<", "send_chan<", "recv_chan<"}))
    return Origin::gocpp;
  if (frame.symbol && std::strstr(frame.symbol, "made_by_go")) // abi.h's mark on generated lambdas
    return Origin::gocpp;
  if (file.find("/include/gocpp/") != npos || file.starts_with(runtime_directory()))
    return Origin::gocpp;
  if (begins_with_any(readable, {"__cxa_", "__gxx_", "_Unwind_", "__cxxabiv1::", "__clang_call_terminate",
                                 "std::terminate(", "std::rethrow_exception(", "std::__throw_"}))
    return Origin::throwing;
  if (!readable.starts_with("std::") && file.find("/c++/") == npos)
    return Origin::user;
  if (is_reserved(readable))
    return Origin::hidden;
  // Of an inlined function plain line tables give but the last part of the name.
  if (readable.starts_with("std::"))
    return begins_with_any(readable, {"std::invoke", "std::apply", "std::function<",
                                      "std::_Function_handler<", "std::_Bind"})
               ? Origin::hidden
               : Origin::standard;
  return begins_with_any(readable, {"invoke<", "apply<", "operator()"}) ? Origin::hidden : Origin::standard;
}

} // namespace gocpp::rt
