// Panics: throwing them, and the end of a goroutine that an exception leaves.
//
// Nothing on a goroutine's stack catches what the user's function throws, and the first frame says that there
// is no caller. So the unwinder's search finds no handler, and the C++ runtime calls std::terminate before
// anything is unwound: our handler still sees the whole stack. Rejected: a catch (...) at the bottom, which
// would see the exception but not where it came from. A thread that runs no goroutine gets the handler that
// was there before.

#include "panic.h"
#include "dump.h"
#include "fatal.h"
#include "goexit.h"
#include "m.h"
#include "report.h"
#include "symbolize.h"

#include <gocpp/detail/rt.h>
#include <gocpp/panic.h>

#include <algorithm>
#include <cxxabi.h>
#include <exception>
#include <typeinfo>
#include <unwind.h>

namespace __cxxabiv1 {
extern "C" _Unwind_Reason_Code __gxx_personality_v0(int, _Unwind_Action, _Unwind_Exception_Class,
                                                    _Unwind_Exception*, _Unwind_Context*);
}

namespace gocpp::rt {

namespace {

std::terminate_handler previous = nullptr; // written once, before the first goroutine
Trace trace;                               // the reporter's
G* subject;                                // the reporter's

/// Type and what() of the exception that is being handled, or its text where it is one.
void put_exception() noexcept {
  const std::type_info* type = abi::__cxa_current_exception_type();
  try {
    throw;
  } catch (const panic& p) {
    put(p.what());
  } catch (const std::exception& e) {
    put(readable_type(type->name()));
    put(": ");
    put(e.what());
  } catch (const std::string& text) {
    put("std::string: ");
    put(text);
  } catch (const char* text) {
    put("const char*: ");
    put(text ? text : "null");
  } catch (...) {
    put(type ? readable_type(type->name()) : std::string("an exception of another language"));
  }
}

/// True when the unwinder itself called std::terminate: a forced unwinding came to a noexcept function. g++
/// has its personality routine do that; what clang compiles catches the goexit and then terminates.
bool stopped_by_personality() noexcept {
  if (abi::__cxa_current_exception_type())
    return false;
  Trace here;
  trace_here(here);
  for (uint64_t i = 0; i < std::min<uint64_t>(here.count, 8); ++i)
    if (_Unwind_FindEnclosingFunction(reinterpret_cast<void*>(here.innermost[i])) ==
        reinterpret_cast<void*>(&__cxxabiv1::__gxx_personality_v0))
      return true;
  return false;
}

[[noreturn]] void on_terminate() {
  M* m = this_m();
  if (!m || !m->g) {
    if (previous)
      previous();
    std::abort();
  }
  if (goexit_is_caught() || stopped_by_personality())
    fatal("goexit left a noexcept function");
  begin_report();
  subject = m->g;
  trace_here(trace);
  flush_standard_output();
  put("panic: ");
  if (abi::__cxa_current_exception_type())
    put_exception();
  else
    put("std::terminate called");
  put("\n\n");
  send_report();
  report_with_room([] {
    put_goroutine(subject, "running", &trace);
    end_report();
  });
}

} // namespace

void install_terminate_handler() noexcept { previous = std::set_terminate(&on_terminate); }

} // namespace gocpp::rt

namespace gocpp::detail {

void throw_panic(const char* text) { throw panic(text); }

} // namespace gocpp::detail
