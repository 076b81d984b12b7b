"""Draws SVG without a library: the ratios of all rows, and how cost grows with the number of goroutines."""
import math
from xml.sax.saxutils import escape

COLOURS = {"gocpp": "#1f6feb", "go": "#d97706", "boost": "#7c3aed", "tokio": "#059669", "may": "#dc2626"}
STYLE = ("<style>text{font:11px sans-serif;fill:#24292f}.t{font-size:14px;font-weight:bold}.g{stroke:#d0d7de;stroke-width:1}"
         ".one{stroke:#24292f;stroke-width:1.5}</style>")


class Svg:
    def __init__(self, width, height):
        self.parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
                      STYLE, f'<rect width="{width}" height="{height}" fill="white"/>']

    def text(self, x, y, text, anchor="start", css=""):
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{css}">{escape(text)}</text>')

    def line(self, x1, y1, x2, y2, css="g"):
        self.parts.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{css}"/>')

    def add(self, part):
        self.parts.append(part)

    def write(self, path):
        with open(path, "w") as f:
            f.write("\n".join([*self.parts, "</svg>\n"]))


def decades(low, high):
    return range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)


def ratios(summary, titles, path):
    """A line for each row, a mark for gocpp's time over each peer's, on a logarithmic axis; the figure that is asked for is not shown."""
    rows = summary["rows"]
    peers = [p for p in titles if p != "gocpp" and any(r[p] is not None and r["gocpp"] is not None for r in rows)]
    points = [(i, p, r["gocpp"] / r[p]) for i, r in enumerate(rows) for p in peers if r[p] and r["gocpp"]]
    if not points:
        raise SystemExit("scripts/bench: nothing to plot: no row has figures of gocpp and of another")
    low, high = min(0.1, *(v for *_, v in points)), max(10, *(v for *_, v in points))
    exponents = decades(low, high)
    left, top, step, width = 210, 60, 15, 620
    svg = Svg(left + width + 30, top + step * len(rows) + 20)

    def x(v):
        return left + width * (math.log10(v) - exponents[0]) / (exponents[-1] - exponents[0])

    svg.text(left, 20, "gocpp's time over the other's: left of 1 gocpp is faster", css="t")
    for n, p in enumerate(peers):
        svg.add(f'<circle cx="{left + 5 + 120 * n}" cy="34" r="4" fill="{COLOURS[p]}"/>')
        svg.text(left + 14 + 120 * n, 38, titles[p])
    bottom = top + step * len(rows)
    for e in exponents:
        svg.line(x(10**e), top - 6, x(10**e), bottom, "one" if e == 0 else "g")
        svg.text(x(10**e), top - 9, f"{10.0**e:g}", "middle")
    for i, r in enumerate(rows):
        y = top + step * i + step / 2
        svg.text(left - 8, y + 4, r["name"], "end")
        svg.line(left, y, left + width, y)
    for i, p, v in points:
        svg.add(f'<circle cx="{x(v):.1f}" cy="{top + step * i + step / 2:.1f}" r="4" fill="{COLOURS[p]}"/>')
    svg.write(path)


def growth(figures, titles, path):
    """A panel for each thing that is counted: nanoseconds each, against how many there are, both axes logarithmic.

    `figures` is {thing: {side: {count: nanoseconds}}}.
    """
    panel, height, top = 290, 240, 60
    svg = Svg(60 + panel * len(figures), top + height + 50)
    svg.text(50, 20, "nanoseconds each, against how many there are", css="t")
    values = [v for sides in figures.values() for line in sides.values() for v in line.values()]
    counts = sorted({int(n) for sides in figures.values() for line in sides.values() for n in line})
    ys, xs = decades(min(values), max(values)), decades(counts[0], counts[-1])

    def y(v):
        return top + height * (1 - (math.log10(v) - ys[0]) / (ys[-1] - ys[0]))

    for column, (thing, sides) in enumerate(figures.items()):
        left, width = 50 + panel * column, panel - 40

        def x(n):
            return left + width * (math.log10(n) - xs[0]) / (xs[-1] - xs[0])

        svg.text(left + width / 2, top - 10, thing, "middle")
        for e in ys:
            svg.line(left, y(10**e), left + width, y(10**e))
            svg.text(left - 6, y(10**e) + 4, f"{10**e:,}", "end")
        for e in xs:
            svg.line(x(10**e), top, x(10**e), top + height)
            svg.text(x(10**e), top + height + 16, f"{10**e:,}", "middle")
        for n, (side, line) in enumerate(sides.items()):
            points = " ".join(f"{x(int(k)):.1f},{y(v):.1f}" for k, v in sorted(line.items(), key=lambda kv: int(kv[0])))
            svg.add(f'<polyline points="{points}" fill="none" stroke="{COLOURS[side]}" stroke-width="2"/>')
            svg.text(left + 6 + 60 * n, top + height + 36, titles[side])
            svg.add(f'<rect x="{left - 6 + 60 * n}" y="{top + height + 28}" width="8" height="8" fill="{COLOURS[side]}"/>')
    svg.write(path)
