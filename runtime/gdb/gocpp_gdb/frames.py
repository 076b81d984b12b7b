"""Whose a frame is, and the frame filter that leaves out of backtraces what stands between the user's functions and gocpp.

`bt -no-filters` shows all. Frames keep their numbers, so `frame N` means what it always does. The innermost frame is never left out,
but for that of a parked goroutine, which is always the scheduler's.
"""

import re

import gdb
from gdb.FrameDecorator import FrameDecorator

from . import layout, stacks


def _files(frame):
    """The source file as debug information has it, and as gdb opens it; empty when there is none."""
    sal = frame.find_sal()
    return (sal.symtab.filename, sal.symtab.fullname()) if sal and sal.symtab else ()


def _linkers_name(frame):
    """What the linker calls the function that the frame's code stands in, whatever was inlined there."""
    pc = frame.pc() - (1 if frame.level() > 0 else 0)  # a call that does not return may be a function's last
    return gdb.execute("info symbol 0x%x" % pc, to_string=True).partition(" in section ")[0]


def is_ours(frame):
    """gocpp's runtime and headers, and the lambdas that stand for a `go` statement.

    Where the user's code may have been inlined, in instances of gocpp's templates, only the frame's own name and file count. All that
    stands in another function of gocpp's is gocpp's, whatever debug information says of paths."""
    name = frame.name() or ""
    if name.startswith(_PREFIXES) or "made_by_go" in name:
        return True
    runtime = layout.find()
    source = runtime.source_directory if runtime else ""
    if any(_OUR_HEADER.search(file) or (source and file.startswith(source)) for file in _files(frame)):
        return True
    linkers = _linkers_name(frame)
    return linkers.startswith(_PREFIXES) and "<" not in linkers


_PREFIXES = ("gocpp::", "gocpp_rt_")
_OUR_HEADER = re.compile(r"(^|/)include/gocpp/")


def is_standard(frame):
    return (frame.name() or "").startswith("std::") or any("/c++/" in file for file in _files(frame))


def _may_be_users(frame):
    """Not of a shared library without debug information, such as libc."""
    return bool(_files(frame)) or not gdb.solib_name(frame.pc())


def name_of(frame):
    """The function's name as the user wrote it."""
    name = frame.name()
    return "main" if name == "gocpp_main" else name  # the label of the user's main


def users_frame(frame):
    """The first frame from there on that the user wrote; None if there is none."""
    while frame is not None:
        if not is_ours(frame) and not is_standard(frame) and _may_be_users(frame):
            return frame
        frame = frame.older()
    return None


class _Decorator(FrameDecorator):
    def function(self):
        return name_of(self.inferior_frame()) or super().function()


class Filter:
    name = "gocpp"
    priority = 100
    enabled = True

    def filter(self, decorated):
        return self._shown(decorated)

    @staticmethod
    def _shown(decorated):
        view = stacks.viewed()
        begun = view is None
        standard = []  # frames of the standard library, not shown if gocpp called them
        for item in decorated:
            frame = item.inferior_frame()
            if not begun:
                if frame.level() < view.first_frame().level():
                    continue
                begun = True
            if view is None and frame.level() == 0:
                yield _Decorator(item)
            elif is_ours(frame):
                standard = []
            elif is_standard(frame):
                standard.append(item)
            else:
                yield from map(_Decorator, standard)
                standard = []
                yield _Decorator(item)
        yield from map(_Decorator, standard)


def register():
    gdb.frame_filters[Filter.name] = Filter()
