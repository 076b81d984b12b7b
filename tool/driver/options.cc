// See options.h.

#include "options.h"

#include "overlay.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <utility>

namespace gocpp::tool {

const char* const kHelp =
    R"(gocpp: compiles C++ with Go's goroutines, channels and select

usage: gocpp [any clang++ flag] FILE.gcpp [FILE.cpp FILE.o …] -o PROGRAM
       gocpp run FILE.gcpp [flags] [-- ARGUMENT …]     compile to a temporary program and run it
       gocpp --emit-cpp[=FILE] FILE.gcpp               print the C++ that FILE.gcpp stands for

  -std=…               C++20 or later; c++20 by default
  -fsanitize=…         address and thread pick the matching build of the runtime
  -fgocpp-prelude      include <gocpp/gocpp.h> even in a file that uses none of the syntax
  --version, --help    this

  GOCPP_CXX=g++        in the environment: let g++ (or another compiler) compile the lowered C++
  GOMAXPROCS=N         in the program's environment: how many goroutines run at once

Every flag of clang++ works; `clang++-19 --help` lists them. The guide is docs/guide.md.
)";

namespace {

bool takes_value(llvm::StringRef a) {
  static const llvm::StringSet<> flags = {"-o", "-x", "-I", "-L", "-l", "-D", "-U", "-include", "-isystem", "-iquote", "-idirafter",
                                          "-imacros", "-MF", "-MT", "-MQ", "-T", "-Xclang", "-Xlinker", "-Xassembler",
                                          "-Xpreprocessor", "-target", "--target", "-arch", "-u", "-z", "-isysroot", "--sysroot", "-mllvm",
                                          "-include-pch", "-F", "-framework", "-rpath", "--param", "-B", "-e", "-iprefix",
                                          "-iwithprefix", "-iwithprefixbefore", "-MJ", "-dumpbase", "-dumpdir", "-working-directory"};
  return flags.contains(a);
}

/// 0 for a standard that is new enough or unknown; else the year it names.
bool too_old(llvm::StringRef value) {
  static const llvm::StringSet<> old = {"c++98", "c++03", "c++0x", "c++11", "c++1y", "c++14", "c++1z", "c++17", "gnu++98",
                                        "gnu++03", "gnu++0x", "gnu++11", "gnu++1y", "gnu++14", "gnu++1z", "gnu++17"};
  return old.contains(value);
}

} // namespace

