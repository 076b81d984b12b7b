// Saying in the language's words what clang says of generated code.
//
// Each subject has a table: rewords_channel.cc for sends, receives and select, rewords_go.cc for go; rewords.cc applies
// them. A report whose error is in our headers, or in the standard library's on our behalf, moves to the construct that
// led there; notes that only show generated code or our headers go.
#pragma once

#include "diag.h"

namespace gocpp::tool {

/// Whether a warning at `loc` speaks of the shape of generated code. Sends and receives are operators that the user wrote.
bool is_about_generated_code(const Places& places, clang::SourceLocation loc);

/// Words, moves and prunes reports. The AST, if there is one, tells the types in a failed construct.
void explain(std::vector<Report>& reports, const Places& places, clang::ASTContext* ast);

/// The arguments of `go CALLEE(…);`, as ranges of the user's text.
std::vector<Range> go_arguments(llvm::StringRef text, const Construct& go);
/// How a sentence of our headers about an argument of go begins, and the number of that argument, from 1 on, in the name of the
/// instantiation; 0 if that is none of it.
inline constexpr llvm::StringLiteral kArgumentIsCopied = "an argument of go is copied into the goroutine, and this one ";
unsigned refused_argument(llvm::StringRef instantiation);
/// What a reference parameter refuses; `written` is the argument, or empty where it is not known or cannot be shared.
std::string reference_refuses(llvm::StringRef written);
/// What a header of ours says of an argument of go, with that argument in it.
std::string of_argument(std::string words, llvm::StringRef written);
/// A parameter of our headers that takes a number where a duration is meant, and what is said of it.
inline constexpr llvm::StringLiteral kNumberWithoutUnit = "NumberWithoutUnit";
inline constexpr llvm::StringLiteral kDurationHasUnit = "a duration has a unit, as in 'std::chrono::milliseconds(5)' or '5ms'";
/// What is said of an array of characters that is to be written.
inline constexpr llvm::StringLiteral kTextOrAll =
    "the text in this array, or all of it? write 'std::string_view(array)' or 'std::span(array, n)'";
/// What is said of a reference to what a receive gives.
inline constexpr llvm::StringLiteral kReceivedIsTemporary = "what a receive gives is a temporary: bind it to 'auto' or 'auto&&'";
/// What is said of names for the parts of what `recv()` gives.
inline constexpr llvm::StringLiteral kRecvGivesOne = "recv() gives the value alone; '<-' also says whether there was one, as in 'auto [v, ok] = <-c'";
/// Whether the statement that `at` is a byte of ends in a call of a member, "recv()".
bool ends_in_call(llvm::StringRef text, uint32_t at, llvm::StringRef call);
/// g++'s quotes made clang's.
std::string with_plain_quotes(llvm::StringRef words);
void replace_all(std::string& text, llvm::StringRef from, llvm::StringRef to);
/// Whether an expression could stand behind this text.
bool is_operand_place(llvm::StringRef before);
/// Whether an argument is written as what std::ref can refer to.
bool is_plain_lvalue(llvm::StringRef text);

} // namespace gocpp::tool
