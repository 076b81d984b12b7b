#!/usr/bin/env python3
"""The superset rule on real projects: every source renamed to .gcpp, built with gocpp, tested by the project's own tests.

  run.py --gocpp FILE --work DIRECTORY (--all | --small | PROJECT …)

First `--emit-cpp` must give every source and header back byte for byte. Prints `ok: PROJECT …` or `FAILED: PROJECT …` for
each; the exit status is 1 if one failed, which includes that its sources could not be fetched. What failed stays in
DIRECTORY/PROJECT to be looked at.
"""
import argparse
import concurrent.futures
import fnmatch
import glob
import os
import re
import shlex
import shutil
import subprocess
import sys
import time

from fetch import Archive, CannotFetch
from projects import PROJECTS

JOBS = 2
SOURCES = (".cc", ".cpp", ".cxx")
HEADERS = (".h", ".hpp", ".hxx", ".inl")
# What gocpp stands in for, when it refuses something.
REFERENCE = ["clang++-19", "-std=gnu++20", "-xc++"]


class Failed(Exception):
    pass


def command(arguments, seconds=600, **how):
    said = shlex.join(arguments)
    try:
        done = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds, **how)
    except subprocess.TimeoutExpired:
        raise Failed(f"{said}: did not end in {seconds} seconds")
    if done.returncode:
        tail = "\n".join(done.stdout.decode(errors="replace").splitlines()[-40:])
        raise Failed(f"{said}: exit status {done.returncode}\n{tail}")
    return done.stdout


def matching(tree, patterns, without=()):
    found = []
    for pattern in patterns:
        for path in sorted(glob.glob(os.path.join(tree, pattern))):
            name = os.path.relpath(path, tree)
            if not any(fnmatch.fnmatch(name, w) for w in without) and name not in found:
                found.append(name)
    return found


def stem(name):
    return os.path.splitext(os.path.basename(name))[0]


def renamed(name):
    return os.path.splitext(name)[0] + ".gcpp" if name.endswith(SOURCES) else name


def read_all(tree):
    """The text of every C++ source and header."""
    texts = {}
    for directory, _, files in os.walk(tree):
        for f in files:
            if f.endswith(SOURCES + HEADERS):
                path = os.path.join(directory, f)
                with open(path, "rb") as opened:
                    texts[os.path.relpath(path, tree)] = opened.read()
    return texts


def rename_all(tree, texts):
    """Gives every C++ source its new name, and gives those that others #include their old one as a link."""
    # A macro may hold the name.
    included = {n.decode() for text in texts.values() for n in re.findall(rb'"(?:[^"\n]*/)?([^"/\n]+\.(?:cc|cpp|cxx))"', text)}
    for name in texts:
        if not name.endswith(SOURCES):
            continue
        new = os.path.join(tree, renamed(name))
        if os.path.exists(new):
            raise Failed(f"two sources would be {renamed(name)}")
        os.rename(os.path.join(tree, name), new)
        if os.path.basename(name) in included:
            os.symlink(os.path.basename(new), os.path.join(tree, name))


