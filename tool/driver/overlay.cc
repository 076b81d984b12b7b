// Lowering files as they are opened. See overlay.h.

#include "overlay.h"

#include "llvm/Support/Path.h"

namespace gocpp::tool {

namespace {

/// An open lowered file. The text belongs to the overlay, which outlives it.
class OpenLowered : public llvm::vfs::File {
 public:
  OpenLowered(llvm::vfs::Status status, llvm::StringRef text) : status_(std::move(status)), text_(text) {}
  llvm::ErrorOr<llvm::vfs::Status> status() override { return status_; }
  llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> getBuffer(const llvm::Twine& name, int64_t, bool, bool) override {
    return llvm::MemoryBuffer::getMemBuffer(text_, name.str());
  }
  std::error_code close() override { return {}; }

 private:
  llvm::vfs::Status status_;
  llvm::StringRef text_;
};

/// The identity of the text without a file, the same in all sessions. No device has this number.
const llvm::sys::fs::UniqueID kTextId(UINT64_MAX, 0);

} // namespace

bool is_source_path(llvm::StringRef path) { return llvm::sys::path::extension(path) == ".gcpp"; }
bool is_header_path(llvm::StringRef path) { return llvm::sys::path::extension(path) == ".gh"; }

bool Overlay::wants(llvm::StringRef path) const {
  return is_source_path(path) || is_header_path(path) || (!main_.empty() && path == main_);
}

LoweredFile* Overlay::find(const llvm::sys::fs::UniqueID& id) const {
  if (auto it = files_.find(id); it != files_.end()) return it->second.get();
  auto it = precompiled_.find(id);
  return it == precompiled_.end() ? nullptr : it->second.get();
}

LoweredFile& Overlay::add(llvm::StringRef text, llvm::StringRef path, llvm::sys::fs::UniqueID id, bool is_header) {
  LowerOptions options;
  options.path = path.str();
  options.force_prelude = force_prelude_ && path == main_;
  options.is_header = is_header;
  auto precompiled = precompiled_.find(id);
  if (precompiled != precompiled_.end()) {
    LowerResult result = lower(text, options);
    precompiled->second.reset(new LoweredFile{path.str(), id, SourceMap(text.str(), std::move(result))});
    return *precompiled->second;
  }
  options.taken = knowledge_.taken;
  Answers answers;
  if (auto it = knowledge_.files.find(id); it != knowledge_.files.end()) answers = it->second;
  std::string original = rewrite_ ? rewrite_(id, text, answers) : text.str();
  options.plain = std::move(answers.plain);
  options.constructs = std::move(answers.constructs);
  options.left_out = std::move(answers.left_out);
  LowerResult result = lower(original, options);
  auto& slot = files_[id];
  slot.reset(new LoweredFile{path.str(), id, SourceMap(std::move(original), std::move(result))});
  return *slot;
}

LoweredFile& Overlay::add_text(llvm::StringRef text, llvm::StringRef name) {
  main_ = name.str();
  text_ = &add(text, name, kTextId, false);
  return *text_;
}

llvm::ErrorOr<LoweredFile*> Overlay::lower_file(const llvm::Twine& path) {
  auto real = ProxyFileSystem::status(path);
  if (!real) return real.getError();
  if (real->isDirectory()) return std::make_error_code(std::errc::is_a_directory);
  if (LoweredFile* known = find(real->getUniqueID())) return known;
  auto buffer = getUnderlyingFS().getBufferForFile(path);
  if (!buffer) return buffer.getError();
  std::string name = path.str();
  return &add((*buffer)->getBuffer(), name, real->getUniqueID(), is_header_path(name));
}

llvm::ErrorOr<llvm::vfs::Status> Overlay::status(const llvm::Twine& path) {
  if (text_ && path.str() == text_->path)
    return llvm::vfs::Status(path, kTextId, {}, 0, 0, text_->map.lowered().size(), llvm::sys::fs::file_type::regular_file,
                             llvm::sys::fs::perms::all_read);
  auto real = ProxyFileSystem::status(path);
  if (!real || real->isDirectory() || !wants(path.str())) return real;
  auto file = lower_file(path);
  if (!file) return real;  // opening it will say what is wrong
  return llvm::vfs::Status::copyWithNewSize(*real, (*file)->map.lowered().size());
}

llvm::ErrorOr<std::unique_ptr<llvm::vfs::File>> Overlay::openFileForRead(const llvm::Twine& path) {
  if (text_ && path.str() == text_->path) return std::unique_ptr<llvm::vfs::File>(new OpenLowered(*status(path), text_->map.lowered()));
  if (!wants(path.str())) return ProxyFileSystem::openFileForRead(path);
  auto file = lower_file(path);
  if (!file && file.getError() == std::errc::is_a_directory) return ProxyFileSystem::openFileForRead(path);
  if (!file) return file.getError();
  auto st = status(path);
  if (!st) return st.getError();
  return std::unique_ptr<llvm::vfs::File>(new OpenLowered(*st, (*file)->map.lowered()));
}

} // namespace gocpp::tool
