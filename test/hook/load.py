"""Loads an HTTP server: load.py CONNECTIONS MOST_THREADS PROGRAM

The program prints its port, and tells how many threads it has made and how many goroutines there were at once. So many connections are
kept alive, while wrk makes requests over others; then each is used once more. All requests must succeed.
"""
import http.client
import re
import resource
import subprocess
import sys

connections, most_threads, program = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def get(connection, path):
    connection.request("GET", path)
    answer = connection.getresponse()
    assert answer.status == 200
    return answer.read().decode()


server = subprocess.Popen([program], stdout=subprocess.PIPE, text=True)
try:
    port = int(server.stdout.readline())
    kept = [http.client.HTTPConnection("127.0.0.1", port, timeout=60) for _ in range(connections)]
    for c in kept:
        assert get(c, "/hello") == "hello\n"
    load = subprocess.run(["wrk", "-t2", "-c100", "-d2s", "--timeout", "30s", f"http://127.0.0.1:{port}/hello"],
                          stdout=subprocess.PIPE, text=True)
    print(load.stdout)
    for c in kept:
        assert c.sock is not None, "a connection was not kept alive"
        assert get(c, "/hello") == "hello\n"
    threads, goroutines = map(int, get(kept[0], "/numbers").split())
    print(threads, "threads made, at most", goroutines, "goroutines at once")
    assert load.returncode == 0
    assert int(re.search(r"(\d+) requests in", load.stdout).group(1)) > 100
    assert "Non-2xx" not in load.stdout and "Socket errors" not in load.stdout
    assert goroutines > connections
    assert threads < most_threads
    get(kept[0], "/stop")
    for c in kept:
        c.close()
    assert server.wait(60) == 0
finally:
    server.kill()
