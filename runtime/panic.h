// What panic.cc offers the runtime.
#pragma once

namespace gocpp::rt {

/// Reports what ends a goroutine by std::terminate. Before the first goroutine, once.
void install_terminate_handler() noexcept;

} // namespace gocpp::rt
