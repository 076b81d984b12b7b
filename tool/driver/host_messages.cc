// See host_messages.h.
//
// A report is shown where the user's text led to it: its place is mapped; an error that was said in a header of ours, and a
// warning that the optimiser gives where something of ours was inlined, move to the first of the user's places on the way
// there. Then it gets its words (host_rules.h, host_syntax.h), and of the lines around it stay those about the user's text.

#include "host_messages.h"

#include "compat.h"
#include "habits.h"
#include "host_output.h"
#include "host_places.h"
#include "host_rules.h"
#include "host_syntax.h"
#include "rewords_header.h"
#include "rewords_names.h"

#include "clang/Basic/FileManager.h"
#include "clang/Basic/LangOptions.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/Support/Regex.h"
#include "llvm/Support/raw_ostream.h"

#include <optional>
#include <set>
#include <utility>
#include <vector>

using namespace clang;

namespace gocpp::tool {

namespace {

class Shower {
 public:
  Shower(const Staging& staging, const HostDisplay& display) : staging_(staging), files_(FileSystemOptions()) {
    options_.get().ShowColors = display.colours;
    options_.get().ShowCarets = display.carets;
    printer_ = compat::make_printer(llvm::errs(), options_.get());
    engine_ = compat::make_engine(new DiagnosticIDs, options_.get(), printer_.get(), false);
    sources_ = std::make_unique<SourceManager>(*engine_, files_);
    places_ = std::make_unique<HostPlaces>(staging, display.include_dir, *sources_);
    LangOptions lang;
    lang.CPlusPlus = lang.CPlusPlus20 = true;
    printer_->BeginSourceFile(lang, nullptr);
  }
  ~Shower() { printer_->EndSourceFile(); }

  /// Before all are shown.
  void look_at(const HostReport& r) {
    if (!r.plain.empty() || !r.head.place.line) return;
    Spot spot = places_->locate(r.head.place);
    if (!spot.file) return;
    if (std::string type = copied_by_lambda(r.head.text, spot.file->user_text, spot.offset); !type.empty()) copied_.insert(type);
  }

  void show(HostReport& r) {
    if (!r.plain.empty()) {
      // Goes with the notes of the error before it.
      bool about_depth = llvm::StringRef(r.plain).contains(": note: set ‘-fconcepts-diagnostics-depth=’");
      if ((about_depth && !lone_line_.empty()) || speaks_of_host_internals(r.plain)) return;
      llvm::errs() << staging_.with_user_names(r.plain);
      return;
    }
    const bool is_error = r.head.level == DiagnosticsEngine::Error;
    const HostPlace said_at = r.head.place;
    const bool own_sentence = llvm::StringRef(r.head.text).contains("gocpp: ");
    const bool through_ours = leads_through_ours(r.head);
    const bool moved = through_ours && move(r.head);
    const bool in_library = places_->is_library(said_at.path);
    if (is_error && in_library && !moved && !own_sentence && is_sequel(r.head)) return;
    if (r.head.level == DiagnosticsEngine::Warning && through_ours && is_unfit_warning(r.head, moved)) return;
    Spot spot = places_->locate(r.head.place);
    if (r.head.level == DiagnosticsEngine::Warning && !moved && spot.generated && spot.around && is_statement(*spot.around)) return;

    bool lone = false;  // the notes go
    if (is_error) {
      if (std::string header = header_for(r.head.text, spot.loc); !header.empty()) {
        r.head.text = header;
        lone = true;
        if (!missing_.insert(header).second) return;
      } else if (std::string here = habit_here(r.head.text, spot.file ? llvm::StringRef(spot.file->user_text) : "", spot.offset); !here.empty()) {
        r.head.text = here;
        lone = true;
        habits_.insert(line_of(r.head.place));
      } else if (habits_.count(line_of(r.head.place)) || copied_.count(const_of_ours(r.head.text))) {
        return;
      } else if (is_said_again(r, spot) || is_follow_up(r, spot)) {
        return;
      } else {
        HostCase c = word(r, spot, moved ? said_at.path : "");
        lone = c.says_it_all;
        bool of_ours = (in_library && through_ours) || spot.generated;
        if (of_ours && !c.worded && is_refused_by_ours(r.head, spot)) return;
      }
      if (own_sentence) refused_lines_.insert(line_of(r.head.place));
      element_refused_ |= own_sentence && llvm::StringRef(r.head.text).starts_with("the element ");
    } else if (speaks_of_host_internals(r.head.text)) {
      return;
    }
    spoken_ = true;

    bool in_go = spot.in(Kind::go);
    std::vector<std::string> headings = where_from(r.head, spot, in_go || spot.generated || moved || through_ours);
    std::string key = key_of(r.head.place, headings), words = r.head.text;
    // What our headers say of something that has been refused is the same once more.
    bool said = !said_.insert(key + words).second;
    bool refused = is_error && !refused_at_.insert(key).second && moved && !own_sentence;
    if (said || refused) return;
    print(r.head, spot, headings);
    if (!lone) show_notes(r, in_go);
    if (is_error) lone_line_ = lone ? line_of(r.head.place) : "";
  }

