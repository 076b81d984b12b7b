// What goexit.cc offers the runtime.
#pragma once

namespace gocpp::rt {

/// True when a handler of this thread holds a goexit: a noexcept function stopped it on its way.
bool goexit_is_caught() noexcept;

} // namespace gocpp::rt
