"""Connections that an application takes from the server, as libraries for WebSocket do."""

from __future__ import annotations

import re
import signal
import socket
import ssl
import time
import typing as t
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from native_server import serving_natively
from running import Running, running, until

from cruet import _cruet
from cruet.toolkit.serving import make_ssl_devcert

if t.TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

APP = """
import os, threading
from cruet import Flask, Response, request

app = Flask(__name__)
errors = []


def speak(environ, ending=None):
    "Echoes lines of another protocol, until one says `end`."
    connection = environ["gunicorn.socket"]
    connection.sendall(b"HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\n\\r\\n")
    with connection.makefile("rb") as lines:
        for line in lines:
            if line == b"end\\n":
                break
            connection.sendall(b"<" + line)
        else:
            errors.append("gone")
    if ending:
        connection.sendall(ending)


@app.route("/taken", websocket=True)
def taken():
    speak(request.environ, b"farewell")
    return "dropped"


@app.route("/streamed", websocket=True)
def streamed():
    speak(request.environ)
    return (part for part in ("dropped", "too"))


@app.route("/stop-iteration", websocket=True)
def stop_iteration():
    class Ending(Response):
        def __call__(self, environ, start_response):
            raise StopIteration
    speak(request.environ)
    return Ending()


@app.route("/raising", websocket=True)
def raising():
    speak(request.environ)
    raise ValueError("in the other protocol")


@app.route("/pieces", websocket=True)
def pieces():
    connection = request.environ["gunicorn.socket"]
    connection.send(b"101\\r\\n")
    first = connection.recv(3)
    into = bytearray(4)
    count = connection.recv_into(into)
    into = into[:count]
    while len(first) + len(into) < 12:
        into += connection.recv(100)
    connection.sendall(first + b"|" + into)
    return ""


@app.route("/duplicate", websocket=True)
def duplicate():
    first = request.environ["gunicorn.socket"]
    first.send(b"101\\r\\n")
    with first.dup() as second:
        second.sendall(second.recv(4))
        first.sendall(second.recv(100))
    return ""


@app.route("/declined", websocket=True)
def declined():
    connection = request.environ["gunicorn.socket"]
    known = hasattr(connection, "recv_anything"), repr(connection)[:1]
    return f"no other protocol here {known}"


@app.route("/late", websocket=True)
def late():
    def parts():
        yield "begun"
        connection.send(b"never")
    connection = request.environ["gunicorn.socket"]
    return parts()


@app.route("/environ", websocket=True)
@app.get("/environ")
def environ():
    return str("gunicorn.socket" in request.environ)


@app.get("/gone")
def gone():
    return " ".join(errors)


@app.get("/")
def index():
    return "hello"


def plain(environ, start_response):
    return app(environ, start_response)
"""
THREADS = ("--threads", "2")
WAYS = ("taking:app", "taking:plain")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "taking.py").write_text(APP)
    return tmp_path


def asking(path: str, upgrade: str = "websocket") -> bytes:
    fields = f"Host: x\r\nConnection: Upgrade\r\nUpgrade: {upgrade}\r\n"
    return f"GET {path} HTTP/1.1\r\n{fields}\r\n".encode()


def receive(client: socket.socket, end: bytes) -> bytes:
    """What comes, until it ends so."""
    got = b""
    while not got.endswith(end):
        piece = client.recv(1000)
        assert piece, got
        got += piece
    return got


def to_the_end(client: socket.socket) -> bytes:
    got = b""
    while piece := client.recv(1000):
        got += piece
    return got


@contextmanager
def speaking(server: Running, path: str = "/taken") -> Iterator[socket.socket]:
    """A connection on which the other protocol is spoken."""
    with server.connect() as client:
        client.sendall(asking(path))
        assert receive(client, b"\r\n\r\n").startswith(b"HTTP/1.1 101 ")
        client.sendall(b"hello\n")
        assert receive(client, b"\n") == b"<hello\n"
        yield client


@pytest.mark.parametrize("loop", [(), ("--no-async",)])
@pytest.mark.parametrize("target", WAYS)
def test_the_application_has_the_connection(
    folder: Path, target: str, loop: tuple[str, ...]
) -> None:
    options = (*THREADS, *loop, "--access-log", "access.log")
    with running(target, *options, cwd=folder) as server:
        server.ready()
        for path, ending in (
            ("/taken", b"farewell"),
            ("/streamed", b""),
            ("/stop-iteration", b""),
            ("/raising", b""),
        ):
            with speaking(server, path) as client:
                # Others are served meanwhile.
                assert server.get() == (200, "hello")
                client.sendall(b"more\nend\nunread")
                assert to_the_end(client) == b"<more\n" + ending
        assert server.get() == (200, "hello")
        assert server.end(signal.SIGTERM) == 0
        assert "in the other protocol" in server.text
        assert server.text.count("Traceback") == 1
    log = (folder / "access.log").read_text()
    lines = [line for line in log.splitlines() if '"GET / ' not in line]
    assert len(lines) == 4
    assert all(re.search(r'HTTP/1.1" 101 - ', line) for line in lines)


