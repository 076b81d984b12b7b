// libFuzzer on the scanner and the lowering: any bytes, each reading that look-up could ask for.
//
// An input must neither crash nor hang, and what comes out must hold what flaw.h checks and come out the same again.
// scripts/fuzz runs it on a corpus made of the tests and the examples.

#include "flaw.h"

#include "llvm/Support/raw_ostream.h"

#include <cstdlib>

using namespace gocpp::tool;

namespace {

[[noreturn]] void fail(llvm::StringRef what) {
  llvm::errs() << "lower_fuzzer: " << what << '\n';
  std::abort();
}

LowerResult checked(llvm::StringRef text, const LowerOptions& options) {
  LowerResult r = lower(text, options);
  std::string what = flaw(text, options, r);
  if (!what.empty()) fail(what);
  if (lower(text, options).text != r.text) fail("two results for one text");
  return r;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  llvm::StringRef text(reinterpret_cast<const char*>(data), size);
  LowerOptions options;
  options.path = "FILE";
  LowerResult r = checked(text, options);

  // The other reading of every doubt, of every second one, and the text in which look-up asks.
  LowerOptions other = options, some = options;
  bool second = false;
  for (const Doubt& d : r.doubts) {
    (d.construct ? other.plain : other.constructs).insert(d.anchor);
    if (second) (d.construct ? some.plain : some.constructs).insert(d.anchor);
    second = !second;
  }
  if (!r.doubts.empty()) checked(text, other);
  if (r.doubts.size() > 1) checked(text, some);
  options.probe = true;
  lower(text, options);

  LowerOptions header;
  header.path = "FILE";
  header.is_header = true;
  header.force_prelude = true;
  checked(text, header);
  return 0;
}
