// The constructs of a file as the scanner finds them: token indices, ranges of tokens half-open. Pure data; rewrite.cc
// makes edits of them.
#pragma once

#include "tokens.h"
#include "types.h"

#include <vector>

namespace gocpp::tool {

/// `go callee(…);`
struct GoForm {
  enum Through : uint8_t { name, method, arrow_method, value } through = name;
  Index go;
  Index callee;
  Index access = kNone;  ///< The last `.` or `->` of a method.
  Index paren;           ///< Of the call.
  Index semi;
  bool add_template = false;
};

/// `channel <- value`
struct SendForm {
  Index begin;
  Index arrow;
  Index end;
  bool postfix;  ///< The channel can be followed by `.send`.
};

/// `<-operand`
struct ReceiveForm {
  Index arrow;
  Index end;
  bool two;      ///< Gives a value and `ok`.
  bool defines;  ///< Belongs to a `:=`.
};

/// `v := <-c` or `v, ok := <-c`; the receive is a form of its own.
struct DefineForm {
  Index first;
  Index last;  ///< Name.
  Index sign;
  Index end;
};

struct CaseForm {
  enum What : uint8_t { drop, assign, assign_two, define, define_two, send, otherwise } what = drop;
  Index begin;         ///< The keyword, or the attributes before it.
  Index keyword;
  Index colon;
  Index arrow = kNone;
  Index left = kNone;  ///< End of what stands left of the operation, from behind the keyword.
  Index channel = kNone, channel_end = kNone;
  Index value = kNone, value_end = kNone;
  bool postfix = false;  ///< The channel of a send can be followed by `.case_send`.
  bool after_label = false;
};

struct SelectForm {
  Index keyword;
  Index open;
  Index close = kNone;
  bool broken = false;  ///< A message says why; stays as it is.
  std::vector<CaseForm> cases;
};

/// A definition of main.
struct MainForm {
  Index begin;  ///< Of its declaration.
  Index name;
  Index paren;
  Index body;   ///< `{` or `try`.
};

/// A prelude name with template arguments.
struct Mention {
  Index at;         ///< The name, or what follows the directive that it stands in.
  Word name;
  bool qualified;   ///< `gocpp::chan<…>`
  bool sure;        ///< The arguments are types for certain, so that no variable can be meant.
};

struct Forms {
  std::vector<GoForm> gos;
  std::vector<SendForm> sends;
  std::vector<ReceiveForm> receives;
  std::vector<DefineForm> defines;
  std::vector<SelectForm> selects;
  std::vector<MainForm> mains;

  std::vector<Mention> mentions;
  std::vector<Index> touches;        ///< Where something of namespace gocpp is named.
  std::set<Word> own_types;          ///< Prelude names that the file declares itself, in any scope:
  std::set<Word> own_values;         ///< ... as a variable or function, maybe;
  std::set<Word> declared;           ///< ... at global scope.
  /// Tokens before which the walk stands between two declarations of the file.
  std::vector<Index> gaps;
};

} // namespace gocpp::tool
