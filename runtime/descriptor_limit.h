// The soft limit of descriptors.
#pragma once

#include <sys/resource.h>

namespace gocpp::rt {

/// Makes the soft limit the hard one. Whether the process may now have more descriptors than before.
inline bool lift_descriptor_limit() noexcept {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return false;
  limit.rlim_cur = limit.rlim_max;
  return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

} // namespace gocpp::rt
