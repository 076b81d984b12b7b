"""A language client for tests: talks to `gocpp lsp` over its standard input and output.

    with Client(["gocpp", "lsp"], directory) as lsp:
        doc = lsp.open("a.gcpp", TEXT)
        lsp.request("textDocument/hover", doc.at("squares"))
"""
import json
import os
import pathlib
import queue
import subprocess
import sys
import threading

SECONDS = 60  # until a server that says nothing is given up


def check(name, condition, shown=None):
    if not condition:
        print("FAILED %s: %r" % (name, shown))
        sys.exit(1)
    print("ok", name)


class Document:
    def __init__(self, client, path, text):
        self.client, self.path, self.text, self.version = client, path, text, 1
        self.uri = pathlib.Path(path).as_uri()

    def place(self, needle, offset=0, nth=0):
        """The position of a text's n-th occurrence, `offset` characters on; columns count UTF-16 units."""
        at = -1
        for _ in range(nth + 1):
            at = self.text.index(needle, at + 1)
        at += offset
        line_begin = self.text.rfind("\n", 0, at) + 1
        return {"line": self.text.count("\n", 0, at), "character": len(self.text[line_begin:at].encode("utf-16-le")) // 2}

    def at(self, needle, offset=0, nth=0):
        return {"textDocument": {"uri": self.uri}, "position": self.place(needle, offset, nth)}

    def text_at(self, range_):
        """The text that a range holds."""
        return self.text[self._offset(range_["start"]):self._offset(range_["end"])]

    def _offset(self, position):
        lines = self.text.split("\n")
        begin = sum(len(l) + 1 for l in lines[:position["line"]])
        line = lines[position["line"]].encode("utf-16-le")[:2 * position["character"]]
        return begin + len(line.decode("utf-16-le"))

    def apply(self, edits):
        text = self.text
        for e in sorted(edits, key=lambda e: (e["range"]["start"]["line"], e["range"]["start"]["character"]), reverse=True):
            text = text[:self._offset(e["range"]["start"])] + e["newText"] + text[self._offset(e["range"]["end"]):]
        return text

    def change(self, text):
        self.text, self.version = text, self.version + 1
        self.client.notify("textDocument/didChange", {"textDocument": {"uri": self.uri, "version": self.version},
                                                      "contentChanges": [{"text": text}]})

    def diagnostics(self):
        """What the server says of this version of the text."""
        return self.client.wait_notification(
            "textDocument/publishDiagnostics", lambda p: p["uri"] == self.uri and p.get("version") == self.version)["diagnostics"]


class Client:
    def __init__(self, command, directory, environment=None, initialize=True):
        self.directory = str(directory)
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=self.directory,
                                        env={**os.environ, **(environment or {})})
        self.received, self.kept, self.next_id = queue.Queue(), [], 0
        threading.Thread(target=self._read, daemon=True).start()
        if initialize:
            self.capabilities = self.request("initialize", {
                "processId": os.getpid(), "rootUri": pathlib.Path(self.directory).as_uri(),
                "capabilities": {"textDocument": {"documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
                                                  "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}}}}})
            self.notify("initialized", {})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def _read(self):
        stream = self.process.stdout
        while True:
            length = None
            while True:
                line = stream.readline()
                if not line:
                    return self.received.put(None)
                if line == b"\r\n":
                    break
                name, _, value = line.decode().partition(":")
                if name.lower() == "content-length":
                    length = int(value)
            self.received.put(json.loads(stream.read(length)))

    def _send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def notify(self, method, params):
        self._send({"method": method, "params": params})

    def answer(self, method, params):
        """The whole answer to a request."""
        self.next_id += 1
        id_ = self.next_id
        self._send({"id": id_, "method": method, "params": params})
        return self._wait(lambda m: m.get("id") == id_ and "method" not in m)

    def request(self, method, params):
        answer = self.answer(method, params)
        assert "error" not in answer, answer
        return answer["result"]

    def wait_notification(self, method, wanted=lambda params: True):
        return self._wait(lambda m: m.get("method") == method and wanted(m["params"]))["params"]

    def _wait(self, wanted):
        for i, message in enumerate(self.kept):
            if wanted(message):
                return self.kept.pop(i)
        while True:
            message = self.received.get(timeout=SECONDS)
            assert message is not None, "the server ended"
            if "id" in message and "method" in message:
                self._send({"id": message["id"], "result": None})
            if wanted(message):
                return message
            self.kept.append(message)

    def open(self, name, text):
        path = os.path.join(self.directory, name)
        doc = Document(self, path, text)
        self.notify("textDocument/didOpen", {"textDocument": {"uri": doc.uri, "languageId": "gocpp", "version": 1, "text": text}})
        return doc

    def stop(self):
        """Shuts the server down as editors do; its exit status."""
        self.request("shutdown", None)
        self.notify("exit", None)
        return self.process.wait(timeout=SECONDS)
