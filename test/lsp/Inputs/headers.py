"""Headers with the syntax: as on disk, as changed and not saved, and as named in a compilation database."""
import json
import os
import sys

from client import Client, check

directory, command = sys.argv[1], sys.argv[2:]
os.makedirs(directory + "/include", exist_ok=True)
os.makedirs(directory + "/build", exist_ok=True)
HEADER = "#pragma once\ninline void feed(chan<int> out) {\n    out <- 1;\n}\n"
with open(directory + "/include/feed.gh", "w") as f:
    f.write(HEADER)
with open(directory + "/build/compile_commands.json", "w") as f:
    json.dump([{"directory": directory + "/build", "file": "../main.gcpp",
                "command": "/opt/bin/gocpp /usr/bin/c++ -DLIMIT=3 -I../include -x c++ -std=gnu++20 -o main.o -c ../main.gcpp"}], f)
MAIN = '#include "feed.gh"\n\nint main() {\n    chan<int> c(LIMIT);\n    go feed(c);\n    return <-c;\n}\n'

with Client(command, directory) as lsp:
    main = lsp.open("main.gcpp", MAIN)
    check("flags and a header from disk", main.diagnostics() == [])
    found = lsp.request("textDocument/definition", main.at("feed(c)"))
    check("definition in a header", found[0]["uri"].endswith("/include/feed.gh") and
          found[0]["range"]["start"] == {"line": 1, "character": 12}, found)

    header = lsp.open("include/feed.gh", HEADER)
    check("no diagnostics of the header", header.diagnostics() == [])
    header.change(HEADER.replace("feed(", "feed_all("))
    seen = lsp.wait_notification("textDocument/publishDiagnostics", lambda p: p["uri"] == main.uri and p["diagnostics"])
    check("what is not saved counts", "feed" in seen["diagnostics"][0]["message"], seen)
    header.change(HEADER)
    lsp.wait_notification("textDocument/publishDiagnostics", lambda p: p["uri"] == main.uri and not p["diagnostics"])
    edit = lsp.request("textDocument/rename", {**main.at("feed(c)"), "newName": "nourish"})
    changes = edit["changes"]
    check("rename across files", main.apply(changes[main.uri]) == MAIN.replace("feed(", "nourish(") and
          header.apply(changes[header.uri]) == HEADER.replace("feed", "nourish"), edit)
    check("shutdown", lsp.stop() == 0)
