// See host_messages.h.

#include "host_messages.h"

#include "compat.h"
#include "places.h"
#include "rewords_header.h"

#include "clang/Basic/FileManager.h"
#include "clang/Basic/LangOptions.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/Support/Regex.h"
#include "llvm/Support/raw_ostream.h"

#include <array>
#include <map>
#include <set>
#include <utility>
#include <vector>

using namespace clang;

namespace gocpp::tool {

namespace {

bool speaks_of_internals(llvm::StringRef text) {
  return text.contains("gocpp::abi") || text.contains("gocpp::detail") || text.contains("gocpp_") || text.contains("GOCPP_");
}

/// How the standard library came to call what go calls.
bool leads_through_go(llvm::StringRef heading) {
  return speaks_of_internals(heading) || heading.contains("std::__invoke") || heading.contains("std::invoke") || heading.contains("/gocpp/");
}

/// What g++ says of generated code, in the language's words. The first that fits.
struct HostRule {
  const char* pattern;
  const char* words;
};
const HostRule kRules[] = {
    {"^no matching function for call to ‘gocpp::((send_)?chan<.*>)::(case_)?send\\(<brace-enclosed.*\\)’.*$", "cannot send this braced list to '\\1'"},
    {"^no matching function for call to ‘gocpp::((send_)?chan<.*>)::(case_)?send\\((const )?([^()]*[^&])&*\\)( const)?’.*$", "cannot send '\\5' to '\\1'"},
    {"^no matching function for call to ‘(case_)?send\\(<brace-enclosed.*\\)’$", "cannot send this braced list to this channel"},
    {"^no matching function for call to ‘(case_)?send\\((.*)\\)’$", "cannot send '\\2' to this channel"},
    {"^no matching function for call to ‘recv\\((const )?gocpp::(send_chan<.*>)&*\\)’.*$", "cannot receive from '\\2': it only sends"},
    {"^no matching function for call to ‘recv\\((.*[^&])&*\\)’.*$", "cannot receive from '\\1': it is no channel"},
    {"^‘.*gocpp::(recv_chan<.*>)’ has no member named ‘(case_)?send’.*$", "cannot send to '\\1': it only receives"},
    {"^(.*has no member named ‘(case_)?send’|request for member ‘(case_)?send’ in).*$", "cannot send to this operand: it is no channel"},
    {"^no match for ‘operator~’ .*operand type is ‘gocpp::(send_chan<.*>)’.*$", "cannot receive from '\\1': it only sends"},
    {"^no match for ‘operator~’ .*operand type is ‘([^’]*)’.*$", "cannot receive from '\\1': it is no channel"},
    {"^invalid type argument of unary ‘\\*’ \\(have ‘(.*)’\\)$", "cannot receive from '\\1': it is no channel"},
    {"^wrong type argument to bit-complement$", "cannot receive from this operand: it is no channel"},
    {"^no match for call to ‘\\(gocpp::abi::.*<brace-enclosed initializer list>.*$",
     "an argument of go cannot be a braced list: write its type in front of it"},
    {"^request for member ‘(.*)’ in ‘.*gocpp_self.*’, which is of (.*)$", "request for member ‘\\1’ in what is of \\2"},
    {"^.*(gocpp_|gocpp::abi).* cannot be used as a function$", "the callee of this go is no function"},
};

std::string reword(const std::string& text) {
  for (const HostRule& r : kRules)
    if (llvm::Regex pattern(r.pattern); pattern.match(text)) return pattern.sub(r.words, text);
  return text;
}

class Shower {
 public:
  Shower(const Staging& staging, bool colours) : staging_(staging), files_(FileSystemOptions()) {
    options_.get().ShowColors = colours;
    printer_ = compat::make_printer(llvm::errs(), options_.get());
    engine_ = compat::make_engine(new DiagnosticIDs, options_.get(), printer_.get(), false);
    sources_ = std::make_unique<SourceManager>(*engine_, files_);
    LangOptions lang;
    lang.CPlusPlus = lang.CPlusPlus20 = true;
    printer_->BeginSourceFile(lang, nullptr);
  }
  ~Shower() { printer_->EndSourceFile(); }

