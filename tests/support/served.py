"""A server as a user starts it: a process of its own on a free port, ended by SIGTERM."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(
    target: str, *options: str, cwd: Path, env: dict[str, str] | None = None
) -> Iterator[str]:
    """Serve `target` on a free port; gives its address, and checks that the exit is clean."""
    port = free_port()
    argv = [sys.executable, "-m", "cruet", "run", target, "--port", str(port), *options]
    with serving(argv, port, cwd, env or {}) as address:
        yield address


@contextmanager
def serving(argv: list[str], port: int, cwd: Path, env: dict[str, str]) -> Iterator[str]:
    """Run any server that `argv` starts on `port`; gives its address, and expects exit code 0."""
    server = subprocess.Popen(argv, cwd=cwd, env={**os.environ, **env})
    try:
        _await_answer(server, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        try:
            code = server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            raise
    assert code == 0, f"{' '.join(argv)} ended with {code}"


def _await_answer(server: subprocess.Popen[bytes], port: int) -> None:
    """Wait for an answer: the socket listens before the workers have loaded the application."""
    deadline = time.monotonic() + 60
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/")
            connection.getresponse().read()
            return
        except OSError:
            assert server.poll() is None, f"the server ended at its start with {server.returncode}"
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.05)
        finally:
            connection.close()


@dataclass
class Page:
    status: int
    headers: http.client.HTTPMessage
    body: bytes
    path: str
    #: The status line, such as `HTTP/1.1 200 OK`.
    line: str = ""

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Browser:
    """A visitor over real HTTP: keeps cookies and one connection, follows redirects."""

    address: str
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        parts = urlsplit(self.address)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; the next request opens another one."""
        self._connection.close()

    def get(self, path: str, headers: dict[str, str] | None = None) -> Page:
        return self._follow("GET", path, None, headers or {})

    def post(self, path: str, **fields: str) -> Page:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._follow("POST", path, urlencode(fields).encode(), form)

    def send(
        self, method: str, path: str, body: bytes | Iterable[bytes] | None, headers: dict[str, str]
    ) -> Page:
        """One request, no redirect followed; a body of several parts is sent in chunks."""
        if self.cookies:
            pairs = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            headers = {**headers, "Cookie": pairs}
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        line = f"HTTP/{answer.version / 10} {answer.status} {answer.reason}"
        page = Page(answer.status, answer.headers, answer.read(), path, line)
        for line in answer.headers.get_all("Set-Cookie", []):
            name, _, value = line.partition(";")[0].partition("=")
            if "Max-Age=0" in line:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return page

    def _follow(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Page:
        page = self.send(method, path, body, headers)
        for _ in range(5):
            if page.status not in (301, 302, 303, 307, 308):
                return page
            parts = urlsplit(page.headers["Location"])
            target = parts.path + ("?" + parts.query if parts.query else "")
            page = self.send("GET", target, None, {})
        raise AssertionError(f"{path} redirects without an end")
