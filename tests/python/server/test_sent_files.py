"""Files as answers: what is sent of them, by which way, and what becomes of them."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from memory import MIB, growth_below
from native_server import serving_natively
from running import MODES, Running, running, until
from two_ways import sent

from cruet import Flask, Response, _cruet, send_file
from cruet.toolkit.serving import make_ssl_devcert
from cruet.toolkit.wsgi import FileWrapper

APP = """
import gzip, io, os, tempfile
from cruet import Flask, Response, request, send_file, send_from_directory

app = Flask(__name__)
HERE = os.path.dirname(os.path.abspath(__file__))


class Told(io.FileIO):
    "A file of somebody's own kind, that reads other things than its descriptor would."

    def read(self, size=-1):
        return super().read(size).upper()


@app.get("/file/<name>")
def file(name):
    return send_from_directory(HERE, name, conditional=True)


@app.get("/fifo")
def fifo():
    read, write = os.pipe()
    os.write(write, b"from a pipe")
    os.close(write)
    return Response(wrap(os.fdopen(read, "rb")), direct_passthrough=True)


def wrap(file):
    return request.environ["wsgi.file_wrapper"](file)


@app.get("/kind/<kind>")
def kind(kind):
    path = os.path.join(HERE, "digits.txt")
    if kind == "position":
        file = open(path, "rb")
        file.seek(5)
    elif kind == "read":
        file = open(path, "rb")
        file.readline()
    elif kind == "raw":
        file = open(path, "rb", buffering=0)
        file.seek(5)
    elif kind == "written":
        file = tempfile.TemporaryFile()
        file.write(b"written, not yet flushed")
        file.seek(9)
    elif kind == "named":
        file = tempfile.NamedTemporaryFile()
        file.write(b"named")
        file.seek(0)
    elif kind == "gzip":
        with gzip.open(os.path.join(HERE, "packed.gz"), "wb") as packed:
            packed.write(b"unpacked")
        file = gzip.open(os.path.join(HERE, "packed.gz"), "rb")
    elif kind == "own":
        file = Told(os.path.join(HERE, "letters.txt"))
    elif kind == "memory":
        file = io.BytesIO(b"in memory")
    elif kind == "spooled":
        file = tempfile.SpooledTemporaryFile(max_size=100)
        file.write(b"spooled")
        file.seek(0)
    elif kind == "proc":
        file = open("/proc/self/comm", "rb")
    return Response(wrap(file), direct_passthrough=True)


@app.get("/")
def index():
    return "hello"


def plain(environ, start_response):
    return app(environ, start_response)


def wsgi(environ, start_response):
    "The wrapper by itself, as PEP 3333 has it."
    path = environ["PATH_INFO"]
    if path == "/":
        start_response("200 OK", [])
        return [b"hello"]
    file = open(os.path.join(HERE, "digits.txt"), "rb")
    file.seek(10)
    length = {"/short": "20", "/long": "4000000"}.get(path)
    headers = [("Content-Length", length)] if length else []
    start_response("200 OK", headers)
    return environ["wsgi.file_wrapper"](file, 100)
