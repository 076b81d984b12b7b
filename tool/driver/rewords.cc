// See rewords.h.

#include "case.h"
#include "habits.h"
#include "rewords_header.h"
#include "rewords_names.h"

#include <map>
#include <set>
#include <utility>

using namespace clang;

namespace gocpp::tool {

void replace_all(std::string& text, llvm::StringRef from, llvm::StringRef to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) text.replace(at, from.size(), to);
}

std::string with_plain_quotes(llvm::StringRef words) {
  std::string s = words.str();
  for (const char* quote : {"\u2018", "\u2019"}) replace_all(s, quote, "'");
  return s;
}

bool is_trace(const Said& note) {
  switch (note.id) {
  case diag::note_template_class_instantiation_was_here:
  case diag::note_template_class_explicit_specialization_was_here:
  case diag::note_template_class_instantiation_here:
  case diag::note_template_member_class_here:
  case diag::note_template_member_function_here:
  case diag::note_function_template_spec_here:
  case diag::note_template_static_data_member_def_here:
  case diag::note_template_variable_def_here:
  case diag::note_template_enum_def_here:
  case diag::note_template_nsdmi_here:
  case diag::note_template_type_alias_instantiation_here:
  case diag::note_template_exception_spec_instantiation_here:
  case diag::note_template_requirement_instantiation_here:
  case diag::note_default_arg_instantiation_here:
  case diag::note_default_function_arg_instantiation_here:
  case diag::note_explicit_template_arg_substitution_here:
  case diag::note_function_template_deduction_instantiation_here:
  case diag::note_deduced_template_arg_substitution_here:
  case diag::note_prior_template_arg_substitution:
  case diag::note_concept_specialization_here:
  case diag::note_constraint_substitution_here:
  case diag::note_instantiation_contexts_suppressed: return true;
  default: return false;
  }
}

bool speaks_of_internals(llvm::StringRef text) {
  for (const char* word : {"gocpp::abi", "gocpp::detail", "gocpp_", "GOCPP_", "receiver_proxy", "by_name_call", "method_call", "value_call",
                           "'go_value'", "'go_on'", "'go_via'"})
    if (text.contains(word)) return true;
  return false;
}

void Case::keep_traces_only() {
  llvm::erase_if(report.notes, [](const Said& n) { return !is_trace(n); });
}

const FailedOperation* Case::operation() const {
  auto trace = llvm::find_if(report.notes, is_trace);
  return failed ? failed->find(report.head.loc, trace == report.notes.end() ? "" : trace->text) : nullptr;
}

