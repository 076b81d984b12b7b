// Collecting return addresses with _Unwind_Backtrace. The idea stands in stack_trace.h.

#include "stack_trace.h"

#include "context.h"

#include <cstddef>
#include <unwind.h>

// Calls f(arg) in a frame whose caller, as its unwind information tells, is the suspended context c.
extern "C" void gocpp_rt_call_as_if_from(const gocpp::rt::Context* c, void (*f)(void*), void* arg);

#if defined(__x86_64__)
// rbx holds c during the call. The canonical frame address is c->sp, and the caller's registers stand in *c:
//   .cfi_escape 0x0f, 3, 0x73, 0, 0x06    CFA = *(rbx + 0)
//   .cfi_escape 0x10, R, 2, 0x73, N       register R of the caller is saved at rbx + N
asm(R"(
  .text
  .p2align 4
  .globl gocpp_rt_call_as_if_from
  .hidden gocpp_rt_call_as_if_from
  .type gocpp_rt_call_as_if_from, @function
gocpp_rt_call_as_if_from:
  .cfi_startproc
  pushq %rbx
  .cfi_adjust_cfa_offset 8
  .cfi_rel_offset rbx, 0
  movq %rdi, %rbx
  movq %rdx, %rdi
  .cfi_remember_state
  .cfi_escape 0x0f, 0x03, 0x73, 0x00, 0x06
  .cfi_escape 0x10, 0x10, 0x02, 0x73, 0x08
  .cfi_escape 0x10, 0x06, 0x02, 0x73, 0x10
  .cfi_escape 0x10, 0x03, 0x02, 0x73, 0x18
  call *%rsi
  .cfi_restore_state
  popq %rbx
  .cfi_adjust_cfa_offset -8
  .cfi_restore rbx
  ret
  .cfi_endproc
  .size gocpp_rt_call_as_if_from, .-gocpp_rt_call_as_if_from
)");
#endif

namespace gocpp::rt {

static_assert(offsetof(Context, sp) == 0 && offsetof(Context, ip) == 8 && offsetof(Context, bp) == 16 &&
              offsetof(Context, bx) == 24);

namespace {

struct Collector {
  Trace* trace;
  uintptr_t wanted; // not begun before this address was seen; 0: begun
};

_Unwind_Reason_Code collect(_Unwind_Context* context, void* arg) {
  auto& c = *static_cast<Collector*>(arg);
  Trace& t = *c.trace;
  int before_instruction = 0;
  uintptr_t pc = _Unwind_GetIPInfo(context, &before_instruction);
  if (pc == 0)
    return _URC_NO_REASON;
  if (c.wanted != 0) {
    if (pc != c.wanted)
      return _URC_NO_REASON;
    c.wanted = 0;
  }
  if (t.count == Trace::kMost) {
    t.cut = true;
    return _URC_END_OF_STACK;
  }
  // A return address may be the first one of the next line, or of the next function.
  if (!before_instruction)
    --pc;
  (t.count < Trace::kEnds ? t.innermost : t.outermost)[t.count % Trace::kEnds] = pc;
  ++t.count;
  return _URC_NO_REASON;
}

} // namespace

[[gnu::noinline]] void trace_here(Trace& t, uintptr_t from_pc) noexcept {
  t.count = 0;
  t.cut = false;
  Collector c{&t, from_pc};
  _Unwind_Backtrace(&collect, &c);
}

void trace_suspended(Trace& t, const Context& context) noexcept {
  t.count = 0;
  t.cut = false;
  Collector c{&t, reinterpret_cast<uintptr_t>(context.ip)};
  gocpp_rt_call_as_if_from(&context, [](void* collector) { _Unwind_Backtrace(&collect, collector); }, &c);
}

} // namespace gocpp::rt
