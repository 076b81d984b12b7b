"""Compiles the programs of a document about lints and compares the messages: document.py DOCUMENT GOCPP FOLDER."""
import pathlib
import re
import subprocess
import sys

document, gocpp, folder = sys.argv[1:]
folder = pathlib.Path(folder)
folder.mkdir(parents=True, exist_ok=True)
pairs = re.findall(r"^```cpp\n(.*?)^```\n```\n(.*?)^```", pathlib.Path(document).read_text(), re.M | re.S)
for text, messages in pairs:
    (folder / "bug.gcpp").write_text(text)
    run = subprocess.run([gocpp, "-fsyntax-only", "-fno-caret-diagnostics", "-Wgocpp", "bug.gcpp"], cwd=folder, capture_output=True, text=True)
    said = "".join(line + "\n" for line in run.stderr.splitlines() if re.search(r"(warning|error): ", line))
    if said != messages:
        sys.exit(f"{text}\nthe document says\n{messages}\nand gocpp\n{said}")
print(len(pairs), "programs")