  void line(llvm::StringRef text) {
    static const llvm::Regex message("^([^:]+):([0-9]+):([0-9]+): (fatal error|error|warning|note): (.*)$");
    static const llvm::Regex context("^([^:]+):([0-9]+):([0-9]+):   (required .*|recursively required .*|\\[ skipping .*)$");
    static const llvm::Regex heading("^[^:]+: (In|At) .*:$");
    static const llvm::Regex included("^(In file included from|                 from) .*[:,]$");
    llvm::SmallVector<llvm::StringRef, 6> parts;
    if (message.match(text, &parts)) {
      bool is_note = parts[4] == "note";
      if (is_note && dropping_) {
        headings_.clear();
        return;
      }
      show(parts[1], parts[2], parts[3], level(parts[4]), parts[5]);
    } else if (context.match(text, &parts) || heading.match(text) || included.match(text)) {
      // Where the next message comes from: shown before it, unless it is of generated code only.
      through_go_ |= leads_through_go(text);
      if (speaks_of_internals(text)) return;
      bool users = parts.empty() ? !leads_to_ours(text) : is_users(parts[1], parts[2], parts[3]);
      std::string shown = parts.empty() ? text.str() : at_users_place(parts[1], parts[2], parts[3]) + ":   " + parts[4].str();
      headings_.push_back({staging_.with_user_names(shown), parts.empty() ? "" : (parts[1] + ":" + parts[2]).str(), users});
      if (!parts.empty() && staging_.by_original(parts[1])) required_at_ = {parts[1].str(), parts[2].str(), parts[3].str()};
    } else {
      llvm::errs() << staging_.with_user_names(text.str()) << '\n';
    }
  }

 private:
  static DiagnosticsEngine::Level level(llvm::StringRef word) {
    if (word == "warning") return DiagnosticsEngine::Warning;
    return word == "note" ? DiagnosticsEngine::Note : DiagnosticsEngine::Error;
  }

  /// `In file included from …` goes on over several lines, from the inside out.
  bool leads_to_ours(llvm::StringRef text) {
    bool begins = text.starts_with("In file included");
    in_ours_ = text.contains("/gocpp/") || (in_ours_ && !begins && text.starts_with(" "));
    return in_ours_;
  }

  /// FILE:LINE:COLUMN of the user's for a place in what the compiler read.
  std::string at_users_place(llvm::StringRef path, llvm::StringRef line_text, llvm::StringRef column_text) {
    const StagedFile* staged = staging_.by_original(path);
    if (!staged || !staged->map) return (path + ":" + line_text + ":" + column_text).str();
    LineTable lines(staged->map->original());
    uint32_t offset = user_offset(*staged->map, staged->map->offset_at(number(line_text), number(column_text)));
    return path.str() + ":" + std::to_string(lines.line(offset)) + ":" + std::to_string(lines.column(offset));
  }

  /// Whether text of the user's own stands there.
  bool is_users(llvm::StringRef path, llvm::StringRef line_text, llvm::StringRef column_text) {
    if (!staging_.by_original(path)) return false;
    const Construct* construct = nullptr;
    bool generated = false;
    locate(path, number(line_text), number(column_text), construct, generated);
    return !generated;
  }

  static unsigned number(llvm::StringRef text) {
    unsigned n = 1;
    (void)text.getAsInteger(10, n);
    return n;
  }

  /// The place for a line and a column of what the compiler read. `generated`: nothing of the user's stands there.
  SourceLocation locate(llvm::StringRef path, unsigned line, unsigned column, const Construct*& generated_for, bool& generated) {
    const StagedFile* staged = staging_.by_original(path);
    FileID& id = ids_[path.str()];
    if (staged) {
      if (id.isInvalid()) id = sources_->createFileID(llvm::MemoryBuffer::getMemBuffer(staged->user_text, path));
      if (!staged->map) return sources_->translateLineCol(id, line, column);
      uint32_t out = staged->map->offset_at(line, column);
      SourceMap::Place p = staged->map->to_original(out);
      generated = !p.verbatim;
      if (generated) generated_for = staged->map->construct_at(p.offset);
      return sources_->getComposedLoc(id, user_offset(*staged->map, out));
    }
    if (id.isInvalid()) {
      auto file = files_.getFileRef(path);
      if (!file) {
        llvm::consumeError(file.takeError());
        return {};
      }
      id = sources_->createFileID(*file, SourceLocation(), SrcMgr::C_User);
    }
    return sources_->translateLineCol(id, line, column);
  }

