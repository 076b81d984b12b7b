// Writing the report with which a process ends.
//
// One thread reports, once: begin_report() makes the caller that thread, later callers wait for the end of
// the process. So the buffer needs no lock. Nothing here allocates or takes a lock. A fault or a second
// exception inside the report sends what was written so far and ends the process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gocpp::rt {

/// Makes the calling thread the one that reports, or never returns.
void begin_report() noexcept;
/// True in the thread that reports, from begin_report on.
bool reporting_here() noexcept;
/// Sends the rest and ends the process with status 2.
[[noreturn]] void end_report() noexcept;

// ---- between the two ----

void put(std::string_view text) noexcept;
void put_number(uint64_t n) noexcept;
void put_hex(uint64_t n) noexcept;
/// While this is not null, put() appends to it instead: a line that will be used again.
void put_into(std::string* text) noexcept;
/// Hands what was put so far to standard error.
void send_report() noexcept;
/// Writes out what the program has printed, so that it stands before the report. Not where the C library may
/// be in the middle of something.
void flush_standard_output() noexcept;

/// Runs `f`, which must not return, where there is room for it: on the signal stack of an M, for a goroutine
/// may have used up nearly all of its own.
[[noreturn]] void report_with_room(void (*f)()) noexcept;

} // namespace gocpp::rt
