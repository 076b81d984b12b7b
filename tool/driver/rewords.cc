// See rewords.h.

#include "rewords.h"

#include "failed.h"

#include "clang/Basic/DiagnosticSema.h"
#include "clang/Lex/Lexer.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Regex.h"

using namespace clang;

namespace gocpp::tool {

namespace {

/// A type in quotes, channels as the prelude names them.
std::string quoted(llvm::StringRef type) {
  std::string s = "'" + type.str() + "'";
  for (const char* name : {"gocpp::chan<", "gocpp::send_chan<", "gocpp::recv_chan<"})
    for (size_t at; (at = s.find(name)) != std::string::npos;) s.erase(at, sizeof("gocpp::") - 1);
  return s;
}

bool is_send_only(llvm::StringRef type) { return type.contains("send_chan<"); }
bool is_receive_only(llvm::StringRef type) { return type.contains("recv_chan<"); }
bool is_channel(llvm::StringRef type) { return type.contains("chan<") && !type.ends_with("*"); }

std::string cannot_receive(llvm::StringRef type) {
  return "cannot receive from " + quoted(type) + (is_send_only(type) ? ": it only sends" : ": it is no channel");
}
std::string cannot_send_to(llvm::StringRef type) {
  return "cannot send to " + quoted(type) + (is_receive_only(type) ? ": it only receives" : ": it is no channel");
}

/// What is known of one report while it is being worded.
struct Case {
  Report& report;
  const Places& places;
  std::optional<Place> place;   ///< Of the error.
  const FailedOperands* failed; ///< What the AST tells; may be null.
  bool relocated;               ///< The error was not in the user's text.

