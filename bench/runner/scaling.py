"""More cores than this machine has: how often each core may visit what all share before its visitors queue.

A closed system of N cores that compute for w and then visit one thing for s, one after the other, uses it for N·s / (w + s) of the
time. Visitors begin to queue at half of that, so the least time between two visits of a core is w = (2N - 1)·s. s is measured: the visit
itself, and the lines that come from the core that was there before: the lock's and the data's.
"""
import os
import statistics
import subprocess

from . import sides

CORES = (64, 192)
LINES = 2
BATCH = 128
REGULAR = 61  # once in so many looks an M goes to the global queue first


def costs(rounds):
    """{name: nanoseconds}, medians."""
    program = os.path.join(sides.BUILD, "bench", "scaling-costs")
    os.makedirs(os.path.dirname(program), exist_ok=True)
    subprocess.run([os.path.join(sides.BUILD, "bin", "gocpp"), "-O2", "-std=c++20", "-iquote", os.path.join(sides.ROOT, "runtime"),
                    os.path.join(sides.ROOT, "bench", "scaling", "costs.gcpp"), "-o", program], check=True)
    got = {}
    for _ in range(rounds):
        out = subprocess.run([program], check=True, text=True, stdout=subprocess.PIPE, timeout=60, env=dict(os.environ, GOMAXPROCS="2"))
        for line in out.stdout.splitlines():
            name, value = line.split()
            got.setdefault(name, []).append(float(value))
    return {name: statistics.median(values) for name, values in got.items()}


def visits(cost):
    """What is visited, what a visit is worth, and nanoseconds of one with its lines."""
    lines = LINES * cost["transfer"]
    return (
        ("global queue, one goroutine", "each goroutine made runnable there, or taken", cost["global"] + lines),
        ("global queue, the regular look", f"{REGULAR} switches, where something waits", (cost["global"] + lines) / REGULAR),
        (f"global queue, a share of {BATCH}", "a goroutine", (cost["share"] + lines) / BATCH),
        ("list of the idle", "a thread that sleeps, or is woken", cost["idle"] + lines),
        (f"epoll, a full batch of {BATCH}", "a request", cost["event"] + lines / BATCH),
        ("epoll, one event at a time", "a request", cost["event"] + lines),
    )


def table(cost):
    lines = [["visit", "for", "ns", *(f"least ns apart on each of {n} cores" for n in CORES)]]
    for what, worth, s in visits(cost):
        lines.append([what, worth, f"{s:,.1f}", *(f"{(2 * n - 1) * s:,.0f}" for n in CORES)])
    return lines