 private:
  // ---- places ----

  /// Whether it was said in a header of ours, or came there through one.
  bool leads_through_ours(const HostMessage& m) const {
    return places_->is_ours(m.place.path) || llvm::any_of(m.contexts, [&](const HostContext& c) {
             if (c.kind == HostContext::Kind::included) return false;
             return places_->is_ours(c.place.path) || places_->is_ours(file_of(c.text)) || speaks_of_host_internals(c.text);
           });
  }
  /// Of "FILE: In function ‘…’:".
  static llvm::StringRef file_of(llvm::StringRef heading) { return heading.split(':').first; }

  /// To the user's text that led there, if the message is not about that itself. Leaves the contexts from there on outwards.
  bool move(HostMessage& m) {
    using Kind = HostContext::Kind;
    if (!places_->is_library(m.place.path)) return false;
    bool inlined = llvm::any_of(m.contexts, [](const HostContext& c) { return c.kind == Kind::inlined; });
    bool met_ours = places_->is_ours(m.place.path);
    if (!inlined && !met_ours) return false;
    for (const HostContext& c : m.contexts) {
      if (c.place.path.empty()) continue;
      met_ours |= places_->is_ours(c.place.path);
      if (inlined ? places_->is_library(c.place.path) : !places_->is_users(c.place)) continue;
      if (!met_ours) return false;
      m.place = c.place;
      if (inlined) m.contexts = {{Kind::within, c.place.path + ": In function ‘" + c.text + "’:", {}}};
      else llvm::erase_if(m.contexts, [](const HostContext& x) { return x.kind == Kind::included; });
      return true;
    }
    return false;
  }

  // ---- what is not said ----

  static bool is_statement(const Construct& c) { return c.kind == Kind::go || c.kind == Kind::select || c.kind == Kind::main; }

  /// An error in a library that is the second one of what went wrong at the user's text: nothing connects it with that, or it tells why
  /// a candidate of the first does not fit.
  bool is_sequel(const HostMessage& m) const {
    bool connected = false, of_candidate = false;
    for (const HostContext& c : m.contexts) {
      connected |= places_->is_users(c.place);
      of_candidate |= line_of(c.place) == lone_line_;
    }
    return (moved_before_ && !connected) || of_candidate;
  }

  /// What our code makes of what a sentence of ours has refused: on its line, or of its element wherever the channel is used.
  bool is_refused_by_ours(const HostMessage& m, const Spot& spot) const {
    return (element_refused_ && !spot.in(Kind::go)) || refused_lines_.count(line_of(m.place)) ||
           llvm::any_of(m.contexts, [&](const HostContext& c) { return refused_lines_.count(line_of(c.place)) != 0; });
  }

