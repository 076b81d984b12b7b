// `fatal error:` in all its forms, deadlock among them.

#include "fatal.h"

#include "dump.h"
#include "m.h"
#include "report.h"
#include "sched.h"

#include <gocpp/detail/rt.h>

namespace gocpp::rt {

namespace {

Trace trace; // the reporter's
G* subject;  // the reporter's

void put_first_line(const char* text) noexcept {
  put("fatal error: ");
  put(text);
  put("\n");
}

} // namespace

void fatal(const char* text) noexcept {
  begin_report();
  put_first_line(text);
  send_report();
  M* m = this_m();
  if (!m || !m->g)
    end_report();
  subject = m->g;
  trace_here(trace);
  report_with_room([] {
    flush_standard_output();
    put("\n");
    put_goroutine(subject, "running", &trace);
    end_report();
  });
}

void fatal_with_goroutines(const char* text) noexcept {
  begin_report();
  flush_standard_output();
  put_first_line(text);
  put_all_goroutines();
  end_report();
}

void report_deadlock() noexcept {
  fatal_with_goroutines(sched.main_exited.load(std::memory_order_relaxed)
                            ? "no goroutines (main called goexit) - deadlock!"
                            : "all goroutines are asleep - deadlock!");
}

} // namespace gocpp::rt

namespace gocpp::detail {

void fatal_from_library(const char* text) noexcept { rt::fatal(text); }

} // namespace gocpp::detail
