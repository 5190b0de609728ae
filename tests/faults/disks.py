"""A disk that is full."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from load import Load

from benchmarks.processes import Unmeasurable

from .figures import Case, Figure, Size, count
from .server import Server, running, started
from .sides import Side, Wanted

MIB = 1 << 20
#: Uploads that there is no room for, one after another.
TOO_LARGE = 3


@contextmanager
def small_disk() -> Iterator[str]:
    """A folder that holds 1 MiB. :raises Unmeasurable: it cannot be had."""
    with tempfile.TemporaryDirectory() as folder:
        mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Unmeasurable(f"no small disk: {done.stderr.strip()}")
        try:
            yield folder
        finally:
            subprocess.run(["umount", "-l", folder], check=True)


def upload(server: Server, size: int) -> int:
    """Send a body; the status of its answer, 0 where there is none."""
    answer = b""
    with server.connect() as connection, suppress(OSError):
        head = f"POST /store HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n"
        connection.sendall(head.encode() + b"Connection: close\r\n\r\n")
        # Whoever is refused early may still have some of it on its way.
        with suppress(OSError):
            for _ in range(size // 65536):
                connection.sendall(b"x" * 65536)
        while part := connection.recv(65536):
            answer += part
    status = re.match(rb"HTTP/1\.1 (\d{3}) ", answer)
    return int(status[1]) if status else 0


def full_disk(side: Side, size: Size) -> list[Figure]:
    with small_disk() as folder, started(side, Wanted(temporary=folder)) as server:
        with Load(server.port, 8, "/pid", 0.002) as load:
            refused = [upload(server, 8 * MIB) for _ in range(TOO_LARGE)]
            fits = upload(server, 6 * 65536)
        figures = load.stop()
        ended = sum(not running(int(pid)) for pid in figures.bodies)
    refusals = sum(status in (500, 507) for status in refused)
    return [
        count(f"answered 5xx of {TOO_LARGE} that are too large", refusals, TOO_LARGE),
        count("status of the next one, which fits", fits, 200),
        Figure("answered of the others", figures.answered, least=1),
        count("failed of the others", figures.failed, 0),
        count("workers that ended", ended, 0),
    ]


CASES = [Case("full-disk", "Uploads, and a full disk", full_disk)]
