"""Registers everything with gdb, once however many programs ask for it."""

from . import commands, frames, printers, stacks, stepping

_registered = False


def register():
    global _registered
    if _registered:
        return
    _registered = True
    stacks.register()
    frames.register()
    commands.register()
    stepping.register()
    printers.register()