"""
DIGITS = "".join(f"{number},\n" for number in range(500_000)).encode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "files.py").write_text(APP)
    (tmp_path / "digits.txt").write_bytes(DIGITS)
    (tmp_path / "letters.txt").write_text("letters")
    (tmp_path / "empty.txt").write_bytes(b"")
    return tmp_path


@pytest.fixture(params=["inline", "poll", "threads"])
def mode(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return MODES[request.param]


@pytest.mark.parametrize("target", ["files:app", "files:plain"])
def test_files_and_parts_of_them(folder: Path, mode: tuple[str, ...], target: str) -> None:
    with running(target, *mode, cwd=folder) as server:
        server.ready()
        path = "/file/digits.txt"
        status, headers, body = server.send("GET", path)
        assert (status, body) == (200, DIGITS)
        assert headers["Content-Length"] == str(len(DIGITS))
        for wanted, part in (
            ("bytes=0-9", DIGITS[:10]),
            ("bytes=3000000-3200000", DIGITS[3_000_000:3_200_001]),
            ("bytes=-7", DIGITS[-7:]),
            (f"bytes={len(DIGITS) - 1}-", DIGITS[-1:]),
        ):
            status, headers, body = server.send("GET", path, headers={"Range": wanted})
            assert (status, body) == (206, part)
            assert headers["Content-Length"] == str(len(part))
        status, headers, body = server.send("HEAD", path)
        assert (status, headers["Content-Length"], body) == (200, str(len(DIGITS)), b"")
        status, headers, _ = server.send("GET", path)
        found = server.send("GET", path, headers={"If-None-Match": headers["ETag"]})
        assert (found[0], found[2]) == (304, b"")
        assert server.send("GET", "/file/empty.txt")[2] == b""
        for kind, content in (
            ("position", DIGITS[5:]),
            ("read", DIGITS.partition(b"\n")[2]),
            ("raw", DIGITS[5:]),
            ("written", b"not yet flushed"),
            ("named", b"named"),
            ("gzip", b"unpacked"),
            ("own", b"LETTERS"),
            ("memory", b"in memory"),
            ("spooled", b"spooled"),
        ):
            assert server.send("GET", f"/kind/{kind}")[2] == content, kind
        assert server.send("GET", "/kind/proc")[2].endswith(b"\n")
        assert server.send("GET", "/fifo")[2] == b"from a pipe"


def test_the_wrapper_by_itself(folder: Path, mode: tuple[str, ...]) -> None:
    with running("files:wsgi", *mode, cwd=folder) as server:
        server.ready()
        status, headers, body = server.send("GET", "/all")
        assert (status, body) == (200, DIGITS[10:])
        assert headers["Content-Length"] == str(len(DIGITS) - 10)
        assert server.send("GET", "/short")[2] == DIGITS[10:30]
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        connection.request("GET", "/long")
        with pytest.raises(http.client.IncompleteRead):
            connection.getresponse().read()
        connection.close()


def open_files(worker: int) -> list[str]:
    """What the worker has open of the folder's files."""
    found = []
    for entry in os.scandir(f"/proc/{worker}/fd"):
        try:
            found.append(os.path.basename(os.readlink(entry.path)))
        except OSError:
            continue
    return [name for name in found if name.endswith(".txt")]


def begin(server: Running, path: str = "/file/digits.txt") -> socket.socket:
    """Ask, and take no more than the first bytes of the answer."""
    client = server.connect()
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert client.recv(10) == b"HTTP/1.1 2"
    return client


def rest(client: socket.socket) -> bytes:
    """All that is still sent, until the connection ends."""
    got = bytearray()
    while piece := client.recv(1 << 20):
        got += piece
    return bytes(got)


def test_a_slow_reader_holds_nobody_up_and_costs_no_memory(
    folder: Path, mode: tuple[str, ...]
) -> None:
    os.truncate(folder / "digits.txt", 64 * MIB)
    with running("files:app", *mode, cwd=folder) as server:
        server.ready()
        assert server.get() == (200, "hello")
        (worker,) = server.workers()
        with growth_below(worker, 4 * MIB):
            # As many as there are threads, and more.
            clients = [begin(server) for _ in range(6)]
            assert server.get() == (200, "hello")
            until(lambda: len(open_files(worker)) == 6)
            for client in clients:
                client.close()
            until(lambda: open_files(worker) == [])


def test_the_kernel_sends_what_nobody_reads(folder: Path) -> None:
    (folder / "digits.txt").write_bytes(DIGITS * 4)
    with running("files:app", cwd=folder) as server:
        server.ready()
        server.get()
        (worker,) = server.workers()
        counter = Path(f"/proc/{worker}/io")

        def read_calls() -> int:
            found = re.search(r"syscr: (\d+)", counter.read_text())
            assert found is not None
            return int(found[1])

        before = read_calls()
        assert server.send("GET", "/file/digits.txt")[2] == DIGITS * 4
        # A read for each 64 KiB would be 200 of them.
        assert read_calls() - before < 60


