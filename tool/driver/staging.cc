// See staging.h.

#include "staging.h"

#include "compile.h"

#include "clang/Frontend/FrontendActions.h"
#include "clang/Lex/PPCallbacks.h"
#include "clang/Lex/Preprocessor.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <set>

using namespace clang;

namespace gocpp::tool {

namespace {

using FileKey = llvm::sys::fs::UniqueID;

/// An #include as clang met it. The range is that of the name, quotes included, in the text that clang read.
struct Inclusion {
  Range name;
  FileKey target;
  std::string path;
  bool beside = false;  ///< Found in the directory of the file that includes it.
};

struct SeenFile {
  std::string path;
  std::string text;
  std::vector<Inclusion> includes;
};

/// What includes what.
using IncludeGraph = std::map<FileKey, SeenFile>;

/// What `-include` names, and what it finds.
using CommandLineIncludes = std::map<std::string, FileKey>;

class IncludeNoter : public PPCallbacks {
 public:
  IncludeNoter(SourceManager& sources, IncludeGraph& graph, CommandLineIncludes& forced)
      : sources_(sources), graph_(graph), forced_(forced) {}

  void InclusionDirective(SourceLocation hash, const Token&, llvm::StringRef spelled, bool angled, CharSourceRange name, OptionalFileEntryRef file,
                          llvm::StringRef search_path, llvm::StringRef, const Module*, bool, SrcMgr::CharacteristicKind) override {
    FileID id = sources_.getFileID(hash);
    auto entry = sources_.getFileEntryRefForID(id);
    if (!entry && file) forced_[spelled.str()] = file->getUniqueID();
    if (!entry || !file || name.getBegin().isMacroID()) return;
    SeenFile& seen = graph_[entry->getUniqueID()];
    if (seen.path.empty()) {
      seen.path = entry->getName().str();
      seen.text = sources_.getBufferData(id).str();
    }
    Inclusion i;
    i.name = {sources_.getFileOffset(name.getBegin()), sources_.getFileOffset(name.getEnd())};
    i.target = file->getUniqueID();
    i.path = file->getName().str();
    llvm::StringRef here = llvm::sys::path::parent_path(entry->getName());
    i.beside = !angled && (search_path == here || (here.empty() && search_path == "."));
    for (const Inclusion& known : seen.includes)
      if (known.name.begin == i.name.begin) return;
    seen.includes.push_back(std::move(i));
  }

 private:
  SourceManager& sources_;
  IncludeGraph& graph_;
  CommandLineIncludes& forced_;
};

class IncludeAction : public PreprocessOnlyAction {
 public:
  IncludeAction(IncludeGraph& graph, CommandLineIncludes& forced) : graph_(graph), forced_(forced) {}

 protected:
  bool BeginSourceFileAction(CompilerInstance& ci) override {
    ci.getPreprocessor().addPPCallbacks(std::make_unique<IncludeNoter>(ci.getSourceManager(), graph_, forced_));
    return true;
  }

