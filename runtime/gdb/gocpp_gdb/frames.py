"""Whose a frame is, and the frame filter that leaves out of backtraces what stands between the user's functions and gocpp.

`bt -no-filters` shows all. Frames keep their numbers, so `frame N` means what it always does. The innermost frame is never left out,
but for that of a parked goroutine, which is always the scheduler's.
"""

import gdb
from gdb.FrameDecorator import FrameDecorator

from . import layout, stacks


def _files(frame):
    """The source file as debug information has it, and as gdb opens it; empty when there is none."""
    sal = frame.find_sal()
    return (sal.symtab.filename, sal.symtab.fullname()) if sal and sal.symtab else ()


def is_ours(frame):
    """gocpp's runtime and headers, and the lambdas that stand for a `go` statement."""
    name = frame.name() or ""
    if name.startswith(("gocpp::", "gocpp_rt_")) or "made_by_go" in name:
        return True
    runtime = layout.find()
    source = runtime.source_directory if runtime else ""
    return any("/include/gocpp/" in file or (source and file.startswith(source)) for file in _files(frame))


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
