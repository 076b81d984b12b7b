// gocpp-lower: what the scanner and the lowering make of a file, for tests and for debugging them.
//
//   gocpp-lower [OPTION …] FILE            the lowered text (of `-` standard input), or a dump; messages to standard error
//     --map | --constructs | --doubts      dump the segments, the constructs or the doubts instead
//     --plain=L:C, --construct=L:C         the answer to the doubt at that place
//     --prelude, --taken=NAME              as LowerOptions has them
//   gocpp-lower --identity DIRECTORY …     checks that every file below comes out as it is
//   gocpp-lower --verify FILE …            checks what holds for all lowered text: lines, segments, and places there and back

#include "flaw.h"
#include "source_map.h"
#include "types.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>

using namespace gocpp::tool;

namespace {

std::string place(const LineTable& lines, uint32_t offset) {
  return std::to_string(lines.line(offset)) + ":" + std::to_string(lines.column(offset));
}

/// The offset of LINE:COLUMN.
uint32_t offset_of(llvm::StringRef text, llvm::StringRef where) {
  unsigned line = 0, column = 0;
  auto [l, c] = where.split(':');
  if (l.getAsInteger(10, line) || c.getAsInteger(10, column)) return UINT32_MAX;
  size_t at = 0;
  while (--line && at != llvm::StringRef::npos) at = text.find('\n', at) + 1;
  return static_cast<uint32_t>(at + column - 1);
}

const char* name(Kind k) {
  switch (k) {
  case Kind::go: return "go";
  case Kind::select: return "select";
  case Kind::select_case: return "case";
  case Kind::send: return "send";
  case Kind::receive: return "receive";
  case Kind::receive_ok: return "receive_ok";
  case Kind::define_receive: return "define_receive";
  case Kind::main: return "main";
  }
  return "?";
}

const char* name(Doubt::About a) {
  switch (a) {
  case Doubt::About::go: return "go";
  case Doubt::About::select: return "select";
  case Doubt::About::send: return "send";
  case Doubt::About::cast: return "cast";
  case Doubt::About::closing: return "closing";
  }
  return "?";
}

int identity(llvm::ArrayRef<const char*> directories) {
  unsigned files = 0, changed = 0;
  for (const char* directory : directories) {
    std::error_code error;
    for (llvm::sys::fs::recursive_directory_iterator it(directory, error), end; it != end && !error; it.increment(error)) {
      if (it->type() != llvm::sys::fs::file_type::regular_file) continue;
      auto buffer = llvm::MemoryBuffer::getFile(it->path());
      if (!buffer || (*buffer)->getBuffer().contains('\0')) continue;
      ++files;
      llvm::StringRef text = (*buffer)->getBuffer();
      LowerResult r = lower(text, {});
      if (r.text == text && r.messages.empty()) continue;
      ++changed;
      LineTable lines(text);
      llvm::outs() << it->path() << ": changed";
      for (auto& c : r.constructs) llvm::outs() << ' ' << name(c.kind) << '@' << place(lines, c.anchor);
      for (auto& m : r.messages) llvm::outs() << ' ' << m.text << '@' << place(lines, m.offset);
      llvm::outs() << '\n';
    }
  }
  llvm::outs() << files << " files, " << changed << " changed\n";
  return changed != 0 || files == 0;
}

int verify(llvm::ArrayRef<const char*> files) {
  int bad = 0;
  for (const char* path : files) {
    auto buffer = llvm::MemoryBuffer::getFile(path);
    if (!buffer) continue;
    LowerOptions options;
    options.path = "FILE";
    std::string what = flaw((*buffer)->getBuffer(), options, lower((*buffer)->getBuffer(), options));
    if (what.empty()) continue;
    llvm::outs() << path << ": " << what << '\n';
    ++bad;
  }
  llvm::outs() << files.size() << " files, " << bad << " bad\n";
  return bad != 0 || files.empty();
}

int show(llvm::StringRef mode, llvm::StringRef path, llvm::StringRef text, const LowerResult& r) {
  LineTable lines(text), out_lines(r.text);
  if (mode == "--map") {
    for (const Segment& s : r.segments)
      llvm::outs() << place(out_lines, s.out) << " <- " << place(lines, s.in) << ' ' << s.length
                   << (s.verbatim ? " verbatim\n" : " generated\n");
  } else if (mode == "--constructs") {
    for (const Construct& c : r.constructs) {
      llvm::outs() << place(lines, c.anchor) << ' ' << name(c.kind);
      if (c.operand.begin != c.operand.end) llvm::outs() << ' ' << text.slice(c.operand.begin, c.operand.end);
      llvm::outs() << '\n';
    }
  } else if (mode == "--doubts") {
    for (const Doubt& d : r.doubts)
      llvm::outs() << place(lines, d.anchor) << ' ' << name(d.about) << ' ' << text.slice(d.expression.begin, d.expression.end)
                   << (d.construct ? " -> construct\n" : " -> plain\n");
  } else {
    llvm::outs() << r.text;
  }
  for (const Message& m : r.messages)
    llvm::errs() << path << ':' << place(lines, m.offset) << (m.level == Message::Level::note ? ": note: " : ": error: ") << m.text << '\n';
  return r.messages.empty() ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
  llvm::ArrayRef<const char*> args(argv + 1, argv + argc);
  if (args.size() > 1 && llvm::StringRef(args[0]) == "--identity") return identity(args.drop_front());
  if (args.size() > 1 && llvm::StringRef(args[0]) == "--verify") return verify(args.drop_front());
  auto buffer = args.empty() ? std::error_code(ENOENT, std::generic_category()) : llvm::MemoryBuffer::getFileOrSTDIN(args.back());
  if (!buffer) {
    llvm::errs() << "usage: gocpp-lower [OPTION …] FILE | --identity DIRECTORY … | --verify FILE …\n";
    return 2;
  }
  llvm::StringRef text = (*buffer)->getBuffer(), path = args.back(), mode;
  LowerOptions options;
  options.path = path;
  options.is_header = path.ends_with(".gh");
  for (llvm::StringRef a : args.drop_back()) {
    if (a.consume_front("--plain=")) options.plain.insert(offset_of(text, a));
    else if (a.consume_front("--construct=")) options.constructs.insert(offset_of(text, a));
    else if (a.consume_front("--taken=")) options.taken.insert(a.str());
    else if (a == "--prelude") options.force_prelude = true;
    else mode = a;
  }
  return show(mode, path, text, lower(text, options));
}
