"""Pretty-printers: channels with what is in them and who waits, wait_group, mutex."""

import re

import gdb
import gdb.printing

from . import layout


def _waiting(runtime, head, who):
    """`, goroutine 3 receives`"""
    waiters = runtime.waiters(head)
    if not waiters:
        return ""
    goroutines = [str(i) for i in waiters if i is not None]
    parts = []
    if goroutines:
        shown = ", ".join(goroutines[:8]) + (", ..." if len(goroutines) > 8 else "")
        parts.append("goroutine%s %s" % ("s" if len(goroutines) > 1 else "", shown))
    threads = len(waiters) - len(goroutines)
    if threads:
        parts.append("%d thread%s" % (threads, "s" if threads > 1 else ""))
    return ", %s: %s" % (who, " and ".join(parts))


class ChannelPrinter:
    """`chan of 3, 1 full, closed = {7}`"""

    def __init__(self, value):
        self.runtime = layout.find()
        self.core = int(value["handle_"]["core_"])
        self.type = value.type.strip_typedefs().template_argument(0)

    def _field(self, name):
        return layout.read_u64(self.core + self.runtime.numbers["chan_core." + name])

    def to_string(self):
        if not self.core:
            return "nil channel"
        if not self.runtime:
            return "channel at 0x%x" % self.core
        numbers = self.runtime.numbers
        capacity, count = self._field("capacity"), self._field("count")
        if self._field("timer"):
            text = "channel of a timer"
        elif capacity:
            text = "channel with %d of %d elements" % (count, capacity)
        else:
            text = "unbuffered channel"
        if layout.read(self.core + numbers["chan_core.closed"], 1) != b"\0":
            text += ", closed"
        for list_name, who in (("receivers", "receiving"), ("senders", "sending")):
            text += _waiting(self.runtime, self._field(list_name), who)
        return text

    def children(self):
        if not self.core or not self.runtime:
            return
        ops = self._field("ops")
        size = layout.read_u64(ops + self.runtime.numbers["elem_ops.size"])
        capacity, first, buffer = self._field("capacity"), self._field("first"), self._field("buffer")
        move = layout.read_u64(ops + self.runtime.numbers["elem_ops.move"])
        boxed = move and "move_elem<std::unique_ptr<" in gdb.execute("info symbol 0x%x" % move, to_string=True) and \
            not str(self.type.strip_typedefs()).startswith("std::unique_ptr<")
        for i in range(self._field("count")):
            at = buffer + (first + i) % capacity * size
            if boxed:  # the move of such a type may throw, so that it travels in a box
                at = layout.read_u64(at)
            yield "[%d]" % i, gdb.Value(at).cast(self.type.pointer()).dereference()

    def display_hint(self):
        return "array"


class _CorePrinter:
    def __init__(self, value):
        core = value["core_"]
        self.word = layout.read_u32(int(core["word"].address))
        head = layout.read_u64(int(core["waiters"].address))
        runtime = layout.find()
        self.waiting = _waiting(runtime, head, "waiting") if runtime else ""


class WaitGroupPrinter(_CorePrinter):
    """`wait_group of 3, waiting: goroutine 1`"""

    def to_string(self):
        return "wait_group of %d%s" % (self.word >> 1, self.waiting)


class MutexPrinter(_CorePrinter):
    """`locked mutex, waiting: goroutine 4`"""

    def to_string(self):
        return "%s mutex%s" % ("locked" if self.word & 1 else "free", self.waiting)


_printers = ((re.compile(r"^gocpp::(send_|recv_)?chan<.*>$"), ChannelPrinter),
             (re.compile(r"^gocpp::wait_group$"), WaitGroupPrinter),
             (re.compile(r"^gocpp::(timed_)?mutex$"), MutexPrinter))


class _Lookup(gdb.printing.PrettyPrinter):
    def __init__(self):
        super().__init__("gocpp", [])

    def __call__(self, value):
        kind = value.type.strip_typedefs()
        if kind.code != gdb.TYPE_CODE_STRUCT:
            return None
        name = str(kind.unqualified())
        return next((printer(value) for pattern, printer in _printers if pattern.match(name)), None)


def register():
    gdb.printing.register_pretty_printer(None, _Lookup())
