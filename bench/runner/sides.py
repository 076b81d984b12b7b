"""The sides that are compared: how each is built, and what to install where it is not there.

Every side builds a program `suite` into build/bench/SIDE/: `suite --list` names the rows that it has, `suite NAME SECONDS` runs one; and,
where it has a network, the servers `echo` and `http`, which print where they listen; gocpp and Go also `memory` and `growth`. What is missing is said once, and the side left out.
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


# Every side's best settings for this machine. LLVM warns of what it makes of a new processor's features.
OPTIMIZED = ["-O3", "-march=native", "-Wno-invalid-feature-combination"]


def go_level():
    """The highest x86-64 level that the processor has, for GOAMD64."""
    with open("/proc/cpuinfo") as f:
        has = set(next(line for line in f if line.startswith("flags")).split())
    levels = {"v3": {"avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe"},
              "v4": {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}}
    level = "v1"
    for name, needs in levels.items():
        if not needs <= has:
            break
        level = name
    return level


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
                subprocess.run([self.compiler, *OPTIMIZED, "-c", source, "-o", obj], check=True)
        if self.stale(f"{self.out}/suite", objects):
            subprocess.run([self.compiler, *OPTIMIZED, *objects, "-o", f"{self.out}/suite"], check=True)
        for source in files(os.path.join(here, "programs"), ".gcpp"):
            program = os.path.join(self.out, os.path.basename(source).removesuffix(".gcpp"))
            if self.stale(program, [source, *headers, *tools]):
                subprocess.run([self.compiler, *OPTIMIZED, source, "-o", program], check=True)

    def version(self):
        return first_line("clang++-19", "--version")


class Go(Side):
    def missing(self):
        return None if shutil.which("go") else "the Go toolchain: put `go` on PATH (Debian: apt-get install golang-go)"

    def build(self):
        subprocess.run(["go", "build", "-o", self.out + "/", "./..."], cwd=os.path.join(BENCH, "go"), check=True,
                       env={**os.environ, "GOAMD64": go_level()})

    def version(self):
        return " ".join(first_line("go", "version").split()[2:3])


class Boost(Side):
    def missing(self):
        there = os.path.exists("/usr/include/boost/fiber/all.hpp") or os.path.exists("/usr/local/include/boost/fiber/all.hpp")
        return None if there else "Boost.Fiber (Debian: apt-get install libboost-fiber-dev)"

    def build(self):
        source = os.path.join(BENCH, "boost", "suite.cc")
        if self.stale(f"{self.out}/suite", [source]):
            subprocess.run(["clang++-19", *OPTIMIZED, "-std=c++20", source, "-o", f"{self.out}/suite", "-lboost_fiber",
                            "-lboost_context", "-pthread"], check=True)

    def version(self):
        with open("/usr/include/boost/version.hpp") as f:
            return next(line.split('"')[1].replace("_", ".") for line in f if line.startswith("#define BOOST_LIB_VERSION"))


class Cargo(Side):
    """A crate in bench/NAME, with its versions locked. Rust builds what has changed."""

    def missing(self):
        return None if shutil.which("cargo") else "Cargo, which fetches the crate (rustup, or Debian: apt-get install cargo)"

    def build(self):
        subprocess.run(["cargo", "build", "--release", "--locked", "--quiet", "--target-dir", f"{self.out}/target"], check=True,
                       cwd=os.path.join(BENCH, self.name), env={**os.environ, "RUSTFLAGS": "-C target-cpu=native"})
        for program in ("suite", "echo"):
            shutil.copy2(f"{self.out}/target/release/{program}", self.out)

    def version(self):
        with open(os.path.join(BENCH, self.name, "Cargo.lock")) as f:
            lines = f.read().split(f'name = "{self.name}"\nversion = "')
        return lines[1].split('"')[0]


SIDES = {side.name: side for side in (Gocpp("gocpp"), Go("go"), Boost("boost"), Cargo("tokio"), Cargo("may"))}
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
        try:
            side.build()
        except subprocess.CalledProcessError as e:
            if name == "gocpp":
                raise
            print(f"left out: {name} could not be built: {e}", flush=True)
            continue
        sides.append(side)
    return sides
