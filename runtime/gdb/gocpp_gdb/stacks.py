"""Frames of goroutines. A running one's are those of its thread. A parked one's begin at the registers in its record.

To show a parked goroutine the unwinder below claims the selected thread's innermost frame, while a View is open, and says
that its caller's registers are the goroutine's: gdb unwinds on from there with all it knows. Nothing is written, so that works on
core files and leaves a process as it is. Rejected: to set the thread's registers for a while, as scripts for other runtimes do, which
a core file does not allow and which would lose a thread's state with gdb.
"""

import gdb
import gdb.unwinder

from . import layout

_view = None  # the open View of a parked goroutine


class _FrameId:
    def __init__(self, sp, pc):
        self.sp, self.pc = sp, pc


class _Unwinder(gdb.unwinder.Unwinder):
    def __init__(self):
        super().__init__("gocpp")

    def __call__(self, pending):
        if _view is None:
            return None
        sp, pc = int(pending.read_register("rsp")), int(pending.read_register("rip"))
        if (sp & _MASK, pc & _MASK) != _view.lender:
            return None
        registers = _view.registers
        unwind_info = pending.create_unwind_info(_FrameId(gdb.Value(registers["rsp"]), gdb.Value(pc & _MASK)))
        void_pointer = gdb.lookup_type("long")
        for name, value in registers.items():
            value = value - (1 << 64) if value >= 1 << 63 else value
            unwind_info.add_saved_register(name, gdb.Value(value).cast(void_pointer))
        return unwind_info


_MASK = (1 << 64) - 1


def _register(frame, name):
    return int(frame.read_register(name)) & _MASK


class View:
    """While open (`with View(goroutine):`), the goroutine's frames are those of the selected thread from first_frame() on."""

    def __init__(self, runtime, g):
        self.registers = g.registers
        self.thread = None
        self.lender = None
        self.parked = g.state != "running" and g.has_stack
        if g.state == "running":
            for m, tid in runtime.threads():
                if layout.read_u64(m + runtime.numbers["M.g"]) == g.address:
                    self.thread = next((t for t in gdb.selected_inferior().threads() if t.ptid[1] == tid), None)

    def __enter__(self):
        global _view
        self.old_thread = gdb.selected_thread()
        try:
            self.old_level = gdb.selected_frame().level()
        except gdb.error:
            self.old_level = 0
        if self.parked:
            frame = gdb.newest_frame()
            self.lender = (_register(frame, "rsp"), _register(frame, "rip"))
            self._before_lending()
            _view = self
            gdb.invalidate_cached_frames()
        elif self.thread:
            self.thread.switch()
        return self

    def __exit__(self, *_):
        global _view
        if self.parked:
            _view = None
            gdb.invalidate_cached_frames()
        self.old_thread.switch()
        frame = gdb.newest_frame()
        for _level in range(self.old_level):
            frame = frame.older() or frame
        frame.select()

    def _before_lending(self):
        pass

    def first_frame(self):
        """The goroutine's innermost frame; None when it has none yet, or runs in a thread that cannot be seen."""
        if not self.parked:
            return gdb.newest_frame() if self.thread else None
        frame = gdb.newest_frame()
        while frame is not None and _register(frame, "rsp") == self.lender[0] and frame.level() < 100:
            frame = frame.older()
        return frame


class ReturnAddress(View):
    """A frame that is about to return to `pc`: for gdb's knowledge of what was inlined there. The stack is not to be looked at."""

    def __init__(self, pc):
        self.registers = {"rip": pc}
        self.parked = True
        self.thread = self.lender = None

    def _before_lending(self):
        for name in ("rsp", "rbp", "rbx"):
            self.registers[name] = self.lender[0] + 64


def viewed():
    """The open View of a parked goroutine, or None."""
    return _view


def register():
    gdb.unwinder.register_unwinder(None, _Unwinder(), True)
