// The table of debug_layout.h.

#include "debug_layout.h"

#include "chan.h"
#include "sched.h"
#include "slab.h"

#include <cstddef>

// The records have atomic members and constructors; every compiler that gocpp knows lays them out as offsetof says.
#pragma GCC diagnostic ignored "-Winvalid-offsetof"

static_assert(offsetof(gocpp::detail::chan_core, closed) == gocpp::detail::chan_state_at + offsetof(gocpp::detail::chan_state, closed));

namespace gocpp::rt {

/// A friend of what keeps its members to itself.
struct DebugAccess {
  static constexpr std::size_t list_head = offsetof(WaitList, head_);
  static constexpr std::size_t lease_inside = offsetof(Lease, inside_);
};

} // namespace gocpp::rt

using namespace gocpp::rt;
using gocpp::detail::chan_core;
using gocpp::detail::elem_ops;

#define OFFSET(type, member) DebugRow{#type "." #member, offsetof(type, member), nullptr}
#define STATE(which) DebugRow{"GState", static_cast<uint64_t>(GState::which), #which}
#define REASON(which) DebugRow{"WaitReason", static_cast<uint64_t>(WaitReason::which), describe(WaitReason::which)}

extern "C" constexpr DebugRow gocpp_debug_layout[] = {
    {"slabs", 0, &slabs},
    {"all_ms", 0, &sched.all_ms},
    {"sizeof(G)", sizeof(G), nullptr},
    {"Slab.size", Slab::kSize, nullptr},
    OFFSET(Slab, next),
    OFFSET(Slab, gs),
    OFFSET(G, ctx.sp),
    OFFSET(G, ctx.ip),
    OFFSET(G, ctx.bp),
    OFFSET(G, ctx.bx),
    OFFSET(G, stack.top),
    OFFSET(G, state),
    OFFSET(G, reason),
    OFFSET(G, locked_m),
    OFFSET(G, lock_count),
    OFFSET(G, id),
    OFFSET(G, creator),
    OFFSET(G, created_at),
    OFFSET(M, g),
    OFFSET(M, locked_g),
    OFFSET(M, all_next),
    OFFSET(M, tid),
    {"M.inside", offsetof(M, lease) + DebugAccess::lease_inside, nullptr},
    OFFSET(chan_core, closed),
    OFFSET(chan_core, ops),
    OFFSET(chan_core, capacity),
    OFFSET(chan_core, count),
    OFFSET(chan_core, first),
    OFFSET(chan_core, buffer),
    {"chan_core.receivers", offsetof(chan_core, receivers) + DebugAccess::list_head, nullptr},
    {"chan_core.senders", offsetof(chan_core, senders) + DebugAccess::list_head, nullptr},
    OFFSET(chan_core, timer),
    OFFSET(elem_ops, size),
    OFFSET(elem_ops, move),
    OFFSET(Waiter, next),
    OFFSET(Waiter, g),
    STATE(dead),
    STATE(starting),
    STATE(runnable),
    STATE(running),
    STATE(waiting),
    REASON(none),
    REASON(chan_receive),
    REASON(chan_send),
    REASON(chan_receive_nil),
    REASON(chan_send_nil),
    REASON(select),
    REASON(select_no_cases),
    REASON(sleep),
    REASON(io_wait),
    REASON(blocking),
    REASON(mutex),
    REASON(shared_mutex),
    REASON(condition_variable),
    REASON(semaphore),
    REASON(latch),
    REASON(barrier),
    REASON(wait_group),
    {nullptr, 0, nullptr},
};