  /// Of what our own code is made of.
  bool is_unfit_warning(const HostMessage& m, bool moved) const {
    llvm::StringRef text = m.text;
    return places_->is_ours(m.place.path) || (moved && (text.contains("‘<") || speaks_of_host_internals(text)));
  }

  /// g++ tells of each candidate as of an error of its own.
  bool is_said_again(const HostReport& r, const Spot& spot) {
    // Of a select what stands in its cases' bodies is no part.
    bool of_construct = spot.around && !spot.in(Kind::go) && (spot.generated || !spot.in(Kind::select));
    bool again = of_construct && refused_ == spot.around && r.head.contexts.empty();
    refused_ = of_construct ? spot.around : nullptr;
    return again;
  }

  /// What g++ makes of a statement once it has lost its way before it, and of the second half of a `for`.
  bool is_follow_up(HostReport& r, const Spot& spot) {
    llvm::StringRef words = r.head.text;
    if (words.starts_with("‘end’ was not declared in this scope") && lone_line_ == line_of(r.head.place)) return true;
    bool lost = spot.file && lost_.begin <= spot.offset && spot.offset < lost_.end, syntax = words.starts_with("expected ");
    if (lost && (syntax || lost_for_all_)) return true;
    if (!spot.file || !syntax) return spot.generated && spot.around && spot.around == broken_;
    // A go's generated text is right by itself.
    return spoken_ && spot.generated && spot.in(Kind::go);
  }

  // ---- words ----

  /// Words an error, and may move it.
  HostCase word(HostReport& r, Spot& spot, llvm::StringRef header) {
    moved_before_ = !header.empty();
    bool generated = spot.generated || !header.empty();
    HostCase c{r, spot.file, spot.offset, generated, spot.around, header.rsplit('/').second.str(), {}, false, false};
    if (spot.file && word_syntax(r.head.text, spot)) return c;
    reword_host_error(c);
    if (c.worded) r.head.fixits.clear();  // of what is not spoken of any more
    if (c.shown_at) places_->put(spot, c.shown_at->begin);
    return c;
  }

  bool word_syntax(std::string& words, Spot& spot) {
    std::optional<SyntaxError> syntax;
    bool of_select = spot.generated && spot.in(Kind::select);
    // Behind a `return` without a semicolon it is the C library's function.
    bool stray_select = !spot.generated && is_select(spot.file->user_text, spot.offset) && llvm::StringRef(words).contains("fd_set*");
    if (of_select && llvm::StringRef(words).starts_with("missing template arguments before"))
      syntax = error_in_operands(*spot.file->map, *spot.around);
    else if ((of_select && llvm::Regex("^‘gocpp_s[0-9]+’ was not declared in this scope").match(words)) || stray_select)
      syntax = SyntaxError{"expected ‘;’ before ‘select’", std::nullopt, spot.around};
    else
      syntax = syntax_error(*spot.file->map, spot.out, words);
    if (!syntax) return false;
    words = syntax->words;
    if (syntax->offset) places_->put(spot, *syntax->offset);
    broken_ = syntax->before;
    bool statement = llvm::StringRef(words).ends_with(" before ‘go’") || llvm::StringRef(words).ends_with(" before ‘select’");
    lost_for_all_ = !spot.in(Kind::select) && is_select(spot.file->user_text, spot.offset);
    lost_ = {spot.offset, statement ? statement_end(spot.file->user_text, spot.offset) : spot.offset + 1};
    return true;
  }

  /// For a name of gocpp's that a header of ours would declare; else empty.
  std::string header_for(llvm::StringRef words, SourceLocation loc) const {
    if (words.starts_with("‘gocpp’ ") && loc.isValid()) return missing_header(sources_->getCharacterData(loc));
    return missing_header_of(unknown_in_gocpp(words));
  }

  // ---- the lines around ----

  /// "In lambda function:" of the lambda that a go with a name for a callee becomes.
  static bool is_generated_lambda(const HostContext& c, const Spot& spot) {
    if (!llvm::StringRef(c.text).ends_with("In lambda function:") || !spot.around || spot.around->kind != Kind::go) return false;
    return !llvm::StringRef(spot.file->user_text).slice(spot.around->operand.begin, spot.around->operand.end).contains('{');
  }

