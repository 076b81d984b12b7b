"""Runs scripts/bench on sides that are scripts which print known figures: runner.py ROOT DIRECTORY"""
import contextlib
import importlib.machinery
import importlib.util
import io
import json
import os
import sys
import unittest

sys.dont_write_bytecode = True
ROOT, WORK = sys.argv[1], sys.argv[2]
loader = importlib.machinery.SourceFileLoader("bench_script", os.path.join(ROOT, "scripts", "bench"))
spec = importlib.util.spec_from_loader("bench_script", loader)
bench = importlib.util.module_from_spec(spec)
loader.exec_module(bench)

# Figures of one round after the other, in nanoseconds.
FIGURES = {
    "gocpp": {"Yield": [10, 30, 20], "Once": [4, 4, 4], "Skynet1M": [1e6, 1e6, 1e6]},
    "go": {"Yield": [80, 80, 80], "Once": [2, 2, 2]},
}


class Fake(bench.sides.Side):
    """`suite ROW SECONDS` prints the row's next figure and notes that it ran."""

    def __init__(self, name, figures, fails=()):
        super().__init__(name)
        self.out, self.figures, self.fails = os.path.join(WORK, name), figures, fails

    def build(self):
        with open(f"{self.out}/suite", "w") as f:
            f.write(f"""#!/usr/bin/env python3
import os, sys
figures, fails, here = {self.figures!r}, {self.fails!r}, {self.out!r}
if sys.argv[1] == "--list":
    print(*figures, sep="\\n")
    sys.exit()
if sys.argv[1] in fails:
    sys.exit("wrong: the sum")
count = here + "/" + sys.argv[1]
n = int(open(count).read()) if os.path.exists(count) else 0
open(count, "w").write(str(n + 1))
open({WORK!r} + "/order", "a").write({self.name!r} + " ")
print(figures[sys.argv[1]][n], 1)
""")
        os.chmod(f"{self.out}/suite", 0o755)


class Absent(Fake):
    def missing(self):
        return "its toolchain: apt-get install it"


class Runner(unittest.TestCase):
    def setUp(self):
        os.makedirs(WORK, exist_ok=True)
        for folder, _, names in os.walk(WORK):
            for name in names:
                os.remove(os.path.join(folder, name))
        bench.STATE = os.path.join(WORK, "state", "rounds.json")
        bench.machine = lambda *_: "a machine"

    def run_bench(self, sides, *arguments):
        """The exit status, what was printed, and the JSON file."""
        bench.sides.SIDES = {s.name: s for s in sides}
        bench.sides.PEERS = [s.name for s in sides if s.name != "gocpp"]
        sys.argv = ["bench", "--json", os.path.join(WORK, "out.json"), *arguments]
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = bench.main()
        with open(os.path.join(WORK, "out.json")) as f:
            return status, out.getvalue(), json.load(f)

    def both(self):
        return [Fake(name, rows) for name, rows in FIGURES.items()]

    def test_json_has_medians_ratios_and_their_geometric_mean(self):
        status, _, result = self.run_bench(self.both(), "--rounds", "3", "--only", "Yield,Once,Skynet1M")
        self.assertEqual(status or 0, 0)
        self.assertEqual(list(result), ["rows", "geomean_go", "machine"])
        rows = {r["name"]: r for r in result["rows"]}
        self.assertEqual(list(rows["Yield"]), ["name", "unit", "gocpp", "go", "boost", "tokio", "may", "ratio_go"])
        self.assertEqual(rows["Yield"], {"name": "Yield", "unit": "ns", "gocpp": 20, "go": 80, "boost": None, "tokio": None, "may": None,
                                         "ratio_go": 0.25})
        self.assertEqual(rows["Once"]["ratio_go"], 2)
        self.assertEqual((rows["Skynet1M"]["unit"], rows["Skynet1M"]["gocpp"], rows["Skynet1M"]["ratio_go"]), ("ms", 1, None))
        self.assertAlmostEqual(result["geomean_go"], 0.5 ** 0.5)
        self.assertEqual(result["machine"], "a machine")

    def test_sides_take_turns(self):
        self.run_bench(self.both(), "--rounds", "3", "--only", "Yield")
        with open(f"{WORK}/order") as f:
            self.assertEqual(f.read().split(), ["gocpp", "go"] * 3)

    def test_the_table_says_which_rows_miss_their_figure(self):
        _, out, _ = self.run_bench(self.both(), "--rounds", "3", "--only", "Yield,Once")
        lines = {line.split()[0]: line for line in out.splitlines() if line}
        self.assertRegex(lines["Yield"], r"^Yield +ns +20\.0 ±50% +80\.0 ±0% +0\.25 +1$")
        self.assertRegex(lines["Once"], r"^Once +ns +4 ±0% +2 ±0% +2\.00 +1 +missed$")
        self.assertRegex(lines["geometric"], r"^geometric mean +0\.71 +0\.33$")

    def test_a_peer_that_is_missing_is_said_and_left_out(self):
        status, out, result = self.run_bench([self.both()[0], Absent("go", FIGURES["go"])], "--rounds", "1", "--only", "Yield")
        self.assertEqual(status or 0, 0)
        self.assertIn("left out: go is not installed. It needs its toolchain: apt-get install it", out)
        self.assertEqual((result["rows"][0]["go"], result["rows"][0]["ratio_go"], result["geomean_go"]), (None, None, None))

    def test_a_row_that_fails_is_said_and_fails_the_run(self):
        status, out, result = self.run_bench([Fake("gocpp", FIGURES["gocpp"], ("Once",)), self.both()[1]], "--rounds", "1", "--only", "Once")
        self.assertEqual(status, 1)
        self.assertIn("FAILED: Once on gocpp: status 1: wrong: the sum", out)
        self.assertEqual((result["rows"][0]["gocpp"], result["rows"][0]["go"]), (None, 2))

    def test_keep_adds_to_earlier_runs(self):
        self.run_bench(self.both(), "--rounds", "1", "--only", "Skynet1M")
        _, _, result = self.run_bench(self.both(), "--rounds", "1", "--only", "Once", "--keep")
        self.assertEqual([r["name"] for r in result["rows"]], ["Once", "Skynet1M"])
        _, _, result = self.run_bench(self.both(), "--report")
        self.assertEqual(len(result["rows"]), 2)

    def test_the_plot_has_a_mark_for_each_ratio(self):
        self.run_bench(self.both(), "--rounds", "1", "--only", "Yield,Once,Skynet1M", "--plot", f"{WORK}/plot.svg")
        with open(f"{WORK}/plot.svg") as f:
            svg = f.read()
        self.assertEqual(svg.count("<circle"), 2 + 1)  # two ratios, and one in the legend
        self.assertIn(">Skynet1M<", svg)

    def test_an_unknown_row_is_refused(self):
        with self.assertRaisesRegex(SystemExit, "no row is called Nothing"):
            self.run_bench(self.both(), "--only", "Nothing")

    def test_the_table_goes_between_its_marks(self):
        path = f"{WORK}/document.md"
        with open(path, "w") as f:
            f.write("before\n<!-- table -->\nold\n<!-- end of table -->\nafter\n")
        bench.report.write_between(path, "table", "new")
        with open(path) as f:
            self.assertEqual(f.read(), "before\n<!-- table -->\nnew\n<!-- end of table -->\nafter\n")


unittest.main(argv=["runner"])