def test_a_file_that_shrinks_ends_the_connection(folder: Path, mode: tuple[str, ...]) -> None:
    os.truncate(folder / "digits.txt", 64 * MIB)
    with running("files:app", *mode, "--access-log", "log", cwd=folder) as server:
        server.ready()
        with begin(server) as client:
            os.truncate(folder / "digits.txt", 32 * MIB)
            got = rest(client)
        assert b"\r\nContent-Length: %d\r\n" % (64 * MIB) in got
        assert len(got) < 33 * MIB
        (worker,) = server.workers()
        assert open_files(worker) == []
        assert server.get() == (200, "hello")
        assert server.end(signal.SIGTERM) == 0
    line = next(line for line in (folder / "log").read_text().splitlines() if "digits" in line)
    said = re.search(r'" 200 (\d+) ', line)
    assert said is not None and int(said[1]) <= 32 * MIB


def test_a_graceful_stop_lets_a_file_be_sent(folder: Path, mode: tuple[str, ...]) -> None:
    os.truncate(folder / "digits.txt", 16 * MIB)
    with running("files:app", *mode, cwd=folder) as server:
        server.ready()
        with begin(server) as client:
            server.process.send_signal(signal.SIGTERM)
            server.await_line("Stopping")
            got = rest(client)
        assert len(got.partition(b"\r\n\r\n")[2]) == 16 * MIB
        assert server.wait() == 0


def test_an_unix_socket_sends_files_too(folder: Path) -> None:
    with running("files:app", "--unix-socket", "here.sock", cwd=folder) as server:
        server.ready()
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(20)
            client.connect(str(folder / "here.sock"))
            client.sendall(b"GET /file/digits.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert rest(client).partition(b"\r\n\r\n")[2] == DIGITS


@pytest.fixture
def text(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "text.txt"
    path.write_text("0123456789")
    yield path


@pytest.mark.parametrize("native", [True, False])
def test_a_file_is_closed_once_and_after_its_answer(text: Path, native: bool) -> None:
    app = Flask(__name__)
    closed: list[str] = []

    class Wrapper(FileWrapper):
        def close(self) -> None:
            closed.append("closed")
            super().close()

    @app.get("/own")
    def own() -> Response:
        return Response(Wrapper(text.open("rb")), direct_passthrough=True)

    @app.get("/toolkit")
    def toolkit() -> Response:
        wrapper = FileWrapper(text.open("rb"), 3)
        response = Response(wrapper, direct_passthrough=True)
        response.call_on_close(lambda: closed.append("never, as Werkzeug's"))
        return response

    @app.get("/sent")
    def whole() -> Response:
        return send_file(text)

    assert b"0123456789" in sent(app, "/own", native=native)
    assert closed == ["closed"]
    toolkit_sent = sent(app, "/toolkit", native=native)
    assert b"\r\nContent-Length: 10\r\n" in toolkit_sent
    assert toolkit_sent.endswith(b"\r\n\r\n0123456789")
    assert sent(app, "/sent", native=native).endswith(b"\r\n\r\n0123456789")
    assert sent(app, "/sent", headers={"Range": "bytes=2-4"}, native=native).endswith(
        b"\r\n\r\n234"
    )
    assert not sent(app, "/sent", "HEAD", native=native).endswith(b"0123456789")
    assert closed == ["closed"]


@pytest.mark.parametrize("threads", [1, 2])
def test_files_go_over_tls_too(tmp_path: Path, threads: int) -> None:
    certificate, key = make_ssl_devcert(str(tmp_path / "dev"), host="localhost")
    (tmp_path / "digits.txt").write_bytes(DIGITS)
    app = Flask(__name__)

    @app.get("/")
    def whole() -> Response:
        return send_file(tmp_path / "digits.txt")

    tls = _cruet.TlsContext([(certificate, key)])
    with serving_natively(app, threads=threads, tls=tls) as port:
        context = ssl.create_default_context(cafile=certificate)
        connection = http.client.HTTPSConnection("localhost", port, timeout=20, context=context)
        for wanted, part in (
            ("bytes=0-", DIGITS),
            ("bytes=1000000-1200000", DIGITS[1_000_000:1_200_001]),
        ):
            connection.request("GET", "/", headers={"Range": wanted})
            assert connection.getresponse().read() == part
        connection.close()
