"""Runs a command and succeeds if it ends with the status that is wanted: status.py N COMMAND …

A negative N wants the end by signal -N. The command gets 60 seconds.
"""
import subprocess
import sys

wanted = int(sys.argv[1])
got = subprocess.run(sys.argv[2:], timeout=60).returncode
if got != wanted:
    print(f"exit status {got}, not {wanted}", file=sys.stderr)
    sys.exit(1)
