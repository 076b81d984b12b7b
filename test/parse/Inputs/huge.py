"""Writes files of ten megabytes that hold one thing over and over: huge.py DIRECTORY"""
import os
import sys

SIZE = 10_000_000
PATTERNS = {
    "brackets": ("void f() {", "("),
    "sends": ("void f() {", "c <- 1;\n"),
    "receives": ("void f() { x = ", "<-"),
    "angles": ("void f() { go ", "a<"),
    "arguments": ("void f() { g(", "<-a<b, "),
    "nested": ("void f() { ", "go f([] { "),
    "cases": ("void f() { select { ", "case <-c:\n"),
    "closers": ("void f() { x = ", "a > <-c, "),
}
for name, (head, again) in PATTERNS.items():
    with open(os.path.join(sys.argv[1], name + ".huge"), "w") as f:
        f.write(head + again * (SIZE // len(again)))