class Builder:
    def __init__(self, gocpp, project, tree):
        self.gocpp, self.project, self.tree = gocpp, project, tree
        # Lints have nothing to say about plain C++.
        self.flags = ["-O0", "-Wno-everything", "-Werror=gocpp", "-pthread", *project.flags, *("-I" + i for i in project.includes)]

    def in_parallel(self, *calls):
        with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
            pending = [pool.submit(*c) for c in calls]
            try:
                for done in concurrent.futures.as_completed(pending):
                    done.result()
            except Failed:
                pool.shutdown(cancel_futures=True)
                raise

    def object(self, source):
        return renamed(source).replace("/", "_") + ".o"

    def compile(self, source):
        language = ["-xc"] if source.endswith(".c") else []
        flags = [*self.flags, *self.project.own_flags.get(stem(source), []), *language, "-c", renamed(source), "-o", self.object(source)]
        try:
            command([self.gocpp, *flags], cwd=self.tree)
        except Failed as e:
            reference = subprocess.run([*REFERENCE, *flags], cwd=self.tree, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            raise Failed(f"{e}\n({REFERENCE[0]} {'refuses it, too' if reference.returncode else 'compiles it'})")

    def give_back(self, name, text):
        language = ["-xgcpp"] if name.endswith(HEADERS) else []
        out = command([self.gocpp, *self.flags, *language, "--emit-cpp", renamed(name)], cwd=self.tree)
        if out != text:
            raise Failed(f"{name}: --emit-cpp does not give the text back")

    def archive(self, name, sources):
        command(["ar", "rcs", name, *map(self.object, sources)], cwd=self.tree)

    def link(self, program, sources):
        command([self.gocpp, *map(self.object, sources), "shared.a", "library.a", "-o", program, *self.project.libraries, "-pthread"], cwd=self.tree)

    def run(self, arguments, name):
        scratch = os.path.join(self.tree, name + ".tmp")
        os.makedirs(scratch)
        command(arguments, cwd=self.tree, env={**os.environ, "TEST_TMPDIR": scratch, "GTEST_COLOR": "no"})

    def try_test(self, program, sources):
        self.link(program + ".program", sources)
        if not any(fnmatch.fnmatch(s, pattern) for s in sources for pattern in self.project.only_built):
            self.run(["./" + program + ".program"], program)


def try_project(name, gocpp, archive, work):
    project = PROJECTS[name]
    tree = os.path.join(work, name)
    archive.unpack(project.package, tree)
    for made, text in project.files.items():
        with open(os.path.join(tree, made), "w") as f:
            f.write(text)
    for made, arguments in project.generated.items():
        text = command(arguments, cwd=tree)
        with open(os.path.join(tree, made), "wb") as f:
            f.write(text)
    for changed, (old, new) in project.edits.items():
        with open(os.path.join(tree, changed), "r+") as f:
            text = f.read()
            if old not in text:
                raise Failed(f"{changed} does not hold '{old}' any more")
            f.seek(0)
            f.write(text.replace(old, new))
            f.truncate()
    tests = matching(tree, project.tests, project.without)
    shared = matching(tree, project.shared)
    extra = [s for sources in project.extra.values() for s in sources]
    # util/testutil.cc and its like lie among the library's sources.
    library = matching(tree, project.library, [*project.without, *project.tests, *shared])
    if not library or not tests:
        raise Failed("the sources are not where they were")
    texts = read_all(tree)
    rename_all(tree, texts)
    builder = Builder(gocpp, project, tree)
    builder.in_parallel(*((builder.give_back, n, t) for n, t in texts.items()))
    of_tools = [s for tool in project.tools.values() for s in tool.sources]
    sources = [*library, *shared, *tests, *extra, *of_tools, *project.only_compiled]
    builder.in_parallel(*((builder.compile, s) for s in sources))
    builder.archive("library.a", library)
    builder.archive("shared.a", shared)
    programs = {stem(t): [t, *project.extra.get(stem(t), [])] for t in tests}
    if project.one_test:
        programs = {"all_tests": tests}
    builder.in_parallel(*((builder.try_test, p, s) for p, s in programs.items()))
    for program, tool in project.tools.items():
        builder.link(program, tool.sources)
        for i, arguments in enumerate(tool.commands):
            builder.run([a.replace("{program}", os.path.join(tree, program)) for a in arguments], f"{program}{i}")
    only_built = len(matching(tree, map(renamed, project.only_built)))
    shutil.rmtree(tree)
    return (f"{len(texts)} files given back, {len(sources)} sources built, {len(programs) + len(project.tools) - only_built} programs passed"
            + (f", {only_built} not run" if only_built else ""))


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--gocpp", required=True)
    arguments.add_argument("--work", required=True)
    arguments.add_argument("--all", action="store_true")
    arguments.add_argument("--small", action="store_true")
    arguments.add_argument("projects", nargs="*", choices=[*PROJECTS, []])
    chosen = arguments.parse_args()
    names = chosen.projects or [n for n, p in PROJECTS.items() if chosen.all or (chosen.small and p.small)]
    if not names:
        arguments.error("name a project, or --all or --small")
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
