"""gdb's view of goroutines. Programs name this file in their section .debug_gdb_scripts, so gdb loads it by itself where its
auto-load safe-path allows that; `source` does it by hand. docs/debugging.md is for users.

The parts stand in the package gocpp_gdb beside this file:
    layout      the runtime's records, by the table that the program carries
    stacks      frames of goroutines, running and parked, in processes and core files
    frames      which frames are the user's, and the frame filter that leaves out the others
    commands    info goroutines, goroutine N COMMAND, $_goroutine()
    stepping    next and step that stay with their goroutine
    printers    chan, wait_group, mutex
"""

import os
import sys

_here = os.path.dirname(os.path.realpath(__file__))
if _here not in sys.path:
    sys.path.insert(0, _here)

import gocpp_gdb

gocpp_gdb.register()
