"""Rows in which a client loads servers: all sides' servers run while the one client, bench/client, loads one after the other."""
import os
import resource
import subprocess

from . import sides
from .failed import Failed

LEAST = 0.5  # seconds that a round takes at least: connecting, and the first packets, are not what is measured


def client():
    """The client program, built when its source is newer."""
    source, out = os.path.join(sides.BENCH, "client", "client.cc"), os.path.join(sides.BUILD, "bench", "client")
    if not os.path.exists(out) or os.path.getmtime(out) < os.path.getmtime(source):
        subprocess.run(["clang++-19", "-O2", "-std=c++20", source, "-o", out], check=True)
    return out


class Servers:
    """The servers of a row, running; nothing for a row without."""

    def __init__(self, row, taking, env):
        self.row, self.taking, self.env = row, taking, env
        self.running, self.ports = {}, {}

    def __enter__(self):
        if self.row.server:
            _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            self.client = client()
            for side in self.taking:
                p = subprocess.Popen([f"{side.out}/{self.row.server}"], stdout=subprocess.PIPE, text=True, env=self.env)
                self.running[side.name] = p
                self.ports[side.name] = p.stdout.readline().strip().rsplit(":", 1)[-1]
        return self

    def __exit__(self, *_):
        for p in self.running.values():
            p.kill()
            p.wait()
            p.stdout.close()

    def load(self, side, seconds):
        """Nanoseconds per request."""
        command = [self.client, self.row.server, self.ports[side.name], str(self.row.connections), str(max(seconds * 5, LEAST))]
        done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        if done.returncode != 0:
            raise Failed(f"{self.row.name} on {side.name}: {done.stderr.strip()}")
        return 1e9 / float(done.stdout.split()[0])