  void show(llvm::StringRef path, llvm::StringRef line_text, llvm::StringRef column_text, DiagnosticsEngine::Level level, llvm::StringRef text) {
    std::array<std::string, 3> required_at = std::exchange(required_at_, {});
    if (level == DiagnosticsEngine::Error) {
      bool users = staging_.by_original(path) != nullptr;
      // An error in a library that nothing connects with the user's text is the second one of what went wrong there.
      if (!users && moved_ && required_at[0].empty()) {
        headings_.clear();
        dropping_ = true;
        return;
      }
      // An error in our headers stands where the user's text led there.
      moved_ = path.contains("/include/gocpp/") && !required_at[0].empty();
      if (moved_) path = required_at[0], line_text = required_at[1], column_text = required_at[2];
    }
    const Construct* construct = nullptr;
    bool generated = false;
    SourceLocation loc = locate(path, number(line_text), number(column_text), construct, generated);
    std::vector<Heading> headings = std::exchange(headings_, {});
    bool through_go = std::exchange(through_go_, false);
    const Construct* around = construct ? construct : construct_around(loc, path);
    if (level == DiagnosticsEngine::Error && around && around->kind != Kind::go) {
      // g++ tells of each candidate as of an error of its own.
      bool again = refused_ == around && headings.empty();
      refused_ = around;
      if (again) {
        dropping_ = true;
        return;
      }
    } else if (level != DiagnosticsEngine::Note) {
      refused_ = nullptr;
    }
    bool of_construct = construct && (construct->kind == Kind::go || construct->kind == Kind::select || construct->kind == Kind::main);
    if ((level == DiagnosticsEngine::Note && (generated || path.contains("/gocpp/") || speaks_of_internals(text))) ||
        (level == DiagnosticsEngine::Warning && generated && of_construct)) {
      dropping_ = level != DiagnosticsEngine::Note;
      return;
    }
    dropping_ = false;
    bool drop_notes = false;
    std::string words = text.str();
    if (std::string header = level == DiagnosticsEngine::Error ? header_for(words, loc) : ""; !header.empty()) {
      words = header;
      drop_notes = true;
      if (!missing_.insert(header).second) {
        dropping_ = true;
        return;
      }
    }
    if (size_t ours = words.find("gocpp: "); ours != std::string::npos) words = words.substr(ours + 7);
    bool in_go = around && around->kind == Kind::go;
    if (level == DiagnosticsEngine::Error && (generated || (in_go && speaks_of_internals(words)))) words = reword(words);
    if (level == DiagnosticsEngine::Error && around && !in_go) words = of_channel(words, *around);
    if (in_go && text.contains("cannot bind non-const lvalue reference"))
      words = "arguments of go are copied into the goroutine, and a reference parameter refuses the copy: to share a variable x, pass "
              "std::ref(x), a pointer or a channel";
    if (llvm::StringRef(words).starts_with("‘go’ was not declared in this scope")) words = "expression in go must be a function call";
    // The operand as g++ spells it is generated code.
    static const llvm::Regex operands("^(no match for ‘operator[^’]+’) in ‘.*’ (\\(operand.*)$");
    static const llvm::Regex converted("^could not convert ‘.*’ from (‘.*) to (‘[^’]*’.*)$");
    if (speaks_of_internals(words)) words = operands.sub("\\1 \\2", words);
    if (speaks_of_internals(words)) words = converted.sub("could not convert \\1 to \\2", words);
    if (speaks_of_internals(words)) words = "this construct cannot be compiled with operands of these types";
    std::string key = (path + ":" + line_text + ":" + column_text + words).str();
    for (const Heading& h : headings) key += h.text;
    if (level != DiagnosticsEngine::Note && !said_.insert(key).second) {
      dropping_ = true;
      return;
    }
    // How the libraries came to call what go calls is nothing of the user's, nor is that the go is on its own line.
    std::string here = (path + ":" + line_text).str();
    for (const Heading& h : headings)
      if (!(in_go || generated || moved_ || through_go) || (h.users && h.line != here)) llvm::errs() << h.text << '\n';
    engine_->Report(StoredDiagnostic(level, engine_->getCustomDiagID(level, "%0"), staging_.with_user_names(words),
                                     loc.isValid() ? FullSourceLoc(loc, *sources_) : FullSourceLoc(), {}, {}));
    dropping_ = drop_notes;
  }

