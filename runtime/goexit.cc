// goexit(): ending a goroutine from any depth, by forced unwinding.
//
// As thread cancellation does it: every destructor runs, no `catch` of a type sees it, and `catch (...)` does
// but has to rethrow. One that does not makes the C++ runtime delete the exception object, and that is how we
// notice. At the end of the stack the goroutine is finished from inside the unwinder, on what is left of its
// stack. Rejected: an exception of an ordinary type, which std::exception_ptr would carry into other
// goroutines and which library code may keep.
//
// The object stands in the heap, since the frames of goexit itself are soon reused by the landing pads. In
// front of it is room for the record that the C++ runtime keeps of its own exceptions, all zero: it looks
// there for a type without asking whether the exception is one of its own.

#include "goexit.h"

#include "fatal.h"
#include "sched.h"

#include <gocpp/detail/rt.h>
#include <gocpp/runtime.h>

#include <cstddef>
#include <unwind.h>

namespace __cxxabiv1 {
extern "C" struct __cxa_eh_globals* __cxa_get_globals() noexcept;
}

namespace gocpp::rt {

namespace {

// Vendor and language, as the ABI wants them.
constexpr _Unwind_Exception_Class kGoexit = 0x474F'4350'5047'4F00; // "GOCPPGO\0"

struct Exit {
  unsigned char record[80] = {}; ///< libstdc++'s __cxa_exception up to its unwindHeader.
  alignas(16) _Unwind_Exception header{};
};
static_assert(offsetof(Exit, header) == sizeof(Exit::record));

void swallowed(_Unwind_Reason_Code, _Unwind_Exception*) noexcept { fatal("goexit swallowed by catch (...)"); }

[[noreturn]] void finish() noexcept {
  M* m = this_m();
  if (!m->lease.enter())
    m = enter_slow(m);
  // A rethrow counted itself as uncaught; nobody will count it down.
  *m->eh = {};
  if (m->g->id.load(std::memory_order_relaxed) == 1)
    sched.main_exited.store(true, std::memory_order_relaxed);
  finish_goroutine();
}

_Unwind_Reason_Code step(int, _Unwind_Action actions, _Unwind_Exception_Class, _Unwind_Exception*,
                         _Unwind_Context*, void* exit) {
  if (!(actions & _UA_END_OF_STACK))
    return _URC_NO_REASON;
  delete static_cast<Exit*>(exit);
  finish();
}

} // namespace

bool goexit_is_caught() noexcept {
  auto* globals = reinterpret_cast<EhGlobals*>(__cxxabiv1::__cxa_get_globals());
  if (!globals->caught)
    return false;
  return static_cast<Exit*>(globals->caught)->header.exception_class == kGoexit;
}

} // namespace gocpp::rt

namespace gocpp {

void goexit() {
  rt::M* m = rt::this_m();
  if (!m || !m->g)
    detail::throw_panic("goexit called from a thread that is no goroutine");
  auto* exit = new rt::Exit;
  exit->header.exception_class = rt::kGoexit;
  exit->header.exception_cleanup = &rt::swallowed;
  _Unwind_ForcedUnwind(&exit->header, &rt::step, exit);
  rt::fatal("goexit cannot unwind this stack");
}

} // namespace gocpp
