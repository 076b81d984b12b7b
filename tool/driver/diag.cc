// Moving and printing diagnostics. See diag.h.

#include "diag.h"

#include "rewords.h"
#include "tokens.h"

#include "clang/Basic/DiagnosticIDs.h"
#include "clang/Lex/Lexer.h"
#include "llvm/Support/Regex.h"

using namespace clang;

namespace gocpp::tool {

namespace {

/// The `wanted`th argument, from 1, of the call whose callee ends at `callee_end`.
std::optional<Range> go_argument(llvm::StringRef text, uint32_t callee_end, unsigned wanted) {
  TokenList list(text);
  uint32_t i = 0, count = static_cast<uint32_t>(list.tokens.size());
  while (i < count && list.tokens[i].begin < callee_end) ++i;
  if (i >= count || !list.tokens[i].is(tok::l_paren) || list.tokens[i].match == UINT32_MAX) return std::nullopt;
  uint32_t close = list.tokens[i].match, first = i + 1;
  for (uint32_t k = first; k <= close; ++k) {
    if (k == close || list.tokens[k].is(tok::comma)) {
      if (--wanted == 0) return first < k ? std::optional<Range>({list.tokens[first].begin, list.tokens[k - 1].end}) : std::nullopt;
      first = k + 1;
    } else if (list.tokens[k].match != UINT32_MAX && list.tokens[k].match > k) {
      k = list.tokens[k].match;
    }
  }
  return std::nullopt;
}

/// Notes that only walk through the library's own calls.
bool is_plumbing(const std::string& note) {
  bool path = note.find("in instantiation of") != std::string::npos;
  return path && (note.find("gocpp::detail::") != std::string::npos || note.find("gocpp::abi::") != std::string::npos ||
                  note.find("std::__invoke") != std::string::npos || note.find("(anonymous class)::operator()") != std::string::npos);
}

} // namespace

MappingConsumer::MappingConsumer(OverlayFileSystem& files, DiagnosticOptions* options)
    : files_(files), options_(options), stream_(std::make_unique<llvm::raw_string_ostream>(output_)) {
  stream_->enable_colors(options->ShowColors);
  printer_ = std::make_unique<TextDiagnostic>(*stream_, lang_, options_.get());
}

void MappingConsumer::BeginSourceFile(const LangOptions& lang, const Preprocessor* pp) {
  lang_ = lang;
  printer_ = std::make_unique<TextDiagnostic>(*stream_, lang_, options_.get(), pp);
}

void MappingConsumer::EndSourceFile() {
  release();
  printer_ = std::make_unique<TextDiagnostic>(*stream_, lang_, options_.get());
}

void MappingConsumer::release() {
  if (!held_) return;
  Held h = std::move(*held_);
  held_.reset();
  print(h.loc, h.level, h.text, h.ranges, h.fixits);
}

/// Says an error in a construct in the language's terms, with what the note behind it tells. True when that was done.
bool MappingConsumer::explain(const std::string& note, SourceManager& sources) {
  if (!held_) return false;
  return held_->construct->kind == Kind::go ? explain_go(note, sources) : explain_send(note);
}

bool MappingConsumer::explain_send(const std::string& note) {
  static llvm::Regex conversion("no known conversion from '([^']*)'.* to '([^']*)'( \\(aka '([^']*)'\\))? for 1st|"
                                "no known conversion from '([^']*)'.* to '([^']*)'( \\(aka '([^']*)'\\))? for 2nd");
  llvm::SmallVector<llvm::StringRef, 10> m;
  if (!conversion.match(note, &m)) return false;
  size_t side = m[1].empty() ? 5 : 1;
  llvm::StringRef to = m[side + 3].empty() ? m[side + 1] : m[side + 3];
  to.consume_front("const ");
  to = to.rtrim(" &");
  if (to.contains("chan<")) return false;
  std::string text = ("cannot send '" + m[side] + "' to 'chan<" + to + ">'").str();
  Held h = std::move(*held_);
  held_.reset();
  print(h.loc, h.level, text, h.ranges, {});
  drop_notes_ = true;
  return true;
}

/// `T&` parameters refuse what go copied: says so, at the argument.
bool MappingConsumer::explain_go(const std::string& note, SourceManager& sources) {
  size_t at = note.find("expects an lvalue for ");
  if (at == std::string::npos) return false;
  unsigned wanted = 0;
  llvm::StringRef(note).drop_front(at + 22).consumeInteger(10, wanted);
  std::optional<Range> argument = go_argument(held_->map->original(), held_->construct->operand.end, wanted);
  if (!argument) return false;
  SourceLocation start = sources.getLocForStartOfFile(held_->loc.getFileID());
  auto place = [&](uint32_t offset) { return start.getLocWithOffset(static_cast<int>(offset)); };
  std::string name = held_->map->original().slice(argument->begin, argument->end).str();
  Held h = std::move(*held_);
  held_.reset();
  print(FullSourceLoc(place(argument->begin), sources), h.level,
        "arguments of go are copied into the goroutine, and a reference parameter refuses the copy of '" + name +
            "': to share it, pass std::ref(" + name + "), a pointer or a channel",
        CharSourceRange::getCharRange(place(argument->begin), place(argument->end)),
        {FixItHint::CreateInsertion(place(argument->begin), "std::ref("), FixItHint::CreateInsertion(place(argument->end), ")")});
  drop_notes_ = true;
  return true;
}

FileID MappingConsumer::original_file(FileID lowered, const SourceMap& map, SourceManager& sources) {
  auto it = originals_.find(lowered);
  if (it != originals_.end()) return it->second;
  auto entry = sources.getFileEntryRefForID(lowered);
  bool generated = false;
  SourceLocation included_at = sources.getIncludeLoc(lowered);
  if (included_at.isValid()) included_at = this->map(included_at, sources, generated);
  FileID id = sources.createFileID(llvm::MemoryBuffer::getMemBufferCopy(map.original(), entry->getName()),
                                   SrcMgr::C_User, 0, 0, included_at);
  originals_[lowered] = id;
  return id;
}

SourceLocation MappingConsumer::map(SourceLocation loc, SourceManager& sources, bool& generated, bool at_end) {
  if (loc.isInvalid() || loc.isMacroID()) return loc;
  auto [file, offset] = sources.getDecomposedLoc(loc);
  auto entry = sources.getFileEntryRefForID(file);
  const SourceMap* known = entry ? files_.find(entry->getName()) : nullptr;
  if (!known || known->lowered() == known->original()) return loc;
  SourceMap::Place place = known->to_original(offset);
  if (!place.verbatim && at_end && offset > 0) {
    // The end of a range stands just behind the last byte it means.
    SourceMap::Place last = known->to_original(offset - 1);
    if (last.verbatim) place = {last.offset + 1, true};
  }
  generated |= !place.verbatim;
  FileID id = original_file(file, *known, sources);
  return sources.getLocForStartOfFile(id).getLocWithOffset(static_cast<int>(place.offset));
}

bool MappingConsumer::in_our_headers(SourceLocation loc, SourceManager& sources) const {
  if (loc.isInvalid()) return false;
  llvm::StringRef name = sources.getFilename(sources.getSpellingLoc(loc));
  return name.contains("/gocpp/") && !is_gocpp_file(name) && name.ends_with(".h");
}

void MappingConsumer::print(FullSourceLoc loc, DiagnosticsEngine::Level level, llvm::StringRef text,
                            llvm::ArrayRef<CharSourceRange> ranges, llvm::ArrayRef<FixItHint> fixits) {
  printer_->emitDiagnostic(loc, level, text, ranges, fixits);
}

void MappingConsumer::HandleDiagnostic(DiagnosticsEngine::Level level, const Diagnostic& info) {
  llvm::SmallString<256> formatted;
  info.FormatDiagnostic(formatted);
  std::string text = formatted.str().str();

  if (!info.hasSourceManager() || info.getLocation().isInvalid()) {
    DiagnosticConsumer::HandleDiagnostic(level, info);
    const char* words = level == DiagnosticsEngine::Note      ? "note"
                        : level == DiagnosticsEngine::Warning ? "warning"
                        : level == DiagnosticsEngine::Remark  ? "remark"
                                                              : "error";
    if (level >= DiagnosticsEngine::Error) errors_.push_back({"", 0, text});
    if (level != DiagnosticsEngine::Ignored) *stream_ << "gocpp: " << words << ": " << text << '\n';
    return;
  }

  SourceManager& sources = info.getSourceManager();
  SourceLocation loc = info.getLocation();
  // Macros of ours and what stands in our headers say nothing to a user: go to the place of his that led there.
  while (loc.isMacroID() && in_our_headers(sources.getSpellingLoc(loc), sources)) loc = sources.getExpansionLoc(loc);
  bool generated = false;
  SourceLocation mapped = map(loc, sources, generated);

  if (level == DiagnosticsEngine::Note) {
    if (explain(text, sources)) return;
    if (held_ && (sources.isInSystemHeader(loc) || is_plumbing(text))) return;
    release();
    if (sources.isInSystemHeader(loc) && text.find("in instantiation of") != std::string::npos) return;
    if (is_plumbing(text)) return;
    if (drop_notes_ || (in_our_headers(loc, sources) && !keep_note(text))) return;
    if (generated && !keep_note(text)) return;
  } else {
    release();
    drop_notes_ = drop_message(text, generated);
    if (drop_notes_) return;
  }
  DiagnosticConsumer::HandleDiagnostic(level, info);
  if (level == DiagnosticsEngine::Ignored) return;
  if (level == DiagnosticsEngine::Note && llvm::StringRef(text).starts_with("(skipping ")) return;

  if (level >= DiagnosticsEngine::Error) {
    SourceLocation at = sources.getExpansionLoc(loc);
    auto [file, offset] = sources.getDecomposedLoc(at);
    auto entry = sources.getFileEntryRefForID(file);
    const SourceMap* known = entry ? files_.find(entry->getName()) : nullptr;
    errors_.push_back({entry ? entry->getName().str() : "", known ? known->to_original(offset).offset : offset, text});
  }
  const Construct* construct = nullptr;
  if (level >= DiagnosticsEngine::Error && !errors_.empty())
    if (const SourceMap* known = files_.find(errors_.back().file)) construct = known->construct_at(errors_.back().offset);
  if (construct && construct->kind != Kind::go) reword(text);
  tidy(text);

  llvm::StringRef option = DiagnosticIDs::getWarningOptionForDiag(info.getID());
  if (options_->ShowOptionNames && !option.empty() && level != DiagnosticsEngine::Note) {
    bool promoted = level >= DiagnosticsEngine::Error;
    text += (llvm::Twine(" [") + (promoted ? "-Werror,-W" : "-W") + option + "]").str();
  }

  std::vector<CharSourceRange> ranges;
  for (CharSourceRange r : info.getRanges()) {
    if (r.isInvalid() || r.getBegin().isMacroID() || r.getEnd().isMacroID()) {
      ranges.push_back(r);
      continue;
    }
    bool ignored = false;
    SourceLocation end = r.isTokenRange() ? Lexer::getLocForEndOfToken(r.getEnd(), 0, sources, lang_) : r.getEnd();
    SourceLocation from = map(r.getBegin(), sources, ignored), to = map(end, sources, ignored, true);
    if (from.isValid() && to.isValid() && sources.getFileID(from) == sources.getFileID(to) && from <= to)
      ranges.push_back(CharSourceRange::getCharRange(from, to));
  }
  std::vector<FixItHint> fixits;
  for (FixItHint hint : info.getFixItHints()) {
    bool touches_generated = false;
    CharSourceRange r = hint.RemoveRange;
    if (r.getBegin().isMacroID()) continue;
    SourceLocation end = r.isTokenRange() ? Lexer::getLocForEndOfToken(r.getEnd(), 0, sources, lang_) : r.getEnd();
    bool insertion = r.getBegin() == end;
    SourceLocation from = map(r.getBegin(), sources, touches_generated, insertion), to = map(end, sources, touches_generated, true);
    if (touches_generated) continue;  // would change code that the user did not write
    hint.RemoveRange = CharSourceRange::getCharRange(from, to);
    fixits.push_back(hint);
  }

  std::string identity = (llvm::Twine(mapped.getRawEncoding()) + text).str();
  if (level != DiagnosticsEngine::Note && identity == last_printed_) {
    drop_notes_ = true;
    return;
  }
  if (level != DiagnosticsEngine::Note) last_printed_ = identity;
  if (level >= DiagnosticsEngine::Error && llvm::StringRef(text).starts_with("no matching ")) {
    const SourceMap* known = errors_.empty() ? nullptr : files_.find(errors_.back().file);
    const Construct* c = known ? known->construct_at(errors_.back().offset) : nullptr;
    if (c && (c->kind == Kind::go || c->kind == Kind::send || c->kind == Kind::select_case || c->kind == Kind::select)) {
      held_ = Held{FullSourceLoc(mapped, sources), level, text, ranges, fixits, known, c};
      return;
    }
  }
  print(FullSourceLoc(mapped, sources), level, text, ranges, fixits);
}

bool MappingConsumer::report_messages(llvm::StringRef path, SourceManager& sources, FileManager&) {
  const SourceMap* known = files_.find(path);
  if (!known || known->result().messages.empty()) return false;
  FileID& id = message_files_[path.str()];
  if (id.isInvalid())
    id = sources.createFileID(llvm::MemoryBuffer::getMemBufferCopy(known->original(), path));
  SourceLocation start = sources.getLocForStartOfFile(id);
  auto at = [&](uint32_t offset) { return start.getLocWithOffset(static_cast<int>(offset)); };
  bool failed = false;
  for (const Message& m : known->result().messages) {
    DiagnosticsEngine::Level level = m.level == Message::Level::error     ? DiagnosticsEngine::Error
                                     : m.level == Message::Level::warning ? DiagnosticsEngine::Warning
                                                                          : DiagnosticsEngine::Note;
    std::vector<FixItHint> fixits;
    for (const FixIt& f : m.fixits)
      fixits.push_back(f.range.begin == f.range.end
                           ? FixItHint::CreateInsertion(at(f.range.begin), f.text)
                           : FixItHint::CreateReplacement(CharSourceRange::getCharRange(at(f.range.begin), at(f.range.end)), f.text));
    print(FullSourceLoc(at(m.offset), sources), level, m.text,
          CharSourceRange::getCharRange(at(m.highlight.begin), at(m.highlight.end)), fixits);
    failed |= level == DiagnosticsEngine::Error;
    if (level == DiagnosticsEngine::Error) ++NumErrors;
    if (level == DiagnosticsEngine::Warning) ++NumWarnings;
  }
  return failed;
}

} // namespace gocpp::tool