def test_nothing_that_was_read_ahead_is_lost(folder: Path) -> None:
    with running("taking:app", *THREADS, cwd=folder) as server, server.connect() as client:
        server.ready()
        client.sendall(asking("/pieces") + b"0123456")
        assert receive(client, b"\r\n") == b"101\r\n"
        client.sendall(b"789ab")
        assert to_the_end(client) == b"012|3456789ab"
        with server.connect() as client:
            client.sendall(asking("/duplicate") + b"0123456")
            assert to_the_end(client) == b"101\r\n0123456"
        # Behind other requests, too.
        with server.connect() as second:
            hello = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
            second.sendall(hello * 3 + asking("/taken") + b"ahead\n")
            got = receive(second, b"<ahead\n")
            assert got.count(b"hello") == 3
            assert got.endswith(b"\r\n\r\n<ahead\n")


def test_it_is_no_hang(folder: Path) -> None:
    with running("taking:app", *THREADS, "--timeout", "0.5", cwd=folder) as server:
        server.ready()
        with speaking(server) as client:
            time.sleep(1.5)
            client.sendall(b"still here\n")
            assert receive(client, b"\n") == b"<still here\n"
            # Nor is it idle.
            client.sendall(b"end\n")
            assert to_the_end(client) == b"farewell"
        assert len(server.workers()) == 1
        assert "hangs" not in server.text


def test_a_client_that_vanishes_frees_the_thread(folder: Path) -> None:
    with running("taking:app", *THREADS, cwd=folder) as server:
        server.ready()
        for count in range(1, 5):
            with speaking(server):
                pass
            until(lambda n=count: server.get("/gone")[1].split() == ["gone"] * n)


def test_a_stop_waits_for_it_and_then_ends_it(folder: Path) -> None:
    for patience, answer in (("20", b"<last\nfarewell"), ("0.5", b"")):
        options = (*THREADS, "--graceful-timeout", patience)
        with running("taking:app", *options, cwd=folder) as server:
            server.ready()
            with speaking(server) as client:
                server.process.send_signal(signal.SIGTERM)
                server.await_line("Stopping")
                if answer:
                    client.sendall(b"last\nend\n")
                assert to_the_end(client) == answer
            assert server.wait() == 0


def test_who_does_not_take_it_answers(folder: Path) -> None:
    for target in WAYS:
        for options in (THREADS, ()):
            with running(target, *options, cwd=folder) as server, server.connect() as client:
                server.ready()
                for _ in range(2):
                    client.sendall(asking("/declined"))
                    got = receive(client, b")")
                    assert got.startswith(b"HTTP/1.1 200 OK\r\n")
                    assert got.endswith(b"no other protocol here (False, '<')")
                for upgrade in ("h2c", "WebSocket"):
                    client.sendall(asking("/environ", upgrade))
                    known = upgrade == "WebSocket"
                    assert receive(client, b"e").endswith(str(known).encode())


def test_too_late_is_told(folder: Path) -> None:
    with running("taking:app", *THREADS, cwd=folder) as server, server.connect() as client:
        server.ready()
        client.sendall(asking("/late"))
        assert b"begun" in to_the_end(client)
        server.await_line("RuntimeError: the connection is not there to be taken")


@pytest.mark.parametrize("target", WAYS)
def test_without_threads_the_log_says_what_to_set(folder: Path, target: str) -> None:
    with running(target, cwd=folder) as server, server.connect() as client:
        server.ready()
        client.sendall(asking("/taken"))
        assert receive(client, b">\n").startswith(b"HTTP/1.1 500 ")
        server.await_line("RuntimeError: a WebSocket keeps its thread: set --threads to 2 or more")
        assert server.get() == (200, "hello")


def test_many_at_a_time(folder: Path) -> None:
    with running("taking:app", "--threads", "9", cwd=folder) as server, ExitStack() as stack:
        server.ready()
        clients = [stack.enter_context(speaking(server)) for _ in range(8)]
        assert server.get() == (200, "hello")
        for number, client in enumerate(clients):
            client.sendall(b"%d\nend\n" % number)
        for number, client in enumerate(clients):
            assert to_the_end(client) == b"<%d\nfarewell" % number


def test_an_encrypted_connection_is_not_there_to_be_taken(tmp_path: Path) -> None:
    certificate, key = make_ssl_devcert(str(tmp_path / "dev"), host="localhost")
    told = []

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        try:
            environ["gunicorn.socket"].send(b"raw")
        except RuntimeError as error:
            told.append(str(error))
        start_response("426 Upgrade Required", [])
        return [b"not here"]

    tls = _cruet.TlsContext([(certificate, key)])
    with serving_natively(app, threads=2, tls=tls) as port:
        context = ssl.create_default_context(cafile=certificate)
        with (
            socket.create_connection(("127.0.0.1", port), timeout=20) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as client,
        ):
            client.sendall(asking("/"))
            got = receive(client, b"not here")
    assert got.startswith(b"HTTP/1.1 426 ")
    assert told == ["an encrypted connection cannot be handed over: let a proxy in front speak TLS"]
