// Lowering a file: tokens, scan, prelude, emission.

#include "edits.h"
#include "scanner.h"
#include "types.h"

#include <algorithm>

using namespace clang;

namespace gocpp::tool {

namespace {

const char* const kNames[] = {"chan", "make_chan", "recv_chan", "send_chan"};

bool mentions_gocpp_header(llvm::StringRef text, const TokenList& list, const Directive& d) {
  if (d.name != "include" && d.name != "include_next") return false;
  llvm::StringRef line = text.slice(list.tokens[d.first].begin, list.tokens[d.last - 1].end);
  return line.contains("gocpp/gocpp.h") || line.contains("gocpp/prelude.h");
}

struct FreeLine {
  Range range;
  bool blank;
};

/// Lines that hold nothing but blanks or one whole comment, between [begin, end) of the text, where no token stands.
void free_lines(llvm::StringRef text, uint32_t begin, uint32_t end, std::vector<FreeLine>& out) {
  uint32_t at = begin;
  bool line_start = begin == 0 || text[begin - 1] == '\n';
  while (at < end) {
    size_t nl = text.find('\n', at);
    uint32_t stop = nl == llvm::StringRef::npos ? end : static_cast<uint32_t>(nl);
    if (stop > end) return;
    llvm::StringRef line = text.slice(at, stop);
    llvm::StringRef body = line.trim();
    if (body.starts_with("/*") && body.find("*/") == llvm::StringRef::npos) {
      // A comment of several lines: go on behind it.
      size_t close = text.find("*/", at + (body.data() - line.data()) + 2);
      if (close == llvm::StringRef::npos || close + 2 > end) return;
      at = static_cast<uint32_t>(close) + 2;
      line_start = false;
      continue;
    }
    bool comment = body.starts_with("//") ? !body.ends_with("\\") : body.starts_with("/*") && body.ends_with("*/");
    uint32_t length = static_cast<uint32_t>(line.rtrim('\r').size());
    if (line_start && nl != llvm::StringRef::npos && (body.empty() || comment)) out.push_back({{at, at + length}, body.empty()});
    if (body.starts_with("//") && body.ends_with("\\")) return;
    at = stop + 1;
    line_start = true;
  }
}

bool encloses(const TokenList& list, uint32_t outer, uint32_t inner) {
  for (; inner != outer; inner = list.region_parent[inner])
    if (inner == 0) return false;
  return true;
}

/// Where the prelude's #include can stand without a new line.
bool find_free_line(llvm::StringRef text, const TokenList& list, const std::vector<uint32_t>& gaps, uint32_t use, Range& found) {
  std::vector<FreeLine> lines;
  for (uint32_t i : gaps) {
    if (i > use) break;
    const Token& t = list.tokens[i];
    // A line above a directive belongs to the region that the directive is met in.
    uint32_t region = t.region;
    if (!encloses(list, region, list.tokens[use].region)) continue;
    free_lines(text, i == 0 ? 0 : list.tokens[i - 1].end, t.begin, lines);
  }
  for (bool blank : {true, false})
    for (size_t k = lines.size(); k-- > 0;)
      if (lines[k].blank == blank) {
        found = lines[k].range;
        return true;
      }
  return false;
}

} // namespace

LowerResult lower(llvm::StringRef text, const LowerOptions& options) {
  LowerResult result;
  size_t bom = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  TokenList list = tokenize(text);
  Scanner scanner(text, list, options, result);
  scanner.walk();

  for (const Directive& d : list.directives) result.includes_gocpp |= mentions_gocpp_header(text, list, d);
  uint32_t use = UINT32_MAX;
  for (const Construct& c : result.constructs) {
    if (c.kind == Kind::main) continue;
    auto t = std::lower_bound(list.tokens.begin(), list.tokens.end(), c.range.begin, [](const Token& x, uint32_t at) { return x.begin < at; });
    use = std::min(use, static_cast<uint32_t>(t - list.tokens.begin()));
  }
  use = std::min(use, scanner.first_use);
  result.uses_syntax = use != UINT32_MAX;
  result.runs_main = (result.uses_syntax || result.includes_gocpp) && !options.is_header;

  std::vector<Edit> edits = std::move(scanner.edits);
  if (result.runs_main)
    edits.insert(edits.end(), scanner.main_edits.begin(), scanner.main_edits.end());
  else
    result.has_main = false;

  if (result.uses_syntax || options.force_prelude) {
    std::set<std::string> taken = options.taken;
    taken.insert(scanner.declared.begin(), scanner.declared.end());
    std::string include = taken.empty() ? "#include <gocpp/prelude.h>" : "#include <gocpp/gocpp.h>";
    std::string usings;
    if (!taken.empty())
      for (const char* name : kNames)
        if (!taken.count(name)) usings += std::string("using gocpp::") + name + "; ";
    if (use == UINT32_MAX) use = static_cast<uint32_t>(list.tokens.size()) - 1;
    Range line;
    if (options.force_prelude && !result.uses_syntax ? false : find_free_line(text, list, scanner.gaps, use, line)) {
      edits.push_back({line, line.begin, {}});
      edits.back().add(include);
      if (!usings.empty()) {
        auto after = std::lower_bound(scanner.gaps.begin(), scanner.gaps.end(), line.end,
                                      [&](uint32_t g, uint32_t at) { return list.tokens[g].begin < at; });
        while (after != scanner.gaps.end() && list.tokens[*after].in_directive) ++after;
        if (after != scanner.gaps.end()) {
          uint32_t at = list.tokens[*after].begin;
          edits.insert(edits.begin(), Edit{{at, at}, at, {}});
          edits.front().add(usings);
        }
      }
    } else {
      uint32_t at = static_cast<uint32_t>(bom);
      edits.insert(edits.begin(), Edit{{at, at}, at, {}});
      edits.front().add(include + "\n" + (usings.empty() ? "" : usings + "\n") + "#line 1 \"" + options.path + "\"\n");
    }
  }
  if (edits.empty()) {
    result.text = text.str();
    if (!text.empty()) result.segments.push_back({0, 0, static_cast<uint32_t>(text.size()), true});
    return result;
  }
  emit(text, list, std::move(edits), result);
  return result;
}

} // namespace gocpp::tool
