// What another compiler says of staged files, shown at the user's places in gocpp's form. See host.h.
#pragma once

#include "staging.h"

namespace gocpp::tool {

struct HostDisplay {
  std::string include_dir;  ///< Holds gocpp/gocpp.h.
  bool colours = false;
  bool carets = true;       ///< The user's lines under the messages.
};

/// Shows the output of a compiler that was told to print no carets and no colours, with columns in bytes.
void show_host_messages(llvm::StringRef output, const Staging& staging, const HostDisplay& display);

} // namespace gocpp::tool
