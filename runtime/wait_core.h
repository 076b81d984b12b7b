// The runtime's view of gocpp::detail::wait_core, and what the synchronisation types share.
//
// `lock` guards `waiters`, and whatever the type's own file says. It is taken inside the runtime only, and no
// other lock of a synchronisation type is taken under it.
//
// Two rules hold for all of them, since an object may be destroyed by whoever its operation lets go on:
//   - the step that lets another party go on without waiting (a change of `word` that a fast path accepts) is
//     the operation's last access to the object, or is made while a party stands unlinked but not yet woken,
//     which still has the object in use;
//   - waiters are woken after `lock` was released, and by then nothing but their records is touched.
#pragma once

#include "waitq.h"

#include <gocpp/detail/wait_core.h>

#include <cstddef>

namespace gocpp::rt {

struct WaitCore {
  std::atomic<uint32_t> word;
  SpinLock lock;
  WaitList waiters;
};
static_assert(sizeof(WaitCore) == sizeof(detail::wait_core) &&
              alignof(WaitCore) <= alignof(detail::wait_core));
static_assert(offsetof(WaitCore, word) == offsetof(detail::wait_core, word) &&
              offsetof(WaitCore, lock) == offsetof(detail::wait_core, lock) &&
              offsetof(WaitCore, waiters) == offsetof(detail::wait_core, waiters));

inline WaitCore& core_of(detail::wait_core& c) noexcept { return reinterpret_cast<WaitCore&>(c); }

/// Waits as wait() or, with a deadline, wait_until(); false when the time was up.
inline bool wait_with(Entry& e, Waiter& w, WaitCore& c, int64_t deadline, WaitReason reason) noexcept {
  if (deadline != kNever)
    return wait_until(e, w, c.lock, c.waiters, deadline, reason);
  wait(e, w, c.lock, reason);
  return true;
}

} // namespace gocpp::rt