namespace {

// ---- our headers ----

bool is_own_assertion(llvm::StringRef text) { return text.contains("gocpp: "); }

bool own_static_assertion(Case& c) {
  auto [before, words] = llvm::StringRef(c.head().text).split("gocpp: ");
  if (words.empty()) return false;
  // An older compiler puts quotes around them.
  c.head().text = words.rtrim('"').str();
  c.keep_traces_only();
  return true;
}

/// A deleted function of ours that takes a number where a duration is meant.
bool number_without_unit(Case& c) {
  // Of a constructor that was deleted by itself other words are said.
  bool made = llvm::Regex("^call to deleted constructor of '(gocpp::)?(timer|ticker)'|to '(gocpp::)?(io::)?deadline' invokes a deleted").match(c.head().text);
  if (!made && llvm::none_of(c.report.notes, [](const Said& n) { return llvm::StringRef(n.text).contains(kNumberWithoutUnit); }))
    return false;
  c.head().text = kDurationHasUnit.str();
  c.keep_traces_only();
  return true;
}

/// `conn.write(array)`
bool text_or_all(Case& c) {
  if (!llvm::Regex("to '(gocpp::)?(io::)?const_buffer' invokes a deleted function$").match(c.head().text)) return false;
  c.head().text = kTextOrAll.str();
  c.keep_traces_only();
  return true;
}

const Rule kOwnRules[] = {
    {{diag::err_ovl_deleted_call, diag::err_ovl_deleted_init, diag::err_typecheck_deleted_function}, number_without_unit},
    {{diag::err_typecheck_deleted_function}, text_or_all},
    {{diag::err_static_assert_failed, diag::err_static_assert_requirement_failed}, own_static_assertion},
};

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

/// Moves an error that stands in our headers, or was instantiated through them, to the user's text that led there.
bool relocate(Report& r, const Places& places) {
  if (places.in_user_text(r.head.loc) || r.head.file) return false;
  bool through_us = places.in_our_headers(r.head.loc);
  size_t first = 0;
  for (; first < r.notes.size(); ++first) {
    const Said& n = r.notes[first];
    if (is_trace(n) && places.in_user_text(n.loc)) break;
    through_us |= places.in_our_headers(n.loc);
  }
  if (!through_us || first == r.notes.size()) return false;
  for (size_t i = 0; i < first; ++i)
    if (unsigned number = refused_argument(r.notes[i].text)) r.argument = number;
  r.head.loc = r.notes[first].loc;
  r.head.ranges.clear();
  r.head.fixits.clear();
  r.notes.erase(r.notes.begin(), r.notes.begin() + static_cast<ptrdiff_t>(first) + 1);
  llvm::erase_if(r.notes, [&](const Said& n) { return !places.in_user_text(n.loc); });
  return true;
}

/// Whether the error is of a call that the user wrote, so that functions of the library are candidates like any other.
bool is_call_of_users(const Case& c) {
  if (!c.place || !c.place->verbatim || c.relocated || c.report.head.file) return false;
  switch (c.report.head.id) {
  case diag::err_ovl_no_viable_function_in_call:
  case diag::err_ovl_no_viable_member_function_in_call:
  case diag::err_typecheck_call_too_few_args:
  case diag::err_typecheck_call_too_few_args_one:
  case diag::err_typecheck_call_too_many_args:
  case diag::err_typecheck_call_too_many_args_one: return true;
  default: return false;
  }
}

/// Takes out notes that show nothing of the user's.
void prune(Case& c) {
  Report& r = c.report;
  const Places& places = c.places;
  bool through_us = llvm::any_of(r.notes, [&](const Said& n) { return is_trace(n) && places.in_our_headers(n.loc); });
  bool library = is_call_of_users(c) && !through_us;
  bool ours = !library && llvm::any_of(r.notes, [&](const Said& n) { return places.in_our_headers(n.loc); });
  llvm::erase_if(r.notes, [&](const Said& n) {
    if (n.file || n.loc.isInvalid()) return false;
    if (speaks_of_internals(n.text)) return true;
    if (places.in_our_headers(n.loc)) return !library;
    if (ours && !places.in_user_text(n.loc)) return true;
    auto p = places.place(n.loc);
    return p && !p->verbatim;
  });
}

/// An error in our headers that nothing connects with the user's text: clang says once how it got to an instantiation, so this is
/// the second error there.
bool is_sequel(const Report& r, const Places& places, bool after_refusal) {
  return after_refusal && r.head.level >= DiagnosticsEngine::Error && !r.head.file && places.in_our_headers(r.head.loc) &&
         llvm::none_of(r.notes, [&](const Said& n) { return is_trace(n) && places.in_user_text(n.loc); });
}

using PlacesInFiles = std::set<std::pair<const LoweredFile*, uint32_t>>;

/// What clang says of a `go` that it took for a name: of what it put in its place, and of what follows it.
bool is_sequel_of_go(const Case& c, const PlacesInFiles& after_go) {
  if (!c.place || !c.place->verbatim) return false;
  llvm::StringRef text = c.place->file->map.original();
  if (llvm::StringRef(c.report.head.text).contains("<overloaded function type>")) {
    // `auto t = go f();`: of the variable.
    auto next = after_go.lower_bound({c.place->file, c.place->offset});
    return next != after_go.end() && next->first == c.place->file && text.substr(next->second).starts_with("go") &&
           !text.slice(c.place->offset, next->second).contains(';');
  }
  if (c.report.head.id == diag::err_ovl_unresolvable) return after_go.count({c.place->file, c.place->offset}) != 0;
  if (c.report.head.id != diag::err_expected_semi_after_expr && c.report.head.id != diag::err_expected_semi_declaration &&
      c.report.head.id != diag::err_expected_semi_after_stmt && c.report.head.id != diag::err_expected)
    return false;
  llvm::StringRef before = text.take_front(c.place->offset).rtrim();
  return before.ends_with("go") && after_go.count({c.place->file, static_cast<uint32_t>(before.size()) - 2}) != 0;
}

/// The template instantiations of the user's that a report is about: what is wrong in two of them is wrong twice.
std::string instantiation(const Report& r, const Places& places) {
  std::string s;
  for (const Said& n : r.notes)
    if (is_trace(n) && places.in_user_text(n.loc)) s += "|" + n.text + std::to_string(n.loc.getRawEncoding());
  return s;
}

void reword(Case& c) {
  for (llvm::ArrayRef<Rule> rules : {go_rules(), channel_rules(), llvm::ArrayRef(kOwnRules)})
    for (const Rule& rule : rules)
      if (llvm::is_contained(rule.ids, c.head().id) && rule.apply(c)) return;
}

/// A name of gocpp's that a header of ours would declare: for those, what to say; else empty.
std::string header_for(const Report& r, const Places& places) {
  switch (r.head.id) {
  case diag::err_undeclared_var_use:
  case diag::err_undeclared_var_use_suggest:
  case diag::err_unknown_typename:
  case diag::err_unknown_typename_suggest:
  case diag::err_expected_namespace_name:
  case diag::err_using_directive_suggest: {
    if (r.head.loc.isInvalid()) return "";
    bool invalid = false;
    const char* text = places.sources().getCharacterData(places.sources().getSpellingLoc(r.head.loc), &invalid);
    return invalid ? "" : missing_header(llvm::StringRef(text));
  }
  default: break;
  }
  return r.head.level >= DiagnosticsEngine::Error ? missing_header_of(unknown_in_gocpp(r.head.text)) : "";
}

/// An expression that the compiler repeats, with receives as the user writes them.
std::string as_written(std::string text) {
  for (const char* lowered : {"* ~ ", "*~"}) replace_all(text, lowered, "<-");
  return text;
}

/// The last resort, for what no rule knows.
void hide_internals(Case& c, bool after_error) {
  if (!speaks_of_internals(c.head().text)) return;
  if (c.place && c.place->construct) {
    c.head().text = std::string("this ") + name_of(c.place->construct->kind) + " cannot be compiled with operands of these types";
    c.put_at_construct();
  } else if (c.place && c.head().level >= DiagnosticsEngine::Error) {
    // Said of a channel's parts, behind what was said of the channel.
    if (after_error) c.head().level = DiagnosticsEngine::Ignored;
    c.head().text = "a channel cannot be used like this";
  }
}

std::string known_habit(const Case& c) {
  return habit_here(c.report.head.text, c.place ? llvm::StringRef(c.place->file->map.original()) : "", c.place ? c.place->offset : 0);
}

std::pair<const LoweredFile*, size_t> line_of(const Place& p) { return {p.file, p.file->map.original().take_front(p.offset).count('\n')}; }

/// The types of ours of which lambdas in these reports would have copies, and cannot.
std::set<std::string> copied_types(const std::vector<Report>& reports, const Places& places) {
  std::set<std::string> types;
  for (const Report& r : reports) {
    auto place = r.head.file ? std::nullopt : places.place(r.head.loc);
    if (!place) continue;
    if (std::string type = copied_by_lambda(r.head.text, place->file->map.original(), place->offset); !type.empty()) types.insert(type);
  }
  return types;
}
/// That a lambda cannot be copied, which has been said of what it captures.
bool is_copy_of_lambda(const Report& r, bool said) {
  return said && llvm::StringRef(r.head.text).starts_with("call to implicitly-deleted copy constructor of '(lambda at ");
}

} // namespace

