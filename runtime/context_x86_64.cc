// The first frame of every goroutine on x86-64: a stack bottom that unwinders recognise as the end.

#include "context.h"

extern "C" void gocpp_rt_context_entry() noexcept;

// rbx carries the entry function. The return address is marked undefined, which is how the unwinder learns that
// there is no caller: an exception that nobody catches then ends in std::terminate with its whole stack intact.
asm(R"(
  .text
  .p2align 4
  .globl gocpp_rt_context_entry
  .hidden gocpp_rt_context_entry
  .type gocpp_rt_context_entry, @function
gocpp_rt_context_entry:
  .cfi_startproc
  .cfi_undefined rip
  .cfi_undefined rbp
  call *%rbx
  ud2
  .cfi_endproc
  .size gocpp_rt_context_entry, .-gocpp_rt_context_entry
)");

namespace gocpp::rt {

void prepare_context(Context* ctx, void* top, void (*entry)()) noexcept {
  // The ABI wants rsp to be 16-byte aligned at a call.
  ctx->sp = reinterpret_cast<void*>(reinterpret_cast<uintptr_t>(top) & ~uintptr_t{15});
  ctx->ip = reinterpret_cast<void*>(&gocpp_rt_context_entry);
  ctx->bp = nullptr;
  ctx->bx = reinterpret_cast<void*>(entry);
}

} // namespace gocpp::rt
