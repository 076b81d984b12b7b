// See options.h.

#include "options.h"

#include "overlay.h"

#include "clang/Driver/Options.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Option/ArgList.h"
#include "llvm/Option/OptTable.h"

#include <map>
#include <utility>

using namespace clang::driver;

namespace gocpp::tool {

const char* const kHelpText =
    R"(usage: gocpp [options] FILE...
       gocpp run [options] FILE... [-- ARGUMENT...]
       gocpp --emit-cpp[=OUT] [options] FILE.gcpp
       gocpp lsp [--clangd=PATH] [--compile-commands-dir=PATH] [-- CLANGD-ARGUMENT...]
       gocpp format [-i] [--style=STYLE] [FILE...]
       gocpp gdb [GDB-ARGUMENT...]

Compiles C++ with Go's `go`, `chan`, `<-` and `select`. FILE.gcpp is a source and FILE.gh a header with that syntax;
all other inputs, and every option that is not listed here, are as for clang++.

  run                compile to a temporary program, run it with the arguments, exit as it does
  --emit-cpp[=OUT]   print the C++ that a file is lowered to, or write it to OUT
  lsp                be a language server that stands before clangd
  format             print the files formatted by clang-format's rules, or with -i change them
  gdb                start gdb with what it has to know of goroutines
  -fgocpp-prelude    include <gocpp/gocpp.h> even in a file that uses none of the syntax
  --hook-libc        link so that libc's waiting calls (read, connect, poll, nanosleep ...) park the goroutine that
                     makes them, in shared libraries too
  -std=STANDARD      c++20 or later (default: gnu++20)
  -fsanitize=...     address and thread also choose the matching build of the runtime
  --help, --version

Environment:
  GOCPP_CXX          another compiler (g++, clang++-18) for the lowered C++ instead of the built-in clang
  GOMAXPROCS         in the program: how many goroutines run at once
)";

