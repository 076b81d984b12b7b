// See host.h.

#include "host.h"

#include "driver.h"
#include "gdb_object.h"
#include "host_messages.h"
#include "session.h"
#include "staging.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdlib>

namespace gocpp::tool {

namespace {

/// Whether it is C++: anything else is the other compiler's own business.
bool may_include_lowered(const Options& options, const std::string& input) {
  llvm::StringRef ending = llvm::sys::path::extension(input);
  return llvm::is_contained(options.gocpp_inputs, input) || ending == ".cpp" || ending == ".cc" || ending == ".cxx" || ending == ".C" ||
         ending == ".c++" || ending == ".cp";
}

/// The built-in clang reads the text of a header that another compiler has precompiled, and speaks neither of itself nor of
/// flags that only the other one has.
Options for_built_in_clang(const Options& options) {
  Options plain = options;
  plain.args.clear();
  const std::vector<std::string>& args = options.args;
  for (size_t i = 0; i < args.size(); ++i) {
    if (args[i] == "-Xclang" && i + 3 < args.size() && args[i + 1] == "-include-pch") i += 3;
    else if (args[i] == "-Xclang" && i + 1 < args.size() && args[i + 1] == "-emit-pch") i += 1;
    else if (args[i] == "-v" || args[i] == "-###" || llvm::StringRef(args[i]).starts_with("-fdiagnostics-format=")) continue;
    else if (args[i] == "-include-pch" && i + 1 < args.size()) i += 1;
    else plain.args.push_back(args[i]);
  }
  plain.args.push_back("-Wno-unknown-warning-option");
  return plain;
}

class Host {
 public:
  Host(std::vector<std::string> program, const Options& options, const Toolchain& tools, HostRole role)
      : program_(std::move(program)), options_(options), to_parse_(for_built_in_clang(options)), tools_(tools), role_(role) {
    is_clang_ = is_clang(program_.back());
  }

  int run() {
    if (!stand_beside_output()) return 1;
    for (const std::string& input : options_.inputs) {
      if (!may_include_lowered(options_, input)) continue;
      std::string copy = stage(input);
      if (copy.empty()) return 1;
      if (copy != input) copies_[input] = copy;
    }
    std::vector<std::string> args = arguments();
    bool dependencies_to_stdout = has("-M") || has("-MM") || writes_dependencies_to_stdout();
    bool to_stdout = dependencies_to_stdout || has("-E") || has("-S");
    std::string out, err;
    int status = execute(args, to_stdout, out, err);
    llvm::outs() << (dependencies_to_stdout ? with_plain_names(out) : staging_.with_user_names(out));
    llvm::outs().flush();
    bool colours = has("-fdiagnostics-color=always") || has("-fcolor-diagnostics") ||
                   (llvm::sys::Process::StandardErrHasColors() && !has("-fdiagnostics-color=never"));
    bool carets = !has("-fno-diagnostics-show-caret") && !has("-fno-caret-diagnostics");
    if (own_format_) show_host_messages(err, staging_, {tools_.include_dir, colours, carets});
    else llvm::errs() << staging_.with_user_names(err);
    if (status != 0) return 1;
    mend_dependencies();
    return 0;
  }

 private:
  bool has(llvm::StringRef flag) const { return llvm::is_contained(options_.args, flag); }

  bool writes_dependencies_to_stdout() const {
    auto to = llvm::find(options_.args, "-MF");
    return llvm::is_contained(options_.args, "-MF-") || (to != options_.args.end() && ++to != options_.args.end() && *to == "-");
  }

  static bool is_clang(llvm::StringRef program) {
    llvm::SmallString<256> real;
    (void)llvm::sys::fs::real_path(program, real);
    return llvm::sys::path::filename(program).contains("clang") || llvm::sys::path::filename(real).contains("clang");
  }

  /// See host.h. False after an error, which has been shown.
  bool stand_beside_output() {
    llvm::StringRef output = options_.output;
    llvm::sys::fs::file_status status;
    if (!has("-c") || output.empty() || output == "-" ||
        (!llvm::sys::fs::status(output, status) && !llvm::sys::fs::is_regular_file(status)))
      return true;
    llvm::SmallString<256> directory(output);
    directory += ".gocpp";
    std::error_code error = llvm::sys::fs::make_absolute(directory);
    if (!error) staging_.stand_in(directory.str().str());
    else llvm::errs() << "gocpp: error: cannot make a temporary directory: " << error.message() << '\n';
    return !error;
  }

  std::string stage(const std::string& input) {
    std::vector<std::string> args = syntax_only_args(to_parse_, tools_, /*quiet=*/true, input);
    if (args.empty()) {
      llvm::errs() << "gocpp: error: cannot make sense of the options for '" << input << "'\n";
      return "";
    }
    std::vector<const char*> argv;
    for (const std::string& a : args) argv.push_back(a.c_str());
    Job job(argv, tools_.self.c_str());
    return staging_.stage(job, input);
  }

