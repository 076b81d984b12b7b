// The file system that clang sees: the user's files, with .gcpp and .gh files lowered.
//
// A lowered file stands under its own name with its own identity and time, so file names, #include search, dependency
// files and DWARF need nothing special. A precompiled header is known by its files' sizes, so those come out the same
// for everybody. Files are lowered when first asked for and kept until the overlay dies, keyed by identity, since one
// header may be reached by several paths. Rejected: buffers remapped in advance, because which .gh files a program
// includes is known only as it is preprocessed.
#pragma once

#include "source_map.h"

#include "llvm/ADT/IntrusiveRefCntPtr.h"
#include "llvm/Support/VirtualFileSystem.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace gocpp::tool {

bool is_source_path(llvm::StringRef path);  ///< NAME.gcpp
bool is_header_path(llvm::StringRef path);  ///< NAME.gh

/// What look-up has found out about one file, as in LowerOptions.
struct Answers {
  std::set<uint32_t> plain;
  std::set<uint32_t> constructs;
  std::set<std::pair<Doubt::About, uint32_t>> settled;  ///< The doubts that have been asked about.
  std::vector<Range> left_out;                          ///< By #if.
  bool knows_left_out = false;
};

/// Everything that look-up has found out; grows from one parse to the next.
struct Knowledge {
  std::map<llvm::sys::fs::UniqueID, Answers> files;
  std::set<std::string> taken;  ///< Prelude names that the program declares itself.
};

/// A file and what it was lowered to.
struct LoweredFile {
  std::string path;  ///< As it was first asked for.
  llvm::sys::fs::UniqueID id;
  SourceMap map;
  const LowerResult& result() const { return map.result(); }
};

class Overlay : public llvm::vfs::ProxyFileSystem {
 public:
  using Rewrite = std::function<std::string(const llvm::sys::fs::UniqueID&, llvm::StringRef text, Answers&)>;

  Overlay(llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> real, const Knowledge& knowledge)
      : ProxyFileSystem(std::move(real)), knowledge_(knowledge) {}

  /// The path whose prelude is forced, and that is lowered whatever its name is.
  void set_main(std::string path, bool force_prelude) { main_ = std::move(path), force_prelude_ = force_prelude; }
  /// Applied to a file's text before it is lowered: how look-up puts its questions.
  void set_rewrite(Rewrite rewrite) { rewrite_ = std::move(rewrite); }

  /// A file whose tokens come from a precompiled header: it is lowered as it was then, by its text alone, for its size
  /// and its places.
  void set_precompiled(const llvm::sys::fs::UniqueID& id) { precompiled_[id]; }

  /// Lowers a text that has no file: standard input. It stands under its name where the compiler runs, so that its #includes
  /// look there.
  LoweredFile& add_text(llvm::StringRef text, llvm::StringRef name);
  /// Lowers the file, or gives what that gave before. An error if it cannot be read.
  llvm::ErrorOr<LoweredFile*> lower_file(const llvm::Twine& path);
  LoweredFile* find(const llvm::sys::fs::UniqueID& id) const;
  /// The text without a file, if there is one.
  LoweredFile* text() const { return text_; }
  /// What has been lowered for this parse, without what is precompiled.
  const std::map<llvm::sys::fs::UniqueID, std::unique_ptr<LoweredFile>>& files() const { return files_; }
  const std::map<llvm::sys::fs::UniqueID, std::unique_ptr<LoweredFile>>& precompiled() const { return precompiled_; }

  llvm::ErrorOr<llvm::vfs::Status> status(const llvm::Twine& path) override;
  llvm::ErrorOr<std::unique_ptr<llvm::vfs::File>> openFileForRead(const llvm::Twine& path) override;

 private:
  bool wants(llvm::StringRef path) const;
  LoweredFile& add(llvm::StringRef text, llvm::StringRef path, llvm::sys::fs::UniqueID id, bool is_header);

  const Knowledge& knowledge_;
  Rewrite rewrite_;
  std::string main_;
  bool force_prelude_ = false;
  std::map<llvm::sys::fs::UniqueID, std::unique_ptr<LoweredFile>> files_;
  std::map<llvm::sys::fs::UniqueID, std::unique_ptr<LoweredFile>> precompiled_;  ///< Null: not asked for yet.
  LoweredFile* text_ = nullptr;
};

} // namespace gocpp::tool
