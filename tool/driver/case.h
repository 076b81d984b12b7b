// One report while it is being worded, and what the files of rewordings share. Private to rewords*.cc.
#pragma once

#include "failed.h"
#include "rewords.h"

#include "clang/Basic/DiagnosticParse.h"
#include "clang/Basic/DiagnosticSema.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Regex.h"

#include <initializer_list>
#include <optional>
#include <string>

namespace gocpp::tool {

/// What is known of one report while it is being worded.
struct Case {
  Report& report;
  const Places& places;
  std::optional<Place> place;    ///< Of the error.
  const FailedOperands* failed;  ///< What the AST tells; may be null.
  bool relocated;                ///< The error was not in the user's text.

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
  void put_at_construct() { put(pointed_at(*place->construct), underlined(*place->construct)); }
  /// The sentence says it all: of the notes only those stay that tell how the compiler got here.
  void keep_traces_only();
  std::string type(size_t i) { return i < head().types.size() ? head().types[i] : "?"; }
  const FailedOperation* operation() const;
};

/// One rewording: for which messages, and what it makes of them. False: not this one after all.
struct Rule {
  std::initializer_list<unsigned> ids;
  bool (*apply)(Case&);
};

llvm::ArrayRef<Rule> channel_rules();  ///< rewords_channel.cc
llvm::ArrayRef<Rule> go_rules();       ///< rewords_go.cc

/// Whether a note tells of a template that was being instantiated.
bool is_trace(const Said& note);

/// Words that only generated code and its library have.
bool speaks_of_internals(llvm::StringRef text);

} // namespace gocpp::tool
