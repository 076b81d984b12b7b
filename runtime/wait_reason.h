// Why a goroutine waits, as reports print it.
#pragma once

#include <cstdint>

namespace gocpp::rt {

enum class WaitReason : uint8_t {
  none,
  chan_receive,
  chan_send,
  chan_receive_nil,
  chan_send_nil,
  select,
  select_no_cases,
  sleep,
  io_wait,
  blocking,
  mutex,
  shared_mutex,
  condition_variable,
  semaphore,
  latch,
  barrier,
  wait_group,
};

/// The words of the language's section 5.
constexpr const char* describe(WaitReason r) noexcept {
  switch (r) {
  case WaitReason::none: return "waiting";
  case WaitReason::chan_receive: return "chan receive";
  case WaitReason::chan_send: return "chan send";
  case WaitReason::chan_receive_nil: return "chan receive (nil chan)";
  case WaitReason::chan_send_nil: return "chan send (nil chan)";
  case WaitReason::select: return "select";
  case WaitReason::select_no_cases: return "select (no cases)";
  case WaitReason::sleep: return "sleep";
  case WaitReason::io_wait: return "IO wait";
  case WaitReason::blocking: return "blocking";
  case WaitReason::mutex: return "mutex";
  case WaitReason::shared_mutex: return "shared_mutex";
  case WaitReason::condition_variable: return "condition_variable";
  case WaitReason::semaphore: return "semaphore";
  case WaitReason::latch: return "latch";
  case WaitReason::barrier: return "barrier";
  case WaitReason::wait_group: return "wait_group";
  }
  return "waiting";
}

} // namespace gocpp::rt
