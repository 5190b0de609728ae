"""One server under test: its processes, what they use, and how it ends."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from load import Client

from benchmarks.processes import free_port, resident, ticks, tree

from .sides import Side, Wanted

TESTS = Path(__file__).resolve().parent.parent
#: Seconds that a server has for what it is expected to do at all.
PATIENCE = 20.0
TICK = 1 / os.sysconf("SC_CLK_TCK")


def until(condition: Callable[[], object], patience: float = PATIENCE) -> float | None:
    """Wait until something is true: the seconds it took, None where it did not become so."""
    begin = time.monotonic()
    while not condition():
        if time.monotonic() - begin > patience:
            return None
        time.sleep(0.002)
    return time.monotonic() - begin


def running(pid: int) -> bool:
    """Tell whether a process runs; one that waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Server:
    """A server that has been started, with a process group of its own."""

    def __init__(self, side: Side, process: subprocess.Popen[bytes], port: int) -> None:
        self.side = side
        self.process = process
        self.port = port

    def processes(self) -> list[int]:
        """The master and all its descendants that live."""
        return tree(self.process.pid)

    def resident(self) -> int:
        """Bytes of all processes that are in memory."""
        return sum(resident(pid) for pid in self.processes())

    def seconds_of_cpu(self) -> float:
        return sum(ticks(pid) for pid in self.processes()) * TICK

    def connect(self, source: str = "127.0.0.1") -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE, (source, 0))

    def refuses(self) -> bool:
        """Tell whether it refuses a new connection now. One that is held back says nothing."""
        with socket.socket() as probe:
            probe.settimeout(0.05)
            try:
                probe.connect(("127.0.0.1", self.port))
            except OSError as error:
                return isinstance(error, ConnectionRefusedError)
        return False

    def answers(self) -> bool:
        return bool(self._answer("/pid"))

    def workers(self) -> set[bytes]:
        """Process ids of workers that answer now, as the application tells them."""
        found: set[bytes] = set()
        lock = threading.Lock()

        def ask() -> None:
            answer = self._answer("/sleep/0.05")
            with lock:
                found.update(answer)

        clients = [threading.Thread(target=ask) for _ in range(2 * self.side.at_once)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        return found

    def _answer(self, path: str) -> set[bytes]:
        client = Client(self.port, keep=False, path=path)
        client.ask()
        return client.figures.bodies

    def limit_files(self, more: int) -> None:
        """Let every process open only some more files than it has open now."""
        for pid in self.processes():
            most = max(int(fd) for fd in os.listdir(f"/proc/{pid}/fd")) + 1 + more
            _, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (most, hard))

    def send(self, number: int) -> None:
        self.process.send_signal(number)


@contextmanager
def started(side: Side, wanted: Wanted, ready: bool = True) -> Iterator[Server]:
    """Start a server; with ``ready``, once all its workers answer. Nothing of it is left behind.

    :raises Unmeasurable: the side cannot do what is wanted, or does not start.
    """
    port = free_port()
    command = side.command(wanted, port)
    more = {"TMPDIR": wanted.temporary} if wanted.temporary else {}
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command,
            env={**os.environ, "PYTHONPATH": str(TESTS), "PYTHONDONTWRITEBYTECODE": "1", **more},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        server = Server(side, process, port)
        try:
            if ready and until(lambda: len(server.workers()) >= wanted.workers) is None:
                log.seek(0)
                sys.stderr.write(log.read().decode(errors="replace"))
                raise RuntimeError(f"{side.name} does not start: {command}")
            yield server
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if os.environ.get("CRUET_FAULTS_LOG"):
                log.seek(0)
                sys.stderr.write(log.read().decode(errors="replace"))
