// See flow.h.

#include "flow.h"

#include "llvm/ADT/DenseSet.h"

using namespace clang;

namespace gocpp::tool {

namespace {

/// The fact behind a block, when it holds or not before it.
bool through(const CFGBlock& block, bool holds, Effects effects) {
  for (const CFGElement& e : block) {
    Effect effect = effects(e);
    if (effect != Effect::none) holds = effect == Effect::begin;
  }
  return holds;
}

template <class F> void for_each_successor(const CFGBlock& block, F f) {
  if (block.hasNoReturnElement()) return;
  for (const CFGBlock::AdjacentBlock& next : block.succs())
    if (const CFGBlock* b = next.getReachableBlock()) f(*b);
}

/// The reachable blocks, each before its successors where loops allow that.
std::vector<const CFGBlock*> in_order(const CFG& cfg) {
  std::vector<const CFGBlock*> order;
  llvm::DenseSet<const CFGBlock*> seen;
  // Depth first, without recursion: a block and how many of its successors have been entered.
  std::vector<std::pair<const CFGBlock*, CFGBlock::const_succ_iterator>> stack;
  auto enter = [&](const CFGBlock* b) {
    if (b && seen.insert(b).second) stack.push_back({b, b->succ_begin()});
  };
  enter(&cfg.getEntry());
  while (!stack.empty()) {
    auto& [block, next] = stack.back();
    if (next == block->succ_end()) {
      order.push_back(block);
      stack.pop_back();
    } else {
      const CFGBlock* b = (next++)->getReachableBlock();
      enter(b);
    }
  }
  std::reverse(order.begin(), order.end());
  return order;
}

} // namespace

const Stmt* stmt_of(const CFGElement& element) {
  if (auto s = element.getAs<CFGStmt>()) return s->getStmt();
  if (auto i = element.getAs<CFGInitializer>()) return i->getInitializer()->getInit();
  return nullptr;
}

const VarDecl* ends(const CFGElement& element) {
  if (auto e = element.getAs<CFGLifetimeEnds>()) return e->getVarDecl();
  return nullptr;
}

Point before(const CFG& cfg, const Stmt* s) {
  for (const CFGBlock* block : in_order(cfg))
    for (unsigned i = 0; i < block->size(); ++i)
      if (stmt_of((*block)[i]) == s) return {block, i};
  return {};
}

Point after(const CFG& cfg, const Stmt* s) {
  Point p = before(cfg, s);
  if (p) ++p.next;
  return p;
}

std::vector<bool> holds_before(const CFG& cfg, Effects effects, llvm::ArrayRef<const Stmt*> at) {
  std::vector<const CFGBlock*> order = in_order(cfg);
  llvm::DenseMap<const CFGBlock*, bool> in, out;
  for (const CFGBlock* b : order) in[b] = out[b] = true;
  for (bool changed = true; changed;) {
    changed = false;
    for (const CFGBlock* b : order) {
      bool holds = b != &cfg.getEntry();
      for (const CFGBlock::AdjacentBlock& previous : b->preds())
        if (const CFGBlock* p = previous.getReachableBlock(); p && out.count(p)) holds &= out[p];
      in[b] = holds;
      bool now = through(*b, holds, effects);
      changed |= now != out[b];
      out[b] = now;
    }
  }
  std::vector<bool> answers(at.size(), false);
  for (const CFGBlock* b : order) {
    bool holds = in[b];
    for (const CFGElement& e : *b) {
      if (const Stmt* s = stmt_of(e))
        for (size_t i = 0; i < at.size(); ++i)
          if (at[i] == s) answers[i] = holds;
      Effect effect = effects(e);
      if (effect != Effect::none) holds = effect == Effect::begin;
    }
  }
  return answers;
}

bool always_begins_after(const CFG& cfg, Effects effects, Point from) {
  std::vector<const CFGBlock*> order = in_order(cfg);
  llvm::DenseMap<const CFGBlock*, bool> begins;  // on every path from the block's start
  for (const CFGBlock* b : order) begins[b] = true;
  auto from_element = [&](const CFGBlock& b, unsigned i) {
    for (; i < b.size(); ++i) {
      Effect effect = effects(b[i]);
      if (effect != Effect::none) return effect == Effect::begin;
    }
    if (&b == &cfg.getExit()) return false;
    bool all = true;
    for_each_successor(b, [&](const CFGBlock& next) { all &= begins[&next]; });
    return all;
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (const CFGBlock* b : llvm::reverse(order)) {
      bool now = from_element(*b, 0);
      changed |= now != begins[b];
      begins[b] = now;
    }
  }
  return from_element(*from.block, from.next);
}

bool search(const CFG& cfg, Point from, llvm::function_ref<Step(const CFGElement&)> visit, bool* at_exit) {
  llvm::DenseSet<const CFGBlock*> entered;
  std::vector<Point> open = {from};
  while (!open.empty()) {
    Point p = open.back();
    open.pop_back();
    Step step = Step::go_on;
    for (; p.next < p.block->size() && step == Step::go_on; ++p.next) step = visit((*p.block)[p.next]);
    if (step == Step::found) return true;
    if (step == Step::stop) continue;
    if (p.block == &cfg.getExit() && at_exit) *at_exit = true;
    for_each_successor(*p.block, [&](const CFGBlock& next) {
      if (entered.insert(&next).second) open.push_back({&next, 0});
    });
  }
  return false;
}

} // namespace gocpp::tool
