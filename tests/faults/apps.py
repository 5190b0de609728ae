"""The applications that are served: plain WSGI, so that every server serves the same.

/pid             the worker's process id
/sleep/SECONDS   the same, after a while
/hang            never answers
/stream          32 MiB in pieces of 64 KiB
/count           reads the body, and tells its size
/store           the same by way of a temporary file
"""

from __future__ import annotations

import os
import tempfile
import time
import typing as t
from collections.abc import Callable, Iterable, Iterator

PIECE = b"x" * 65536
PIECES = 512


def app(environ: dict[str, t.Any], start_response: Callable[..., t.Any]) -> Iterable[bytes]:
    path = environ["PATH_INFO"]
    if path == "/stream":
        start_response("200 OK", [("Content-Length", str(len(PIECE) * PIECES))])
        return _stream()
    body = str(os.getpid()).encode()
    if path.startswith("/sleep/"):
        time.sleep(float(path.removeprefix("/sleep/")))
    elif path == "/hang":
        while True:
            time.sleep(0.1)
    elif path == "/count":
        size = 0
        while part := environ["wsgi.input"].read(65536):
            size += len(part)
        body = str(size).encode()
    elif path == "/store":
        with tempfile.TemporaryFile() as file:
            while part := environ["wsgi.input"].read(65536):
                file.write(part)
            file.flush()
            body = str(file.tell()).encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]


def _stream() -> Iterator[bytes]:
    for _ in range(PIECES):
        yield PIECE
