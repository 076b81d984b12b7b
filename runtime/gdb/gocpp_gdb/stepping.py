"""next, step, finish, until and advance stay with their goroutine.

gdb steps over a call by waiting for the same thread to come back, and a goroutine that parks in the call goes on in any thread. So
while a step is under way the goroutine is tied to its thread, as by gocpp::lock_os_thread(): the hooks below write the three fields
that it writes, and the next stop that finds the goroutine running outside the runtime takes that back. Steps do not enter
gocpp's own functions.
"""

import struct

import gdb

from . import layout

_tied = []  # (process, M, G) whose ties are ours


def _write(address, form, value):
    gdb.selected_inferior().write_memory(address, struct.pack(form, value))


def _runs_user_code(runtime, m, g):
    return layout.read_u64(m + runtime.numbers["M.g"]) == g and layout.read_u32(m + runtime.numbers["M.inside"]) == 0


def _tie(runtime, m, g, lock):
    n = runtime.numbers
    count = layout.read_u32(g + n["G.lock_count"])
    _write(g + n["G.lock_count"], "<I", count + 1 if lock else count - 1)
    if lock or count == 1:
        _write(g + n["G.locked_m"], "<Q", m if lock else 0)
        _write(m + n["M.locked_g"], "<Q", g if lock else 0)


def before_step():
    try:
        runtime = layout.find()
        m = runtime.current_m() if runtime else 0
        g = layout.read_u64(m + runtime.numbers["M.g"]) if m else 0
        entry = (gdb.selected_inferior().pid, m, g)
        if g and entry not in _tied and _runs_user_code(runtime, m, g):
            _tie(runtime, m, g, True)
            _tied.append(entry)
    except gdb.error:
        pass  # a core file, or no process: the command itself says so


def after_stop(_event):
    runtime = layout.find()
    if runtime is None:
        return
    for entry in list(_tied):
        process, m, g = entry
        try:
            if process != gdb.selected_inferior().pid:
                _tied.remove(entry)
            elif layout.read_u64(g + runtime.numbers["G.locked_m"]) != m:
                _tied.remove(entry)  # it has ended
            elif _runs_user_code(runtime, m, g):
                _tied.remove(entry)
                _tie(runtime, m, g, False)
        except gdb.error:
            _tied.remove(entry)


def register():
    for command in ("next", "step", "finish", "until", "advance"):
        hook = "hook-" + command
        try:
            gdb.execute("show user " + hook, to_string=True)
        except gdb.error:  # the user has none
            gdb.execute("define %s\npython import gocpp_gdb.stepping; gocpp_gdb.stepping.before_step()\nend" % hook, to_string=True)
    gdb.events.stop.connect(after_stop)
    gdb.execute("skip -rfu ^gocpp::", to_string=True)