bool is_about_generated_code(const Places& places, SourceLocation loc) {
  auto p = places.place(loc);
  if (!p || p->verbatim) return false;
  // What a case receives, and the names that it declares with `:=`, are the user's for all that the text is not.
  llvm::StringRef text(places.sources().getCharacterData(places.sources().getSpellingLoc(loc)));
  if (p->construct && p->construct->kind == Kind::select_case && (text.starts_with("::gocpp::abi::value") || text.starts_with("["))) return false;
  return !p->construct || p->construct->kind == Kind::go || p->construct->kind == Kind::select ||
         p->construct->kind == Kind::select_case || p->construct->kind == Kind::main;
}

void explain(std::vector<Report>& reports, const Places& places, ASTContext* ast) {
  std::optional<FailedOperands> failed;
  if (ast && llvm::any_of(reports, [](const Report& r) { return r.head.level >= DiagnosticsEngine::Error; })) failed.emplace(*ast, places);
  std::set<std::string> said;
  bool moved = false;  // An error of our headers has been shown at the user's text.
  PlacesInFiles after_go;
  PlacesInFiles asserted;  // Where a header of ours has said what is wrong.
  std::set<std::string> missing;
  std::map<std::pair<const LoweredFile*, size_t>, std::set<std::string>> habits;  // Lines on which some were found.
  std::set<std::string> copied = copied_types(reports, places);
  std::set<std::pair<const Construct*, std::string>> refused;  // One mistake in a construct may make several places of its code fail.
  for (Report& r : reports) {
    if (r.lint) continue;  // worded and placed as they are meant
    if (copied.count(const_of_ours(r.head.text)) || is_copy_of_lambda(r, !copied.empty())) {
      r.head.level = DiagnosticsEngine::Ignored;  // the copy is what is wrong
      continue;
    }
    bool relocated = relocate(r, places);
    if (is_sequel(r, places, !refused.empty() || moved)) {
      r.head.level = DiagnosticsEngine::Ignored;
      continue;
    }
    Case c{r, places, places.place(r.head.loc), failed ? &*failed : nullptr, relocated};
    if (relocated && c.place && !r.head.file && asserted.count({c.place->file, c.place->offset})) {
      r.head.level = DiagnosticsEngine::Ignored;
      continue;
    }
    if (relocated && c.place && is_own_assertion(r.head.text)) asserted.insert({c.place->file, c.place->offset});
    moved |= relocated && r.head.level >= DiagnosticsEngine::Error;
    bool generated = relocated || c.generated(), is_error = r.head.level >= DiagnosticsEngine::Error;
    std::string within = instantiation(r, places);
    if (std::string header = r.head.file ? "" : header_for(r, places); !header.empty()) {
      r.head.text = header;
      r.head.fixits.clear();
      c.keep_traces_only();
      if (!missing.insert(header).second) r.head.level = DiagnosticsEngine::Ignored;  // one line is missing, however often
      continue;
    }
    if (std::string here = r.head.file || !is_error ? "" : known_habit(c); !here.empty()) {
      r.head.text = here;
      r.head.fixits.clear();  // clang's guess
      c.keep_traces_only();
      if (c.place && !habits[line_of(*c.place)].insert(here).second) r.head.level = DiagnosticsEngine::Ignored;
    } else if (is_error && !r.head.file && c.place && c.place->verbatim && habits.count(line_of(*c.place))) {
      r.head.level = DiagnosticsEngine::Ignored;  // the compiler has lost its way
      continue;
    }
    if (!r.head.file) reword(c);
    if (relocated && !r.head.file && c.place && c.place->construct && (c.generated() || c.at({Kind::go}))) c.put_at_construct();
    prune(c);
    if (!r.head.file) hide_internals(c, !said.empty());
    r.head.text = as_written(places.with_user_places(r.head.text));
    for (Said& n : r.notes) n.text = as_written(places.with_user_places(n.text));
    if (c.place && c.place->construct && is_error && !refused.insert({c.place->construct, within}).second && generated)
      r.head.level = DiagnosticsEngine::Ignored;
    if (is_sequel_of_go(c, after_go)) r.head.level = DiagnosticsEngine::Ignored;
    if (r.head.file && is_error) after_go.insert({r.head.file, r.head.offset});
    // What is made twice of one text, such as main's declaration, is wrong once.
    if (!r.head.loc.isMacroID() && c.place) {
      uint32_t offset = r.head.file ? r.head.offset : c.place->offset;
      if (!said.insert(c.place->file->path + ":" + std::to_string(offset) + ":" + r.head.text + within).second)
        r.head.level = DiagnosticsEngine::Ignored;
    }
  }
}

} // namespace gocpp::tool
