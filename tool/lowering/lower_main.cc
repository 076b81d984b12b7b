// gocpp-lower: what the scanner and the lowering make of a file, for tests and for debugging them.
//
//   gocpp-lower [--map|--constructs|--doubts] FILE      the lowered text, or a dump
//   gocpp-lower --identity DIRECTORY …                  checks that every file below comes out as it is

#include "types.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

#include <cstring>

using namespace gocpp::tool;

namespace {

std::string place(llvm::StringRef text, uint32_t offset) {
  llvm::StringRef before = text.take_front(offset);
  size_t nl = before.rfind('\n');
  return (llvm::Twine(before.count('\n') + 1) + ":" + llvm::Twine(nl == llvm::StringRef::npos ? offset + 1 : offset - nl)).str();
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

int identity(int argc, char** argv) {
  unsigned files = 0, changed = 0;
  for (int i = 2; i < argc; ++i) {
    std::error_code error;
    for (llvm::sys::fs::recursive_directory_iterator it(argv[i], error), end; it != end && !error; it.increment(error)) {
      if (it->type() != llvm::sys::fs::file_type::regular_file) continue;
      auto buffer = llvm::MemoryBuffer::getFile(it->path());
      if (!buffer || (*buffer)->getBuffer().contains('\0')) continue;
      ++files;
      LowerResult r = lower((*buffer)->getBuffer(), {});
      if (r.text == (*buffer)->getBuffer() && r.messages.empty()) continue;
      ++changed;
      llvm::outs() << it->path() << ": changed";
      for (auto& c : r.constructs) llvm::outs() << ' ' << name(c.kind) << '@' << place((*buffer)->getBuffer(), c.anchor);
      for (auto& m : r.messages) llvm::outs() << ' ' << m.text << '@' << place((*buffer)->getBuffer(), m.offset);
      llvm::outs() << '\n';
    }
  }
  llvm::outs() << files << " files, " << changed << " changed\n";
  return changed != 0 || files == 0;
}

} // namespace

int main(int argc, char** argv) {
  if (argc > 2 && !std::strcmp(argv[1], "--identity")) return identity(argc, argv);
  const char* mode = argc > 2 ? argv[1] : "";
  const char* path = argv[argc - 1];
  auto buffer = llvm::MemoryBuffer::getFileOrSTDIN(path);
  if (argc < 2 || !buffer) {
    llvm::errs() << "usage: gocpp-lower [--map|--constructs|--doubts] FILE | --identity DIRECTORY …\n";
    return 2;
  }
  llvm::StringRef text = (*buffer)->getBuffer();
  LowerOptions options;
  options.path = path;
  options.is_header = llvm::StringRef(path).ends_with(".gh");
  LowerResult r = lower(text, options);
  if (!std::strcmp(mode, "--map")) {
    for (const Segment& s : r.segments)
      llvm::outs() << s.out << ' ' << place(text, s.in) << ' ' << s.length << (s.verbatim ? " verbatim\n" : " generated\n");
  } else if (!std::strcmp(mode, "--constructs")) {
    for (const Construct& c : r.constructs) llvm::outs() << place(text, c.anchor) << ' ' << name(c.kind) << '\n';
  } else if (!std::strcmp(mode, "--doubts")) {
    const char* about[] = {"go", "select", "send", "cast", "closing"};
    for (const Doubt& d : r.doubts)
      llvm::outs() << place(text, d.anchor) << ' ' << about[static_cast<int>(d.about)] << (d.construct ? " construct\n" : " plain\n");
  } else {
    llvm::outs() << r.text;
  }
  for (const Message& m : r.messages) llvm::errs() << path << ':' << place(text, m.offset) << ": error: " << m.text << '\n';
  return r.messages.empty() ? 0 : 1;
}