namespace {

bool is_too_old(llvm::StringRef standard) {
  return llvm::StringSwitch<bool>(standard)
      .Cases("c++98", "c++03", "c++11", "c++0x", "c++14", true)
      .Cases("c++1y", "c++17", "c++1z", true)
      .Cases("gnu++98", "gnu++03", "gnu++11", "gnu++0x", "gnu++14", true)
      .Cases("gnu++1y", "gnu++17", "gnu++1z", true)
      .Default(false);
}

/// Takes out what clang's option table does not know.
std::vector<std::string> take_own(llvm::ArrayRef<std::string> args, Options& options) {
  std::vector<std::string> rest;
  if (!args.empty() && args.front() == "run") {
    options.mode = Options::Mode::run;
    args = args.drop_front();
  }
  for (size_t i = 0; i < args.size(); ++i) {
    llvm::StringRef a = args[i];
    if (options.mode == Options::Mode::run && a == "--") {
      options.program_args.assign(args.begin() + static_cast<ptrdiff_t>(i) + 1, args.end());
      break;
    }
    if (a == "--emit-cpp" || a.starts_with("--emit-cpp=")) {
      if (options.mode == Options::Mode::run) options.error = "'run' and '--emit-cpp' exclude each other";
      options.mode = Options::Mode::emit_cpp;
      options.emit_file = a.substr(a.find('=') == llvm::StringRef::npos ? a.size() : a.find('=') + 1).str();
    } else if (a == "--hook-libc") {
      options.hook_libc = true;
    } else if (a == "-fgocpp-prelude") {
      options.force_prelude = true;
    } else {
      rest.push_back(a.str());
    }
  }
  return rest;
}

/// The runtime build that the sanitizers want, as -fsanitize= and -fno-sanitize= add and take away.
std::string sanitizer_of(const llvm::opt::InputArgList& parsed) {
  bool address = false, thread = false;
  for (const llvm::opt::Arg* a : parsed.filtered(options::OPT_fsanitize_EQ, options::OPT_fno_sanitize_EQ)) {
    bool on = a->getOption().matches(options::OPT_fsanitize_EQ);
    for (llvm::StringRef value : a->getValues()) {
      if (value == "address" || (!on && value == "all")) address = on;
      if (value == "thread" || (!on && value == "all")) thread = on;
    }
  }
  return address ? "address" : thread ? "thread" : "";
}

/// Why goroutines cannot run with these flags; empty if they can.
std::string refused_instrumentation(const llvm::opt::InputArgList& parsed) {
  const std::pair<llvm::StringRef, llvm::StringRef> kRefused[] = {
      {"memory", "it needs every library instrumented, and there is no such build of the runtime"},
      {"dataflow", "it needs every library instrumented, and there is no such build of the runtime"},
      {"hwaddress", "there is no build of the runtime for it; use '-fsanitize=address'"},
      {"leak", "alone it finds nothing on a goroutine's stack; use '-fsanitize=address', which looks for leaks too"},
      {"safe-stack", "its second stack is the thread's, and goroutines on one thread would share it"}};
  std::map<llvm::StringRef, bool> on;
  for (const llvm::opt::Arg* a : parsed.filtered(options::OPT_fsanitize_EQ, options::OPT_fno_sanitize_EQ)) {
    bool adds = a->getOption().matches(options::OPT_fsanitize_EQ);
    for (llvm::StringRef value : a->getValues()) {
      if (!adds && value == "all") on.clear();
      else on[value] = adds;
    }
  }
  for (auto [value, reason] : kRefused)
    if (on.count(value) && on[value] && !(value == "leak" && on.count("address") && on["address"]))
      return ("'-fsanitize=" + value + "' does not work with goroutines: " + reason).str();
  if (const auto* a = parsed.getLastArg(options::OPT_fsplit_stack, options::OPT_fno_split_stack);
      a && a->getOption().matches(options::OPT_fsplit_stack))
    return "'-fsplit-stack' does not work with goroutines, whose stacks are gocpp's own: see gocpp::set_stack_size";
  return "";
}

bool stops_before_link(const llvm::opt::InputArgList& parsed) {
  return parsed.hasArg(options::OPT_c, options::OPT_S, options::OPT_E, options::OPT_fsyntax_only, options::OPT_M, options::OPT_MM) ||
         parsed.hasArg(options::OPT_emit_ast, options::OPT__precompile, options::OPT__analyze, options::OPT_r, options::OPT_emit_llvm,
                       options::OPT_rewrite_objc, options::OPT_verify_pch);
}

class Parser {
 public:
  explicit Parser(Options& options) : options_(options) {}

  void run(const std::vector<std::string>& args) {
    for (const std::string& a : args) raw_.push_back(a.c_str());
    unsigned missing_index = 0, missing_count = 0;
    llvm::opt::InputArgList parsed = getDriverOptTable().ParseArgs(raw_, missing_index, missing_count,
                                                                   llvm::opt::Visibility(options::ClangOption));
    if (missing_count) options_.error = "argument to '" + args[missing_index] + "' is missing";
    if (parsed.hasArg(options::OPT_help)) options_.mode = Options::Mode::help;
    if (parsed.hasArg(options::OPT__version)) options_.mode = Options::Mode::version;
    if (const auto* a = parsed.getLastArg(options::OPT_o)) options_.output = a->getValue();
    options_.sanitizer = sanitizer_of(parsed);
    options_.stops_before_link = stops_before_link(parsed);
    if (options_.hook_libc && parsed.hasArg(options::OPT_static, options::OPT_static_pie, options::OPT_shared))
      options_.error = "--hook-libc needs an executable that is linked dynamically: leave out '-static' or '-shared'";
    options_.has_debug_flag = parsed.hasArg(options::OPT_g_Group);
    options_.has_standard = parsed.hasArg(options::OPT_std_EQ);
    llvm::StringRef language = "none";
    for (const llvm::opt::Arg* a : parsed) {
      if (a->getOption().matches(options::OPT_x)) language = a->getValue();
      if (a->getOption().getKind() == llvm::opt::Option::InputClass || a->getOption().matches(options::OPT__DASH_DASH))
        for (llvm::StringRef path : a->getValues()) input(path, language);
    }
    if (const auto* a = parsed.getLastArg(options::OPT_std_EQ); a && is_too_old(a->getValue()) && !options_.gocpp_inputs.empty())
      options_.error = std::string("gocpp needs C++20 or later, and '") + a->getSpelling().str() + a->getValue() + "' is earlier";
    if (std::string refused = refused_instrumentation(parsed); !refused.empty() && !options_.gocpp_inputs.empty()) options_.error = refused;
    options_.args = args;
  }

