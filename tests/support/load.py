"""Clients that ask all the time, and notice every request that is lost and every pause.

Half of them keep their connections, half connect anew for each request. What they count:

- failed: a request that was sent and not answered in full with 200, or a connection refused or
  reset;
- stale: of these, a request on a kept connection that the server ended without an answer, though
  the answer before had not said ``Connection: close``;
- gap: the longest time in which nobody got an answer.
"""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
import time
import typing as t
from dataclasses import dataclass, field

#: Seconds that a client waits for an answer.
PATIENCE = 20.0


@dataclass
class Figures:
    """What the clients of a load have seen, together. Times are seconds."""

    answered: int = 0
    failed: int = 0
    stale: int = 0
    reasons: list[str] = field(default_factory=list)
    #: When each answer was complete.
    moments: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    #: When each body came for the first time.
    first: dict[bytes, float] = field(default_factory=dict)

    @property
    def bodies(self) -> set[bytes]:
        return set(self.first)

    def gap(self, begin: float = 0.0, end: float = float("inf")) -> float:
        """The longest time without an answer, of that between two moments."""
        inside = sorted(moment for moment in self.moments if begin <= moment <= end)
        inside = [*([begin] if begin else []), *inside, *([end] if end < float("inf") else [])]
        return max((b - a for a, b in itertools.pairwise(inside)), default=0.0)

    def wait(self, share: float) -> float:
        """A percentile of the waits: 0.5, 0.99."""
        ordered = sorted(self.waits)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0

    def add(self, other: Figures) -> None:
        self.answered += other.answered
        self.failed += other.failed
        self.stale += other.stale
        self.reasons += other.reasons
        self.moments += other.moments
        self.waits += other.waits
        for body, moment in other.first.items():
            self.first[body] = min(moment, self.first.get(body, moment))


class Lost(Exception):
    """A request got no answer. The text says how."""


class Client:
    """One connection after another to one server."""

    def __init__(self, port: int, keep: bool, path: str = "/x", pipelined: int = 1) -> None:
        self.where = ("127.0.0.1", port)
        self.keep = keep
        self.pipelined = pipelined
        connection = "keep-alive" if keep else "close"
        head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: {connection}\r\n\r\n"
        self.request = head.encode()
        self.figures = Figures()
        self._socket: socket.socket | None = None
        self._used = False
        self._unread = b""

    def ask(self) -> None:
        """Send requests, and take in their answers."""
        begin = time.monotonic()
        was_used = self._used
        answers = 0
        try:
            try:
                if self._socket is None:
                    self._socket = socket.create_connection(self.where, timeout=PATIENCE)
                    self._used = was_used = False
                self._socket.sendall(self.request * self.pipelined)
                self._used = True
                for _ in range(self.pipelined):
                    self._take_answer(begin)
                    answers += 1
                    if self._socket is None:
                        # Told to close: what was sent behind it is to be asked again.
                        break
            except OSError as error:
                raise Lost(type(error).__name__) from None
        except Lost as error:
            self.close()
            self.figures.failed += 1
            self.figures.stale += was_used and not answers
            self.figures.reasons.append(f"{error}{' on a kept connection' if was_used else ''}")

    def _take_answer(self, begin: float) -> None:
        assert self._socket is not None
        while b"\r\n\r\n" not in self._unread:
            self._read_more()
        head, _, self._unread = self._unread.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        fields = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines[1:])
        }
        size = int(fields.get("content-length", "0"))
        while len(self._unread) < size:
            self._read_more()
        body, self._unread = self._unread[:size], self._unread[size:]
        if " 200 " not in lines[0] + " ":
            raise Lost(lines[0])
        now = time.monotonic()
        self.figures.answered += 1
        self.figures.moments.append(now)
        self.figures.waits.append(now - begin)
        self.figures.first.setdefault(body, now)
        if not self.keep or fields.get("connection", "").lower() == "close":
            self.close()

    def _read_more(self) -> None:
        assert self._socket is not None
        part = self._socket.recv(65536)
        if not part:
            raise Lost("end of the connection")
        self._unread += part

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None
        self._unread = b""
        self._used = False


class Load:
    """Clients in threads, from the beginning of a ``with`` block to its end."""

    def __init__(
        self, port: int, clients: int = 8, path: str = "/x", pause: float = 0, pipelined: int = 1
    ) -> None:
        self.clients = [
            Client(
                port, keep=number % 2 == 0, path=path, pipelined=pipelined if number % 2 == 0 else 1
            )
            for number in range(clients)
        ]
        self.pause = pause
        self.begin = self.end = 0.0
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(client,), daemon=True)
            for client in self.clients
        ]

    def __enter__(self) -> t.Self:
        self.begin = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> Figures:
        """End, and return what all have seen."""
        self._stop.set()
        for thread in self._threads:
            with contextlib.suppress(RuntimeError):
                thread.join(PATIENCE + 5)
        self.end = self.end or time.monotonic()
        return self.figures

    @property
    def figures(self) -> Figures:
        total = Figures()
        for client in self.clients:
            total.add(client.figures)
        return total

    @property
    def answered(self) -> int:
        """How many answers there were up to now."""
        return sum(client.figures.answered for client in self.clients)

    def bodies(self) -> set[bytes]:
        """What has come up to now."""
        return {body for client in self.clients for body in list(client.figures.first)}

    def first(self, others_than: set[bytes]) -> float | None:
        """When a body came for the first time that is none of these; None: not yet."""
        found = [
            moment
            for client in self.clients
            for body, moment in list(client.figures.first.items())
            if body not in others_than
        ]
        return min(found, default=None)

    def _run(self, client: Client) -> None:
        while not self._stop.is_set():
            failed = client.figures.failed
            client.ask()
            if self.pause or client.figures.failed > failed:
                # Whoever finds nobody does not try a thousand times a second.
                self._stop.wait(max(self.pause, 0.01 if client.figures.failed > failed else 0))
        client.close()
