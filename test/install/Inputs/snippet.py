"""Prints the first block of a language in a Markdown file: snippet.py FILE LANGUAGE"""
import re
import sys

text = open(sys.argv[1]).read()
print(re.search(r"^```" + sys.argv[2] + r"\n(.*?)^```$", text, re.M | re.S).group(1), end="")
