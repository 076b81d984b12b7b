// The scanner: one walk over a file's tokens that finds its constructs.
//
// It knows at each token which bracket is innermost, whether a statement starts there and whether an operand is expected
// (frame.h), and hands what looks like a construct to what parses it. Parsing looks ahead but consumes nothing: the walk
// goes on with the next token, and so finds what is nested. In each branch of an #if it starts as it was at the #if.
//
// Private to the scanner's files, which each hold one kind of construct.
#pragma once

#include "forms.h"
#include "frame.h"
#include "shapes.h"
#include "tokens.h"
#include "types.h"

#include "llvm/ADT/DenseSet.h"

#include <optional>
#include <string>
#include <vector>

namespace gocpp::tool {

class Scanner {
 public:
  Scanner(const TokenList& list, const LowerOptions& options, Forms& forms, std::vector<Doubt>& doubts,
          std::vector<Message>& messages)
      : list_(list), options_(options), forms_(forms), doubts_(doubts), messages_(messages) {}
  void walk();

 private:
  // ---- scan.cc: the walk ----
  void step(Index i);
  void punctuation(Index i);
  void word(Index i);
  bool begins_construct(Index i) const;
  void claim(Index first, Index last);
  void begin_statement(Index i);
  void colon(Index i);
  void open_paren(Index i);
  void open_square(Index i);
  void open_brace(Index i);
  void close(Index i);
  void after_close(const Frame& closed);
  void push(Frame f);
  void pop();
  void directive(const Directive& d);
  bool is_attribute(Index i) const;

  // ---- arrows.cc: `<-` and `:=` ----
  void arrow(Index i);
  bool send(Index i);
  bool receive_stands_at(Index i);
  void add_receive(Index i);
  bool assigns_two(Index i, Index end);
  bool gives_two(Index i, Index end);
  enum class CastIs { no, maybe, sure };
  CastIs cast_before(Index i) const;
  bool closes_arguments(Index i);
  void define(Index i);
  bool define_in_wrong_place(Index i);
  void missing_semicolon(Index next, const char* after);

  // ---- go_parse.cc ----
  void go(Index i);
  bool begins_call(Index go) const;
  void incomplete_call(Index go);
  std::optional<GoForm> parse_call(Index go, Index semi);

  // ---- select_parse.cc ----
  void select(Index i);
  void case_label(Index i);
  void statement_in_select(Index i);
  Range condition_around(Index i, Index open) const;
  Index case_colon(Index i) const;
  Index end_of_operation(Index first) const;
  void select_without_brace(Index i);
  void select_in_expression(Index i);
  void parse_case(Index i, SelectForm& s);
  bool parse_receive_case(CaseForm& c, Index first, Index colon) const;
  bool parse_send_case(CaseForm& c, Index first, Index colon) const;
  bool is_case_in_parentheses(Index first, Index colon) const;
  void finish_select(int32_t select, Index close);

  // ---- names.cc: main and the prelude's names ----
  void prelude_name(Index i);
  void main_name(Index i);

  // ---- define_body.cc ----
  void define_body(const Directive& d);
  void define_statement(const Directive& d, uint32_t i);
  void define_arrow(const Directive& d, uint32_t body, uint32_t i);
  void judge_macros();

  // ---- what all of them need (scan.cc) ----
  Range range(Index first, Index last) const { return {list_[first].begin, list_[last - 1].end}; }
  bool plain(Index anchor) const { return options_.plain.count(list_[anchor].begin) != 0; }
  bool told_construct(Index anchor) const { return options_.constructs.count(list_[anchor].begin) != 0; }
  void doubt(Doubt::About about, Index anchor, Range expression, bool construct) {
    doubts_.push_back({about, list_[anchor].begin, expression, construct});
  }
  Message& error(Range where, std::string text);
  Message& error_in_doubt(Index anchor, Range where, std::string text);
  /// Complains if an #if stands among the tokens [first, last), unless in the braces of a nested block.
  bool cut(Index first, Index last, const char* what);
  /// Complains if any directive does.
  bool interrupted(Index first, Index last, const char* what);

  const TokenList& list_;
  const LowerOptions& options_;
  Forms& forms_;
  std::vector<Doubt>& doubts_;
  std::vector<Message>& messages_;

  Frame frame_;
  std::vector<Frame> nodes_;            ///< The enclosing frames, and those that a branch still may return to.
  struct Branches {
    Frame frame;
    size_t kept_nodes;
    std::optional<Frame> first_end;
  };
  std::vector<Branches> branches_;
  uint32_t region_ = 0;
  Index name_until_ = 0;                ///< Before it tokens are an operator's name.
  Index parameters_until_ = 0;          ///< Before it they are template parameters.
  int32_t pending_select_ = -1;
  llvm::DenseSet<Index> claimed_;       ///< `<-` and `:=` that belong to a parsed construct.
  /// A macro that is refused or not, depending on what its uses show.
  struct Suspect {
    std::string name;
    bool is_send;      ///< Refused if it stands as a statement, else unless it stands behind an operand.
    Range arrow;
    bool function_like;
  };
  std::vector<Suspect> suspects_;
  bool macro_go_ = false, macro_select_ = false;  ///< #defined above.
};

} // namespace gocpp::tool
