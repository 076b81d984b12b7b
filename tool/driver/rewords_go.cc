// `go` in the language's words. What go calls, it calls with copies, from generated code: messages about that call are
// brought to the callee or to the argument that they speak of. See case.h.

#include "case.h"

#include "clang/Lex/Lexer.h"

using namespace clang;

namespace gocpp::tool {

namespace {

const Construct* go_at(const Case& c) {
  if (!c.place) return nullptr;
  const Construct* k = c.place->construct;
  return k && k->kind == Kind::go ? k : nullptr;
}

/// The number of the argument that a candidate wants as an lvalue; 0 if that is not what is wrong.
unsigned wants_lvalue(const Report& r) {
  for (const Said& n : r.notes) {
    if (n.id != diag::note_ovl_candidate_bad_value_category) continue;
    llvm::SmallVector<llvm::StringRef, 2> parts;
    unsigned number = 1;
    if (llvm::Regex("([0-9]+)(st|nd|rd|th) argument").match(n.text, &parts)) (void)parts[1].getAsInteger(10, number);
    return number;
  }
  return 0;
}

/// The number of the argument that goes to the parameter which a note names; 0 if none says so.
unsigned argument_for_parameter(const Case& c) {
  for (const Said& n : c.report.notes)
    if (n.id == diag::note_parameter_here || n.id == diag::note_parameter_named_here)
      return c.failed ? c.failed->parameter(n.loc) : 0;
  return 0;
}

bool reference_parameter(Case& c) {
  const Construct* go = go_at(c);
  if (!go) return false;
  unsigned number = wants_lvalue(c.report);
  bool binds_temporary = c.head().id != diag::err_ovl_no_viable_function_in_call &&
                         c.head().id != diag::err_ovl_no_viable_member_function_in_call &&
                         c.head().id != diag::err_ovl_no_viable_object_call;
  if (number == 0 && !binds_temporary) return false;
  llvm::StringRef text = c.place->file->map.original();
  std::vector<Range> args = go_arguments(text, *go);
  if (number == 0) number = argument_for_parameter(c);
  if (number == 0 && args.size() == 1) number = 1;
  c.head().text = reference_refuses("");
  if (number >= 1 && number <= args.size()) {
    Range arg = args[number - 1];
    llvm::StringRef written = text.slice(arg.begin, arg.end);
    c.put(arg.begin, arg);
    if (is_plain_lvalue(written)) {
      c.head().text = reference_refuses(written);
      c.head().own_fixits.push_back({arg, "std::ref(" + written.str() + ")"});
    }
  } else {
    c.put_at_construct();
  }
  llvm::erase_if(c.report.notes, [](const Said& n) {
    return !is_trace(n) && n.id != diag::note_ovl_candidate_bad_value_category && n.id != diag::note_parameter_here &&
           n.id != diag::note_parameter_named_here;
  });
  return true;
}

/// "cannot initialize a parameter of type 'int' with …": shown at the argument.
bool argument_does_not_fit(Case& c) {
  const Construct* go = go_at(c);
  if (!go || !c.generated()) return false;
  std::vector<Range> args = go_arguments(c.place->file->map.original(), *go);
  unsigned number = args.size() == 1 ? 1 : argument_for_parameter(c);
  if (number == 0 || number > args.size()) return false;
  c.put(args[number - 1].begin, args[number - 1]);
  return true;
}

bool argument_cannot_be_copied(Case& c) {
  const Construct* go = go_at(c);
  llvm::StringRef said = c.head().text;
  if (!go || !c.relocated || !said.contains(kArgumentIsCopied)) return false;
  std::string words = said.substr(said.find(kArgumentIsCopied)).rtrim('"').str();
  llvm::StringRef text = c.place->file->map.original();
  std::vector<Range> args = go_arguments(text, *go);
  unsigned number = c.report.argument;
  if (number >= 1 && number <= args.size()) {
    Range arg = args[number - 1];
    c.head().text = of_argument(words, text.slice(arg.begin, arg.end));
    c.put(arg.begin, arg);
  } else {
    c.head().text = words;
    c.put_at_construct();
  }
  c.keep_traces_only();
  return true;
}

/// `go p->m(…)` with a pointer that cannot be copied.
bool pointer_cannot_be_copied(Case& c) {
  const Construct* go = go_at(c);
  if (!go || !(c.generated() || c.relocated) || c.head().types.empty()) return false;
  llvm::StringRef callee = c.place->file->map.original().slice(go->operand.begin, go->operand.end);
  if (callee.rfind("->") == llvm::StringRef::npos) return false;
  c.head().text = "go p->m(…) copies p into the goroutine, and '" + c.type(0) + "' cannot be copied: (*p).m(…) refers to what p points to";
  c.put_at_construct();
  c.keep_traces_only();
  return true;
}

/// What the generated code's own functions refuse.
bool refused_by_ours(Case& c) {
  const Construct* go = go_at(c);
  if (!go || !c.generated() || !speaks_of_internals(c.head().text)) return false;
  llvm::StringRef text = c.place->file->map.original();
  c.put_at_construct();
  if (c.head().id != diag::err_ovl_no_viable_object_call) {
    c.head().text = "the callee of this go has no value";
    c.keep_traces_only();
    return true;
  }
  c.head().text = "go cannot copy these arguments into the goroutine";
  for (Range arg : go_arguments(text, *go)) {
    if (text[arg.begin] != '{') continue;
    c.head().text = "an argument of go cannot be a braced list: write its type in front of it";
    c.put(arg.begin, arg);
  }
  for (const Said& n : c.report.notes)
    if (llvm::StringRef(n.text).contains("reference to 'void'")) {
      c.head().text = "an argument of go has no value: its type is 'void'";
      if (auto args = go_arguments(text, *go); args.size() == 1) c.put(args[0].begin, args[0]);
    }
  c.keep_traces_only();
  return true;
}

/// A consteval function runs while the compiler does, and what go calls runs later.
bool consteval_callee(Case& c) {
  const Construct* go = go_at(c);
  if (!go || !llvm::StringRef(c.head().text).contains("immediate function")) return false;
  c.head().text = "a consteval function cannot be called by go";
  c.put_at_construct();
  c.keep_traces_only();
  return true;
}

/// `go;`, `go 3;`: C++ for the scanner, and no name for the compiler.
bool go_without_call(Case& c) {
  if (!c.place || !c.place->verbatim) return false;
  llvm::StringRef before = c.place->file->map.original().take_front(c.place->offset).rtrim();
  if (llvm::StringRef(c.head().text).contains("unknown type name 'go'")) {
    c.head().text = is_operand_place(before) ? "go is a statement and has no value" : "a go statement can only stand in a function";
    c.put(c.place->offset, {c.place->offset, c.place->offset + 2});
    c.keep_traces_only();
    return true;
  }
  if (!llvm::StringRef(c.head().text).contains("identifier 'go'")) return false;
  if (c.places.sources().isMacroArgExpansion(c.head().loc)) {
    c.head().text = "a go statement cannot stand in a macro's argument: use gocpp::go(f, args…)";
    c.put(c.place->offset, {c.place->offset, c.place->offset + 2});
    c.keep_traces_only();
    return true;
  }
  bool in_statement = !before.empty() && !llvm::StringRef(";{}):").contains(before.back());
  if (in_statement && !is_operand_place(before)) return false;
  c.head().text = in_statement ? "go is a statement and has no value" : "expression in go must be a function call";
  c.put(c.place->offset, {c.place->offset, c.place->offset + 2});
  c.keep_traces_only();
  return true;
}

const Rule kRules[] = {
    {{diag::err_undeclared_var_use, diag::err_undeclared_var_use_suggest, diag::err_unknown_typename,
      diag::err_unknown_typename_suggest},
     go_without_call},
    {{diag::err_ovl_no_viable_object_call, diag::err_ovl_no_viable_function_in_call}, refused_by_ours},
    {{diag::err_ovl_no_viable_function_in_call, diag::err_ovl_no_viable_member_function_in_call, diag::err_ovl_no_viable_object_call,
      diag::err_lvalue_reference_bind_to_temporary, diag::err_lvalue_reference_bind_to_unrelated, diag::err_reference_bind_drops_quals},
     reference_parameter},
    {{diag::err_init_conversion_failed, diag::err_reference_bind_failed, diag::err_typecheck_nonviable_condition,
      diag::err_ovl_no_conversion_in_cast},
     argument_does_not_fit},
    {{diag::err_static_assert_failed, diag::err_static_assert_requirement_failed}, argument_cannot_be_copied},
    {{diag::err_ovl_deleted_init, diag::err_ovl_deleted_special_init}, pointer_cannot_be_copied},
    {{diag::err_immediate_function_used_before_definition, diag::err_invalid_consteval_call}, consteval_callee},
};

} // namespace

llvm::ArrayRef<Rule> go_rules() { return kRules; }

unsigned refused_argument(llvm::StringRef instantiation) {
  static const llvm::Regex name("detail::copied_argument<([0-9]+)");
  llvm::SmallVector<llvm::StringRef, 2> parts;
  unsigned number = 0;
  if (name.match(instantiation, &parts)) (void)parts[1].getAsInteger(10, number);
  return number;
}

std::string reference_refuses(llvm::StringRef written) {
  std::string text = "arguments of go are copied into the goroutine, and a reference parameter refuses the copy";
  if (written.empty()) return text + ": to share a variable x, pass std::ref(x), a pointer or a channel";
  return text + " of '" + written.str() + "': to share it, pass std::ref(" + written.str() + "), a pointer or a channel";
}

std::string of_argument(std::string words, llvm::StringRef written) {
  auto put = [&](llvm::StringRef what, const std::string& by) {
    if (size_t at = words.find(what); at != std::string::npos) words.replace(at, what.size(), by);
  };
  put("this one", "'" + written.str() + "'");
  if (!is_plain_lvalue(written)) put("std::ref of it or a pointer", "a pointer");
  put("std::ref of it", "std::ref(" + written.str() + ")");
  return words;
}

bool is_operand_place(llvm::StringRef before) {
  return !before.empty() && (llvm::StringRef("(,?=").contains(before.back()) || before.ends_with("return"));
}

bool is_plain_lvalue(llvm::StringRef text) {
  static const llvm::Regex path("^\\*?(::)?[A-Za-z_][A-Za-z0-9_]*((::|\\.|->)[A-Za-z_][A-Za-z0-9_]*|\\[[^][]*\\])*$");
  return path.match(text) && text != "nullptr" && text != "true" && text != "false" && text != "this";
}

std::vector<Range> go_arguments(llvm::StringRef text, const Construct& go) {
  std::vector<Range> args;
  llvm::StringRef part = text.slice(0, go.range.end);
  std::string copy = part.str();
  LangOptions lang;
  lang.CPlusPlus = lang.CPlusPlus11 = lang.CPlusPlus20 = true;
  Lexer lexer(SourceLocation(), lang, copy.data(), copy.data() + go.operand.end, copy.data() + copy.size());
  Token t;
  int depth = 0;
  Range current{0, 0};
  while (!lexer.LexFromRawLexer(t) && !t.is(tok::eof)) {
    auto end = static_cast<uint32_t>(lexer.getBufferLocation() - copy.data());
    uint32_t begin = end - t.getLength();
    if (t.isOneOf(tok::r_paren, tok::r_square, tok::r_brace) && --depth == 0) {
      if (current.end) args.push_back(current);
      break;
    }
    if (t.is(tok::comma) && depth == 1) {
      args.push_back(current);
      current = {0, 0};
    } else if (depth >= 1) {
      if (!current.end) current.begin = begin;
      current.end = end;
    }
    if (t.isOneOf(tok::l_paren, tok::l_square, tok::l_brace)) ++depth;
  }
  return args;
}

} // namespace gocpp::tool
