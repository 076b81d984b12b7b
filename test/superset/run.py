#!/usr/bin/env python3
"""The superset rule on real projects: every source renamed to .gcpp, built with gocpp, tested by the project's own tests.

  run.py --gocpp FILE --work DIRECTORY (--all | --small | PROJECT …)

First `--emit-cpp` must give every source back byte for byte. Prints `ok: PROJECT …` or `FAILED: PROJECT …` for each; the exit
status is 1 if one failed, which includes that its sources could not be fetched.
"""
import argparse
import concurrent.futures
import fnmatch
import glob
import os
import re
import shutil
import subprocess
import sys
import time

from fetch import Archive, CannotFetch
from projects import PROJECTS

JOBS = 2
ENDINGS = (".cc", ".cpp", ".cxx")


class Failed(Exception):
    pass


def command(arguments, seconds=600, **how):
    try:
        done = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds, **how)
    except subprocess.TimeoutExpired:
        raise Failed(f"{' '.join(arguments)}: did not end in {seconds} seconds")
    if done.returncode:
        tail = "\n".join(done.stdout.decode(errors="replace").splitlines()[-40:])
        raise Failed(f"{' '.join(arguments)}: exit status {done.returncode}\n{tail}")
    return done.stdout


def matching(tree, patterns, without=()):
    found = []
    for pattern in patterns:
        for path in sorted(glob.glob(os.path.join(tree, pattern))):
            name = os.path.relpath(path, tree)
            if not any(fnmatch.fnmatch(name, w) for w in without) and name not in found:
                found.append(name)
    return found


def renamed(name):
    return os.path.splitext(name)[0] + ".gcpp"


def rename_all(tree):
    """Gives every C++ source its new name, and gives those that others #include their old one as a link."""
    sources = [os.path.join(d, f) for d, _, files in os.walk(tree) for f in files if f.endswith(ENDINGS)]
    texts = {}
    for d, _, files in os.walk(tree):
        for f in files:
            if f.endswith(ENDINGS + (".h", ".hpp", ".inl")):
                with open(os.path.join(d, f), "rb") as opened:
                    texts[os.path.join(d, f)] = opened.read()
    # A macro may hold the name.
    included = {n.decode() for text in texts.values() for n in re.findall(rb'"(?:[^"\n]*/)?([^"/\n]+\.(?:cc|cpp|cxx))"', text)}
    originals = {}
    for path in sources:
        new = renamed(path)
        os.rename(path, new)
        if os.path.basename(path) in included:
            os.symlink(os.path.basename(new), path)
        originals[new] = texts[path]
    return originals


class Builder:
    def __init__(self, gocpp, project, tree):
        self.gocpp, self.project, self.tree = gocpp, project, tree
        self.flags = ["-O0", "-w", "-pthread", *project.defines, *("-I" + i for i in project.includes)]

    def object(self, source):
        return renamed(source).replace("/", "_") + ".o"

    def compile(self, source):
        own = self.project.flags.get(os.path.splitext(os.path.basename(source))[0], [])
        command([self.gocpp, *self.flags, *own, "-c", renamed(source), "-o", self.object(source)], cwd=self.tree)

    def give_back(self, path, text):
        out = command([self.gocpp, *self.flags, "--emit-cpp", os.path.relpath(path, self.tree)], cwd=self.tree)
        if out != text:
            raise Failed(f"{os.path.relpath(path, self.tree)}: --emit-cpp does not give the source back")

    def link_and_run(self, program, sources):
        command([self.gocpp, *map(self.object, sources), "-o", program, *self.project.libraries, "-pthread"], cwd=self.tree)
        scratch = os.path.join(self.tree, program + ".tmp")
        os.makedirs(scratch)
        command([os.path.join(self.tree, program)], cwd=self.tree,
                env={**os.environ, "TEST_TMPDIR": scratch, "GTEST_COLOR": "no"})


def try_project(name, gocpp, archive, work):
    project = PROJECTS[name]
    tree = os.path.join(work, name)
    archive.unpack(project.package, tree)
    for made, text in project.files.items():
        with open(os.path.join(tree, made), "w") as f:
            f.write(text)
    tests = matching(tree, project.tests, project.without)
    shared = matching(tree, project.shared)
    extra = [s for sources in project.extra.values() for s in sources]
    # util/testutil.cc and its like lie among the library's sources.
    library = matching(tree, project.library, [*project.without, *project.tests, *shared])
    if not library or not tests:
        raise Failed("the sources are not where they were")
    originals = rename_all(tree)
    builder = Builder(gocpp, project, tree)
    sources = [*library, *shared, *tests, *extra]
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        compiled = {os.path.join(tree, renamed(s)) for s in sources}
        for done in [pool.submit(builder.give_back, p, t) for p, t in originals.items() if p in compiled]:
            done.result()
        for done in [pool.submit(builder.compile, s) for s in sources]:
            done.result()
        if project.one_test:
            builder.link_and_run("all_tests", [*library, *shared, *tests])
        else:
            programs = {os.path.splitext(os.path.basename(t))[0]: t for t in tests}
            for done in [pool.submit(builder.link_and_run, p + ".program", [*library, *shared, t, *project.extra.get(p, [])])
                         for p, t in programs.items()]:
                done.result()
    shutil.rmtree(tree)
    return f"{len(sources)} sources given back, built and tested by {1 if project.one_test else len(tests)} programs"


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--gocpp", required=True)
    arguments.add_argument("--work", required=True)
    arguments.add_argument("--all", action="store_true")
    arguments.add_argument("--small", action="store_true")
    arguments.add_argument("projects", nargs="*", choices=[*PROJECTS, []])
    chosen = arguments.parse_args()
    names = chosen.projects or [n for n, p in PROJECTS.items() if chosen.all or p.small]
    os.makedirs(chosen.work, exist_ok=True)
    failed = 0
    archive = None
    for name in names:
        began = time.monotonic()
        try:
            archive = archive or Archive(os.path.join(chosen.work, "archive"))
            said = try_project(name, os.path.abspath(chosen.gocpp), archive, os.path.abspath(chosen.work))
            print(f"ok: {name}: {said} in {time.monotonic() - began:.0f} s", flush=True)
        except CannotFetch as e:
            failed += 1
            print(f"FAILED: {name}: cannot fetch Debian's source package: {e}", flush=True)
        except Failed as e:
            failed += 1
            print(f"FAILED: {name}: {e}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
