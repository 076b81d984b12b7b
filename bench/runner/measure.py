"""Runs rows: the sides in turn, round after round, and keeps every figure.

One row at a time, A B A B: what else the machine does falls on all sides alike. A row that fails on a side (a wrong result, no end) is
said and counted; it is never left out in silence.
"""
import json
import os
import subprocess

from . import network
from .failed import Failed


def run_once(side, row, seconds, env):
    """Nanoseconds per operation, in one process of its own."""
    try:
        done = subprocess.run(side.command(row, seconds), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, timeout=120)
    except subprocess.TimeoutExpired:
        raise Failed(f"{row.name} on {side.name}: not done after 120 s") from None
    if done.returncode != 0:
        raise Failed(f"{row.name} on {side.name}: status {done.returncode}: {done.stderr.strip()[:2000]}")
    return float(done.stdout.split()[0])


def run_row(row, sides, rounds, seconds, env):
    """{side: [figures in the row's unit]} and what failed."""
    got, wrong = {}, []
    taking = [side for side in sides if side.has(row)]
    with network.Servers(row, taking, env) as servers:
        for _ in range(rounds):
            for side in list(taking):
                try:
                    figure = servers.load(side, seconds) if row.server else run_once(side, row, seconds, env)
                    got.setdefault(side.name, []).append(figure / row.per_unit)
                except Failed as e:
                    wrong.append(str(e))
                    taking.remove(side)
                    got.pop(side.name, None)
    return got, wrong


def load(path):
    try:
        with open(path) as f:
            return json.load(f)
    except FileNotFoundError:
        return {"machine": "", "rows": {}}


def store(path, state):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".new", "w") as f:
        json.dump(state, f, indent=1)
    os.replace(path + ".new", path)
