// See format.h.

#include "format.h"

#include "clang/Format/Format.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>

namespace gocpp::tool::lsp {

namespace {

/// The text as clang-format sees it, and the tokens that stand for constructs.
class Disguise {
 public:
  Disguise(llvm::StringRef path, llvm::StringRef text) : original_(text), text_(text.str()) {
    LowerOptions options;
    options.path = path.str();
    options.is_header = path.ends_with(".gh");
    for (const Construct& c : lower(text, options).constructs) put(c);
  }

  const std::string& text() const { return text_; }
  /// A `go` that is followed by blanks at `offset`: there shall be one.
  bool ends_go(uint32_t offset) const { return std::find(go_ends_.begin(), go_ends_.end(), offset) != go_ends_.end(); }
  bool is_own(uint32_t begin, uint32_t end) const {
    return original_.slice(begin, end) == llvm::StringRef(text_).slice(begin, end);
  }
  bool inside_token(uint32_t offset) const {
    return std::any_of(tokens_.begin(), tokens_.end(), [offset](Range r) { return r.begin < offset && offset < r.end; });
  }

 private:
  void put(const Construct& c) {
    switch (c.kind) {
    case Kind::go: {
      if (!replace(c.anchor, "go", "!!")) return;
      go_ends_.push_back(c.anchor + 2);
      return;
    }
    case Kind::select: replace(c.anchor, "select", "switch"); return;
    case Kind::send: replace(c.anchor, "<-", "+="); return;
    case Kind::receive: case Kind::receive_ok: replace(c.anchor, "<-", "--"); return;
    case Kind::define_receive:
      replace(c.anchor, ":=", "+=");
      if (size_t arrow = original_.find("<-", c.anchor); arrow < c.operand.begin) replace(static_cast<uint32_t>(arrow), "<-", "--");
      return;
    case Kind::select_case: {
      bool is_send = c.operand.begin < c.anchor;
      replace(c.anchor, "<-", is_send ? "+=" : "--");
      llvm::StringRef left = original_.slice(c.range.begin, c.anchor);
      if (size_t sign = left.rfind(":="); sign != llvm::StringRef::npos) replace(c.range.begin + static_cast<uint32_t>(sign), ":=", "+=");
      return;
    }
    case Kind::main: return;
    }
  }

  bool replace(uint32_t at, llvm::StringRef was, llvm::StringRef is) {
    if (!original_.substr(at).starts_with(was)) return false;
    std::copy(is.begin(), is.end(), text_.begin() + at);
    tokens_.push_back({at, at + static_cast<uint32_t>(was.size())});
    return true;
  }

  llvm::StringRef original_;
  std::string text_;
  std::vector<Range> tokens_;
  std::vector<uint32_t> go_ends_;
};

/// What one of clang-format's passes would do.
std::vector<FixIt> one_pass(const clang::format::FormatStyle& style, llvm::StringRef path, llvm::StringRef text, llvm::ArrayRef<Range> ranges,
                            bool sort_includes) {
  Disguise disguise(path, text);
  std::vector<clang::tooling::Range> wanted;
  for (Range r : ranges) wanted.push_back({r.begin, r.end - r.begin});
  if (wanted.empty()) wanted.push_back({0, static_cast<unsigned>(text.size())});
  std::vector<FixIt> result;
  for (const auto& r : sort_includes ? clang::format::sortIncludes(style, disguise.text(), wanted, path)
                                     : clang::format::reformat(style, disguise.text(), wanted, path)) {
    auto begin = static_cast<uint32_t>(r.getOffset()), end = begin + static_cast<uint32_t>(r.getLength());
    if (!disguise.is_own(begin, end) || disguise.inside_token(begin)) continue;
    if (!disguise.ends_go(begin)) result.push_back({{begin, end}, r.getReplacementText().str()});
    else if (text.slice(begin, end) != " ") result.push_back({{begin, end}, " "});
  }
  return result;
}

constexpr int kMostPasses = 5;

} // namespace

llvm::Expected<std::vector<FixIt>> format(llvm::StringRef path, llvm::StringRef text, llvm::ArrayRef<Range> ranges, llvm::StringRef style,
                                          llvm::StringRef fallback) {
  auto found = clang::format::getStyle(style, path, fallback);
  if (!found) return found.takeError();
  found->Language = clang::format::FormatStyle::LK_Cpp;  // whatever the file's ending says
  if (!ranges.empty()) return one_pass(*found, path, text, ranges, /*sort_includes=*/false);
  std::vector<FixIt> first = one_pass(*found, path, text, {}, /*sort_includes=*/true);
  bool sorted = !first.empty();
  if (!sorted) first = one_pass(*found, path, text, {}, false);
  // Further passes see the columns as they have become; their offsets are of another text, hence one replacement of all.
  std::string now = apply_fixits(text, first), before = now;
  for (int i = 0; i < kMostPasses; ++i) {
    std::vector<FixIt> more = one_pass(*found, path, now, {}, false);
    if (more.empty()) break;
    now = apply_fixits(now, more);
  }
  if (now == before) return first;
  return std::vector<FixIt>{{{0, static_cast<uint32_t>(text.size())}, now}};
}

std::string apply_fixits(llvm::StringRef text, llvm::ArrayRef<FixIt> replacements) {
  std::string out;
  uint32_t at = 0;
  for (const FixIt& f : replacements) {
    out += text.slice(at, f.range.begin);
    out += f.text;
    at = f.range.end;
  }
  return out + text.substr(at).str();
}

int format_files(llvm::ArrayRef<std::string> args) {
  bool in_place = false;
  std::string style = "file";
  std::vector<std::string> files;
  for (llvm::StringRef a : args) {
    if (a == "-i") in_place = true;
    else if (a.consume_front("--style=") || a.consume_front("-style=")) style = a.str();
    else if (a == "-" || !a.starts_with("-")) files.push_back(a.str());
    else {
      llvm::errs() << "gocpp: error: 'gocpp format' does not know '" << a << "'\nusage: gocpp format [-i] [--style=STYLE] [FILE...]\n";
      return 1;
    }
  }
  if (files.empty()) files.push_back("-");
  int status = 0;
  for (const std::string& file : files) {
    auto buffer = llvm::MemoryBuffer::getFileOrSTDIN(file);
    if (!buffer) {
      llvm::errs() << "gocpp: error: cannot read '" << file << "': " << buffer.getError().message() << '\n';
      status = 1;
      continue;
    }
    std::string text = (*buffer)->getBuffer().str();
    auto replacements = format(file == "-" ? "stdin.gcpp" : file, text, {}, style);
    if (!replacements) {
      llvm::errs() << "gocpp: error: " << llvm::toString(replacements.takeError()) << '\n';
      return 1;
    }
    std::string formatted = apply_fixits(text, *replacements);
    if (!in_place || file == "-") {
      llvm::outs() << formatted;
    } else if (formatted != text) {
      std::error_code error;
      llvm::raw_fd_ostream out(file, error);
      if (!error) out << formatted;
      if (error || (out.flush(), out.has_error())) {
        llvm::errs() << "gocpp: error: cannot write '" << file << "'\n";
        out.clear_error();
        status = 1;
      }
    }
  }
  return status;
}

} // namespace gocpp::tool::lsp
