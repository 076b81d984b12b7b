// One source file: lower, parse, check, generate code. What `gocpp -cc1 …` does, in this process.
//
// A text that may be a construct or plain C++ is taken for a construct at first. If the parse shows a sign that this was
// wrong (suspicion.h), clang is asked what the names mean (lookup.h), and if that changes anything the parse is thrown away,
// its output and messages with it, and done again. So a file without odd names is parsed once.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <string>

namespace gocpp::tool {

struct Knowledge;
struct Job;

/// `args` is what stands behind -cc1. Returns the exit status.
int compile(llvm::ArrayRef<const char*> args, const char* argv0);

/// Writes the lowered input to a file, or to standard output when `out_file` is empty.
int compile_to_cpp(llvm::ArrayRef<const char*> args, const char* argv0, llvm::StringRef out_file);

/// Finds out everything that look-up can say about the job's input, without output but for what lints say if they are wanted.
/// False if a lint said an error.
bool settle(Job& job, Knowledge& knowledge, bool with_lints = false);

} // namespace gocpp::tool
