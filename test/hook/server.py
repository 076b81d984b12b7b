"""Runs a command beside a real server on loopback: server.py redis|postgres COMMAND …

The server stands in a temporary directory and on a free port, which the command finds in the environment as PORT. It ends, by its
own id, when the command has ended. PostgreSQL refuses to run as root and is then given to the user that Debian made for it.
"""
import glob
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(port, server, log):
    for _ in range(600):
        if server.poll() is not None:
            sys.exit("the server ended: " + open(log).read())
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    sys.exit("the server does not answer: " + open(log).read())


def redis(directory, port):
    return ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", directory, "--save", "", "--maxclients", "2000"], None


def postgres(directory, port):
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        os.chown(directory, pwd.getpwnam(user).pw_uid, -1)
    binaries = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
    data = directory + "/data"
    subprocess.run([binaries + "/initdb", "-D", data, "-A", "trust", "-U", "tester", "-N"], user=user, cwd=directory,
                   stdout=subprocess.DEVNULL, check=True)
    return [binaries + "/postgres", "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", directory, "-c", "max_connections=150",
            "-c", "fsync=off"], user


def main():
    # Not in $TMPDIR, which may lie where the server's user may not go.
    directory = tempfile.mkdtemp(prefix="gocpp-test-", dir="/tmp")
    port = free_port()
    log = directory + "/log"
    server = None
    try:
        command, user = {"redis": redis, "postgres": postgres}[sys.argv[1]](directory, port)
        with open(log, "w") as out:
            server = subprocess.Popen(command, stdout=out, stderr=out, user=user, cwd=directory)
        wait_for(port, server, log)
        return subprocess.run(sys.argv[2:], env={**os.environ, "PORT": str(port)}, timeout=100).returncode
    finally:
        if server and server.poll() is None:
            server.terminate()
            server.wait(30)
        shutil.rmtree(directory, ignore_errors=True)


sys.exit(main())
