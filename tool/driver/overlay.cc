// Lowering files as clang opens them.

#include "overlay.h"

#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

namespace gocpp::tool {

namespace {

class LoweredFile : public llvm::vfs::File {
 public:
  LoweredFile(llvm::vfs::Status status, llvm::StringRef text) : status_(std::move(status)), text_(text) {}
  llvm::ErrorOr<llvm::vfs::Status> status() override { return status_; }
  llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> getBuffer(const llvm::Twine& name, int64_t, bool, bool) override {
    return llvm::MemoryBuffer::getMemBufferCopy(text_, name);
  }
  std::error_code close() override { return {}; }

 private:
  llvm::vfs::Status status_;
  llvm::StringRef text_;
};

} // namespace

bool is_gocpp_header(llvm::StringRef path) { return llvm::sys::path::extension(path) == ".gh"; }
bool is_gocpp_file(llvm::StringRef path) { return is_gocpp_header(path) || llvm::sys::path::extension(path) == ".gcpp"; }

const SourceMap* OverlayFileSystem::find(llvm::StringRef path) const {
  auto it = files_.find(path);
  return it == files_.end() ? nullptr : it->second.get();
}

const SourceMap* OverlayFileSystem::lowered(llvm::StringRef path, std::error_code& error) {
  if (const SourceMap* known = find(path)) return known;
  auto buffer = getUnderlyingFS().getBufferForFile(path);
  if (!buffer) {
    error = buffer.getError();
    return nullptr;
  }
  std::string original = (*buffer)->getBuffer().str();
  LowerOptions options = options_(path);
  options.path = path.str();
  options.is_header = is_gocpp_header(path);
  LowerResult result = lower(original, options);
  auto& slot = files_[path];
  slot = std::make_unique<SourceMap>(std::move(original), std::move(result));
  return slot.get();
}

llvm::ErrorOr<llvm::vfs::Status> OverlayFileSystem::status(const llvm::Twine& path) {
  auto real = ProxyFileSystem::status(path);
  std::string name = path.str();
  if (!real || !is_gocpp_file(name) || real->isDirectory()) return real;
  std::error_code error;
  const SourceMap* map = lowered(name, error);
  if (!map) return error;
  return llvm::vfs::Status::copyWithNewSize(*real, map->lowered().size());
}

llvm::ErrorOr<std::unique_ptr<llvm::vfs::File>> OverlayFileSystem::openFileForRead(const llvm::Twine& path) {
  std::string name = path.str();
  if (!is_gocpp_file(name)) return ProxyFileSystem::openFileForRead(path);
  auto st = status(path);
  if (!st) return st.getError();
  if (st->isDirectory()) return ProxyFileSystem::openFileForRead(path);
  std::error_code error;
  const SourceMap* map = lowered(name, error);
  if (!map) return error;
  return std::unique_ptr<llvm::vfs::File>(new LoweredFile(*st, map->lowered()));
}

} // namespace gocpp::tool
