// See rewrite.h. What moves a column only inserts around the user's text, which keeps its place; only a select's operands
// move, into its head, where they are evaluated.

#include "rewrite.h"

#include <algorithm>

using namespace clang;

namespace gocpp::tool {

namespace {

class Rewriter {
 public:
  Rewriter(const TokenList& list, const Forms& forms) : list_(list), forms_(forms) {}

  std::vector<Edit> run() {
    for (const SendForm& f : forms_.sends) send(f);
    for (const ReceiveForm& f : forms_.receives) receive(f);
    for (const DefineForm& f : forms_.defines) define(f);
    for (const GoForm& f : forms_.gos) go(f);
    int number = 0;
    for (const SelectForm& f : forms_.selects)
      if (!f.broken && f.close != kNone) select(f, ++number);
    return std::move(edits_);
  }

 private:
  uint32_t begin(Index i) const { return list_[i].begin; }
  uint32_t end(Index i) const { return list_[i].end; }  ///< Of a token.
  Range range(Index first, Index last) const { return {begin(first), end(last - 1)}; }

  Edit& edit(Range r, uint32_t anchor) {
    edits_.push_back({r, anchor, {}, 0});
    return edits_.back();
  }
  Edit& insert(uint32_t at, uint32_t anchor) { return edit({at, at}, anchor); }
  /// A replacement of tokens takes the blanks between them and their neighbour with it, if they are nothing more.
  bool blank(uint32_t from, uint32_t to) const {
    return list_.source().slice(from, to).find_first_not_of(" \t") == llvm::StringRef::npos;
  }
  /// The bytes of an arrow with other characters, splices kept.
  std::string arrow_as(Index i, char less, char minus) const {
    std::string s = list_.source().slice(begin(i), end(i + 1)).str();
    for (char& c : s) c = c == '<' ? less : c == '-' ? minus : c;
    return s;
  }

  void send(const SendForm& f) {
    uint32_t anchor = begin(f.arrow);
    if (!f.postfix) insert(begin(f.begin), anchor).add("(");
    Range arrow = range(f.arrow, f.arrow + 2);
    if (blank(end(f.arrow - 1), arrow.begin)) arrow.begin = end(f.arrow - 1);
    if (blank(arrow.end, begin(f.arrow + 2))) arrow.end = begin(f.arrow + 2);
    edit(arrow, anchor).add(f.postfix ? ".send(" : ").send(");
    insert(end(f.end - 1), anchor).add(")");
  }

  void receive(const ReceiveForm& f) {
    edit(range(f.arrow, f.arrow + 2), begin(f.arrow)).add(arrow_as(f.arrow, f.two ? '+' : '*', '~'));
  }

  void define(const DefineForm& f) {
    uint32_t anchor = begin(f.sign);
    bool two = f.last != f.first;
    insert(begin(f.first), anchor).add(two ? "auto [" : "auto ");
    if (two) insert(end(f.last), anchor).add("]");
    edit(range(f.sign, f.sign + 2), anchor).add("=");
  }

  void go(const GoForm& f) {
    uint32_t anchor = begin(f.go);
    Range head = range(f.go, f.go + 1);
    if (blank(head.end, begin(f.callee))) head.end = begin(f.callee);
    Edit& first = edit(head, anchor);
    uint32_t callee_end = end(f.paren - 1);
    switch (f.through) {
    case GoForm::name: first.add("::gocpp::abi::go(GOCPP_BY_NAME { (void)"); break;
    case GoForm::method: first.add("::gocpp::abi::go_on("); break;
    case GoForm::arrow_method: first.add("::gocpp::abi::go_via("); break;
    case GoForm::value: first.add("::gocpp::abi::go_value("); break;
    }
    if (f.access != kNone) {
      insert(end(f.access - 1), anchor).add(", GOCPP_METHOD { (void)GOCPP_SELF");
      if (f.add_template) insert(end(f.access), anchor).add("template ");
    }
    insert(callee_end, anchor).add(f.through == GoForm::value ? ")" : " GOCPP_FORWARD; })");
  }

  void select(const SelectForm& f, int number) {
    uint32_t anchor = begin(f.keyword);
    if (f.cases.empty()) {
      // `select {}` with whatever comments and lines stand in it.
      edit(range(f.keyword, f.keyword + 1), anchor).add("::gocpp::abi::block();");
      edit(range(f.open, f.open + 1), anchor).add("");
      edit(range(f.close, f.close + 1), anchor).add("");
      return;
    }
    std::string name = "gocpp_s" + std::to_string(number);
    Edit head{range(f.keyword, f.keyword + 1), anchor, {}};
    head.add("switch (auto " + name + " = ::gocpp::abi::select{");
    bool has_default = false;
    int operations = 0;
    for (size_t k = 0; k < f.cases.size(); ++k) {
      const CaseForm& c = f.cases[k];
      case_label(c, k, operations, name);
      if (c.what == CaseForm::otherwise) {
        has_default = true;
        continue;
      }
      if (operations++) head.add(", ");
      Range channel = range(c.channel, c.channel_end);
      if (c.what == CaseForm::send) {
        bool bare = c.postfix && !list_[c.arrow - 1].is(tok::numeric_constant);  // which a full stop would go on
        head.add(bare ? "" : "(", begin(c.arrow)).move(channel).add(bare ? ".case_send(" : ").case_send(", begin(c.arrow));
        head.move(range(c.value, c.value_end)).add(")");
      } else {
        head.add("::gocpp::abi::recv(", begin(c.arrow)).move(channel).add(")");
      }
    }
    if (has_default) head.add(operations ? ", ::gocpp::abi::otherwise" : "::gocpp::abi::otherwise");
    head.add("}; " + name + ".chosen())");
    edits_.push_back(std::move(head));
    bool label_last = list_[f.close - 1].is(tok::colon) && f.close - 1 != f.cases.back().colon;
    Edit& tail = insert(begin(f.close), begin(f.close));
    tail.add(label_last ? ";} break; " : "} break; ");
    if (!has_default) tail.add("default: ::gocpp::abi::unreachable(); ");
  }