  std::vector<std::string> arguments() {
    std::vector<std::string> args = program_;
    if (!options_.has_standard) args.push_back("-std=gnu++20");
    if (!options_.gocpp_inputs.empty() && !options_.has_debug_flag) args.push_back(is_clang_ ? "-gline-tables-only" : "-g1");
    args.insert(args.end(), {"-fstack-clash-protection", "-pthread"});
    // Said again, a directory of the compiler's own would lose its place among these.
    std::vector<std::string> headers;
    if (bool own = false; llvm::sys::fs::equivalent(tools_.include_dir, "/usr/include", own) || !own)
      headers = {"-isystem", tools_.include_dir};
    if (role_ == HostRole::instead) args.insert(args.end(), headers.begin(), headers.end());
    for (llvm::StringRef a : options_.args)
      own_format_ &= (!a.starts_with("-fdiagnostics-format") || a.ends_with("=text")) && !a.starts_with("-fdiagnostics-parseable") &&
                     a != "-fsyntax-only -verify";
    if (own_format_) {
      args.insert(args.end(), is_clang_ ? std::initializer_list<std::string>{"-fno-caret-diagnostics", "-fno-color-diagnostics"}
                                        : std::initializer_list<std::string>{"-fno-diagnostics-show-caret", "-fdiagnostics-parseable-fixits", "-fdiagnostics-color=never",
                                                                             "-fdiagnostics-column-unit=byte"});
    }
    // The copies stand elsewhere: what is beside the user's file is looked for there first.
    for (const auto& [input, copy] : copies_) {
      llvm::StringRef beside = llvm::sys::path::parent_path(input);
      args.insert(args.end(), {"-iquote", beside.empty() ? "." : beside.str()});
    }
    for (const auto& f : staging_.files()) {
      args.push_back("-ffile-prefix-map=" + f->copy + "=" + f->original);
      if (program_.size() > 1) args.push_back("-ffile-prefix-map=" + relative_name(f->copy) + "=" + f->original);
    }
    llvm::StringRef before;
    for (const std::string& a : clang_driver_args(options_)) {
      auto it = copies_.find(a);
      bool is_value = before == "-o" || before == "-MF" || before == "-MT" || before == "-MQ";
      if (before == "-include" && staging_.for_command_line(a)) {
        args.push_back(*staging_.for_command_line(a));
        before = a;
        continue;
      }
      bool unknown = a == "--start-no-unused-arguments" || a == "--end-no-unused-arguments";
      unknown |= is_lint_flag(a);
      if (!unknown && !(own_format_ && llvm::StringRef(a).starts_with("-fdiagnostics-color"))) args.push_back(it == copies_.end() || is_value ? a : it->second);
      before = a;
    }
    if (role_ == HostRole::launched) args.insert(args.end(), headers.begin(), headers.end());
    if (!options_.stops_before_link && !options_.inputs.empty() && !has("-nostdlib") && !has("-nodefaultlibs")) {
      args.insert(args.end(), {"-x", "none"});
      for (const std::string& a : runtime_link_args(tools_, options_.sanitizer, options_.hook_libc))
        args.insert(args.end(), {"-Xlinker", a});
      if (gdb_object_.make(tools_.gdb_script)) args.insert(args.end(), {"-Xlinker", gdb_object_.path().str()});
    }
    return args;
  }

  int execute(const std::vector<std::string>& args, bool capture_output, std::string& out, std::string& err) {
    llvm::SmallString<128> out_file, err_file;
    if (llvm::sys::fs::createTemporaryFile("gocpp-host", "txt", err_file) ||
        (capture_output && llvm::sys::fs::createTemporaryFile("gocpp-host", "txt", out_file))) {
      llvm::errs() << "gocpp: error: cannot make a temporary file\n";
      return 1;
    }
    llvm::sys::RemoveFileOnSignal(err_file);
    if (capture_output) llvm::sys::RemoveFileOnSignal(out_file);
    std::optional<llvm::StringRef> redirects[] = {std::nullopt, std::nullopt, llvm::StringRef(err_file)};
    if (capture_output) redirects[1] = llvm::StringRef(out_file);
    if (has("-v") || has("-###")) {
      for (const std::string& a : args) llvm::errs() << " \"" << a << '"';
      llvm::errs() << '\n';
    }
    // Its messages are read: in English, and with the quotes that tell names from words.
    if (own_format_) setenv("LC_ALL", "C.UTF-8", /*overwrite=*/1);
    std::vector<llvm::StringRef> argv(args.begin(), args.end());
    std::string error;
    int status = llvm::sys::ExecuteAndWait(program_.front(), argv, std::nullopt, redirects, 0, 0, &error);
    if (!error.empty()) llvm::errs() << "gocpp: error: " << program_.front() << ": " << error << '\n';
    auto take = [](llvm::StringRef file, std::string& text) {
      if (file.empty()) return;
      if (auto buffer = llvm::MemoryBuffer::getFile(file)) text = (*buffer)->getBuffer().str();
      llvm::sys::fs::remove(file);
      llvm::sys::DontRemoveFileOnSignal(file);
    };
    take(out_file, out);
    take(err_file, err);
    return status;
  }

