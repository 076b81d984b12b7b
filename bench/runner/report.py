"""What is made of the figures: medians, spreads, ratios, geometric means; the table, the JSON file, the document.

Every figure is a time, so every ratio is gocpp's time over the other's: below 1 gocpp is faster.
"""
import math
import statistics

SIDES = ("gocpp", "go", "boost", "tokio", "may")
TITLES = {"gocpp": "gocpp", "go": "Go", "boost": "Boost.Fiber", "tokio": "tokio", "may": "may"}


def median(values):
    return statistics.median(values) if values else None


def spread(values):
    """How far the rounds lie apart: the largest less the smallest, of the median."""
    return (max(values) - min(values)) / median(values)


def ratio(a, b):
    return a / b if a is not None and b is not None and b > 0 else None


def geomean(values):
    values = [v for v in values if v is not None]
    return math.exp(sum(map(math.log, values)) / len(values)) if values else None


def summary(rows, state):
    """The object that --json writes: medians in each row's unit, null where a side has no figure."""
    out = []
    for row in rows:
        figures = state["rows"].get(row.name)
        if figures is None:
            continue
        medians = {side: median(figures.get(side)) for side in SIDES}
        out.append({"name": row.name, "unit": row.unit, **medians, "ratio_go": ratio(medians["gocpp"], medians["go"])})
    return {"rows": out, "geomean_go": geomean(r["ratio_go"] for r in out), "machine": state["machine"]}


def figure(value):
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def with_spread(values):
    return f"{figure(median(values))} ±{50 * spread(values):.0f}%" if values else ""


def two(value):
    return "" if value is None else f"{value:.2f}"


def table(rows, state):
    """The table as lists of cells, the heading first and the geometric means last."""
    others = [s for s in SIDES[1:] if any(s in figures for figures in state["rows"].values())]
    heading = ["row", "unit"] + [TITLES[s] for s in ("gocpp", *others)] + [f"/ {TITLES[s]}" for s in others] + ["at most", ""]
    lines, ratios = [heading], {s: [] for s in others}
    for row in rows:
        figures = state["rows"].get(row.name)
        if figures is None:
            continue
        medians = {s: median(figures.get(s)) for s in SIDES}
        own = {s: ratio(medians["gocpp"], medians[s]) for s in others}
        for s in others:
            ratios[s].append(own[s])
        missed = own.get("go") is not None and own["go"] > row.limit
        note = ("missed" + (f": {row.reason}" if row.reason else "")) if missed else ""
        if not figures.get("gocpp"):
            note = "failed"
        lines.append([row.name, row.unit] + [with_spread(figures.get(s)) for s in ("gocpp", *others)] +
                     [two(own[s]) for s in others] + [f"{row.limit:g}" if "go" in others else "", note])
    lines.append(["geometric mean", ""] + [""] * (1 + len(others)) + [two(geomean(ratios[s])) for s in others] +
                 ["0.33" if "go" in others else "", ""])
    return lines


def as_text(lines):
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    left = (0, 1, len(widths) - 1)  # names, units and notes
    return "\n".join("  ".join(cell.ljust(w) if i in left else cell.rjust(w) for i, (cell, w) in enumerate(zip(line, widths))).rstrip()
                     for line in lines)


def as_markdown(lines):
    rule = ["---" if i in (0, 1, len(lines[0]) - 1) else "--:" for i in range(len(lines[0]))]
    return "\n".join("| " + " | ".join(line) + " |" for line in [lines[0], rule, *lines[1:]])


def write_between(path, name, text):
    """Puts the text between the marks `<!-- NAME -->` and `<!-- end of NAME -->` of a file."""
    with open(path) as f:
        old = f.read()
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    if old.count(begin) != 1 or old.count(end) != 1:
        raise SystemExit(f"scripts/bench: {path} does not have the marks of {name}")
    head, rest = old.split(begin)
    with open(path, "w") as f:
        f.write(head + begin + text.rstrip() + "\n" + end + rest.split(end)[1])
