"""`cruet run` with its log at hand: what it says, which processes it has, how it ends."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

#: No wait in these tests is longer, in seconds.
PATIENCE = 20.0

#: The ways in which one worker can serve: options by name.
MODES: dict[str, tuple[str, ...]] = {
    "inline": (),
    "threads": ("--threads", "4"),
    "poll": ("--no-async",),
    "poll-threads": ("--no-async", "--threads", "4"),
}


def until(condition: Callable[[], object], patience: float = PATIENCE) -> None:
    """Wait until something is true; fail when it does not become so in time."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


class Running:
    """One server process; ``log`` grows with the lines of its standard error."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.log: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log.append(line.rstrip("\n"))

    @property
    def text(self) -> str:
        return "\n".join(self.log)

    def await_line(self, pattern: str, times: int = 1) -> re.Match[str]:
        """Wait for a line of the log; give the match of the last of them."""

        def found() -> list[re.Match[str]]:
            matches = [re.search(pattern, line) for line in list(self.log)]
            return [match for match in matches if match]

        deadline = time.monotonic() + PATIENCE
        while len(found()) < times:
            assert time.monotonic() < deadline, f"no {pattern!r} in:\n{self.text}"
            if self.process.poll() is not None:
                self._reader.join(1)
                assert len(found()) >= times, f"ended without {pattern!r}:\n{self.text}"
            time.sleep(0.01)
        return found()[-1]

    @property
    def port(self) -> int:
        return int(self.await_line(r"(?:serves at|Running on) .*?https?://[^ ,]*:(\d+)")[1])

    def ready(self, workers: int = 1) -> None:
        self.await_line(r"Worker \d+ serves", workers)

    def workers(self) -> list[int]:
        """Process ids of the workers, oldest first, as the log names them."""
        found = [re.search(r"Worker (\d+) serves", line) for line in self.log]
        return [int(match[1]) for match in found if match]

    def get(self, path: str = "/", **headers: str) -> tuple[int, str]:
        status, _, body = self.send("GET", path, headers=headers)
        return status, body.decode()

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def end(self, number: int) -> int:
        """Send a signal; give the exit code."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return code


def command(*args: str) -> list[str]:
    return [sys.executable, "-m", "cruet", "run", *args]


@contextmanager
def running(
    *args: str,
    cwd: Path,
    env: dict[str, str] | None = None,
    argv: list[str] | None = None,
    before: Callable[[], None] | None = None,
    pass_fds: tuple[int, ...] = (),
) -> Iterator[Running]:
    """Start a server on a free port; it is killed at the end if it still runs.

    `before` is called in its process before it starts.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # The tests themselves run in the background of a script; what they start shall not.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        argv or command(*args, "--port", "0"),
        cwd=cwd,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **(env or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=before,
        pass_fds=pass_fds,
        # A group of its own, so that nothing it starts outlives the test.
        start_new_session=True,
    )
    server = Running(process)
    try:
        yield server
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        server.wait()
        assert process.stderr is not None
        process.stderr.close()


def fails(*args: str, cwd: Path, env: dict[str, str] | None = None) -> tuple[int, str]:
    """Run a start that is expected to end by itself: exit code and standard error."""
    done = subprocess.run(
        command(*args),
        cwd=cwd,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    return done.returncode, done.stderr
