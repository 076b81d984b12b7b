"""A session with real clangd, feature by feature: session.py DIRECTORY GOCPP... Says `ok NAME` of each."""
import sys

from client import Client, check

TEXT = """#include <cstdio>
#include <string>

struct point {
    int across = 0;
    int along = 0;
    void move(int by) { across += by; }
};

/// Counts up.
void count(chan<int> out, int limit) {
    for (int i = 0; i < limit; i++)
        out <- i * limit;
    close(out);
}

int main() {
    chan<int> squares;
    chan<point> points(3);
    std::string text = "\U0001d11e"; int after = 1;
    go count(squares, after);
    point target;
    go target.move(3);
    int first = <-squares;
    auto [second, ok] = <-squares;
    select {
    case third := <-squares:
        target.along = third + first + second;
    case p := <-points:
        target.across = p.across;
    case points <- target:
        std::printf("sent\\n");
    }
    std::printf("%d %d\\n", ok, target.along);
}
"""


def labels(result):
    items = result["items"] if isinstance(result, dict) else result
    return {i.get("filterText") or i["label"].strip() for i in items}


directory, command = sys.argv[1], sys.argv[2:]
with Client(command, directory) as lsp:
    doc = lsp.open("main.gcpp", TEXT)
    check("no diagnostics", doc.diagnostics() == [])

    hover = lsp.request("textDocument/hover", doc.at("count(squares"))
    check("hover over a call in a go", "Counts up" in str(hover) and doc.text_at(hover["range"]) == "count", hover)
    hover = lsp.request("textDocument/hover", doc.at("third + first"))
    check("hover in a case", "int" in str(hover) and doc.text_at(hover["range"]) == "third", hover)
    hover = lsp.request("textDocument/hover", doc.at("after = 1"))
    check("hover behind a wide character", "int" in str(hover) and doc.text_at(hover["range"]) == "after", hover)
    hover = lsp.request("textDocument/hover", doc.at("points <- target"))
    check("hover over an operand that moves", "chan<point>" in str(hover) and doc.text_at(hover["range"]) == "points", hover)

    found = lsp.request("textDocument/definition", doc.at("count(squares"))
    check("definition", [doc.text_at(l["range"]) for l in found] == ["count"] and found[0]["range"]["start"]["line"] == 10, found)
    found = lsp.request("textDocument/definition", doc.at("squares:", nth=0))
    check("definition from a case", found[0]["range"]["start"] == doc.place("squares;"), found)
    found = lsp.request("textDocument/definition", doc.at("third + first"))
    check("definition of what a case defines", found[0]["range"]["start"] == doc.place("third :="), found)

    found = lsp.request("textDocument/references", {**doc.at("squares;"), "context": {"includeDeclaration": True}})
    check("references", sorted(l["range"]["start"]["line"] for l in found) == [17, 20, 23, 24, 26] and
          {doc.text_at(l["range"]) for l in found} == {"squares"}, found)
    found = lsp.request("textDocument/documentHighlight", doc.at("first ="))
    check("highlights", [doc.text_at(h["range"]) for h in found] == ["first", "first"], found)

    symbols = lsp.request("textDocument/documentSymbol", {"textDocument": {"uri": doc.uri}})
    check("symbols", [s["name"] for s in symbols] == ["point", "count", "main"], symbols)
    tokens = lsp.request("textDocument/semanticTokens/full", {"textDocument": {"uri": doc.uri}})
    check("semantic tokens", len(tokens["data"]) > 100 and min(tokens["data"]) >= 0)
    folds = lsp.request("textDocument/foldingRange", {"textDocument": {"uri": doc.uri}})
    check("folding", any(f["startLine"] == 16 for f in folds), folds)

    edit = lsp.request("textDocument/rename", {**doc.at("squares;"), "newName": "numbers"})
    edits = edit["changes"][doc.uri] if "changes" in edit else edit["documentChanges"][0]["edits"]
    check("rename over constructs", doc.apply(edits) == TEXT.replace("squares", "numbers"), edits)
    edit = lsp.request("textDocument/rename", {**doc.at("third + first"), "newName": "last"})
    edits = edit["changes"][doc.uri] if "changes" in edit else edit["documentChanges"][0]["edits"]
    check("rename of what a case defines", doc.apply(edits) == TEXT.replace("third", "last"), edits)

    # While the user types.
    body = TEXT.replace("        target.across = p.across;\n", "        target.\n")
    doc.change(body)
    found = lsp.request("textDocument/completion", doc.at("        target.\n", offset=15))
    check("completion in a case", {"across", "along", "move"} <= labels(found), labels(found))
    doc.change(TEXT.replace("    go target.move(3);\n", "    go target.\n"))
    found = lsp.request("textDocument/completion", doc.at("go target.\n", offset=10))
    check("completion in a half-written go", {"across", "move"} <= labels(found), labels(found))
    said = [d["message"] for d in doc.diagnostics() if d["range"]["start"]["line"] == 22]
    check("what a half-written go is told", said and all("go" in m for m in said), said)
    doc.change(TEXT.replace("    case points <- target:\n", "    case poi\n"))
    found = lsp.request("textDocument/hover", doc.at("first = <-"))
    check("hover beside a half-written case", "int" in str(found), found)
    found = lsp.request("textDocument/completion", doc.at("case poi\n", offset=8))
    check("completion in a half-written case", "points" in labels(found), labels(found))
    doc.change(TEXT.replace("    int first = <-squares;\n", "    int first = <-\n"))
    found = lsp.request("textDocument/hover", doc.at("target.along"))
    check("hover behind a half-written receive", "along" in str(found) or "point" in str(found), found)

    # Errors are at the user's places, with fixes.
    doc.change(TEXT.replace("go count(squares, after);", "go count;"))
    said = doc.diagnostics()
    check("a message of the language", [d["message"] for d in said if d["range"]["start"]["line"] == 20] ==
          ["expression in go must be a function call"], said)
    actions = lsp.request("textDocument/codeAction", {"textDocument": {"uri": doc.uri}, "context": {"diagnostics": said},
                                                      "range": {"start": doc.place("go count;"), "end": doc.place("go count;")}})
    edits = actions[0]["edit"]["changes"][doc.uri]
    check("its fix", "go count();" in doc.apply(edits), actions)
    doc.change(TEXT.replace("third + first + second", "thrd + first + second"))
    said = doc.diagnostics()
    check("clangd's message", "thrd" in said[0]["message"] and doc.text_at(said[0]["range"]) == "thrd", said)
    actions = lsp.request("textDocument/codeAction", {"textDocument": {"uri": doc.uri}, "context": {"diagnostics": said[:1]},
                                                      "range": said[0]["range"]})
    edits = [e for a in actions for e in a.get("edit", {}).get("changes", {}).get(doc.uri, [])]
    check("clangd's fix", doc.apply(edits) == TEXT, actions)

    doc.change(TEXT.replace("    go count(squares, after);\n", "  go   count( squares,after ) ;\n").replace("first = <-squares", "first=<-squares")
               .replace("    case third := <-squares:", "case third:=<-squares:"))
    edits = lsp.request("textDocument/formatting", {"textDocument": {"uri": doc.uri}, "options": {"tabSize": 4, "insertSpaces": True}})
    done = doc.apply(edits)
    check("formatting", "\n    go count(squares, after);\n    point target;" in done and "first = <-squares;" in done and
          "\n    case third := <-squares:\n" in done and "case points <- target:" in done, done)

    check("shutdown", lsp.stop() == 0)
