"""Large bodies, up and down: memory stays what it was, in every mode and by either way in."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import resource
import signal
import socket
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from memory import MIB, growth_below
from running import PATIENCE, Running, fails, running, until

APP = """
import threading
import zlib

from cruet import Flask, request, send_file

app = Flask(__name__)


@app.post("/read")
def read():
    total = crc = 0
    while piece := request.stream.read(65536):
        total += len(piece)
        crc = zlib.crc32(piece, crc)
    return f"{total} {crc}"


@app.post("/form")
def form():
    file = request.files["file"]
    total = crc = 0
    while piece := file.stream.read(65536):
        total += len(piece)
        crc = zlib.crc32(piece, crc)
    return f"{total} {crc} {request.form['name']}"


@app.post("/unread")
def unread():
    return "not read"


@app.get("/stream/<int:mib>")
def stream(mib):
    block = bytes(range(256)) * 4096
    return (block for _ in range(mib)), {"Content-Length": str(mib << 20)}


@app.get("/file")
def file():
    return send_file("large.bin")


@app.get("/")
def index():
    return "hello"


def plain(environ, start_response):
    return app(environ, start_response)
"""
WAYS = ("bodies:app", "bodies:plain")
MODES = {
    "inline": (),
    "threads": ("--threads", "2"),
    "streamed": ("--threads", "2", "--stream-bodies"),
}
BLOCK = bytes(range(256)) * 4096
# What a body of any size may cost: buffers of the socket, of the server and of the reader.
MOST = 6 * MIB


def crc_of(mib: int) -> int:
    crc = 0
    for _ in range(mib):
        crc = zlib.crc32(BLOCK, crc)
    return crc


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "bodies.py").write_text(APP)
    (tmp_path / "spool").mkdir()
    return tmp_path


def upload(server: Running, path: str, mib: int, before: bytes = b"", after: bytes = b"") -> bytes:
    """Send so many blocks, between two other pieces; the answer's body, its status must be 200."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    with contextlib.closing(connection):
        connection.putrequest("POST", path)
        connection.putheader("Content-Length", str(mib * MIB + len(before) + len(after)))
        if before:
            connection.putheader("Content-Type", "multipart/form-data; boundary=limit")
        connection.endheaders(before or None)
        for _ in range(mib):
            connection.send(BLOCK)
        if after:
            connection.send(after)
        answer = connection.getresponse()
        assert answer.status == 200
        return answer.read()


def download(server: Running, path: str) -> tuple[int, int]:
    """Ask, and tell the length of the answer's body and its CRC."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    with contextlib.closing(connection):
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == 200
        total = crc = 0
        while piece := answer.read(MIB):
            total += len(piece)
            crc = zlib.crc32(piece, crc)
        return total, crc


def goes_both_ways(server: Running, mib: int) -> None:
    """Send and fetch so much, and see that the worker's memory stays what it was."""
    worker = server.workers()[0]
    crc = crc_of(mib)
    # What is imported and allocated once.
    upload(server, "/read", 2)
    download(server, "/stream/2")
    with growth_below(worker, MOST):
        assert upload(server, "/read", mib) == f"{mib * MIB} {crc}".encode()
        assert download(server, f"/stream/{mib}") == (mib * MIB, crc)
        assert download(server, "/file") == (mib * MIB, crc)


def write_large(folder: Path, mib: int) -> None:
    with (folder / "large.bin").open("wb") as file:
        for _ in range(mib):
            file.write(BLOCK)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("target", WAYS)
def test_large_bodies_cost_no_memory(folder: Path, target: str, mode: str) -> None:
    write_large(folder, 64)
    with running(target, *MODES[mode], "--tmp-upload-dir", "spool", cwd=folder) as server:
        server.ready()
        goes_both_ways(server, 64)
        assert upload(server, "/unread", 1) == b"not read"
        assert os.listdir(folder / "spool") == []


@pytest.mark.heavy
@pytest.mark.parametrize("mode", ["inline", "threads"])
@pytest.mark.parametrize("target", WAYS)
def test_a_gibibyte_costs_no_memory(folder: Path, target: str, mode: str) -> None:
    write_large(folder, 1024)
    try:
        with running(target, *MODES[mode], cwd=folder) as server:
            server.ready()
            goes_both_ways(server, 1024)
    finally:
        (folder / "large.bin").unlink()


@pytest.mark.parametrize("mode", ["inline", "threads"])
def test_a_large_file_in_a_form_costs_no_memory(folder: Path, mode: str) -> None:
    part = b'--limit\r\nContent-Disposition: form-data; name="'
    before = part + b'name"\r\n\r\nthe name\r\n' + part + b'file"; filename="f"\r\n\r\n'
    with running("bodies:app", *MODES[mode], cwd=folder) as server:
        server.ready()
        upload(server, "/form", 2, before, b"\r\n--limit--\r\n")
        with growth_below(server.workers()[0], MOST):
            answer = upload(server, "/form", 64, before, b"\r\n--limit--\r\n")
        assert answer == f"{64 * MIB} {crc_of(64)} the name".encode()


