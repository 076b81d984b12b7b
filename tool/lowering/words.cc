// The table of words, hashed once.

#include "words.h"

#include "llvm/ADT/StringMap.h"

namespace gocpp::tool {

namespace {

llvm::StringMap<Word> make_table() {
  llvm::StringMap<Word> t;
  auto add = [&t](Word w, std::initializer_list<const char*> spellings) {
    for (const char* s : spellings) t[s] = w;
  };
  add(Word::go, {"go"});
  add(Word::select, {"select"});
  add(Word::chan, {"chan"});
  add(Word::make_chan, {"make_chan"});
  add(Word::send_chan, {"send_chan"});
  add(Word::recv_chan, {"recv_chan"});
  add(Word::main, {"main"});
  add(Word::gocpp, {"gocpp"});
  add(Word::kw_if, {"if"});
  add(Word::kw_for, {"for"});
  add(Word::kw_while, {"while"});
  add(Word::kw_switch, {"switch"});
  add(Word::kw_catch, {"catch"});
  add(Word::kw_else, {"else"});
  add(Word::kw_do, {"do"});
  add(Word::kw_try, {"try"});
  add(Word::kw_case, {"case"});
  add(Word::kw_default, {"default"});
  add(Word::kw_class, {"class", "struct", "union"});
  add(Word::kw_enum, {"enum"});
  add(Word::kw_namespace, {"namespace"});
  add(Word::kw_extern, {"extern"});
  add(Word::kw_using, {"using"});
  add(Word::kw_typedef, {"typedef"});
  add(Word::kw_template, {"template"});
  add(Word::kw_typename, {"typename"});
  add(Word::kw_concept, {"concept"});
  add(Word::kw_requires, {"requires"});
  add(Word::kw_operator, {"operator"});
  add(Word::kw_auto, {"auto"});
  add(Word::kw_cv, {"const", "volatile"});
  add(Word::kw_this, {"this"});
  add(Word::kw_constexpr, {"constexpr", "consteval"});
  add(Word::kw_noexcept, {"noexcept"});
  add(Word::kw_decltype, {"decltype", "__decltype", "typeof", "__typeof__", "__typeof"});
  add(Word::kw_delete, {"delete"});
  add(Word::kw_new, {"new"});
  add(Word::kw_export, {"export"});
  add(Word::type, {"int", "long", "short", "char", "unsigned", "signed", "float", "double", "bool", "void", "wchar_t", "char8_t",
                   "char16_t", "char32_t", "__int128"});
  add(Word::cast, {"static_cast", "const_cast", "dynamic_cast", "reinterpret_cast"});
  add(Word::literal, {"true", "false", "nullptr"});
  add(Word::unary, {"return", "throw", "co_return", "co_yield", "co_await", "not", "compl"});
  add(Word::binary, {"and", "or", "xor", "bitand", "bitor", "not_eq", "and_eq", "or_eq", "xor_eq"});
  add(Word::of_type, {"sizeof", "alignof", "typeid", "__alignof__", "_Alignof"});
  add(Word::tail, {"override", "final", "mutable"});
  add(Word::attribute, {"__attribute__", "__attribute", "alignas", "__declspec", "_Alignas"});
  add(Word::line, {"__LINE__"});
  add(Word::other, {"static", "inline", "friend", "explicit", "virtual", "register", "thread_local", "constinit", "goto", "break",
                    "continue", "asm", "__asm__", "__asm", "static_assert", "public", "private", "protected"});
  return t;
}

} // namespace

Word word_of(llvm::StringRef spelling) {
  static const llvm::StringMap<Word> table = make_table();
  auto it = table.find(spelling);
  return it == table.end() ? Word::name : it->second;
}

} // namespace gocpp::tool
