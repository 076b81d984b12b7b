// The stack of open brackets is a linked list of nodes that are never changed, so that keeping its state at an #if costs
// nothing.

#include "brackets.h"

#include "tokens.h"

#include <optional>
#include <vector>

using namespace clang;

namespace gocpp::tool {

namespace {

/// clang gives up at 256 unless told otherwise.
constexpr uint32_t kDeepest = 100'000;

class Matcher {
 public:
  explicit Matcher(TokenList& list) : list_(list) {}

  bool run() {
    size_t d = 0;
    for (Index i = 0; i < list_.size(); ++i) {
      for (; d < list_.directives.size() && list_.directives[d].before <= i; ++d) directive(list_.directives[d]);
      if (list_.opens(i)) {
        nodes_.push_back({i, top_, top_ == kNone ? 1 : nodes_[top_].depth + 1});
        top_ = static_cast<uint32_t>(nodes_.size()) - 1;
        if (nodes_[top_].depth > kDeepest) return false;
        ++open_[shape(i)];
      } else if (list_.closes(i)) {
        close(i);
      }
    }
    return true;
  }

 private:
  struct Node {
    Index open;
    uint32_t parent;
    uint32_t depth;
  };
  struct Branches {
    uint32_t top;
    uint32_t open[3];
    std::optional<uint32_t> first_end;
    uint32_t first_open[3];
  };

  int shape(Index i) const {
    const Token& t = list_[i];
    return t.is(tok::l_paren) || t.is(tok::r_paren) ? 0 : t.is(tok::l_square) || t.is(tok::r_square) ? 1 : 2;
  }

  void close(Index i) {
    // A count of what is open keeps a run of stray closers from searching the stack for each.
    if (open_[shape(i)] == 0) return;
    while (shape(nodes_[top_].open) != shape(i)) {
      --open_[shape(nodes_[top_].open)];
      top_ = nodes_[top_].parent;
    }
    Index open = nodes_[top_].open;
    --open_[shape(i)];
    top_ = nodes_[top_].parent;
    list_.tokens[i].match = open;
    if (list_[open].match == kNone) list_.tokens[open].match = i;
  }

  void directive(const Directive& d) {
    if (d.what == Directive::What::if_begin) {
      groups_.push_back({top_, {open_[0], open_[1], open_[2]}, {}, {}});
    } else if (d.what == Directive::What::if_next) {
      keep_first(groups_.back());
      restore(groups_.back().top, groups_.back().open);
    } else if (d.what == Directive::What::if_end) {
      Branches& g = groups_.back();
      keep_first(g);
      if (g.first_end) restore(*g.first_end, g.first_open);
      groups_.pop_back();
    }
    region_ = d.region;
  }

  void keep_first(Branches& g) {
    if (g.first_end || list_.regions[region_].dead) return;
    g.first_end = top_;
    std::copy(open_, open_ + 3, g.first_open);
  }
  void restore(uint32_t top, const uint32_t (&open)[3]) {
    top_ = top;
    std::copy(open, open + 3, open_);
  }

  TokenList& list_;
  std::vector<Node> nodes_;
  uint32_t top_ = kNone;
  uint32_t open_[3] = {};
  uint32_t region_ = 0;
  std::vector<Branches> groups_;
};

} // namespace

bool match_brackets(TokenList& list) { return Matcher(list).run(); }

} // namespace gocpp::tool
