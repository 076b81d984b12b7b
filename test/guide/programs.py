"""Compiles and runs the programs of a document: programs.py DOCUMENT GOCPP FOLDER."""
import pathlib
import re
import subprocess
import sys

document, gocpp, folder = sys.argv[1:]
folder = pathlib.Path(folder)
folder.mkdir(parents=True, exist_ok=True)
programs = re.findall(r"^```cpp\n(.*?)^```", pathlib.Path(document).read_text(), re.M | re.S)
for i, text in enumerate(programs):
    source = folder / f"program{i}.gcpp"
    source.write_text(text)
    subprocess.run([gocpp, "-O2", "-Wall", "-Wextra", "-Werror", str(source), "-o", str(folder / "program")], check=True)
    sys.stdout.flush()
    subprocess.run([str(folder / "program")], check=True, timeout=60)
print(len(programs), "programs")
