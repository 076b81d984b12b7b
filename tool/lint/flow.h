// Questions about the order of things in a body, asked of its control flow graph.
//
// Paths that only an exception takes are not in the graph. What no path reaches has no order and is never reported.
#pragma once

#include "body.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace gocpp::tool {

/// What an element does to the fact that is asked about.
enum class Effect { none, begin, end };
using Effects = llvm::function_ref<Effect(const clang::CFGElement&)>;

/// A place between two elements.
struct Point {
  const clang::CFGBlock* block = nullptr;
  unsigned next = 0;  ///< The element behind it.
  explicit operator bool() const { return block != nullptr; }
};

/// The expression or statement of an element; null for the implicit ones.
const clang::Stmt* stmt_of(const clang::CFGElement& element);
/// The variable that ends its life in the element; null for others.
const clang::VarDecl* ends(const clang::CFGElement& element);

/// The places just before and just after a statement. None where it stands in no reachable block.
Point before(const clang::CFG& cfg, const clang::Stmt* s);
Point after(const clang::CFG& cfg, const clang::Stmt* s);

/// Whether the fact holds before each of the statements on every path that leads there: it has begun and not ended since.
std::vector<bool> holds_before(const clang::CFG& cfg, Effects effects, llvm::ArrayRef<const clang::Stmt*> at);
/// Whether every path from the point comes to a `begin` before an `end` and before the function's own end.
bool always_begins_after(const clang::CFG& cfg, Effects effects, Point from);

enum class Step { go_on, stop, found };
/// Walks all paths from a point, each place once, as far as `visit` lets it. True if it found something. `at_exit` is set when
/// the function's end was reached.
bool search(const clang::CFG& cfg, Point from, llvm::function_ref<Step(const clang::CFGElement&)> visit, bool* at_exit = nullptr);

} // namespace gocpp::tool
