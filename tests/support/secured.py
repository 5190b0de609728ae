"""A server with TLS, an application for it, and clients that trust its authority."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from certificates import Authority, Identity
from running import PATIENCE, Running, running

APP = """
import os
from hashlib import sha256

from cruet import Flask, request, send_file

app = Flask(__name__)


@app.route("/")
def index():
    return {
        "scheme": request.scheme,
        "secure": request.is_secure,
        "url": request.url,
        "pid": os.getpid(),
    }


@app.route("/environ")
def environ():
    return {
        name: value
        for name, value in request.environ.items()
        if name.startswith(("SSL_", "PROXY_", "REMOTE_", "SERVER_")) or name == "wsgi.url_scheme"
    }


@app.post("/sum")
def sum():
    found = sha256()
    size = 0
    while piece := request.stream.read(100_000):
        found.update(piece)
        size += len(piece)
    return {"size": size, "sum": found.hexdigest()}


@app.route("/much/<int:size>")
def much(size):
    return bytes(range(256)) * (size // 256)


@app.route("/stream/<int:count>")
def stream(count):
    def pieces():
        for number in range(count):
            yield f"{number}:" + "x" * 5000
    return pieces()


@app.route("/file")
def file():
    return send_file(os.environ["BIG_FILE"])
"""


class Secure:
    """A server with TLS on a free port, and clients that trust its authority."""

    def __init__(self, server: Running, authority: Authority) -> None:
        self.server = server
        self.authority = authority
        self.context = authority.client()

    def connect(self, host: str = "localhost", **more: Any) -> ssl.SSLSocket:
        return self.context.wrap_socket(self.server.connect(), server_hostname=host, **more)

    def connection(self) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(
            "localhost", self.server.port, timeout=PATIENCE, context=self.context
        )

    def get(self, path: str = "/", me: Identity | None = None) -> Any:
        self.context = self.authority.client(me)
        connection = self.connection()
        try:
            connection.request("GET", path)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def shown(self, host: str = "localhost") -> str:
        """Return the name of the certificate that a client gets who asks for a host."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(self.authority.file)
        with context.wrap_socket(self.server.connect(), server_hostname=host) as client:
            certificate = client.getpeercert()
            assert certificate is not None
            return str(dict(pair for (pair,) in certificate["subject"])["commonName"])  # type: ignore[misc, union-attr]


@contextmanager
def secure(folder: Path, *options: str, authority: Authority | None = None) -> Iterator[Secure]:
    """Serve APP; without an authority there is one with a certificate for localhost."""
    if authority is None:
        authority = Authority(folder)
        options = (*authority.make("localhost").options, *options)
    (folder / "tlsapp.py").write_text(APP)
    big = folder / "big"
    if not big.exists():
        big.write_bytes(bytes(range(256)) * 4096 * 8)
    env = {"BIG_FILE": str(big)}
    with running("tlsapp:app", *options, cwd=folder, env=env) as server:
        server.ready()
        yield Secure(server, authority)


def read_all(client: ssl.SSLSocket) -> bytes:
    """Read to the end, which the server has to tell (SSLEOFError else)."""
    client.suppress_ragged_eofs = False
    return b"".join(iter(lambda: client.recv(65536), b""))
