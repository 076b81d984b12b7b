"""The runtime's records, read by the table gocpp_debug_layout that every program carries (runtime/debug_layout.h).

Only memory is read, no types, so that a runtime without type information and a program built by another version of gocpp are
read alike.
"""

import os
import struct

import gdb


def read(address, size):
    return bytes(gdb.selected_inferior().read_memory(address, size))


def read_u64(address):
    return struct.unpack("<Q", read(address, 8))[0]


def read_u32(address):
    return struct.unpack("<I", read(address, 4))[0]


def read_text(address):
    return gdb.selected_inferior().read_memory(address, 256).tobytes().split(b"\0")[0].decode() if address else ""


class Goroutine:
    """A moment of one goroutine's record."""

    def __init__(self, layout, address, record):
        def field(name, form):
            return struct.unpack_from(form, record, layout.numbers["G." + name])[0]

        self.address = address
        self.id = field("id", "<Q")
        self.state = layout.states.get(field("state", "<B"), "?")
        self.reason = layout.reasons.get(field("reason", "<B"), "waiting")
        self.creator = field("creator", "<Q")
        self.created_at = field("created_at", "<Q")
        self.locked_m = field("locked_m", "<Q")
        self.has_stack = field("stack.top", "<Q") != 0
        self.registers = {"rsp": field("ctx.sp", "<Q"), "rip": field("ctx.ip", "<Q"),
                          "rbp": field("ctx.bp", "<Q"), "rbx": field("ctx.bx", "<Q")}


class Layout:
    """The table of one program, and the walks that it allows."""

    def __init__(self, table):
        self.numbers, self.pointers, self.states, self.reasons = {}, {}, {}, {}
        while True:
            name, number, pointer = struct.unpack("<QQQ", read(table, 24))
            if name == 0:
                break
            name = read_text(name)
            if name == "GState":
                self.states[number] = read_text(pointer)
            elif name == "WaitReason":
                self.reasons[number] = read_text(pointer)
            else:
                self.numbers[name], self.pointers[name] = number, pointer
            table += 24
        self.source_directory = self._directory_of("gocpp::rt::goroutine_entry")

    @staticmethod
    def _directory_of(function):
        """Where debug information says that the runtime's sources are, as gdb resolves it. A path that the compiler wrote into the
        program would not do: options map it apart from those in debug information, and a compiler cache makes both relative."""
        try:
            symtab = gdb.find_pc_line(int(gdb.parse_and_eval("(unsigned long)&'%s'" % function))).symtab
        except gdb.error:
            return ""
        return os.path.dirname(symtab.fullname()) + "/" if symtab else ""

    def goroutines(self):
        """Every goroutine that lives, by id."""
        found = []
        size, count = self.numbers["sizeof(G)"], self.numbers["Slab.size"]
        slab = read_u64(self.pointers["slabs"])
        while slab:
            first = slab + self.numbers["Slab.gs"]
            records = read(first, size * count)
            for i in range(count):
                g = Goroutine(self, first + i * size, records[i * size:(i + 1) * size])
                if g.state not in ("dead", "starting"):
                    found.append(g)
            slab = read_u64(slab + self.numbers["Slab.next"])
        return sorted(found, key=lambda g: g.id)

    def goroutine_at(self, address):
        return Goroutine(self, address, read(address, self.numbers["sizeof(G)"]))

    def threads(self):
        """Pairs of the address of an M and its kernel thread's id."""
        m = read_u64(self.pointers["all_ms"])
        while m:
            tid = read_u32(m + self.numbers["M.tid"])
            if tid:
                yield m, tid
            m = read_u64(m + self.numbers["M.all_next"])

    def current_m(self):
        """The M of the selected thread; 0 if it is none."""
        thread = gdb.selected_thread()
        for m, tid in self.threads() if thread else ():
            if thread.ptid[1] == tid:
                return m
        return 0

    def current_g(self):
        """The address of the goroutine that runs in the selected thread; 0 if none does."""
        m = self.current_m()
        return read_u64(m + self.numbers["M.g"]) if m else 0

    def waiters(self, head):
        """Who stands in the queue whose first record is at `head`: ids of goroutines, None for plain threads."""
        found = []
        while head and len(found) < 10000:
            g = read_u64(head + self.numbers["Waiter.g"])
            found.append(self.goroutine_at(g).id if g else None)
            head = read_u64(head + self.numbers["Waiter.next"])
        return found


_tables = {}  # (program, process) -> Layout


def find():
    """The layout of the selected inferior; None where there is no process, or none of gocpp's."""
    inferior = gdb.selected_inferior()
    if inferior.pid == 0 or not inferior.threads():
        return None
    key = (gdb.current_progspace().filename, inferior.num, inferior.pid)
    if key not in _tables:
        try:
            _tables[key] = Layout(int(gdb.parse_and_eval("(unsigned long)&gocpp_debug_layout")))
        except gdb.error:
            return None
    return _tables[key]


def need():
    layout = find()
    if layout is None:
        if gdb.selected_inferior().pid == 0:
            raise gdb.GdbError("The program is not being run.")
        raise gdb.GdbError("The program has no gocpp runtime, or no symbols.")
    return layout
