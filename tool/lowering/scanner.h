// The walk's state, shared by the files that parse constructs. Private to the scanner.
#pragma once

#include "edits.h"
#include "frames.h"
#include "tokens.h"
#include "types.h"

#include <set>
#include <utility>
#include <vector>

namespace gocpp::tool {

/// The parts of `c <- e`, as token indices: the channel is [first, arrow), the value [value, end).
struct SendParts {
  uint32_t first, arrow, value, end;
  bool postfix;
};

/// One case of a select under way.
struct SelectCase {
  bool is_default = false, is_send = false;
  Range channel, value;
  uint32_t anchor = 0;
};

struct SelectState {
  uint32_t keyword;   ///< Token of `select`.
  uint32_t brace;
  int number;
  uint32_t region;
  bool complained = false;
  uint32_t default_at = UINT32_MAX;
  int channel_cases = 0;
  std::vector<SelectCase> cases;
};

class Scanner {
 public:
  Scanner(llvm::StringRef text, const TokenList& list, const LowerOptions& options, LowerResult& result)
      : text_(text), list_(list), options_(options), result_(result) {}
  void walk();
  std::vector<Edit> edits;
  /// Writes main's declaration once more, with its label; applies only if main is to be a goroutine.
  std::vector<Edit> main_edits;
  /// Prelude names that the file declares at global scope, and where it first uses one that it does not.
  std::set<std::string> declared;
  uint32_t first_use = UINT32_MAX;   ///< Token index.
  /// Token indices before which the walk stands between two declarations at file scope.
  std::vector<uint32_t> gaps;

 private:
  static constexpr uint32_t none = UINT32_MAX;

  // ---- tokens (scan.cc) ----
  const Token& tok(uint32_t i) const { return list_.tokens[i]; }
  uint32_t size() const { return static_cast<uint32_t>(list_.tokens.size()); }
  uint32_t next(uint32_t i) const;
  uint32_t prev(uint32_t i) const;
  bool adjacent(uint32_t i, clang::tok::TokenKind second) const;
  uint32_t skip_group(uint32_t i) const;
  /// The next `wanted` at this depth; none when a closing bracket comes first.
  uint32_t find_end(uint32_t i, clang::tok::TokenKind wanted) const;
  /// Complains about directives between the tokens.
  bool one_region(uint32_t first, uint32_t last);
  void error(uint32_t offset, Range highlight, std::string text, std::vector<FixIt> fixits = {});
  bool plain(uint32_t anchor) const;

  // ---- the walk (scan.cc) ----
  void directive(uint32_t i);
  void step(uint32_t i);
  void colon(uint32_t i, Frame& f);
  void close_frame(uint32_t i);
  bool last_before_group(uint32_t open, llvm::StringRef a, llvm::StringRef b, llvm::StringRef c) const;
  bool statement_construct(uint32_t i);
  void operand_construct(uint32_t i);

  // ---- sends and receives (scan.cc) ----
  void add_receive(uint32_t i, uint32_t before);
  bool is_cast(uint32_t close, uint32_t anchor);
  bool closes_template(uint32_t close, uint32_t anchor);
  bool parse_define_receive(uint32_t i);
  bool parse_send_between(uint32_t i, clang::tok::TokenKind terminator, SendParts& parts);
  bool looks_like_template(const SendParts& p) const;
  bool parse_send(uint32_t i);
  bool consider_send(const SendParts& p);
  void header_construct(uint32_t i, const Frame& f);
  void add_send(const SendParts& p);

  // ---- go_parse.cc ----
  bool parse_go(uint32_t i);
  // ---- select_parse.cc ----
  bool parse_select(uint32_t i);
  bool parse_case(uint32_t i, int select);
  void finish_select(int select, uint32_t close);
  // ---- names.cc ----
  void note_name(uint32_t i);
  void parse_main(uint32_t i);
  // ---- define_body.cc ----
  void define_body(uint32_t hash);
  bool statement_ends(uint32_t i, uint32_t end) const;
  bool send_starts(uint32_t body, uint32_t arrow) const;

  llvm::StringRef text_;
  const TokenList& list_;
  const LowerOptions& options_;
  LowerResult& result_;

  std::vector<Frame> frames_;
  std::vector<std::pair<std::vector<Frame>, uint32_t>> saved_;  ///< At each open #if.
  uint32_t last_ = none;                                        ///< The token before, directives left out.
  std::set<uint32_t> consumed_;                                 ///< Arrows that belong to a parsed construct.
  std::set<uint32_t> consumed_colons_;
  std::set<std::string> macros_;                                ///< go and select, when #defined above.
  std::vector<SelectState> selects_;
  int pending_select_ = -1;
  bool template_start_ = false;
  int angle_ = 0;
};

} // namespace gocpp::tool
