// What the AST still knows of constructs that did not compile: the types of their operands, and where functions that go
// calls declare their parameters.
#pragma once

#include "places.h"

#include "clang/Basic/SourceLocation.h"
#include "llvm/ADT/StringRef.h"

#include <map>
#include <string>

namespace clang {
class ASTContext;
}

namespace gocpp::tool {

struct FailedOperation {
  bool is_receive = false;
  std::string channel;             ///< The type of the operand that should be a channel.
  std::string value;               ///< The type of what is sent; empty if it has none, as a braced list.
  bool braced = false;             ///< The value is a braced list.
  bool same_type = false;          ///< The value has the channel's element type.
  clang::SourceLocation operand;   ///< Where the channel stands.
  std::string instance;            ///< The function that it stands in, as clang names an instance in its notes.
};

class FailedOperands {
 public:
  FailedOperands(clang::ASTContext& ast, const Places& places);
  /// By the location of clang's message and, where several instances failed there, by the note that names one.
  const FailedOperation* find(clang::SourceLocation loc, llvm::StringRef note) const;
  /// The number of the parameter that is declared there, from 1; 0 if none is.
  unsigned parameter(clang::SourceLocation loc) const;

 private:
  std::multimap<clang::SourceLocation, FailedOperation> at_;
  std::map<clang::SourceLocation, unsigned> parameters_;
};

} // namespace gocpp::tool