 private:
  void input(llvm::StringRef path, llvm::StringRef language) {
    options_.inputs.push_back(path.str());
    bool cxx = language == "none" || language == "c++" || language == "c++-header";
    bool lowered = language == "gcpp" || (cxx && (is_source_path(path) || is_header_path(path) || (path == "-" && language == "c++")));
    if (lowered) options_.gocpp_inputs.push_back(path.str());
  }

  Options& options_;
  std::vector<const char*> raw_;
};

} // namespace

Options parse_options(llvm::ArrayRef<std::string> args) {
  Options options;
  std::vector<std::string> rest = take_own(args, options);
  Parser(options).run(rest);
  if (!options.error.empty() || options.mode == Options::Mode::help || options.mode == Options::Mode::version) return options;
  if (options.mode == Options::Mode::emit_cpp && options.emit_file.empty()) options.emit_file = options.output;
  if (options.mode == Options::Mode::emit_cpp && (options.gocpp_inputs.size() != 1 || options.inputs.size() != 1))
    options.error = "--emit-cpp needs exactly one input, a .gcpp or .gh file";
  if (options.mode == Options::Mode::run) {
    if (options.inputs.empty()) options.error = "no input files for 'gocpp run'";
    if (options.stops_before_link) options.error = "'gocpp run' needs a whole program; leave out the option that stops before linking";
    if (!options.output.empty()) options.error = "'gocpp run' makes a temporary program; leave out '-o'";
  }
  return options;
}

std::vector<std::string> clang_driver_args(const Options& options) {
  std::vector<const char*> raw;
  for (const std::string& a : options.args) raw.push_back(a.c_str());
  unsigned missing_index = 0, missing_count = 0;
  llvm::opt::InputArgList parsed = getDriverOptTable().ParseArgs(raw, missing_index, missing_count,
                                                                 llvm::opt::Visibility(clang::driver::options::ClangOption));
  // For each index the language of the input that stands there, if it needs one said.
  std::vector<const char*> language_at(options.args.size(), nullptr);
  std::vector<std::string> out;
  std::string language = "none";
  size_t last_input = 0;
  for (const llvm::opt::Arg* a : parsed) {
    if (a->getOption().matches(options::OPT_x)) language = a->getValue();
    if (a->getOption().getKind() == llvm::opt::Option::InputClass)
      last_input = std::max<size_t>(last_input, a->getIndex());
    if (a->getOption().getKind() != llvm::opt::Option::InputClass || language != "none") continue;
    if (is_source_path(a->getValue())) language_at[a->getIndex()] = "c++";
    if (is_header_path(a->getValue())) language_at[a->getIndex()] = "c++-header";
  }
  for (size_t i = 0; i < options.args.size(); ++i) {
    const std::string& a = options.args[i];
    if (a == "--" && language == "none") {
      // What follows are inputs, whatever they look like; each needs its language before it.
      for (size_t k = i + 1; k < options.args.size(); ++k) {
        const std::string& path = options.args[k];
        const char* l = is_source_path(path) ? "c++" : is_header_path(path) ? "c++-header" : "none";
        out.insert(out.end(), {"-x", l, path.empty() || path[0] != '-' ? path : "./" + path});
      }
      break;
    }
    if (a == "-xgcpp") {
      out.push_back("-xc++");
    } else if (a == "gcpp" && !out.empty() && out.back() == "-x") {
      out.push_back("c++");
    } else if (language_at[i]) {
      out.insert(out.end(), {"-x", language_at[i], a});
      // clang complains of a language behind the last input.
      if (i < last_input) out.insert(out.end(), {"-x", "none"});
    } else {
      out.push_back(a);
    }
  }
  return out;
}

} // namespace gocpp::tool