  void case_label(const CaseForm& c, size_t k, int operation, const std::string& name) {
    std::string before = k == 0 ? "" : c.after_label ? ";} break; " : "} break; ";
    if (!before.empty()) insert(begin(c.begin), begin(c.keyword)).add(before);
    if (c.what == CaseForm::otherwise) {
      insert(end(c.colon), begin(c.keyword)).add(" {");
      return;
    }
    // The keyword stays; what is behind it up to the colon is written anew.
    Edit& e = edit({end(c.keyword), end(c.colon)}, begin(c.arrow));
    e.add(" " + std::to_string(operation) + ": {");
    std::string one = "::gocpp::abi::value<" + std::to_string(operation) + ">(" + name + ");";
    std::string two = "::gocpp::abi::value_ok<" + std::to_string(operation) + ">(" + name + ");";
    Index first = c.keyword + 1;
    switch (c.what) {
    case CaseForm::assign: e.add(" ").keep(range(first, c.left)).add(" " + one); break;
    case CaseForm::assign_two: e.add(" ").keep(range(first, c.left)).add(" " + two); break;
    case CaseForm::define: e.add(" auto ").keep(range(first, first + 1)).add(" = " + one); break;
    case CaseForm::define_two: e.add(" auto [").keep(range(first, first + 3)).add("] = " + two); break;
    default: break;
    }
  }

  const TokenList& list_;
  const Forms& forms_;
  std::vector<Edit> edits_;
};

} // namespace

std::vector<Edit> rewrite(const TokenList& list, const Forms& forms) {
  return Rewriter(list, forms).run();
}

std::vector<Edit> label_mains(const TokenList& list, const Forms& forms) {
  std::vector<Edit> edits;
  for (const MainForm& m : forms.mains) {
    uint32_t at = list[m.begin].begin;
    Edit e{{at, at}, list[m.name].begin, {}};
    Index from = m.begin, close = list[m.paren].match;
    auto copy = [&](Index to) {
      if (from < to) e.copy({list[from].begin, list[to - 1].end});
    };
    // Without default arguments, of which there may be one only.
    for (Index k = m.paren + 1; k < close; ++k) {
      if (list.opens(k) && list[k].match != kNone && list[k].match < close) k = list[k].match;
      if (!list[k].is(tok::equal)) continue;
      copy(k);
      while (k < close && !list[k].is(tok::comma)) k = list.opens(k) && list[k].match < close ? list[k].match + 1 : k + 1;
      from = k--;
    }
    Index end = m.body;
    for (Index k = close; k < m.body; ++k)
      if (list[k].is(Word::attribute)) end = std::min(end, k);  // g++ wants these behind the label
    copy(end);
    e.add(" __asm__(\"gocpp_main\"); ");
    edits.push_back(std::move(e));
  }
  return edits;
}

std::vector<Construct> list_constructs(const TokenList& list, const Forms& forms) {
  std::vector<Construct> out;
  auto range = [&](Index first, Index last) { return Range{list[first].begin, list[last - 1].end}; };
  for (const GoForm& f : forms.gos)
    out.push_back({Kind::go, range(f.go, f.semi + 1), list[f.go].begin, range(f.callee, f.paren)});
  for (const SendForm& f : forms.sends)
    out.push_back({Kind::send, range(f.begin, f.end), list[f.arrow].begin, range(f.begin, f.arrow)});
  for (const ReceiveForm& f : forms.receives)
    if (!f.defines)
      out.push_back({f.two ? Kind::receive_ok : Kind::receive, range(f.arrow, f.end), list[f.arrow].begin, range(f.arrow + 2, f.end)});
  for (const DefineForm& f : forms.defines)
    out.push_back({Kind::define_receive, range(f.first, f.end), list[f.sign].begin, range(f.sign + 4, f.end)});
  for (const SelectForm& f : forms.selects) {
    if (f.broken || f.close == kNone) continue;
    out.push_back({Kind::select, range(f.keyword, f.close + 1), list[f.keyword].begin, {}});
    for (const CaseForm& c : f.cases) {
      bool otherwise = c.what == CaseForm::otherwise;
      out.push_back({Kind::select_case, range(c.keyword, c.colon + 1), list[otherwise ? c.keyword : c.arrow].begin,
                     otherwise ? Range{} : range(c.channel, c.channel_end)});
    }
  }
  for (const MainForm& f : forms.mains) out.push_back({Kind::main, range(f.begin, f.body), list[f.name].begin, {}});
  std::sort(out.begin(), out.end(), [](const Construct& a, const Construct& b) { return a.anchor < b.anchor; });
  return out;
}

} // namespace gocpp::tool