  /// The lines to show before a message. How the libraries came to call what a construct calls is nothing of the user's, nor is that the
  /// construct is on its own line.
  std::vector<std::string> where_from(const HostMessage& m, const Spot& spot, bool of_construct) {
    using Kind = HostContext::Kind;
    std::vector<std::string> lines, required, inlined;
    std::string instantiation, here = line_of(m.place);
    // A chain is shown whole or not at all. One that ends where the message stands is a macro's.
    bool hides_chain = llvm::any_of(m.contexts, [&](const HostContext& c) {
      return c.kind == Kind::included && (places_->is_ours(c.text) || llvm::StringRef(c.text).contains(" from " + m.place.path + ":"));
    });
    for (const HostContext& c : m.contexts) {
      bool internal = speaks_of_host_internals(c.text);
      if (c.kind == Kind::included) {
        if (!hides_chain) lines.push_back(c.text);
      } else if (c.kind == Kind::inlined) {
        if (!internal && !(of_construct && places_->is_library(c.place.path)))
          inlined.push_back("    inlined from ‘" + c.text + "’ at " + places_->at_users_place(c.place));
      } else if (c.kind == Kind::required) {
        bool users = places_->is_users(c.place);
        bool on_its_line = line_of(c.place) == here;
        llvm::SmallVector<llvm::StringRef, 2> parts;
        bool goes = internal || (of_construct && (!users || on_its_line));
        if (goes && users && !internal && required.empty() && llvm::Regex("^required from (‘.*’)$").match(c.text, &parts))
          instantiation = c.place.path + ": In instantiation of " + parts[1].str() + ":";
        if (goes) continue;
        std::string line = places_->at_users_place(c.place) + ":   " + c.text;
        if (required.empty() || required.back() != line) required.push_back(line);
      } else if (!internal && !places_->is_ours(file_of(c.text)) && !is_generated_lambda(c, spot)) {
        if (is_template(c.text)) instantiation.clear();
        lines.push_back(c.text);
      }
    }
    if (!instantiation.empty() && !required.empty()) lines.push_back(instantiation);
    lines.insert(lines.end(), required.begin(), required.end());
    if (!lines.empty() && llvm::StringRef(lines.back()).ends_with(",")) {
      // "In function ‘…’," goes on in lines that each end in a comma, but for the last.
      if (inlined.empty()) lines.back() = m.place.path + ": " + lines.back();
      for (const std::string& from : inlined) lines.push_back(from + ",");
      lines.back().back() = ':';
    }
    return lines;
  }

  static std::string key_of(const HostPlace& place, const std::vector<std::string>& headings) {
    std::string key = place.path + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
    for (const std::string& h : headings)
      if (!llvm::StringRef(h).ends_with(":")) key += h;
    return key;
  }

  /// What is said of our headers and of generated code goes, with its details, and so does a note that announces what has gone.
  void show_notes(HostReport& r, bool in_go) {
    std::vector<Spot> spots;
    std::vector<bool> shown;
    bool parent = true;
    for (HostMessage& n : r.notes) {
      // The reason why a candidate does not fit stands at the call, which may be ours.
      if (in_go && n.is_detail() && places_->is_ours(n.place.path)) n.place = r.head.place;
      spots.push_back(places_->locate(n.place));
      bool fit = !places_->is_ours(n.place.path) && !speaks_of_host_internals(n.text);
      if (n.is_detail()) fit &= parent && (in_go || !spots.back().generated);
      else parent = fit &= !spots.back().generated;
      shown.push_back(fit);
    }
    for (size_t i = r.notes.size(); i-- > 0;) {
      if (!llvm::StringRef(r.notes[i].text).ends_with(":")) continue;
      bool has_more = false;
      for (size_t k = i + 1; k < r.notes.size() && r.notes[k].is_detail(); ++k) has_more |= shown[k];
      // What the last announces may be an error of its own.
      shown[i] = shown[i] && (has_more || i + 1 == r.notes.size());
    }
    for (size_t i = 0; i < r.notes.size(); ++i)
      if (shown[i]) print(r.notes[i], spots[i], where_from(r.notes[i], spots[i], in_go));
  }