  /// For a name of gocpp's that a header of ours would declare; else empty.
  std::string header_for(llvm::StringRef words, SourceLocation loc) const {
    llvm::SmallVector<llvm::StringRef, 2> parts;
    if (words.starts_with("‘gocpp’ ") && loc.isValid()) return missing_header(sources_->getCharacterData(loc));
    if (llvm::Regex("^‘([^’]*)’ (is not a member of ‘gocpp’|in namespace ‘gocpp’ does not name)").match(words, &parts) ||
        llvm::Regex("^‘gocpp::([^’:]*)’ (has not been declared|is not a namespace-name)").match(words, &parts))
      return missing_header_of(parts[1]);
    return "";
  }

  const Construct* construct_around(SourceLocation loc, llvm::StringRef path) const {
    const StagedFile* staged = staging_.by_original(path);
    if (!staged || !staged->map || loc.isInvalid()) return nullptr;
    return staged->map->construct_at(sources_->getFileOffset(loc));
  }

  /// What is said at an operand, or moved there, of what a send or a receive needs of an element.
  static std::string of_channel(const std::string& words, const Construct& c) {
    bool sends = c.kind == Kind::send || c.kind == Kind::select_case, receives = c.kind != Kind::send && c.kind != Kind::select;
    llvm::SmallVector<llvm::StringRef, 3> parts;
    if (sends && llvm::Regex("^cannot bind rvalue reference of type .* to lvalue of type ‘([^’]*)’").match(words, &parts))
      return "cannot send a copy of '" + parts[1].str() + "' to this channel; use std::move to give it away";
    if (receives && words == "wrong type argument to bit-complement") return "cannot receive from this operand: it is no channel";
    if (receives && llvm::StringRef(words).contains("(<brace-enclosed initializer list>)"))
      return "a receive gives T{} once the channel is closed, and this T has no such value: use c.next(), an optional";
    return words;
  }

  const Staging& staging_;
  FileManager files_;
  compat::DiagnosticOptionsHolder options_;
  std::unique_ptr<TextDiagnosticPrinter> printer_;
  std::unique_ptr<DiagnosticsEngine> engine_;
  std::unique_ptr<SourceManager> sources_;
  std::map<std::string, FileID> ids_;
  struct Heading {
    std::string text;
    std::string line;  ///< FILE:LINE of an instantiation.
    bool users;        ///< Of text of the user's own.
  };
  std::vector<Heading> headings_;  ///< Where the next message comes from.
  std::array<std::string, 3> required_at_;  ///< File, line and column of the user's from where the next message comes.
  std::set<std::string> said_;
  std::set<std::string> missing_;  ///< Headers that have been asked for.
  const Construct* refused_ = nullptr;  ///< What the last error was about.
  bool dropping_ = false, in_ours_ = false, through_go_ = false;
  bool moved_ = false;             ///< The last error was one in our headers and has been shown elsewhere.
};

} // namespace

void show_host_messages(llvm::StringRef output, const Staging& staging, bool colours) {
  Shower shower(staging, colours);
  while (!output.empty()) {
    auto [line, rest] = output.split('\n');
    shower.line(line.rtrim('\r'));
    output = rest;
  }
}

} // namespace gocpp::tool
