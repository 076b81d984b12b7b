// What a debugger has to know of the runtime's records: where they stand and how they are laid out.
//
// A table of names and numbers in the program itself, so that runtime/gdb/gocpp-gdb.py reads any build of the runtime,
// one without type information too, and a core file of a program that was built with another version of gocpp. A new
// field is a new row; a row that the script asks for keeps its name.
#pragma once

#include <cstdint>

namespace gocpp::rt {

struct DebugRow {
  const char* name;     ///< `G.state`: an offset; `GState`: a value and what it is called; null: the end.
  uint64_t number;
  const void* pointer;  ///< An address or a text, for the rows that have one.
};

} // namespace gocpp::rt

/// The table; debuggers find it by this name.
extern "C" const gocpp::rt::DebugRow gocpp_debug_layout[];
