// The data that passes between the tool's passes: what was found in a file, what it becomes, and where.
//
// Pure data, no clang types but StringRef, so that each pass can be tested alone. Offsets are bytes into the
// user's text unless a name says "out"; lines and columns are computed at the edges, by whoever prints.
#pragma once

#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace gocpp::tool {

/// A half-open range of bytes in the user's text.
struct Range {
  uint32_t begin = 0;
  uint32_t end = 0;
};

/// What kind of construct a piece of text is.
enum class Kind { go, select, select_case, send, receive, receive_ok, define_receive, main };

/// A construct as it was recognised. `anchor` is the token that makes it one: `go`, `select`, `<-`, `:=`, `main`.
struct Construct {
  Kind kind;
  Range range;
  uint32_t anchor = 0;
  Range operand;  ///< The channel of a send or receive, the callee of a go; where lints and look-ups start.
};

/// A run of generated text. Verbatim runs are the user's bytes, moved or in place; of the others each byte
/// stands for `in`. Segments are ordered by `out` and cover the generated text without gaps.
struct Segment {
  uint32_t out = 0;
  uint32_t in = 0;
  uint32_t length = 0;  ///< In the generated text.
  bool verbatim = false;
};

/// A replacement that would mend what a message complains about.
struct FixIt {
  Range range;
  std::string text;
};

/// A message at a place in the user's text, from a pass before clang sees it.
struct Message {
  enum class Level { error, warning, note } level = Level::error;
  uint32_t offset = 0;
  Range highlight;
  std::string text;
  std::vector<FixIt> fixits;
  uint32_t doubt = UINT32_MAX;  ///< Anchor of the doubt without which it would not be; UINT32_MAX: there is none.
  bool conditional = false;     ///< Stands under an #if, so that it may be about text that is left out.
};

/// A text that is a construct or plain C++ depending on what a name means. `lower` takes it for a construct
/// unless told otherwise in LowerOptions::plain.
struct Doubt {
  enum class About {
    go,       ///< Is there a type, variable, function or macro `go` for which C++ can read the statement?
    select,   ///< Is there a type or macro `select`?
    send,     ///< Is the left side known to be no channel?
    cast,     ///< `(name)<-c`: is the parenthesised name a type (then it is a receive)?
    closing,  ///< `name<…> <-c`: does the `>` close template arguments (then it is C++)?
  } about;
  uint32_t anchor;   ///< Same anchor as the construct's; of a cast its `(`, since `(name) <- e;` is in doubt twice.
  Range expression;  ///< What has to be looked up.
  bool construct;    ///< What this run took it for.
};

struct LowerOptions {
  std::string path;               ///< For the prepended #line only.
  bool force_prelude = false;     ///< -fgocpp-prelude.
  bool is_header = false;         ///< A .gh file: `main` is left alone.
  std::set<uint32_t> plain;       ///< Anchors that look-up has found to be C++.
  std::set<uint32_t> constructs;  ///< Anchors that look-up has found to be constructs.
  bool probe = false;             ///< Put an unknown name before each go and select in doubt, for look-up to be asked there.
  std::vector<Range> left_out;    ///< What #if is known to leave out, from its directive on: gets no message.
  std::set<std::string> taken;    ///< Prelude names that the program declares at global scope itself.
};

struct LowerResult {
  std::string text;               ///< Equal to the input when there is nothing to lower.
  std::vector<Segment> segments;  ///< See SourceMap.
  std::vector<Construct> constructs;
  std::vector<Doubt> doubts;
  std::vector<Message> messages;  ///< Any error means: do not compile `text`.
  bool uses_syntax = false;       ///< Has a construct, or a mention of chan & co. that is not plain C++'s own.
  bool includes_gocpp = false;    ///< Has an #include of <gocpp/gocpp.h> itself.
  bool runs_main = false;         ///< uses_syntax or includes_gocpp: `main`, if here, is the main goroutine.
  bool has_main = false;          ///< A definition of main was found and given its label.
};

/// Lowers one file. Never fails: what is wrong stands in `messages`.
LowerResult lower(llvm::StringRef text, const LowerOptions& options);

} // namespace gocpp::tool
