// See temporary.h.

#include "temporary.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"

#include <atomic>
#include <cstring>
#include <sysexits.h>
#include <unistd.h>

namespace gocpp::tool {

namespace {

constexpr size_t kMostDirectories = 4096;
constexpr size_t kLongestPath = 256;

/// What the signal handler removes, last first. Written by the only thread, read by its handler.
char paths[kMostDirectories][kLongestPath];
std::atomic<size_t> count{0};

void remove_all() {
  // LLVM has removed the files before it calls this.
  for (size_t i = count.load(std::memory_order_acquire); i-- > 0;)  // sees add's path
    if (paths[i][0]) rmdir(paths[i]);
}

void on_interrupt() {
  remove_all();
  _exit(130);  // as a shell says of an interrupt
}

/// Whoever read our output has gone.
void on_broken_pipe() {
  remove_all();
  _exit(EX_IOERR);  // as LLVM's tools do
}

void note(llvm::StringRef path) {
  size_t at = count.load(std::memory_order_relaxed);
  if (at == kMostDirectories || path.size() >= kLongestPath) return;
  if (at == 0) {
    llvm::sys::SetInterruptFunction(on_interrupt);
    llvm::sys::SetOneShotPipeSignalFunction(on_broken_pipe);
  }
  std::memcpy(paths[at], path.data(), path.size());
  paths[at][path.size()] = '\0';
  count.store(at + 1, std::memory_order_release);  // publishes the path to remove_all
}

void forget(llvm::StringRef path) {
  for (size_t i = count.load(std::memory_order_relaxed); i-- > 0;)
    if (path == paths[i]) {
      paths[i][0] = '\0';
      return;
    }
}

} // namespace

void TemporaryDirectory::add(std::string directory) {
  note(directory);
  directories_.push_back(std::move(directory));
}

std::error_code TemporaryDirectory::create(llvm::StringRef prefix) {
  llvm::SmallString<128> path;
  std::error_code error = llvm::sys::fs::createUniqueDirectory(prefix, path);
  if (!error) add(path.str().str());
  return error;
}

std::error_code TemporaryDirectory::create_at(llvm::StringRef path) {
  std::error_code error = llvm::sys::fs::create_directory(path, /*IgnoreExisting=*/true);
  if (!error) add(path.str());
  return error;
}

std::string TemporaryDirectory::file(llvm::StringRef name, bool in_own_directory) {
  llvm::SmallString<256> file(path());
  if (in_own_directory) {
    llvm::sys::path::append(file, std::to_string(files_.size()));
    llvm::sys::fs::create_directory(file);
    add(file.str().str());
  }
  llvm::sys::path::append(file, name);
  llvm::sys::RemoveFileOnSignal(file);
  files_.push_back(file.str().str());
  return files_.back();
}

TemporaryDirectory::~TemporaryDirectory() {
  for (const std::string& f : files_) {
    llvm::sys::fs::remove(f);
    llvm::sys::DontRemoveFileOnSignal(f);
  }
  for (size_t i = directories_.size(); i-- > 0;) {
    llvm::sys::fs::remove(directories_[i]);
    forget(directories_[i]);
  }
}

} // namespace gocpp::tool