  Said& head() { return report.head; }
  bool at(std::initializer_list<Kind> kinds) const {
    return place && place->construct && llvm::is_contained(kinds, place->construct->kind);
  }
  bool generated() const { return place && !place->verbatim; }
  /// Places the message at the user's own bytes.
  void put(uint32_t offset, Range highlight) {
    head().file = place->file;
    head().offset = offset;
    head().highlight = highlight;
    head().own_fixits.clear();
  }
  void put_at_construct() { put(place->construct->anchor, place->construct->range); }
  std::string type(size_t i) { return i < head().types.size() ? head().types[i] : "?"; }
  const FailedOperation* operation() const { return failed ? failed->find(report.head.loc) : nullptr; }
};

/// One rewording: for which messages, and what it makes of them. False: not this one after all.
struct Rule {
  std::initializer_list<unsigned> ids;
  bool (*apply)(Case&);
};

// ---- receives ----

bool receive_from_no_channel(Case& c) {
  if (!c.generated() || !c.at({Kind::receive, Kind::receive_ok, Kind::define_receive, Kind::select_case})) return false;
  const FailedOperation* op = c.operation();
  c.head().text = cannot_receive(op && !op->channel.empty() ? op->channel : c.type(0));
  c.put_at_construct();
  c.report.notes.clear();
  return true;
}

bool pair_from_no_channel(Case& c) {
  if (!c.place || !c.place->verbatim) return false;
  for (const Construct& k : c.place->file->result().constructs) {
    if (k.kind != Kind::receive_ok && k.kind != Kind::define_receive) continue;
    // The names stand left of the arrow, on its statement.
    llvm::StringRef between = c.place->file->map.original().slice(c.place->offset, k.anchor);
    if (k.anchor < c.place->offset || between.contains(';') || between.contains('{')) continue;
    c.head().text = cannot_receive(c.type(0));
    c.put(k.anchor, k.range);
    c.report.notes.clear();
    return true;
  }
  return false;
}

// ---- sends ----

bool send_refused(Case& c) {
  if (!c.generated() || !c.at({Kind::send, Kind::select_case, Kind::select})) return false;
  const FailedOperation* op = c.operation();
  if (!op) return false;
  if (op->is_receive) {
    c.head().text = cannot_receive(op->channel);
  } else if (!is_channel(op->channel) || is_receive_only(op->channel)) {
    c.head().text = cannot_send_to(op->channel);
  } else if (op->value.empty()) {
    c.head().text = "cannot send this value to " + quoted(op->channel);
  } else if (op->same_type) {
    c.head().text = "cannot send a copy of " + quoted(op->value) + " to " + quoted(op->channel) + "; use std::move to give it away";
  } else {
    c.head().text = "cannot send " + quoted(op->value) + " to " + quoted(op->channel);
  }
  if (auto at = c.places.place(op->operand); at && at->verbatim && at->construct) c.place = at;
  c.put_at_construct();
  c.report.notes.clear();
  return true;
}

bool send_to_no_channel(Case& c) {
  if (!c.at({Kind::send})) return false;
  const FailedOperation* op = c.operation();
  std::string type = op && !op->channel.empty() ? op->channel : c.type(0);
  if (type == "?") {
    // "no member named 'send' in 'gocpp::recv_chan<int>'"
    llvm::SmallVector<llvm::StringRef, 2> parts;
    if (llvm::Regex("in '([^']*)'").match(c.head().text, &parts)) type = parts[1].str();
  }
  c.head().text = cannot_send_to(type);
  c.put_at_construct();
  c.report.notes.clear();
  return true;
}

/// `x <- v;` was taken for C++, since x is no channel, and C++ has no such comparison.
bool comparison_that_looks_like_a_send(Case& c) {
  if (!c.place || !c.place->verbatim) return false;
  for (const Doubt& d : c.place->file->result().doubts) {
    if (d.about != Doubt::About::send || d.construct || d.anchor != c.place->offset) continue;
    c.head().text = cannot_send_to(c.type(0));
    c.put(d.anchor, {d.expression.begin, d.anchor + 2});
    c.report.notes.clear();
    return true;
  }
  return false;
}

// ---- go ----

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

bool is_plain_lvalue(llvm::StringRef text) {
  return !text.empty() && (llvm::isAlpha(text.front()) || text.front() == '_' || text.front() == ':' || text.front() == '*') &&
         !text.ends_with(")") && !text.ends_with("}") && text != "nullptr" && text != "true" && text != "false";
}

bool reference_parameter_in_go(Case& c) {
  const Construct* go = go_at(c);
  if (!go) return false;
  unsigned number = wants_lvalue(c.report);
  bool binds_temporary = c.head().id != diag::err_ovl_no_viable_function_in_call &&
                         c.head().id != diag::err_ovl_no_viable_member_function_in_call &&
                         c.head().id != diag::err_ovl_no_viable_object_call;
  if (number == 0 && !binds_temporary) return false;
  llvm::StringRef text = c.place->file->map.original();
  std::vector<Range> args = go_arguments(text, *go);
  if (number == 0 && args.size() == 1) number = 1;
  const std::string copied = "arguments of go are copied into the goroutine, and a reference parameter refuses the copy";
  c.head().text = copied + ": to share a variable x, pass std::ref(x), a pointer or a channel";
  if (number >= 1 && number <= args.size()) {
    Range arg = args[number - 1];
    llvm::StringRef written = text.slice(arg.begin, arg.end);
    c.put(arg.begin, arg);
    if (is_plain_lvalue(written)) {
      std::string shared = "std::ref(" + written.str() + ")";
      c.head().text = copied + " of '" + written.str() + "': to share it, pass " + shared + ", a pointer or a channel";
      c.head().own_fixits.push_back({arg, shared});
    }
  } else {
    c.put_at_construct();
  }
  llvm::erase_if(c.report.notes, [](const Said& n) {
    return n.id != diag::note_ovl_candidate_bad_value_category && n.id != diag::note_parameter_here && n.id != diag::note_parameter_named_here;
  });
  return true;
}

/// The call itself is made in our headers, or in the standard library's on our behalf.
bool call_refused_in_go(Case& c) {
  const Construct* go = go_at(c);
  if (!go || !c.relocated) return false;
  c.head().text = "arguments of go are copied into the goroutine, and this function cannot be called with the copies";
  c.put_at_construct();
  llvm::StringRef text = c.place->file->map.original();
  std::vector<Range> args = go_arguments(text, *go);
  llvm::erase_if(args, [&](Range r) { return !is_plain_lvalue(text.slice(r.begin, r.end)); });
  if (args.size() == 1) {
    std::string arg = text.slice(args[0].begin, args[0].end).str();
    c.head().text += ": to share '" + arg + "' with a reference parameter, pass std::ref(" + arg + "), a pointer or a channel";
    c.head().own_fixits.push_back({args[0], "std::ref(" + arg + ")"});
  } else if (!args.empty()) {
    c.head().text += ": to share a variable x with a reference parameter, pass std::ref(x), a pointer or a channel";
  }
  c.report.notes.clear();
  return true;
}

// ---- our headers ----

bool own_static_assertion(Case& c) {
  auto [before, words] = llvm::StringRef(c.head().text).split("gocpp: ");
  if (words.empty()) return false;
  // An older compiler puts quotes around them.
  c.head().text = words.rtrim('"').str();
  c.report.notes.clear();
  return true;
}

const Rule kTable[] = {
    {{diag::err_typecheck_indirection_requires_pointer, diag::err_typecheck_unary_expr, diag::err_ovl_no_viable_oper},
     receive_from_no_channel},
    {{diag::err_decomp_decl_unbindable_type, diag::err_decomp_decl_wrong_number_bindings}, pair_from_no_channel},
    {{diag::err_ovl_no_viable_member_function_in_call, diag::err_ovl_no_viable_function_in_call, diag::err_typecheck_convert_incompatible,
      diag::err_ovl_ambiguous_member_call, diag::err_ovl_ambiguous_call, diag::err_init_conversion_failed},
     send_refused},
    {{diag::err_no_member, diag::err_typecheck_member_reference_struct_union, diag::err_typecheck_member_reference_suggestion},
     send_to_no_channel},
    {{diag::err_typecheck_invalid_operands, diag::ext_typecheck_comparison_of_pointer_integer,
      diag::err_typecheck_comparison_of_pointer_integer, diag::err_ovl_no_viable_oper},
     comparison_that_looks_like_a_send},
    {{diag::err_ovl_no_viable_function_in_call, diag::err_ovl_no_viable_member_function_in_call, diag::err_ovl_no_viable_object_call,
      diag::err_lvalue_reference_bind_to_temporary, diag::err_lvalue_reference_bind_to_unrelated, diag::err_reference_bind_drops_quals},
     reference_parameter_in_go},
    {{diag::err_static_assert_failed, diag::err_static_assert_requirement_failed}, own_static_assertion},
    {{diag::err_ovl_no_viable_function_in_call, diag::err_ovl_no_viable_object_call, diag::err_typecheck_nonviable_condition,
      diag::err_static_assert_failed, diag::err_static_assert_requirement_failed, diag::err_typename_nested_not_found_enable_if,
      diag::err_typename_nested_not_found},
     call_refused_in_go},
};

/// Words that only generated code and its library have.
bool speaks_of_internals(llvm::StringRef text) {
  return text.contains("gocpp::abi") || text.contains("gocpp::detail") || text.contains("gocpp_") || text.contains("GOCPP_") ||
         text.contains("receiver_proxy");
}

const char* name_of(Kind kind) {
  switch (kind) {
  case Kind::go: return "go statement";
  case Kind::select:
  case Kind::select_case: return "select";
  case Kind::send: return "send";
  case Kind::receive:
  case Kind::receive_ok:
  case Kind::define_receive: return "receive";
  case Kind::main: return "main";
  }
  return "statement";
}

/// Moves an error that stands in our headers, or was instantiated through them, to the user's text.
bool relocate(Report& r, const Places& places) {
  if (places.in_user_text(r.head.loc) || r.head.file) return false;
  size_t first = 0;
  bool through_us = places.in_our_headers(r.head.loc);
  for (; first < r.notes.size() && !places.in_user_text(r.notes[first].loc); ++first) through_us |= places.in_our_headers(r.notes[first].loc);
  if (!through_us || first == r.notes.size()) return false;
  r.head.loc = r.notes[first].loc;
  r.head.ranges.clear();
  r.head.fixits.clear();
  r.notes.erase(r.notes.begin(), r.notes.begin() + static_cast<ptrdiff_t>(first) + 1);
  llvm::erase_if(r.notes, [&](const Said& n) { return !places.in_user_text(n.loc); });
  return true;
}

/// Takes out notes that show nothing of the user's.
void prune(Report& r, const Places& places) {
  bool ours = llvm::any_of(r.notes, [&](const Said& n) { return places.in_our_headers(n.loc); });
  llvm::erase_if(r.notes, [&](const Said& n) {
    if (n.file || n.loc.isInvalid()) return false;
    if (places.in_our_headers(n.loc) || speaks_of_internals(n.text)) return true;
    if (ours && !places.in_user_text(n.loc)) return true;
    auto p = places.place(n.loc);
    return p && !p->verbatim;
  });
}

/// An error in our headers that nothing connects with the user's text: clang says once how it got to an instantiation, so this is
/// the second error there.
bool is_sequel(const Report& r, const Places& places, bool after_refusal) {
  return after_refusal && r.head.level >= DiagnosticsEngine::Error && !r.head.file && places.in_our_headers(r.head.loc) &&
         llvm::none_of(r.notes, [&](const Said& n) { return places.in_user_text(n.loc); });
}

} // namespace

bool is_about_generated_code(const Places& places, SourceLocation loc) {
  auto p = places.place(loc);
  if (!p || p->verbatim) return false;
  return !p->construct || p->construct->kind == Kind::go || p->construct->kind == Kind::select ||
         p->construct->kind == Kind::select_case || p->construct->kind == Kind::main;
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

void explain(std::vector<Report>& reports, const Places& places, ASTContext* ast) {
  std::optional<FailedOperands> failed;
  if (ast && !reports.empty()) failed.emplace(*ast, places);
  std::set<std::string> said;
  std::set<const Construct*> refused;  // One mistake in a construct may make several places of its code fail.
  for (Report& r : reports) {
    if (r.lint) continue;  // worded and placed as they are meant
    bool relocated = relocate(r, places);
    if (is_sequel(r, places, !refused.empty())) {
      r.head.level = DiagnosticsEngine::Ignored;
      continue;
    }
    Case c{r, places, places.place(r.head.loc), failed ? &*failed : nullptr, relocated};
    if (!r.head.file)
      for (const Rule& rule : kTable)
        if (llvm::is_contained(rule.ids, r.head.id) && rule.apply(c)) break;
    prune(r, places);
    if (speaks_of_internals(r.head.text) && c.place && c.place->construct) {
      r.head.text = std::string("this ") + name_of(c.place->construct->kind) + " cannot be compiled with operands of these types";
      c.put_at_construct();
    }
    if (c.place && c.place->construct && r.head.level >= DiagnosticsEngine::Error) {
      bool generated = relocated || c.generated();
      if (!refused.insert(c.place->construct).second && generated) r.head.level = DiagnosticsEngine::Ignored;
    }
    if (r.head.file && r.head.level >= DiagnosticsEngine::Error &&
        !said.insert(r.head.file->path + ":" + std::to_string(r.head.offset) + ":" + r.head.text).second)
      r.head.level = DiagnosticsEngine::Ignored;
  }
}

} // namespace gocpp::tool
