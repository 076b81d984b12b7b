// The file system that clang sees: .gcpp and .gh files hold their lowered text, everything else is as it is.
#pragma once

#include "source_map.h"

#include "llvm/ADT/IntrusiveRefCntPtr.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/VirtualFileSystem.h"

#include <functional>
#include <memory>

namespace gocpp::tool {

/// True for the names of files that are lowered.
bool is_gocpp_file(llvm::StringRef path);
bool is_gocpp_header(llvm::StringRef path);

/// Decides the doubts of a file; by default none is.
using OptionsFor = std::function<LowerOptions(llvm::StringRef path)>;

class OverlayFileSystem : public llvm::vfs::ProxyFileSystem {
 public:
  OverlayFileSystem(llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> base, OptionsFor options)
      : ProxyFileSystem(std::move(base)), options_(std::move(options)) {}

  llvm::ErrorOr<llvm::vfs::Status> status(const llvm::Twine& path) override;
  llvm::ErrorOr<std::unique_ptr<llvm::vfs::File>> openFileForRead(const llvm::Twine& path) override;

  /// The lowered file, which is read on demand; null with `error` set when it cannot be.
  const SourceMap* lowered(llvm::StringRef path, std::error_code& error);
  /// The same for a file that has been read already; null otherwise.
  const SourceMap* find(llvm::StringRef path) const;
  const llvm::StringMap<std::unique_ptr<SourceMap>>& files() const { return files_; }
  /// Forgets what was lowered with other answers.
  void forget() { files_.clear(); }

 private:
  OptionsFor options_;
  llvm::StringMap<std::unique_ptr<SourceMap>> files_;
};

} // namespace gocpp::tool
