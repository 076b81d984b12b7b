"""The sides that are compared: how each is built, and what to install where it is not there.

Every side builds a program `suite` into build/bench/SIDE/: `suite --list` names the rows that it has, `suite NAME SECONDS` runs one; and,
where it has a network, the servers `echo` and `http`, which print where they listen. What is missing is said once, and the side left out.
"""
import os
import shutil
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("GOCPP_BUILD_DIR", os.path.join(ROOT, "build"))
BENCH = os.path.join(ROOT, "bench")


def newest(paths):
    return max((os.path.getmtime(p) for p in paths if os.path.exists(p)), default=0)


def files(directory, *endings):
    return sorted(os.path.join(directory, f) for f in os.listdir(directory) if f.endswith(endings))


class Side:
    def __init__(self, name):
        self.name = name
        self.out = os.path.join(BUILD, "bench", name)
        self.listed = None

    def missing(self):
        """What the user has to install, or None when all is there."""

    def build(self):
        raise NotImplementedError

    def has(self, row):
        """Whether the side has the row, or the server that the row loads."""
        if row.server:
            return os.path.exists(f"{self.out}/{row.server}")
        if self.listed is None:
            self.listed = self.rows()
        return row.name in self.listed

    def rows(self):
        out = subprocess.run([f"{self.out}/suite", "--list"], check=True, text=True, stdout=subprocess.PIPE).stdout
        return set(out.split())

    def command(self, row, seconds):
        return [f"{self.out}/suite", row.name, str(seconds)]

    def version(self):
        return ""

    def stale(self, output, sources):
        return not os.path.exists(output) or os.path.getmtime(output) < newest(sources)


def first_line(*command):
    return subprocess.run(command, text=True, stdout=subprocess.PIPE, check=True).stdout.splitlines()[0]


class Gocpp(Side):
    """Each source is compiled by itself, so that a change of one costs little."""
    compiler = os.path.join(BUILD, "bin", "gocpp")

    def missing(self):
        return None if os.path.exists(self.compiler) else "gocpp itself: run scripts/build"

    def build(self):
        here = os.path.join(BENCH, "gocpp")
        tools = [self.compiler, *files(os.path.join(BUILD, "lib"), ".a")]
        headers = [*files(here, ".h"), *files(os.path.join(ROOT, "include", "gocpp"), ".h")]
        objects = []
        for source in files(here, ".gcpp"):
            obj = os.path.join(self.out, os.path.basename(source) + ".o")
            objects.append(obj)
            if self.stale(obj, [source, *headers, *tools]):
                subprocess.run([self.compiler, "-O2", "-c", source, "-o", obj], check=True)
        if self.stale(f"{self.out}/suite", objects):
            subprocess.run([self.compiler, "-O2", *objects, "-o", f"{self.out}/suite"], check=True)
        for source in files(os.path.join(here, "servers"), ".gcpp"):
            program = os.path.join(self.out, os.path.basename(source).removesuffix(".gcpp"))
            if self.stale(program, [source, *headers, *tools]):
                subprocess.run([self.compiler, "-O2", source, "-o", program], check=True)

    def version(self):
        return first_line("clang++-19", "--version")


class Go(Side):
    def missing(self):
        return None if shutil.which("go") else "the Go toolchain: put `go` on PATH (Debian: apt-get install golang-go)"

    def build(self):
        subprocess.run(["go", "build", "-o", self.out + "/", "./..."], cwd=os.path.join(BENCH, "go"), check=True)

    def version(self):
        return " ".join(first_line("go", "version").split()[2:3])


SIDES = {side.name: side for side in (Gocpp("gocpp"), Go("go"))}
PEERS = [name for name in SIDES if name != "gocpp"]


def ready(names):
    """The sides of those that are there, built; says what is not and how to get it."""
    sides = []
    for name in ["gocpp", *names]:
        side = SIDES[name]
        why = side.missing()
        if why:
            print(f"left out: {name} is not installed. It needs {why}", flush=True)
            if name == "gocpp":
                raise SystemExit(1)
            continue
        os.makedirs(side.out, exist_ok=True)
        side.build()
        sides.append(side)
    return sides
