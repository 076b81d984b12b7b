// See clangd.h.

#include "clangd.h"

#include "llvm/Support/Program.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace gocpp::tool::lsp {

std::string find_clangd(const std::string& wanted) {
  if (!wanted.empty()) {
    auto found = llvm::sys::findProgramByName(wanted);
    return found ? *found : "";
  }
  for (const char* name : {"clangd", "clangd-19", "clangd-20", "clangd-21", "clangd-18", "clangd-17", "clangd-16"})
    if (auto found = llvm::sys::findProgramByName(name)) return *found;
  return "";
}

Clangd start_clangd(const std::string& program, const std::vector<std::string>& args) {
  Clangd c;
  int down[2], up[2];
  if (pipe2(down, O_CLOEXEC) != 0 || pipe2(up, O_CLOEXEC) != 0) {
    c.error = std::strerror(errno);
    return c;
  }
  std::vector<char*> argv = {const_cast<char*>(program.c_str())};
  for (const std::string& a : args) argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, down[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, up[1], STDOUT_FILENO);
  int failed = posix_spawn(&c.pid, program.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(down[0]);
  close(up[1]);
  if (failed) {
    c.error = std::strerror(failed);
    close(down[1]);
    close(up[0]);
    return c;
  }
  c.out = down[1];
  c.in = up[0];
  return c;
}

std::string wait_for(const Clangd& clangd) {
  int status = 0;
  while (waitpid(clangd.pid, &status, 0) < 0 && errno == EINTR) {}
  if (WIFSIGNALED(status)) return std::string("clangd was ended by a signal: ") + strsignal(WTERMSIG(status));
  return "clangd ended with status " + std::to_string(WEXITSTATUS(status));
}

} // namespace gocpp::tool::lsp
