"""The rows of the suite: names, units, and the figures that gocpp's time over Go's is to keep.

A row's name is what `suite NAME` takes on every side. `only` is the most that gocpp's time may be of Go's; 1.0 where nothing lower is
asked. `reason` says why a row does not keep its figure, and is shown where it does not.
"""
import dataclasses
import fnmatch


@dataclasses.dataclass(frozen=True)
class Row:
    name: str
    unit: str = "ns"          # what the table shows: ns, us or ms
    limit: float = 1.0        # gocpp over Go, at most
    server: str = ""          # "echo" or "http" where a client loads a server
    connections: int = 0
    reason: str = ""

    @property
    def per_unit(self):
        """Nanoseconds in the unit."""
        return {"ns": 1, "us": 1e3, "ms": 1e6}[self.unit]


def micro(limit, *names, reason=""):
    return [Row(name, limit=limit, reason=reason) for name in names]


HARDWARE = "both wait for the clock or the kernel"
WORK = "work between two operations, the same on both sides, and lines that pass from core to core"
ARITHMETIC = "arithmetic, the same on both sides"
MANY = "a thousand goroutines take turns, whose lines have to come into the cache each time, on both sides"
LINE = "two cores pass one line to and fro; how many operations each does in a turn depends on a nanosecond more or less between them"
TWO = "two locked instructions, the same on both sides"
LOCKED = "a send and a receive are a locked instruction each, 5 ns of the processor's"
FAR = "one core makes them and the other takes half, whose lines have to come over"
MEMORY = "a million records pass through memory, which takes the time on both sides"
PAGES = "a page for each sleeper is cleared and mapped; stacks in Go are half a page"
CLIENT = "client and server have a core each, nearly all of it for the kernel's TCP: one read and one write on either side"

ROWS = [
    *micro(0.3, *(f"MakeChan/{t}" for t in ("Byte", "Int", "Ptr", "Struct0", "Struct32", "Struct40"))),
    *micro(1.0, "ChanCreation", "ChanNonblocking"),
    *micro(0.3, "ChanUncontended"),
    *micro(1.0, "ChanContended"),
    *micro(0.3, "ChanSem", reason=LOCKED),
    *micro(1.0, "ChanClosed", "ReceiveDataFromClosedChan"),
    *micro(0.3, "ChanSync"),
    *micro(1.0, "ChanSyncWork"),
    *micro(0.5, *(f"ChanProdCons{size}" for size in (0, 10, 100))),
    *micro(0.5, *(f"ChanProdConsWork{size}" for size in (0, 10, 100)), reason=WORK),
    *micro(0.5, "ChanPopular", reason=MANY),
    *micro(0.3, "SelectUncontended"),
    *micro(1.0, "SelectAsyncContended"),
    *micro(0.5, "SelectSyncContended"),
    *micro(1.0, "SelectNonblock", "SelectProdCons"),
    *micro(1.0, "Yield"),
    *micro(0.2, "Yield/P1"),
    *micro(1.0, "PingPong"),
    *micro(0.2, "PingPong/P1"),
    *micro(1.0, "PingPongHog"),
    *micro(0.25, "CreateGoroutines", "CreateGoroutinesParallel", "CreateGoroutinesCapture"),
    *micro(0.25, "CreateGoroutinesSingle", reason=FAR),
    *(Row(f"WakeupParallel{kind}/{d}us", reason=HARDWARE) for kind in ("Spinning", "Syscall") for d in (0, 1, 2, 5, 10, 20, 50, 100)),
    *micro(1.0, "Matmult"),
    *micro(1.0, "MutexUncontended", reason=TWO),
    *micro(1.0, "Mutex", "MutexWork", reason=LINE),
    *micro(1.0, "RWMutexUncontended", "RWMutexWrite100", "RWMutexWrite10", "RWMutexWorkWrite100"),
    *micro(1.0, "WaitGroupUncontended", "WaitGroupAddDone", "WaitGroupActuallyWait", "Once"),
    *micro(1.0, "TimerSleeping1M", reason=PAGES),
    *micro(1.0, "TickerStorm", "TimerAfterCancel", "TimerAfterSelect", "TimerAfterWait"),
    Row("Skynet1M", "ms", 0.25, reason=MEMORY),
    Row("Fib25", "ms", 0.25),
    *(Row(name, "ms") for name in ("PrimeSieve5000", "Pipeline100", "ThreadRing503", "Chameneos")),
    *(Row(name, "ms", reason=ARITHMETIC) for name in ("Quicksort10M", "Mandelbrot1000", "SpectralNorm1000", "BinaryTrees14", "NBody1000")),
    *(Row(f"{title}/{n}", "us", 1.0 if n == 1 else 0.75, kind, n, CLIENT) for title, kind in (("Echo", "echo"), ("HttpHello", "http"))
      for n in (1, 64, 1000)),
]


def chosen(patterns):
    """The rows that one of the patterns names: a row's name, its part before a slash, or a shell pattern. All for no pattern."""
    if not patterns:
        return list(ROWS)
    rows = [r for r in ROWS if any(p in (r.name, r.name.split("/")[0]) or fnmatch.fnmatchcase(r.name, p) for p in patterns)]
    for p in patterns:
        if not any(p in (r.name, r.name.split("/")[0]) or fnmatch.fnmatchcase(r.name, p) for r in rows):
            raise SystemExit(f"scripts/bench: no row is called {p}; scripts/bench --list names them")
    return rows
