"""Starts a server that prints where it listens, talks to it and prints what it says: servers.py KIND PROGRAM [FOLDER]."""
import os
import socket
import subprocess
import sys

kind, program, *folder = sys.argv[1:]
server = subprocess.Popen([os.path.abspath(program), *folder, "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
port = int(server.stdout.readline().rsplit(":", 1)[1])


def connect():
    return socket.create_connection(("127.0.0.1", port), timeout=60)


def ask(text):
    """Sends a text and the end, and gives everything that comes back."""
    with connect() as s:
        s.sendall(text)
        s.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: s.recv(65536), b""))


def echo():
    many = [connect() for _ in range(200)]
    for i, s in enumerate(many):
        s.sendall(b"%d\n" % i)
    print(sum(s.makefile().readline() == f"{i}\n" for i, s in enumerate(many)), "echoes")
    much = bytes(i % 251 for i in range(3_000_000))
    with connect() as s:
        pid = os.fork()
        if pid == 0:
            s.sendall(much)
            s.shutdown(socket.SHUT_WR)
            os._exit(0)
        print("the same" if b"".join(iter(lambda: s.recv(65536), b"")) == much else "other")
        os.waitpid(pid, 0)


def http():
    with open(os.path.join(*folder, "big"), "rb") as f:
        big = f.read()
    body = ask(b"GET /big HTTP/1.1\r\n\r\n").split(b"\r\n\r\n", 1)[1]
    print("whole file" if body == big else "other bytes")
    requests = [
        b"GET /a.txt HTTP/1.1\r\n\r\nGET /a.txt HTTP/1.1\r\nRange: bytes=2-4\r\n\r\nGET /sub HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"GET /a.txt HTTP/1.1\r\nRange: bytes=-3\r\n\r\n",
        b"GET /a.txt HTTP/1.1\r\nRange: bytes=10-\r\n\r\n",
        b"HEAD /a.txt HTTP/1.1\r\n\r\n",
        b"GET /none HTTP/1.1\r\n\r\n",
        b"GET /../secret HTTP/1.1\r\n\r\n",
        b"GET /%2e%2e/secret HTTP/1.1\r\n\r\n",
        b"GET /link HTTP/1.1\r\n\r\n",
        b"GET /%00 HTTP/1.1\r\n\r\n",
        b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 200 + b"\r\n",
        b"POST / HTTP/1.1\r\n\r\n",
        b"GET /a.txt HTTP/1.0\r\n\r\n",
    ]
    for r in requests:
        print(r.split(b"\r")[0][:30].decode(), "->", ask(r).decode().replace("\r\n", "|").rstrip())


def chat():
    a, b, c = connect(), connect(), connect()
    lines = [s.makefile() for s in (a, b, c)]
    print(lines[0].readline(), lines[0].readline(), lines[1].readline(), sep="", end="")
    a.sendall(b"hello\n")
    print(lines[1].readline(), lines[2].readline(), sep="", end="")
    b.close(), lines[1].close()
    print(lines[0].readline(), lines[2].readline(), sep="", end="")
    c.sendall(b"x" * 5000 + b"\n")  # too long: put out
    print(lines[0].readline(), end="")


def kv():
    commands = b"""PING
SET a 41
INCR a
LPUSH l c b a
LRANGE l 0 -1
LPOP l
GET l
SADD s x x y
HSET h f v
HGET h f
ZADD z 2 two 1 one
ZPOPMIN z
ZRANGE z 0 -1
MSET m 1 n 2
MGET m none n
CONFIG GET save
NOPE
SET
""".replace(b"\n", b"\r\n")
    print(ask(commands).decode().replace("\r\n", " "))
    print(ask(b"*3\r\n$3\r\nSET\r\n$2\r\nk\n\r\n$4\r\n\0\r\n\0\r\n*2\r\n$3\r\nGET\r\n$2\r\nk\n\r\n"))
    print(ask(b"*1\r\n$99999999999\r\n"), ask(b"*x\r\n"), ask(b"*2\r\n$3\r\nGE"))
    # An answer is not held back because the next command has begun.
    with connect() as s:
        s.sendall(b"PING\r\nPI")
        print(s.makefile().readline(), end="")


try:
    {"echo": echo, "http": http, "chat": chat, "kv": kv}[kind]()
    print("still there" if server.poll() is None else "gone")
finally:
    server.kill()
