// Sends, receives and channels in the language's words. See case.h.

#include "case.h"

using namespace clang;

namespace gocpp::tool {

namespace {

/// A type in quotes, channels as the prelude names them.
std::string quoted(llvm::StringRef type) {
  std::string s = "'" + type.str() + "'";
  for (llvm::StringRef name : {"chan<", "send_chan<", "recv_chan<"}) replace_all(s, ("gocpp::" + name).str(), name);
  for (llvm::StringRef name : {"std::basic_string<char, std::char_traits<char>, std::allocator<char>>", "std::basic_string<char>",
                               "basic_string<char, char_traits<char>, allocator<char>>", "basic_string<char>"})
    replace_all(s, name, "std::string");
  return s;
}

/// Whether a printed type is a channel, and not something made of channels.
bool is_channel(llvm::StringRef type) {
  type.consume_front("const ");
  type.consume_front("gocpp::");
  bool named = type.starts_with("chan<") || type.starts_with("send_chan<") || type.starts_with("recv_chan<");
  if (!named) return false;
  int depth = 0;
  for (size_t i = 0; i < type.size(); ++i) {
    if (type[i] == '<') ++depth;
    if (type[i] == '>' && --depth == 0) return type.drop_front(i + 1).trim("& ").empty();
  }
  return false;
}
bool is_send_only(llvm::StringRef type) { return is_channel(type) && type.split('<').first.ends_with("send_chan"); }
bool is_receive_only(llvm::StringRef type) { return is_channel(type) && type.split('<').first.ends_with("recv_chan"); }

std::string cannot_receive(llvm::StringRef type) {
  if (llvm::Regex("^(const )?gocpp::(timer|ticker)( *&)?$").match(type)) return "cannot receive from " + quoted(type) + ": it is no channel, its 'channel()' is";
  return "cannot receive from " + quoted(type) + (is_send_only(type) ? ": it only sends" : ": it is no channel");
}
std::string cannot_send_to(llvm::StringRef type) {
  return "cannot send to " + quoted(type) + (is_receive_only(type) ? ": it only receives" : ": it is no channel");
}

// ---- receives ----

bool receive_from_no_channel(Case& c) {
  if (!c.generated() || !c.at({Kind::receive, Kind::receive_ok, Kind::define_receive, Kind::select_case})) return false;
  const FailedOperation* op = c.operation();
  c.head().text = cannot_receive(op && !op->channel.empty() ? op->channel : c.type(0));
  c.put_at_construct();
  c.keep_traces_only();
  return true;
}

/// The construct whose names a failed structured binding declares.
const Construct* pair_receive(const Case& c) {
  for (const Construct& k : c.place->file->result().constructs) {
    if (k.kind != Kind::receive_ok && k.kind != Kind::define_receive) continue;
    // The names stand left of the arrow, on its statement.
    llvm::StringRef between = c.place->file->map.original().slice(c.place->offset, k.anchor);
    if (k.anchor >= c.place->offset && !between.contains(';') && !between.contains('{')) return &k;
  }
  return nullptr;
}

bool pair_from_no_channel(Case& c) {
  if (!c.place || !(c.place->verbatim || c.at({Kind::define_receive}))) return false;
  if (const Construct* k = c.place->verbatim ? pair_receive(c) : c.place->construct) {
    c.head().text = cannot_receive(c.type(0));
    c.put(k->anchor, k->range);
  } else if (is_channel(c.type(0))) {
    c.head().text = quoted(c.type(0)) + " has no parts to bind; a receive, which gives a value and whether there was one, is written '<-'";
  } else {
    return false;
  }
  c.keep_traces_only();
  return true;
}

/// `auto [v, ok] = c.recv();`
bool pair_of_recv(Case& c) {
  if (!c.place || !c.place->verbatim || !ends_in_call(c.place->file->map.original(), c.place->offset, "recv()")) return false;
  c.head().text = kRecvGivesOne.str();
  c.keep_traces_only();
  return true;
}

/// A channel of a class that is declared only. Where one is made, a header of ours says it.
bool incomplete_element(Case& c) {
  if (!c.at({Kind::receive, Kind::receive_ok, Kind::define_receive, Kind::send, Kind::select_case, Kind::select})) return false;
  if (!c.generated() && !c.relocated) return false;
  c.head().text = "the element type " + quoted(c.type(0)) + " of this channel is incomplete";
  c.put_at_construct();
  llvm::erase_if(c.report.notes, [](const Said& n) { return !is_trace(n) && n.id != diag::note_forward_declaration; });
  return true;
}

/// `close` of the receiving direction: a deleted function.
bool close_of_receiver(Case& c) {
  if (!c.place || !c.place->verbatim || !llvm::StringRef(c.head().text).contains("'close'")) return false;
  bool ours = llvm::any_of(c.report.notes, [&](const Said& n) { return c.places.in_our_headers(n.loc); });
  if (!ours) return false;
  c.head().text = "cannot close a recv_chan: it only receives";
  c.keep_traces_only();
  return true;
}

/// In a constexpr function: the objects of generated code are no literals.
bool not_constant(Case& c) {
  if (!c.generated()) return false;
  if (c.at({Kind::select, Kind::select_case})) c.head().text = "a select cannot stand in a constexpr function";
  else if (c.at({Kind::go})) c.head().text = "a go statement cannot stand in a constexpr function";
  else return false;
  c.put_at_construct();
  c.keep_traces_only();
  return true;
}

/// `T{}` for a channel that is closed and drained.
bool no_zero_value(Case& c) {
  if (!c.relocated || !c.at({Kind::receive, Kind::receive_ok, Kind::define_receive, Kind::select_case})) return false;
  c.head().text = "a receive gives T{} once the channel is closed, and this T has no such value: use c.next(), an optional";
  c.put_at_construct();
  c.keep_traces_only();
  return true;
}

/// `std::string s = <-c;`: what is received does not fit. The candidates are what a library could be made of.
bool received_does_not_fit(Case& c) {
  if (!c.place || !c.place->verbatim || c.head().types.size() < 2) return false;
  llvm::StringRef text = c.place->file->map.original();
  for (const Construct& k : c.place->file->result().constructs) {
    if (k.kind != Kind::receive && k.kind != Kind::select_case) continue;
    // `NAME = <-` or, in a return, `<-` itself.
    llvm::StringRef between = text.slice(c.place->offset, k.anchor).ltrim();
    bool initializes = between.drop_while([](char x) { return llvm::isAlnum(x) || x == '_'; }).trim() == "=";
    bool returns = c.place->offset == k.anchor && text.substr(k.range.end).ltrim().starts_with(";");
    bool whole = text.substr(k.range.end).ltrim().starts_with(";") || k.kind == Kind::select_case;
    if (k.anchor < c.place->offset || !whole || !(initializes || returns)) continue;
    std::string from = c.type(0), to = c.type(1);
    if (c.head().id == diag::err_init_conversion_failed) std::swap(from, to);
    c.head().text = "cannot receive " + quoted(from) + " into " + quoted(to);
    c.keep_traces_only();
    return true;
  }
  return false;
}

/// `for (auto v : c)` of the sending direction.
bool loop_over_sender(Case& c) {
  std::string type = c.type(0);
  // Its begin is deleted, and the note tells of what.
  for (const Said& n : c.report.notes)
    if (n.id == diag::note_in_for_range && !n.types.empty()) type = n.types.front();
  if (!is_channel(type) || !is_send_only(type)) return false;
  c.head().text = cannot_receive(type);
  c.keep_traces_only();
  return true;
}

// ---- sends ----

/// What a send refuses, from the candidates that the compiler lists, where its operands have left no trace in the AST.
bool refused_by_candidates(Case& c) {
  for (const Said& n : c.report.notes) {
    if (n.id != diag::note_ovl_candidate_bad_conv || n.types.size() < 2) continue;
    llvm::StringRef element = llvm::StringRef(n.types[1]).rtrim("& ");
    element.consume_front("const ");
    c.head().text = "cannot send " + quoted(n.types[0]) + " to a channel of " + quoted(element);
    return true;
  }
  return false;
}

/// The same of a receive, of which only the type that no candidate took is known.
bool receive_refused_by_candidates(Case& c) {
  if (!llvm::StringRef(c.head().text).contains("'recv'")) return false;
  bool sends = llvm::any_of(c.report.notes, [](const Said& n) { return llvm::StringRef(n.text).contains("send_chan'"); });
  c.head().text = sends ? "cannot receive from a send_chan: it only sends" : "cannot receive from this operand: it is no channel";
  return true;
}

/// Whether the value of the send is written as a move.
bool moves(const Case& c) {
  llvm::StringRef text = c.place->file->map.original();
  const Construct& k = *c.place->construct;
  return text.slice(k.anchor + 2, k.range.end).ltrim().starts_with("std::move(");
}

/// `c.send(v)`, as the user wrote it.
bool member_send_refused(Case& c) {
  llvm::StringRef text = c.head().text;
  if (!c.place || !c.place->verbatim || !(text.contains("'send'") || text.contains("'try_send'"))) return false;
  if (!llvm::any_of(c.report.notes, [&](const Said& n) { return c.places.in_our_headers(n.loc); }) || !refused_by_candidates(c)) return false;
  c.keep_traces_only();
  return true;
}

bool send_refused(Case& c) {
  if (!c.generated() || !c.at({Kind::send, Kind::select_case, Kind::select})) return false;
  const FailedOperation* op = c.operation();
  if (!op) {
    if (!c.at({Kind::send, Kind::select_case}) || !(receive_refused_by_candidates(c) || refused_by_candidates(c))) return false;
  } else if (op->is_receive) {
    c.head().text = cannot_receive(op->channel);
  } else if (!is_channel(op->channel) || is_receive_only(op->channel)) {
    c.head().text = cannot_send_to(op->channel);
  } else if (op->value.empty()) {
    c.head().text = std::string("cannot send this ") + (op->braced ? "braced list" : "value") + " to " + quoted(op->channel);
  } else if (op->same_type && moves(c)) {
    c.head().text = "cannot send '" + op->value + "' to " + quoted(op->channel) + ": what std::move is given is const";
  } else if (op->same_type) {
    c.head().text = "cannot send a copy of " + quoted(op->value) + " to " + quoted(op->channel) + "; use std::move to give it away";
  } else {
    c.head().text = "cannot send " + quoted(op->value) + " to " + quoted(op->channel);
  }
  if (op)
    if (auto at = c.places.place(op->operand); at && at->verbatim && at->construct) c.place = at;
  c.put_at_construct();
  c.keep_traces_only();
  return true;
}

bool send_to_no_channel(Case& c) {
  if (!c.generated() || !c.at({Kind::send, Kind::select_case, Kind::select})) return false;
  const FailedOperation* op = c.operation();
  std::string type = op && !op->channel.empty() ? op->channel : c.type(0);
  if (type == "?") {
    // "no member named 'send' in 'gocpp::recv_chan<int>'"
    llvm::SmallVector<llvm::StringRef, 2> parts;
    if (llvm::Regex("in '([^']*)'").match(c.head().text, &parts)) type = parts[1].str();
  }
  c.head().text = cannot_send_to(type);
  c.put_at_construct();
  c.keep_traces_only();
  return true;
}

/// `x <- v;` was taken for C++, since x is no channel, and C++ has no such comparison or no such `-`.
bool comparison_that_looks_like_a_send(Case& c) {
  if (!c.place || !c.place->verbatim) return false;
  bool minus = c.head().id == diag::err_typecheck_unary_expr;
  for (const Doubt& d : c.place->file->result().doubts) {
    if (d.about != Doubt::About::send || d.construct || d.anchor + minus != c.place->offset) continue;
    llvm::StringRef channel = c.place->file->map.original().slice(d.expression.begin, d.expression.end).rtrim();
    c.head().text = minus ? "cannot send to '" + channel.str() + "': it is no channel" : cannot_send_to(c.type(0));
    c.put(d.anchor, {d.expression.begin, d.anchor + 2});
    c.keep_traces_only();
    return true;
  }
  return false;
}

/// `f <- v;` with the name of a function, behind which the compiler takes `<` for that of template arguments.
bool send_to_function(Case& c) {
  for (const Said& n : c.report.notes) {
    auto at = n.id == diag::note_matching ? c.places.place(n.loc) : std::nullopt;
    if (!at || !at->verbatim) continue;
    for (const Doubt& d : at->file->result().doubts) {
      if (d.about != Doubt::About::send || d.construct || d.anchor != at->offset) continue;
      llvm::StringRef function = at->file->map.original().slice(d.expression.begin, d.expression.end).rtrim();
      c.head().text = "cannot send to '" + function.str() + "': it is no channel";
      c.place = at;
      c.put(d.anchor, {d.expression.begin, d.anchor + 2});
      c.keep_traces_only();
      return true;
    }
  }
  return false;
}

// ---- channels ----

/// `c = d;` of a channel that is const, such as a lambda's copy.
bool assignment_to_const(Case& c) {
  llvm::SmallVector<llvm::StringRef, 2> parts;
  for (const Said& n : c.report.notes) {
    if (!llvm::Regex("'this' argument has type '(const [^']*)'").match(n.text, &parts) || !is_channel(parts[1])) continue;
    c.head().text = "cannot assign to " + quoted(parts[1]);
    c.keep_traces_only();
    return true;
  }
  return false;
}

/// `int x = (c <- 1);`, which C++ reads as a comparison.
bool send_in_expression(Case& c) {
  if (!c.place || !c.place->verbatim || !is_channel(c.type(0))) return false;
  if (!c.place->file->map.original().substr(c.place->offset).starts_with("<-")) return false;
  c.head().text = "a send is a statement and has no value";
  c.keep_traces_only();
  return true;
}

/// `c <- 1 2;`: the bracket that clang misses is ours.
bool send_without_end(Case& c) {
  if (!c.place || !c.place->verbatim || c.head().text != "expected ')'") return false;
  for (const Said& n : c.report.notes) {
    auto open = n.id == diag::note_matching ? c.places.place(n.loc) : std::nullopt;
    if (!open || open->verbatim || !open->construct || open->construct->kind != Kind::send) continue;
    uint32_t end = static_cast<uint32_t>(c.place->file->map.original().take_front(c.place->offset).rtrim().size());
    c.head().text = "expected ';' after the send";
    c.put(end, {});
    c.head().own_fixits.push_back({{end, end}, ";"});
    c.keep_traces_only();
    return true;
  }
  return false;
}

/// `if (auto [v, ok] = <-c)`
bool pair_as_condition(Case& c) {
  if (llvm::none_of(c.head().types, [](llvm::StringRef t) { return t.contains("received<"); })) return false;
  c.head().text = "a value and whether there was one are no condition: write 'auto [v, ok] = <-c; ok'";
  c.keep_traces_only();
  return true;
}

/// `auto& [v, ok] = <-c;`
bool reference_to_received(Case& c) {
  if (!c.place || llvm::none_of(c.head().types, [](llvm::StringRef t) { return t.contains("received<"); })) return false;
  c.head().text = kReceivedIsTemporary.str();
  c.keep_traces_only();
  return true;
}

/// `chan int c;`, Go's spelling of the type.
bool type_without_element(Case& c) {
  if (!c.place || !c.place->verbatim) return false;
  llvm::StringRef before = c.place->file->map.original().take_front(c.place->offset);
  bool after_name = c.head().id == diag::err_invalid_decl_spec_combination;  // where the prelude has declared it
  static const llvm::Regex name("(^|[^A-Za-z0-9_])(chan|send_chan|recv_chan)[ \t]+$"), quoted_name("(')(chan|send_chan|recv_chan)'");
  llvm::SmallVector<llvm::StringRef, 3> found;
  if (!(after_name ? name : quoted_name).match(after_name ? before : llvm::StringRef(c.head().text), &found)) return false;
  std::string type = found[2].str();
  if (after_name) {
    auto at = static_cast<uint32_t>(found[2].data() - c.place->file->map.original().data());
    c.put(at, {at, at + static_cast<uint32_t>(type.size())});
  }
  c.head().text = "'" + type + "' lacks its element type, as in '" + type + "<int>'";
  c.head().fixits.clear();
  c.keep_traces_only();
  return true;
}

bool no_conversion_between_channels(Case& c) {
  if (c.head().types.size() < 2 || !is_channel(c.type(0)) || !is_channel(c.type(1))) return false;
  c.keep_traces_only();
  return true;
}

/// `v, ok := <-c;`, of which nothing is used: the compiler speaks of a binding.
bool unused_names(Case& c) {
  if (!c.generated() || !c.at({Kind::define_receive, Kind::select_case})) return false;
  llvm::StringRef text = c.place->file->map.original();
  llvm::SmallVector<llvm::StringRef, 3> parts;
  if (!llvm::Regex("\\[([A-Za-z_0-9]+), ([A-Za-z_0-9]+)\\]").match(c.head().text, &parts)) return false;
  llvm::StringRef before = text.take_front(c.place->construct->anchor + 2);
  size_t define = before.rfind(":=");
  size_t second = define == llvm::StringRef::npos ? define : before.take_front(define).rfind(parts[2]);
  size_t first = second == llvm::StringRef::npos ? second : before.take_front(second).rfind(parts[1]);
  if (first == llvm::StringRef::npos) return false;
  c.head().text = "unused variables '" + parts[1].str() + "' and '" + parts[2].str() + "'" + c.head().text.substr(c.head().text.find(']') + 2);
  c.put(static_cast<uint32_t>(first), {static_cast<uint32_t>(first), static_cast<uint32_t>(second + parts[2].size())});
  return true;
}

const Rule kRules[] = {
    {{diag::err_typecheck_indirection_requires_pointer, diag::err_typecheck_unary_expr, diag::err_ovl_no_viable_oper},
     receive_from_no_channel},
    {{diag::err_decomp_decl_unbindable_type, diag::err_decomp_decl_wrong_number_bindings}, pair_from_no_channel},
    {{diag::err_decomp_decl_unbindable_type, diag::err_decomp_decl_inaccessible_field, diag::err_decomp_decl_anon_union_member}, pair_of_recv},
    {{diag::err_call_incomplete_return, diag::err_call_function_incomplete_return, diag::err_typecheck_decl_incomplete_type,
      diag::err_incomplete_type, diag::err_incomplete_type_used_in_type_trait_expr},
     incomplete_element},
    {{diag::err_for_range_invalid, diag::err_deleted_function_use}, loop_over_sender},
    {{diag::err_lvalue_reference_bind_to_temporary}, reference_to_received},
    {{diag::err_typecheck_bool_condition}, pair_as_condition},
    {{diag::err_typecheck_invalid_operands}, send_in_expression},
    {{diag::err_expected}, send_without_end},
    {{diag::err_ovl_no_viable_oper}, assignment_to_const},
    {{diag::err_ovl_no_viable_member_function_in_call}, member_send_refused},
    {{diag::err_ovl_deleted_call}, close_of_receiver},
    {{diag::err_constexpr_local_var_non_literal_type}, not_constant},
    {{diag::warn_unused_variable}, unused_names},
    {{diag::err_ovl_no_viable_function_in_init, diag::err_init_conversion_failed}, no_zero_value},
    {{diag::err_typecheck_nonviable_condition, diag::err_init_conversion_failed}, received_does_not_fit},
    {{diag::err_ovl_no_viable_member_function_in_call, diag::err_ovl_no_viable_function_in_call, diag::err_typecheck_convert_incompatible,
      diag::err_ovl_ambiguous_member_call, diag::err_ovl_ambiguous_call, diag::err_init_conversion_failed},
     send_refused},
    {{diag::err_no_member, diag::err_typecheck_member_reference_struct_union, diag::err_typecheck_member_reference_suggestion},
     send_to_no_channel},
    {{diag::err_typecheck_invalid_operands, diag::ext_typecheck_comparison_of_pointer_integer,
      diag::err_typecheck_comparison_of_pointer_integer, diag::err_ovl_no_viable_oper, diag::err_typecheck_unary_expr},
     comparison_that_looks_like_a_send},
    {{diag::err_typecheck_nonviable_condition}, no_conversion_between_channels},
    {{diag::err_expected}, send_to_function},
    {{diag::err_unknown_typename, diag::err_unknown_typename_suggest, diag::err_undeclared_var_use, diag::err_undeclared_var_use_suggest,
      diag::err_template_missing_args, diag::err_invalid_decl_spec_combination, diag::err_auto_not_allowed},
     type_without_element},
};

} // namespace

bool ends_in_call(llvm::StringRef text, uint32_t at, llvm::StringRef call) {
  llvm::StringRef statement = text.take_front(text.find(';', at)).rtrim();
  return statement.consume_back(call) && (statement.ends_with(".") || statement.ends_with("->"));
}

llvm::ArrayRef<Rule> channel_rules() { return kRules; }

} // namespace gocpp::tool
