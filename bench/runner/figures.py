"""What is not a row of the suite: memory, and how cost grows with the number of goroutines. gocpp's and Go's programs in turn, medians."""
import os
import statistics
import subprocess

MEMORY = (
    # what, argument, count, what the table says, how the figure is shown, the most that gocpp may take
    ("blocked", 1_000_000, "bytes for each of 1,000,000 goroutines blocked on a channel (resident set and page tables)", "{:,.0f}", 4.8 * 1024),
    ("churn", 10_000_000, "peak resident set in MB, 10,000,000 goroutines made and ended, 100 alive", "{:,.1f}", 20.0),
    ("burst", 100_000, "part of the memory of 100,000 blocked goroutines not given back a second after they ended", "{:.2f}", None),
    ("idle", 10_000, "processor seconds in 3 s with 10,000 parked goroutines", "{:.4f}", None),
)
GROWTH = ("spawn", "channel", "timer")
COUNTS = (1_000, 10_000, 100_000, 1_000_000)


def run(side, program, what, count, procs):
    command = [f"{side.out}/{program}", what, str(count)]
    out = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, timeout=180, env=dict(os.environ, GOMAXPROCS=str(procs)))
    return float(out.stdout)


def medians(taking, program, what, count, rounds, procs):
    got = {side.name: [] for side in taking}
    for _ in range(rounds):
        for side in taking:
            got[side.name].append(run(side, program, what, count, procs))
    return {name: statistics.median(values) for name, values in got.items()}


def able(taking, program):
    return [side for side in taking if os.path.exists(f"{side.out}/{program}")]


def memory(taking, rounds, procs):
    """{what: {side: figure}}, bytes but for burst and idle."""
    return {what: medians(able(taking, "memory"), "memory", what, count, rounds, procs) for what, count, *_ in MEMORY}


def growth(taking, rounds, procs):
    """{thing: {side: {count: nanoseconds}}}"""
    figures = {thing: {} for thing in GROWTH}
    for thing in GROWTH:
        for count in COUNTS:
            for name, value in medians(able(taking, "growth"), "growth", thing, count, rounds, procs).items():
                figures[thing].setdefault(name, {})[str(count)] = value
    return figures


def memory_table(figures, titles):
    names = [n for n in titles if any(n in of for of in figures.values())]
    lines = [["", *(titles[n] for n in names), "at most"]]
    for what, _, text, form, limit in MEMORY:
        scale = 1e6 if what == "churn" else 1
        lines.append([text, *(form.format(figures[what][n] / scale) for n in names), form.format(limit) if limit else ""])
    return lines


def growth_table(figures, titles):
    names = [n for n in titles if any(n in of for of in figures.values())]
    lines = [["ns each", "", *(f"{c:,}" for c in COUNTS)]]
    for thing in GROWTH:
        lines += [[thing, titles[n], *(f"{figures[thing][n][str(c)]:,.0f}" for c in COUNTS)] for n in names]
    return lines
