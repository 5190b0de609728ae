"""Applications that the tests of the server serve, as source."""

from __future__ import annotations

from pathlib import Path

WSGI = """
import os, signal, sys, threading, time

closed = []

class Pieces:
    def __init__(self, pieces):
        self.pieces = iter(pieces)
    def __iter__(self):
        return self
    def __next__(self):
        return next(self.pieces)
    def close(self):
        closed.append("closed")

def broken_stream():
    yield b"begun"
    raise ValueError("in the middle")

def app(environ, start_response):
    path = environ["PATH_INFO"]
    headers = [("Content-Type", "text/plain")]
    if path == "/none":
        return [b"x"]
    if path == "/raise":
        raise ValueError("on purpose")
    if path == "/exit":
        sys.exit(7)
    if path == "/bad-header":
        start_response("200 OK", [("X-Bad", "a\\r\\nSet-Cookie: b")])
        return [b""]
    if path == "/bad-status":
        start_response("hello", headers)
        return [b""]
    if path == "/twice":
        start_response("200 OK", headers)
        start_response("201 Created", headers)
        return [b""]
    if path == "/replaced":
        try:
            start_response("200 OK", headers)
            raise KeyError("x")
        except KeyError:
            start_response("503 Service Unavailable", headers, sys.exc_info())
        return [b"replaced"]
    if path == "/late":
        write = start_response("200 OK", headers)
        write(b"sent")
        try:
            raise KeyError("late")
        except KeyError:
            start_response("500 Oops", headers, sys.exc_info())
        return [b"never"]
    start_response("200 OK", headers)
    if path == "/pid":
        return [str(os.getpid()).encode()]
    if path == "/environ":
        shown = {k: v for k, v in environ.items() if not callable(v) and not hasattr(v, "read")}
        return [repr(shown).encode()]
    if path == "/echo":
        return [environ["wsgi.input"].read()]
    if path == "/lines":
        return [b"|".join(environ["wsgi.input"])]
    if path == "/unread":
        return [b"not read"]
    if path == "/pieces":
        return Pieces([b"one ", b"", b"two ", b"three"])
    if path == "/closed":
        return [str(len(closed)).encode()]
    if path == "/broken":
        return broken_stream()
    if path == "/text":
        return ["text"]
    if path == "/big":
        return Pieces(b"x" * 65536 for _ in range(512))
    if path == "/write":
        return []
    if path == "/file":
        return environ["wsgi.file_wrapper"](open(__file__, "rb"), 100)
    if path == "/thread":
        return [threading.current_thread().name.encode()]
    if path.startswith("/sleep/"):
        time.sleep(float(path[7:]))
        return [b"slept"]
    if path == "/spin":
        while True:
            pass
    return [b"hello from " + path.encode("latin-1")]

def make(greeting="made", **more):
    def made(environ, start_response):
        start_response("200 OK", [])
        return [(greeting + repr(sorted(more.items()))).encode()]
    return made

number = 5

class Holder:
    app = staticmethod(app)
"""

CRUET = """
from cruet import Flask, g, request, stream_with_context

app = Flask(__name__)

@app.get("/")
def index():
    return "Hello, World!"

@app.get("/stream/<name>")
def stream(name):
    def pieces():
        for _ in range(2000):
            yield f"{name}:{request.path};" + "x" * 1000
    return stream_with_context(pieces()), {"X-Name": name}

@app.get("/debug")
def debug():
    return str(app.debug)
"""


def write_all(folder: Path) -> Path:
    """Put applications into a directory: wsgiapp, cruetapp and some that do not start."""
    (folder / "wsgiapp.py").write_text(WSGI)
    (folder / "cruetapp.py").write_text(CRUET)
    (folder / "broken.py").write_text("import no_such_module_anywhere\n")
    (folder / "raising.py").write_text("raise RuntimeError('at import')\n")
    return folder
