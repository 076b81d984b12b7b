"""What the user is told when clangd is not there, or goes."""
import os
import signal
import subprocess
import sys

from client import SECONDS, Client, check

directory, command = sys.argv[1], sys.argv[2:]

with Client(command + ["--clangd=/nowhere/clangd"], directory, initialize=False) as lsp:
    answer = lsp.answer("initialize", {"capabilities": {}})
    check("no clangd", answer["error"]["message"] == "gocpp lsp: cannot run '/nowhere/clangd': No such file or directory", answer)
    shown = lsp.wait_notification("window/showMessage")
    check("it is shown", shown["type"] == 1 and "cannot run" in shown["message"], shown)
    check("and the server ends", lsp.stop() == 1)

with Client(command, directory) as lsp:
    doc = lsp.open("main.gcpp", "int main() {}\n")
    doc.diagnostics()
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(lsp.process.pid)], capture_output=True, text=True).stdout.split()
    check("one clangd", len(children) == 1, children)
    os.kill(int(children[0]), signal.SIGKILL)
    shown = lsp.wait_notification("window/showMessage")
    check("clangd dies", shown["type"] == 1 and shown["message"] == "gocpp lsp: clangd was ended by a signal: Killed; restart the language server", shown)
    answer = lsp.answer("textDocument/hover", doc.at("main"))
    check("requests are refused", "error" in answer, answer)
    check("and the server says so", lsp.stop() == 1)

with Client(command, directory) as lsp:
    lsp.process.stdin.close()
    check("an editor that goes", lsp.process.wait(timeout=SECONDS) == 1)