def spooled(worker: int, folder: Path) -> list[str]:
    """The descriptors of the worker that lead into the folder."""
    found = []
    for entry in os.scandir(f"/proc/{worker}/fd"):
        with contextlib.suppress(OSError):
            found.append(os.readlink(entry.path))
    return [path for path in found if path.startswith(str(folder))]


@pytest.mark.parametrize("mode", ["inline", "threads"])
@pytest.mark.parametrize("how", ["option", "TMPDIR"])
def test_what_is_spooled_has_no_name_and_is_let_go(folder: Path, how: str, mode: str) -> None:
    spool = folder / "spool"
    options = ("--tmp-upload-dir", "spool") if how == "option" else ()
    env = {"TMPDIR": str(spool)} if how == "TMPDIR" else {}
    options += ("--body-memory", "1000", *MODES[mode])
    with running("bodies:app", *options, cwd=folder, env=env) as server:
        server.ready()
        worker = server.workers()[0]
        for end in ("vanish", "complete"):
            with server.connect() as client:
                client.sendall(b"POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n")
                client.sendall(b"x" * 1000)
                assert server.get() == (200, "hello")
                assert spooled(worker, spool) == []
                client.sendall(b"x" * 1000)
                until(lambda: len(spooled(worker, spool)) == 1)
                assert spooled(worker, spool)[0].endswith("(deleted)")
                assert os.listdir(spool) == []
                if end == "complete":
                    client.sendall(b"x" * 3000)
                    assert client.recv(1000).endswith(f"5000 {zlib.crc32(b'x' * 5000)}".encode())
            until(lambda: spooled(worker, spool) == [])


def test_a_directory_that_is_none_is_told_at_the_start(folder: Path) -> None:
    for more in ((), ("--check-config",)):
        code, said = fails("bodies:app", "--tmp-upload-dir", "no/where", *more, cwd=folder)
        assert code != 0
        assert "tmp_upload_dir 'no/where' is no directory" in said


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Let the folder hold no more than 1 MiB, where that can be done."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("a file system cannot be mounted here: " + mounted.stderr.decode())
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def refused(server: Running, size: int) -> bytes:
    """Send a body of so many bytes while the answer permits it; all that is answered."""
    with server.connect() as client:
        client.sendall(b"POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % size)
        for _ in range(size // MIB):
            client.sendall(BLOCK)
        client.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := client.recv(65536):
            answer += piece
        return answer


def is_refused_alone(server: Running) -> None:
    """A request that the disk has no room for is refused; those before and after are answered."""
    worker = server.workers()[0]
    with server.connect() as other:
        other.sendall(b"POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 700000\r\n\r\n")
        other.sendall(b"x" * 300_000)
        for _ in range(2):
            answer = refused(server, 4 * MIB)
            assert re.match(rb"HTTP/1\.1 507 Insufficient Storage\r\n", answer)
            assert b"\r\nConnection: close\r\n" in answer
            assert answer.endswith(b"\r\n\r\nno room to store it\n")
        assert server.get() == (200, "hello")
        other.sendall(b"x" * 400_000)
        assert other.recv(1000).endswith(f"700000 {zlib.crc32(b'x' * 700_000)}".encode())
    assert server.workers() == [worker]
    assert server.end(signal.SIGTERM) == 0


@pytest.mark.parametrize("mode", ["inline", "threads"])
def test_a_full_disk_fails_that_request_alone(folder: Path, mode: str) -> None:
    log = folder / "access.log"
    options = ("--tmp-upload-dir", "spool", "--access-log", str(log), *MODES[mode])
    with small_disk(folder / "spool"), running("bodies:app", *options, cwd=folder) as server:
        server.ready()
        is_refused_alone(server)
    lines = [line for line in log.read_text().splitlines() if " 507 " in line]
    assert len(lines) == 2 and all("POST /read" in line for line in lines)


@pytest.mark.parametrize("mode", ["inline", "threads"])
def test_so_does_a_limit_of_files(folder: Path, mode: str) -> None:
    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (MIB, MIB))

    options = ("--tmp-upload-dir", "spool", *MODES[mode])
    with running("bodies:app", *options, cwd=folder, before=limited) as server:
        server.ready()
        is_refused_alone(server)


def test_slow_clients_keep_no_thread(folder: Path) -> None:
    head = b"POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n"
    with running("bodies:app", "--threads", "2", cwd=folder) as server:
        server.ready()
        with contextlib.ExitStack() as stack:
            for _ in range(10):
                stack.enter_context(server.connect()).sendall(head + b"x")
            assert server.get() == (200, "hello")
            client = stack.enter_context(server.connect())
            client.sendall(head + b"x" * 5000)
            client.settimeout(PATIENCE)
            assert client.recv(1000).endswith(b"%d" % zlib.crc32(b"x" * 5000))
