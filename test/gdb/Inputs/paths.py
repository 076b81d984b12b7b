"""Replaces a text in files that hold a section of strings each: paths.py OLD NEW FILE...
Both are of one length, so that every string keeps its place; the linker may have had one begin in the midst of another."""

import sys

old, new = (argument.encode() for argument in sys.argv[1:3])
assert len(old) == len(new)
for name in sys.argv[3:]:
    with open(name, "rb") as file:
        strings = file.read()
    with open(name, "wb") as file:
        file.write(strings.replace(old, new))