  /// Dependency files, and other texts that name the copies, get the user's names.
  void mend_dependencies() {
    std::set<std::string> candidates;
    bool makes_text = has("-M") || has("-MM") || has("-E") || has("-S");
    if (!has("-MD") && !has("-MMD") && !makes_text) return;
    for (size_t i = 0; i < options_.args.size(); ++i) {
      llvm::StringRef a = options_.args[i];
      if (a == "-MF" && i + 1 < options_.args.size()) candidates.insert(options_.args[i + 1]);
      else if (a.consume_front("-MF") && !a.empty()) candidates.insert(a.str());
    }
    if (makes_text && !options_.output.empty()) candidates.insert(options_.output);
    auto with_ending = [&](llvm::StringRef path) {
      llvm::SmallString<256> d(path);
      llvm::sys::path::replace_extension(d, "d");
      candidates.insert(d.str().str());
    };
    if (!options_.output.empty()) with_ending(options_.output);
    for (const std::string& input : options_.gocpp_inputs) {
      std::string stem = llvm::sys::path::stem(input).str();
      candidates.insert(stem + ".d");
      // The compiler's names when it also links.
      std::string program = options_.output.empty() ? "a" : options_.output;
      candidates.insert(program + "-" + stem + ".d");
    }
    for (const std::string& file : candidates) {
      // Reading back what is no file might take what somebody else is to have, or never end.
      if (!llvm::sys::fs::is_regular_file(file)) continue;
      auto buffer = llvm::MemoryBuffer::getFile(file);
      if (!buffer) continue;
      std::string before = (*buffer)->getBuffer().str(), after = with_plain_names(before);
      if (!makes_text && role_ == HostRole::launched && !copies_.empty()) depend_on_self(after);
      if (before == after) continue;
      buffer->reset();
      if (llvm::Error error = llvm::writeToOutput(file, [&](llvm::raw_ostream& out) {
            out << after;
            return llvm::Error::success();
          }))
        llvm::errs() << "gocpp: error: cannot write '" << file << "': " << toString(std::move(error)) << '\n';
    }
  }

  /// The build has its own compiler for one that may change, and knows nothing of gocpp. Only what gocpp has lowered
  /// depends on it.
  void depend_on_self(std::string& rules) const {
    size_t colon = 0;
    while ((colon = rules.find(':', colon)) != std::string::npos && colon + 1 < rules.size() && !llvm::isSpace(rules[colon + 1])) ++colon;
    if (colon == std::string::npos) return;
    std::string name;
    for (char c : tools_.self) {
      if (c == ' ' || c == '#') name += '\\';
      if (c == '$') name += '$';
      name += c;
    }
    rules.insert(colon + 1, " " + name);
    if (has("-MP")) rules += name + ":\n";
  }

  /// For dependency files: `./x.h` is how -iquote finds what is beside the source.
  std::string with_plain_names(const std::string& text) const {
    std::string out = staging_.with_user_names(text);
    for (const char* before : {" ./", "\n./"})  // -MP has rules without prerequisites
      for (size_t at = 0; (at = out.find(before, at)) != std::string::npos;) out.erase(at + 1, 2);
    return out;
  }

  std::vector<std::string> program_;
  const Options& options_;
  const Options to_parse_;  ///< For the built-in clang.
  const Toolchain& tools_;
  const HostRole role_;
  bool is_clang_ = false;
  bool own_format_ = true;
  Staging staging_;
  GdbObject gdb_object_;
  std::map<std::string, std::string> copies_;
};

} // namespace

int compile_with_host(std::vector<std::string> program, const Options& options, const Toolchain& tools, HostRole role) {
  // Places in a document could not be put right, and clang's own falls over the staged copies.
  if (llvm::any_of(options.args, [](llvm::StringRef a) { return a.starts_with("-fdiagnostics-format=sarif"); })) {
    llvm::errs() << "gocpp: error: '-fdiagnostics-format=sarif' needs the built-in compiler, not that of GOCPP_CXX\n";
    return 1;
  }
  // What it would precompile is a copy, which nothing includes.
  for (const std::string& input : options.gocpp_inputs) {
    if (!is_header_path(input) || options.stops_before_link) continue;
    llvm::errs() << "gocpp: error: '" << input << "' can be precompiled by the built-in compiler only, not by that of GOCPP_CXX\n";
    return 1;
  }
  return Host(std::move(program), options, tools, role).run();
}

bool host_would_lower(const Options& options, const Toolchain& tools) {
  Options to_parse = for_built_in_clang(options);
  for (const std::string& input : options.inputs) {
    if (!may_include_lowered(options, input)) continue;
    std::vector<std::string> args = syntax_only_args(to_parse, tools, /*quiet=*/true, input);
    std::vector<const char*> argv;
    for (const std::string& a : args) argv.push_back(a.c_str());
    Job job(argv, tools.self.c_str());
    if (!args.empty() && reaches_lowered(job)) return true;
  }
  return false;
}

} // namespace gocpp::tool
