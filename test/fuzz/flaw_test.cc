// That what the fuzzer looks for would be found: results of the lowering, damaged in each way that flaw() speaks of.

#include "flaw.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

using namespace gocpp::tool;

namespace {

constexpr llvm::StringLiteral kText = R"(#include <gocpp/gocpp.h>
int f(gocpp::chan<int> a, gocpp::chan<int> b) {
  go f(b, a);
  select {
  case v := <-a: return v;
  case b <- 7: return 2;
  }
  return <-b;
}
)";

/// A segment with its text, which moves with it.
struct Piece {
  Segment segment;
  std::string text;
};

std::vector<Piece> pieces_of(const LowerResult& r) {
  std::vector<Piece> pieces;
  for (const Segment& s : r.segments) pieces.push_back({s, r.text.substr(s.out, s.length)});
  return pieces;
}

void put_together(const std::vector<Piece>& pieces, LowerResult& r) {
  r.text.clear();
  r.segments.clear();
  for (Piece p : pieces) {
    p.segment.out = static_cast<uint32_t>(r.text.size());
    p.segment.length = static_cast<uint32_t>(p.text.size());
    r.text += p.text;
    r.segments.push_back(p.segment);
  }
}

/// The user's text `text` in the lowered one: the first that stands at or behind `from` in the user's.
Piece& verbatim(std::vector<Piece>& pieces, llvm::StringRef text, llvm::StringRef from) {
  auto at = std::ranges::find_if(pieces, [&](const Piece& p) {
    return p.segment.verbatim && p.text == text && p.segment.in >= kText.find(from);
  });
  EXPECT_NE(at, pieces.end()) << text.str();
  return *at;
}

/// What is wrong once the result is damaged so.
std::string flaw_after(const std::function<void(LowerResult&)>& damage) {
  LowerResult r = lower(kText, {});
  EXPECT_EQ(flaw(kText, {}, r), "");
  damage(r);
  return flaw(kText, {}, r);
}

std::string flaw_of_pieces(const std::function<void(std::vector<Piece>&)>& damage) {
  return flaw_after([&](LowerResult& r) {
    std::vector<Piece> pieces = pieces_of(r);
    damage(pieces);
    put_together(pieces, r);
  });
}

TEST(Flaw, SegmentsCoverTheText) {
  EXPECT_EQ(flaw_after([](LowerResult& r) { r.segments.erase(r.segments.begin() + 2); }), "a gap in the segments");
  EXPECT_EQ(flaw_after([](LowerResult& r) { r.text += "x"; }), "an end without segment");
  EXPECT_EQ(flaw_after([](LowerResult& r) { r.segments.back().in = kText.size(); }), "a segment of nothing");
}

TEST(Flaw, VerbatimIsTheUsersText) {
  EXPECT_EQ(flaw_of_pieces([](auto& pieces) { verbatim(pieces, "7", "b <- 7").text = "8"; }), "a verbatim segment that is not");
}

TEST(Flaw, OutsideOfSelectsNothingMoves) {
  EXPECT_EQ(flaw_of_pieces([](auto& pieces) {
              auto first = std::ranges::find_if(pieces, [](const Piece& p) { return p.segment.verbatim; });
              std::swap(*first, pieces.back());
            }),
            "segments that go back");
}

TEST(Flaw, ASelectGoesBackOnce) {
  EXPECT_EQ(flaw_of_pieces([](auto& pieces) { std::swap(verbatim(pieces, "a", "<-a"), verbatim(pieces, "7", "b <- 7")); }),
            "a select that goes back twice");
}

TEST(Flaw, NoByteStandsTwice) {
  EXPECT_EQ(flaw_of_pieces([](auto& pieces) { verbatim(pieces, "b", "b <- 7") = verbatim(pieces, "a", "<-a"); }),
            "a byte that stands twice");
}

TEST(Flaw, LinesStay) {
  EXPECT_EQ(flaw_of_pieces([](auto& pieces) { pieces.back().text += "\n"; }), "another number of lines");
}

TEST(Flaw, PlainTextStaysAsItIs) {
  LowerResult r = lower("int x;", {});
  EXPECT_EQ(flaw("int x;", {}, r), "");
  r.text = "int y;";
  EXPECT_EQ(flaw("int x;", {}, r), "plain C++ that has changed");
}

TEST(Flaw, PlacesAreInTheText) {
  EXPECT_EQ(flaw_after([](LowerResult& r) { r.constructs[0].anchor = r.constructs[0].range.end; }), "a construct beside its anchor");
  EXPECT_EQ(flaw_after([](LowerResult& r) { r.messages.emplace_back().offset = kText.size() + 1; }), "a message about nothing");
}

} // namespace