  static bool is_template(llvm::StringRef heading) {
    return heading.contains("In instantiation of") || heading.contains("In substitution of");
  }

  /// The changes that the message offers; none if not all of them are of the user's own text.
  std::vector<FixItHint> fixits_of(const HostMessage& m) {
    std::vector<FixItHint> hints;
    for (const HostFixIt& f : m.fixits) {
      Spot begin = places_->locate(f.begin), end = places_->locate(f.end);
      if (begin.loc.isInvalid() || end.loc.isInvalid() || begin.generated || end.generated || places_->is_library(f.begin.path)) return {};
      hints.push_back(FixItHint::CreateReplacement(CharSourceRange::getCharRange(begin.loc, end.loc), f.text));
    }
    return hints;
  }

  void print(const HostMessage& m, const Spot& spot, const std::vector<std::string>& headings) {
    for (const std::string& h : headings) {
      // g++ says once in which function it is. What has gone may have stood between. Lambdas have no names.
      if (is_template(h) || llvm::StringRef(h).ends_with("In lambda function:")) within_.clear();
      else if (llvm::Regex(": (In|At) .*:$").match(h) && std::exchange(within_, h) == h) continue;
      llvm::errs() << staging_.with_user_names(h) << '\n';
    }
    // A file that says it is another has no text to show, and its columns are those of the lowered text.
    if (spot.loc.isInvalid() && !m.place.path.empty()) llvm::errs() << m.place.path << ':' << m.place.line << ": ";
    engine_->Report(StoredDiagnostic(m.level, engine_->getCustomDiagID(m.level, "%0"), staging_.with_user_names(m.text),
                                     spot.loc.isValid() ? FullSourceLoc(spot.loc, *sources_) : FullSourceLoc(), {}, fixits_of(m)));
  }

  const Staging& staging_;
  FileManager files_;
  compat::DiagnosticOptionsHolder options_;
  std::unique_ptr<TextDiagnosticPrinter> printer_;
  std::unique_ptr<DiagnosticsEngine> engine_;
  std::unique_ptr<SourceManager> sources_;
  std::unique_ptr<HostPlaces> places_;
  std::string within_;                  ///< The last "In function" that was shown.
  std::set<std::string> said_;          ///< Messages with their places.
  std::set<std::string> refused_at_;    ///< Places of errors.
  std::set<std::string> missing_;       ///< Headers that have been asked for.
  const Construct* refused_ = nullptr;  ///< What the last error was about.
  const Construct* broken_ = nullptr;   ///< What the last syntax error has kept from being read.
  Range lost_;                          ///< The user's text in which another syntax error comes of the last.
  bool lost_for_all_ = false;           ///< So does any error: it holds cases that were not taken for such.
  std::string lone_line_;               ///< FILE:LINE of the last error, if its notes were not shown.
  bool spoken_ = false;
  bool moved_before_ = false;           ///< The last error was one in our headers and has been shown elsewhere.
  std::set<std::string> refused_lines_; ///< FILE:LINE of where sentences of our headers have been said.
  std::set<std::string> habits_;        ///< Lines on which one was found.
  std::set<std::string> copied_;        ///< Types of ours of which lambdas would have copies, and cannot.
  bool element_refused_ = false;        ///< One was about the element of a channel.
};

} // namespace

void show_host_messages(llvm::StringRef output, const Staging& staging, const HostDisplay& display) {
  Shower shower(staging, display);
  auto reports = parse_host_output(output);
  for (const HostReport& r : reports) shower.look_at(r);
  for (HostReport& r : reports) shower.show(r);
}

} // namespace gocpp::tool
