// Saved registers of a suspended goroutine, and the switch. Everything specific to x86-64 stands in this file and
// context_x86_64.cc's entry; another architecture is one more pair.
//
// The switch saves the frame pointer, rbx, the resume address and the stack pointer and declares every other register
// clobbered, so the compiler spills just what lives. It jumps instead of returning: a call/ret pair would mispredict
// the return each time. The floating-point control words belong to the thread and are not touched.
#pragma once

#include "annotate.h"

#include <cstdint>

namespace gocpp::rt {

struct Context {
  void* sp = nullptr;
  void* ip = nullptr;
  void* bp = nullptr;
  void* bx = nullptr;
};

#if defined(__x86_64__)

/// Leaves `from` as the point to come back to and goes on at `to`. What the two sides share is ordered by the
/// caller: the switch itself is a compiler barrier only.
[[gnu::always_inline]] inline void switch_context(Context* from, Context* to) noexcept {
  asm volatile("leaq 1f(%%rip), %%rax\n\t"
               "movq %%rsp, 0(%0)\n\t"
               "movq %%rax, 8(%0)\n\t"
               "movq %%rbp, 16(%0)\n\t"
               "movq %%rbx, 24(%0)\n\t"
               "movq 0(%1), %%rsp\n\t"
               "movq 16(%1), %%rbp\n\t"
               "movq 24(%1), %%rbx\n\t"
               "jmpq *8(%1)\n"
               "1:"
               : "+D"(from), "+S"(to)
               :
               : "rax", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "xmm0", "xmm1", "xmm2",
                 "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14",
                 "xmm15", "memory", "cc");
}

#else
#error "gocpp: no context switch for this architecture yet"
#endif

/// Makes `ctx` start `entry` on the stack whose highest address is `top`. `entry` never returns; the unwinder stops
/// below it.
void prepare_context(Context* ctx, void* top, void (*entry)()) noexcept;

} // namespace gocpp::rt
