// The questions that look-up asks, and how they are put into the user's text.
#pragma once

#include "overlay.h"

#include <string>
#include <vector>

namespace gocpp::tool {

/// A possibly qualified name.
struct NameChain {
  bool global = false;              ///< Begins with `::`.
  std::vector<std::string> names;
};

/// What a name turned out to be.
enum class Meaning { unasked, nothing, value, function, type, template_name, space, macro, function_macro, other };

/// What the expression left of an arrow turned out to be.
enum class ChannelType { unasked, unknown, channel, other };

struct Question {
  llvm::sys::fs::UniqueID file;
  Doubt doubt;
  Range replaced;             ///< By the question.
  NameChain name;             ///< To be looked up; may be empty.
  std::string rest;           ///< The text that follows `go`.
  bool asked = false;         ///< False while it stands inside another one's range.
  Meaning meaning = Meaning::unasked;
  ChannelType channel = ChannelType::unasked;
  bool is_type = false, is_expression = false;  ///< cast
};

/// The name of the n-th question, which no program declares.
std::string probe_name(size_t number);

/// Questions for the doubts of a file that have no answer yet.
void add_questions(const LoweredFile& file, const Answers& answers, std::vector<Question>& questions);

/// Puts the outermost unanswered questions of a file into its text and moves the anchors of `answers` along.
std::string put_questions(llvm::sys::fs::UniqueID file, llvm::StringRef text, std::vector<Question>& questions, Answers& answers);

/// Whether an answered question makes its text plain C++.
bool is_plain(const Question& question);

/// What the questions' calls are declared as.
extern const char* const kProbeDeclarations;

} // namespace gocpp::tool
