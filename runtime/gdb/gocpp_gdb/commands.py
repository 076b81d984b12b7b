"""info goroutines; goroutine N COMMAND; $_goroutine()."""

import os
import re

import gdb

from . import frames, layout, stacks


def place_of(symtab, line):
    return "%s:%d" % (os.path.basename(symtab.filename), line) if symtab else ""


def where(frame):
    """`worker at app.gcpp:12`"""
    sal = frame.find_sal()
    place = place_of(sal.symtab, sal.line)
    name = frames.name_of(frame) or "0x%x" % frame.pc()
    return "%s at %s" % (name, place) if place else name


def made_at(address):
    """Where the `go` stands that returns there."""
    with stacks.ReturnAddress(address) as view:
        frame = view.first_frame()
        while frames.is_ours(frame) and frame.type() == gdb.INLINE_FRAME:
            frame = frame.older()
        sal = frame.find_sal()
        return place_of(sal.symtab, sal.line) or frames.name_of(frame) or "0x%x" % address


def describe(runtime, g):
    """State, and function with line."""
    with stacks.View(runtime, g) as view:
        state = g.reason if g.state == "waiting" else g.state
        if view.thread:
            state += " (thread %d)" % view.thread.num
        if g.locked_m and g.state != "running":
            state += ", locked to thread"
        first = view.first_frame()
        if first is None:
            return state, "" if g.state == "running" else "(not begun)"
        users = frames.users_frame(first)
        if users is None and view.parked:
            return state, "(inlined)"  # the user's function, of which nothing is left without debug information
        return state, where(users or first)


class InfoGoroutines(gdb.Command):
    """List the goroutines: id, state or what it waits for, function and line, and the `go` that made it.
A star marks the one that runs in the selected thread."""

    def __init__(self):
        super().__init__("info goroutines", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        runtime = layout.need()
        current = runtime.current_g()
        rows = [("  Id", "State", "Function", "Created by")]
        places = {0: ""}
        for g in runtime.goroutines():
            state, function = describe(runtime, g)
            creator = "goroutine %d" % g.creator if g.creator else "a thread" if g.created_at else ""
            if g.created_at not in places:
                places[g.created_at] = " at " + made_at(g.created_at)
            creator += places[g.created_at]
            rows.append(("%s %d" % ("*" if g.address == current else " ", g.id), state, function, creator))
        widths = [max(len(r[i]) for r in rows) for i in range(3)]
        for row in rows:
            print(("%-*s  %-*s  %-*s  %s" % (widths[0], row[0], widths[1], row[1], widths[2], row[2], row[3])).rstrip())


def _strip_lender(text, first_level):
    """A backtrace without the frames of the thread that a parked goroutine is shown in."""
    kept, keep = [], True
    for line in text.splitlines(keepends=True):
        number = re.match(r"#(\d+) ", line)
        if number:
            keep = int(number.group(1)) >= first_level
        if keep:
            kept.append(line)
    return "".join(kept)


class GoroutineCommand(gdb.Command):
    """goroutine N COMMAND: run a command as if goroutine N had stopped in the user's function that it is in.
goroutine all COMMAND: the same for each.
goroutine N: say where it is. goroutine: say which one runs in the selected thread.
Commands that let the program go on are refused for a goroutine that does not run."""

    _runs = re.compile(r"(n|next|s|step|stepi|si|nexti|ni|c|continue|fg|finish|fin|until|u|advance|jump|j|signal|call|return|run|r|start)\b")

    def __init__(self):
        super().__init__("goroutine", gdb.COMMAND_STACK)

    def complete(self, text, word):
        if " " in text.lstrip():
            return gdb.COMPLETE_COMMAND
        runtime = layout.find()
        return [i for i in ["all"] + [str(g.id) for g in runtime.goroutines()] if i.startswith(word or "")] if runtime else []

    def invoke(self, argument, from_tty):
        runtime = layout.need()
        which, _, command = argument.strip().partition(" ")
        command = command.strip()
        if not which:
            current = runtime.current_g()
            print("goroutine %d" % runtime.goroutine_at(current).id if current else "No goroutine runs in the selected thread.")
            return
        if which == "all":
            for g in runtime.goroutines():
                self._header(runtime, g)
                try:
                    self._run(runtime, g, command, from_tty)
                except gdb.error as error:
                    print(error)
                print()
            return
        if not which.isdigit():
            raise gdb.GdbError("usage: goroutine [N [COMMAND] | all COMMAND]")
        for g in runtime.goroutines():
            if g.id == int(which):
                return self._run(runtime, g, command, from_tty) if command else self._header(runtime, g)
        raise gdb.GdbError("There is no goroutine %s." % which)

    @staticmethod
    def _header(runtime, g):
        state, function = describe(runtime, g)
        print("goroutine %d [%s]: %s" % (g.id, state, function))

    def _run(self, runtime, g, command, from_tty):
        if not command:
            return
        with stacks.View(runtime, g) as view:
            first = view.first_frame()
            if first is None:
                raise gdb.error("Goroutine %d %s." % (
                    g.id, "runs in a thread that cannot be seen" if g.state == "running" else "has not begun and has no stack yet"))
            if view.parked and self._runs.match(command):
                raise gdb.GdbError("Goroutine %d is parked: '%s' would let another one go on." % (g.id, command.split()[0]))
            (frames.users_frame(first) or first).select()
            if not view.parked:
                gdb.execute(command, from_tty)
                return
            count = re.fullmatch(r"((?:bt|backtrace|where)\b.*?\s)(\d+)", command)
            if count:  # the lent frames count too
                command = count.group(1) + str(int(count.group(2)) + (0 if "-no-filters" not in command else first.level()))
            text = _strip_lender(gdb.execute(command, from_tty, to_string=True), first.level())
            if not text and re.match(r"(bt|backtrace|where)\b", command):
                text = "No function of yours has a frame here; `bt -no-filters` shows gocpp's.\n"
            print(text, end="")


class CurrentGoroutine(gdb.Function):
    """$_goroutine(): the id of the goroutine that runs in the selected thread; 0 where none does.
For conditions: break worker if $_goroutine() == 7"""

    def __init__(self):
        super().__init__("_goroutine")

    def invoke(self):
        runtime = layout.find()
        current = runtime.current_g() if runtime else 0
        return runtime.goroutine_at(current).id if current else 0


def _on_breakpoint_created(breakpoint):
    """`break main` and `start` mean the user's main, which the linker knows as gocpp_main; `main` is the runtime's."""
    if breakpoint.location not in ("main", "-qualified main") or breakpoint.type != gdb.BP_BREAKPOINT:
        return
    if gdb.lookup_global_symbol("gocpp_main") is None and gdb.lookup_static_symbol("gocpp_main") is None:
        return
    breakpoint.enabled = False
    gdb.Breakpoint("gocpp_main", temporary=breakpoint.temporary)
    gdb.post_event(breakpoint.delete)


def register():
    gdb.events.breakpoint_created.connect(_on_breakpoint_created)
    InfoGoroutines()
    GoroutineCommand()
    CurrentGoroutine()
