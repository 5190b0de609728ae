"""What statsd is told: under Gunicorn's names, by datagrams that nobody waits for."""

from __future__ import annotations

import os
import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import fails, running, until


class Receiver:
    """A statsd: the lines that have come, sums of counters by name."""

    def __init__(self, bound: socket.socket) -> None:
        self.socket = bound
        self.lines: list[str] = []

    def read(self) -> list[str]:
        self.socket.setblocking(False)
        while True:
            try:
                self.lines += self.socket.recv(65536).decode().split("\n")
            except BlockingIOError:
                return self.lines

    def counted(self, name: str) -> int:
        found = [re.fullmatch(rf"{re.escape(name)}:(\d+)\|c.*", line) for line in self.read()]
        return sum(int(match[1]) for match in found if match)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind(("127.0.0.1", 0))
        yield Receiver(bound)


def where(receiver: Receiver) -> str:
    host, port = receiver.socket.getsockname()
    return f"{host}:{port}"


@pytest.mark.parametrize("threads", ["1", "3"])
def test_requests_and_workers(folder: Path, receiver: Receiver, threads: str) -> None:
    options = ("--statsd-host", where(receiver), "--workers", "2", "--threads", threads)
    with running("wsgiapp:app", *options, cwd=folder) as server:
        server.ready(2)
        for path in ("/x", "/x", "/sleep/0.05", "/raise"):
            server.get(path)
        until(lambda: receiver.counted("gunicorn.requests") == 4)
        assert receiver.counted("gunicorn.request.status.200") == 3
        assert receiver.counted("gunicorn.request.status.500") == 1
        pattern = re.compile(r"gunicorn\.request\.duration:(\d+(?:\.\d{3})?)\|ms")
        times = [float(match[1]) for line in receiver.lines if (match := pattern.fullmatch(line))]
        assert len(times) == 4
        assert sum(took >= 50 for took in times) == 1
        assert "gunicorn.workers:2|g" in receiver.lines
        server.process.send_signal(signal.SIGTTIN)
        until(lambda: "gunicorn.workers:3|g" in receiver.read())
        assert server.end(signal.SIGTERM) == 0
        assert receiver.read()[-1] == "gunicorn.workers:0|g"


def test_a_prefix_tags_and_the_log(folder: Path, receiver: Receiver) -> None:
    options = ("--statsd-prefix", "live.shop..", "--dogstatsd-tags", "team:web,new")
    with running("wsgiapp:app", "--statsd-host", where(receiver), *options, cwd=folder) as server:
        server.ready()
        server.get("/raise")
        until(lambda: receiver.counted("live.shop.gunicorn.requests") == 1)
        # The traceback of the view, and a worker that is killed.
        until(lambda: receiver.counted("live.shop.gunicorn.log.exception") == 1)
        os.kill(server.workers()[0], signal.SIGKILL)
        until(lambda: receiver.counted("live.shop.gunicorn.log.warning") == 1)
        lines = [line for line in receiver.lines if line]
        assert all(line.startswith("live.shop.gunicorn.") for line in lines)
        assert all(line.endswith("|#team:web,new") for line in lines)


def test_a_unix_socket(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bound:
        bound.bind(str(folder / "statsd"))
        receiver = Receiver(bound)
        options = ("--statsd-host", f"unix://{folder / 'statsd'}")
        with running("wsgiapp:app", *options, cwd=folder) as server:
            server.get("/x")
            until(lambda: receiver.counted("gunicorn.request.status.200") == 1)


def test_nobody_there_harms_nothing(folder: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with running("wsgiapp:app", "--statsd-host", f"127.0.0.1:{port}", cwd=folder) as server:
        for _ in range(50):
            assert server.get("/x")[0] == 200
        assert server.end(signal.SIGTERM) == 0


@pytest.mark.parametrize(
    "host, complaint",
    [
        ("localhost:many", "statsd_host: 'many' is not a port number"),
        ("unix:/no/such/socket", "cannot reach statsd at 'unix:/no/such/socket': No such file"),
        ("no.such.host.invalid:1", "cannot reach statsd at 'no.such.host.invalid:1'"),
    ],
)
def test_an_address_that_cannot_be_had(folder: Path, host: str, complaint: str) -> None:
    code, said = fails("wsgiapp:app", "--port", "0", "--statsd-host", host, cwd=folder)
    assert code == 1
    assert complaint in said


def test_a_file_of_gunicorns(folder: Path, receiver: Receiver) -> None:
    (folder / "gunicorn.conf.py").write_text(
        f"bind = '127.0.0.1:0'\nstatsd_host = {where(receiver)!r}\nstatsd_prefix = 'old'\n"
        "dogstatsd_tags = 'a:b'\n"
    )
    with running("wsgiapp:app", "--from-gunicorn", "gunicorn.conf.py", cwd=folder) as server:
        server.get("/x")
        until(lambda: "old.gunicorn.request.status.200:1|c|#a:b" in receiver.read())
        assert "statsd" not in server.text