 private:
  IncludeGraph& graph_;
  CommandLineIncludes& forced_;
};

/// The files from which a lowered one is reached.
std::set<FileKey> files_to_copy(const IncludeGraph& graph, const Overlay& overlay) {
  std::set<FileKey> copied;
  for (const auto& [id, file] : overlay.files()) copied.insert(id);
  for (bool more = true; more;) {
    more = false;
    for (const auto& [id, file] : graph)
      if (!copied.count(id) && llvm::any_of(file.includes, [&](const Inclusion& i) { return copied.count(i.target) != 0; }))
        more |= copied.insert(id).second;
  }
  return copied;
}

std::string in_quotes(llvm::StringRef path) {
  std::string s = "\"";
  for (char c : path) {
    if (c == '"' || c == '\\') s += '\\';
    s += c;
  }
  return s + "\"";
}

} // namespace

std::string relative_name(llvm::StringRef path) {
  llvm::SmallString<256> here;
  if (llvm::sys::fs::current_path(here)) return "";
  auto from = llvm::sys::path::begin(here), to = llvm::sys::path::begin(path);
  for (; from != llvm::sys::path::end(here) && to != llvm::sys::path::end(path) && *from == *to; ++from) ++to;
  llvm::SmallString<256> name;
  for (; from != llvm::sys::path::end(here); ++from) llvm::sys::path::append(name, "..");
  for (; to != llvm::sys::path::end(path); ++to) llvm::sys::path::append(name, *to);
  return name.str().str();
}

StagedFile& Staging::add(llvm::StringRef original, llvm::StringRef ending) {
  // A directory each: names stay as they are, and so does what the compiler derives from them.
  auto file = std::make_unique<StagedFile>();
  file->original = original.str();
  file->copy = directory_.file(((original == "<stdin>" ? "-" : llvm::sys::path::stem(original)) + ending).str(), /*in_own_directory=*/true);
  files_.push_back(std::move(file));
  return *files_.back();
}

bool Staging::write(StagedFile& file) {
  std::error_code error;
  llvm::raw_fd_ostream out(file.copy, error);
  llvm::StringRef text = file.text;
  text.consume_front("\xEF\xBB\xBF");
  if (!error) out << "#line 1 " << in_quotes(file.original) << '\n' << text;
  out.close();
  if (error || out.has_error()) {
    llvm::errs() << "gocpp: error: cannot write '" << file.copy << "': " << (error ? error : out.error()).message() << '\n';
    out.clear_error();
    return false;
  }
  return true;
}

std::string Staging::stage(Job& job, llvm::StringRef input) {
  Knowledge knowledge;
  if (!settle(job, knowledge, /*with_lints=*/true)) return "";
  {
    Session speaking(job, knowledge, Session::Voice::speaking);
    if (!speaking.valid() || speaking.show_messages()) return "";
  }
  Session session(job, knowledge, Session::Voice::silent);
  IncludeGraph graph;
  CommandLineIncludes forced;
  IncludeAction action(graph, forced);
  session.execute(action);
  Overlay& overlay = session.overlay();
  if (overlay.files().empty()) return input.str();
  FileKey main_id = session.main() ? session.main()->id : FileKey();
  for (const auto& [id, file] : graph)
    if (!session.main() && file.path == input) main_id = id;
  {
    // .gh files, which have been met now.
    Session speaking(job, knowledge, Session::Voice::speaking);
    for (const auto& [id, file] : overlay.files()) (void)speaking.overlay().lower_file(file->path);
    if (speaking.show_messages()) return "";
  }

  if (!directory_.exists())
    if (std::error_code error = place_.empty() ? directory_.create("gocpp-host") : directory_.create_at(place_)) {
      llvm::errs() << "gocpp: error: cannot make a temporary directory: " << error.message() << '\n';
      return "";
    }
  auto path_of = [&](const FileKey& id) {
    LoweredFile* lowered = overlay.find(id);
    return lowered ? llvm::StringRef(lowered->path) : llvm::StringRef(graph[id].path);
  };
  // In an order that is the same every time.
  std::set<FileKey> keys = files_to_copy(graph, overlay);
  std::vector<FileKey> ids(keys.begin(), keys.end());
  llvm::sort(ids, [&](const FileKey& a, const FileKey& b) { return path_of(a) < path_of(b); });
  std::map<FileKey, StagedFile*> staged;
  for (const FileKey& id : ids) {
    LoweredFile* lowered = overlay.find(id);
    bool is_main = id == main_id;
    llvm::StringRef path = path_of(id);
    if (is_main && input != "-") path = input;
    llvm::StringRef ending = is_main ? llvm::StringRef(".cpp") : llvm::StringRef(".h");
    StagedFile& f = add(path, ending);
    f.text = lowered ? lowered->map.lowered().str() : graph[id].text;
    f.user_text = lowered ? lowered->map.original().str() : f.text;
    if (lowered) f.map = std::make_unique<SourceMap>(lowered->map.original().str(), lowered->map.result());
    staged[id] = &f;
  }
  for (const auto& [name, target] : forced)
    if (auto it = staged.find(target); it != staged.end()) command_line_[name] = it->second->copy;
  std::string main_copy;
  for (auto& [id, file] : staged) {
    bool is_main = id == main_id;
    if (is_main) main_copy = file->copy;
    StagedFile out = {file->original, file->copy, "", "", nullptr};
    uint32_t at = 0;
    llvm::StringRef text = file->text;
    for (const Inclusion& i : graph[id].includes) {
      std::string name;
      if (auto it = staged.find(i.target); it != staged.end()) {
        name = it->second->copy;
      } else if (i.beside && !is_main) {
        llvm::SmallString<256> absolute(i.path);
        llvm::sys::fs::make_absolute(absolute);
        name = absolute.str().str();
        renamed_[name] = i.path;
      } else {
        continue;
      }
      out.text += text.slice(at, i.name.begin).str() + in_quotes(name);
      at = i.name.end;
    }
    out.text += text.drop_front(at);
    if (!write(out)) return "";
  }
  return main_copy;
}

bool reaches_lowered(Job& job) {
  Knowledge knowledge;
  Session session(job, knowledge, Session::Voice::silent);
  IncludeGraph graph;
  CommandLineIncludes forced;
  IncludeAction action(graph, forced);
  if (session.valid()) session.execute(action);
  return session.valid() && !session.overlay().files().empty();
}

const StagedFile* Staging::by_original(llvm::StringRef path) const {
  for (const auto& f : files_)
    if (f->original == path) return f.get();
  return nullptr;
}

std::string Staging::with_user_names(std::string text) const {
  auto replace = [&](const std::string& from, const std::string& to, bool from_its_start) {
    for (size_t at = 0; (at = text.find(from, at)) != std::string::npos;) {
      bool inside = from_its_start && at > 0 && (llvm::isAlnum(text[at - 1]) || llvm::StringRef("/._-").contains(text[at - 1]));
      if (inside) {
        at += from.size();
      } else {
        text.replace(at, from.size(), to);
        at += to.size();
      }
    }
  };
  // In dependency files a space is escaped.
  auto escaped = [](std::string name) {
    for (size_t at = 0; (at = name.find(' ', at)) != std::string::npos; at += 2) name.insert(at, 1, '\\');
    return name;
  };
  for (const auto& f : files_) {
    replace(f->copy, f->original, /*from_its_start=*/false);
    replace(escaped(f->copy), escaped(f->original), /*from_its_start=*/false);
    if (std::string relative = relative_name(f->copy); !relative.empty()) {
      replace(relative, f->original, /*from_its_start=*/true);
      replace(escaped(relative), escaped(f->original), /*from_its_start=*/true);
    }
  }
  for (const auto& [from, to] : renamed_) replace(from, to, /*from_its_start=*/false);
  return text;
}

} // namespace gocpp::tool
