// clangd as a child process, spoken to over its standard input and output.
#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

namespace gocpp::tool::lsp {

struct Clangd {
  pid_t pid = -1;
  int in = -1;         ///< What it says.
  int out = -1;        ///< What it is told.
  std::string error;   ///< Not empty: it could not be started.
};

/// The path of `wanted`, or of the first clangd that the machine has; empty if it has none.
std::string find_clangd(const std::string& wanted);
/// Starts it; its standard error is ours.
Clangd start_clangd(const std::string& program, const std::vector<std::string>& args);
/// Waits for its end. What to tell the user of that.
std::string wait_for(const Clangd& clangd);

} // namespace gocpp::tool::lsp