CommandLine parse_command_line(const std::vector<std::string>& args) {
  CommandLine line;
  bool inputs = false, stops_early = false;
  size_t i = 0;
  auto fail = [&](std::string text) {
    line.mode = CommandLine::Mode::error;
    line.message = std::move(text);
    return line;
  };
  if (!args.empty() && args[0] == "run") {
    line.mode = CommandLine::Mode::run;
    i = 1;
  }
  bool language_given = false;
  bool forced = false;  // the last input was given a language by us
  for (; i < args.size(); ++i) {
    llvm::StringRef a = args[i];
    if (a == "--" && line.mode == CommandLine::Mode::run) {
      line.program_args.assign(args.begin() + static_cast<long>(i) + 1, args.end());
      break;
    }
    if (a == "--help" || a == "-help") {
      line.mode = CommandLine::Mode::help;
      return line;
    }
    if (a == "--version") {
      line.mode = CommandLine::Mode::version;
      return line;
    }
    if (a == "--emit-cpp" || a.consume_front("--emit-cpp=")) {
      line.mode = CommandLine::Mode::emit_cpp;
      if (a != "--emit-cpp") line.emit_to = a.str();
      continue;
    }
    if (a == "-fgocpp-prelude") {
      line.force_prelude = true;
      continue;
    }
    if (a.starts_with("-std=") || a.starts_with("--std=")) {
      line.has_std = true;
      llvm::StringRef value = a.split('=').second;
      if (too_old(value)) return fail(("gocpp needs C++20 or later, and '" + a + "' is earlier").str());
    }
    if (a.starts_with("-g") && a != "-gcc-toolchain" && !a.starts_with("-gcc-")) line.has_debug = true;
    if (a.starts_with("-fsanitize="))
      for (llvm::StringRef rest = a.substr(11); !rest.empty();) {
        auto [one, more] = rest.split(',');
        if (one == "address" || one == "thread") line.sanitizer = one.str();
        rest = more;
      }
    if (a == "-c" || a == "-S" || a == "-E" || a == "-M" || a == "-MM" || a == "-fsyntax-only" || a == "-emit-ast" || a == "--precompile" ||
        a == "-shared" || a == "-r" || a == "-emit-llvm" || a.starts_with("--print-") || a.starts_with("-print-") || a.starts_with("-dump") ||
        a == "--analyze")
      stops_early = true;
    if (a == "-x") language_given = true;
    if (takes_value(a)) {
      line.clang.push_back(a.str());
      if (i + 1 < args.size()) {
        if (a == "-o") line.output = args[i + 1];
        line.clang.push_back(args[++i]);
      }
      continue;
    }
    if (a.starts_with("-o") && a.size() > 2 && !a.starts_with("-object")) line.output = a.drop_front(2).str();
    if (a.starts_with("-") && a != "-") {
      line.clang.push_back(a.str());
      continue;
    }
    inputs = true;
    if (is_gocpp_file(a)) {
      line.gocpp_inputs.push_back(a.str());
      if (!language_given) {
        line.clang.insert(line.clang.end(), {"-x", is_gocpp_header(a) ? "c++-header" : "c++", a.str()});
        forced = true;
        continue;
      }
    }
    if (std::exchange(forced, false)) line.clang.insert(line.clang.end(), {"-x", "none"});
    line.clang.push_back(a.str());
  }
  line.links = inputs && !stops_early;
  if (line.mode == CommandLine::Mode::run && line.gocpp_inputs.empty() && !inputs) return fail("gocpp run needs a file to run");
  if (line.mode == CommandLine::Mode::emit_cpp && line.gocpp_inputs.size() != 1)
    return fail("--emit-cpp takes exactly one .gcpp or .gh file");
  return line;
}

Toolchain find_toolchain(const std::string& executable) {
  using namespace llvm::sys;
  Toolchain t;
  llvm::SmallString<256> root(path::parent_path(path::parent_path(executable)));
  auto under = [&](const char* what) {
    llvm::SmallString<256> p(root);
    path::append(p, what);
    return p.str().str();
  };
  // In a build tree the headers are the source's; installed, they stand beside bin/.
  bool installed = fs::exists(under("include/gocpp/gocpp.h"));
  t.include = installed ? under("include") : GOCPP_SOURCE_INCLUDE;
  t.libraries = under("lib");
  t.clang = GOCPP_LLVM_PREFIX "/bin/clang";
  t.resources = GOCPP_CLANG_RESOURCE_DIR;
  return t;
}

std::vector<std::string> compile_flags(const CommandLine& line, const Toolchain& tools) {
  std::vector<std::string> flags = {"-isystem", tools.include};
  if (!line.has_std) flags.insert(flags.begin(), "-std=c++20");
  // Reports of panics and deadlocks name files and lines, as Go's do.
  // The second flag gives inlined functions their full names.
  if (!line.has_debug) flags.insert(flags.end(), {"-gline-tables-only", "-fdebug-info-for-profiling"});
  // A frame larger than the guard must not jump over it.
  flags.push_back("-fstack-clash-protection");
  return flags;
}

std::vector<std::string> link_inputs(const CommandLine& line, const Toolchain& tools) {
  if (!line.links) return {};
  const char* name = line.sanitizer == "address" ? "libgocpp_rt_asan.a" : line.sanitizer == "thread" ? "libgocpp_rt_tsan.a" : "libgocpp_rt.a";
  return {"-x", "none", tools.libraries + "/" + name, "-pthread"};
}

} // namespace gocpp::tool
