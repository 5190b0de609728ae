"""Clients that are slow, many, or take nothing of what they asked for; and too few descriptors."""

from __future__ import annotations

import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from load import Client, Figures

from .figures import NEVER, Case, Figure, Size, count
from .server import PATIENCE, Server, started, until
from .sides import Side, Wanted

MIB = 1 << 20
STREAM = b"GET /stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
#: Seconds between two bytes of a slow client.
DRIP = 0.25


def _normal(port: int, seconds: float = 0.0, requests: int = 0) -> Figures:
    """One client after another, with kept connections and with fresh ones, for so long."""
    clients = [Client(port, keep=True, path="/pid"), Client(port, keep=False, path="/pid")]
    end = time.monotonic() + seconds
    while time.monotonic() < end or requests > 0:
        for client in clients:
            client.ask()
            requests -= 1
        time.sleep(0.002 if seconds else 0)
    total = Figures()
    for client in clients:
        client.close()
        total.add(client.figures)
    return total


class Slow:
    """Connections that send a byte now and then, until the server has had enough of each."""

    def __init__(self, server: Server, number: int, begin: bytes, drip: bytes) -> None:
        self.drip = drip
        self.said: list[bytes] = []
        self.selector = selectors.DefaultSelector()
        for _ in range(number):
            connection = server.connect()
            connection.sendall(begin)
            connection.setblocking(False)
            self.selector.register(connection, selectors.EVENT_READ, bytearray())

    @property
    def left(self) -> int:
        return len(self.selector.get_map())

    def run(self, seconds: float, drips: bool, stop: Callable[[], bool] = lambda: False) -> None:
        """Take in what comes, and drip, until all are cut or the time is over."""
        end = time.monotonic() + seconds
        again = time.monotonic() + DRIP
        while self.left and time.monotonic() < end and not stop():
            for key, _ in self.selector.select(0.02):
                self._read(key)
            if drips and time.monotonic() > again:
                again += DRIP
                for key in list(self.selector.get_map().values()):
                    self._send(key)

    def _send(self, key: selectors.SelectorKey) -> None:
        assert isinstance(key.fileobj, socket.socket)
        try:
            key.fileobj.send(self.drip)
        except OSError:
            self._end(key)

    def _read(self, key: selectors.SelectorKey) -> None:
        assert isinstance(key.fileobj, socket.socket)
        try:
            part = key.fileobj.recv(65536)
        except OSError:
            part = b""
        key.data.extend(part)
        if not part:
            self._end(key)

    def _end(self, key: selectors.SelectorKey) -> None:
        assert isinstance(key.fileobj, socket.socket)
        self.said.append(bytes(key.data[:12]))
        self.selector.unregister(key.fileobj)
        key.fileobj.close()

    def close(self) -> None:
        for key in list(self.selector.get_map().values()):
            assert isinstance(key.fileobj, socket.socket)
            key.fileobj.close()
        self.selector.close()


def _slow(side: Side, size: Size, begin: bytes, drip: bytes) -> list[Figure]:
    wanted = Wanted(header_timeout=size.patience, body_timeout=size.patience)
    with started(side, wanted) as server:
        slow = Slow(server, size.slow, begin, drip)
        try:
            with _dripping(slow):
                normal = _normal(server.port, 0.7 * size.patience)
            # Now they say no more.
            slow.run(size.patience + 5, drips=False)
            p99 = normal.wait(0.99) * 1000
            cut = slow.said.count(b"HTTP/1.1 408")
        finally:
            slow.close()
    return [
        Figure("normal requests answered", normal.answered, least=1),
        count("normal requests that failed", normal.failed, 0),
        Figure("the normal ones' p99", p99 if normal.answered else NEVER, "ms", most=20),
        count(f"slow ones answered 408 of {size.slow}", cut, size.slow),
    ]


@contextmanager
def _dripping(slow: Slow) -> Iterator[None]:
    over = threading.Event()
    thread = threading.Thread(target=slow.run, args=(3600, True, over.is_set), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def slow_heads(side: Side, size: Size) -> list[Figure]:
    return _slow(side, size, b"GET /pid HTTP/1.1\r\nHost: x\r\nX-Slow: ", b"x")


def slow_bodies(side: Side, size: Size) -> list[Figure]:
    head = b"POST /count HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nx"
    return _slow(side, size, head, b"x")


def unread_streams(side: Side, size: Size) -> list[Figure]:
    with started(side, Wanted()) as server:
        # The first answers make a process larger by what they import.
        _normal(server.port, requests=200)
        before = server.resident()
        connections = [server.connect() for _ in range(4)]
        try:
            for connection in connections:
                connection.sendall(STREAM)
            growth = 0
            end = time.monotonic() + size.seconds / 2
            while time.monotonic() < end:
                growth = max(growth, server.resident() - before)
                time.sleep(0.05)
            whole = sum(_rest(connection) > 32 * MIB for connection in connections)
        finally:
            for connection in connections:
                connection.close()
    return [
        Figure("growth of all processes", growth / MIB, "MiB", most=4),
        count("whole answers, once they are read", whole, len(connections)),
    ]


def _rest(connection: socket.socket) -> int:
    """Read to the end, and tell how much it was."""
    size = 0
    with suppress(OSError):
        while part := connection.recv(1 << 20):
            size += len(part)
    return size


def idle(side: Side, size: Size) -> list[Figure]:
    request = b"GET /pid HTTP/1.1\r\nHost: x\r\n\r\n"
    with started(side, Wanted(connections=2 * size.idle)) as server:
        unloaded = _normal(server.port, requests=1000)
        before = server.resident()
        kept: list[socket.socket] = []
        refused = 0
        try:
            for number in range(size.idle):
                try:
                    connection = server.connect(f"127.0.0.{2 + number % 8}")
                    kept.append(connection)
                    connection.sendall(request)
                    if not connection.recv(65536).startswith(b"HTTP/1.1 200"):
                        refused += 1
                except OSError:
                    refused += 1
                    if refused > 20:
                        break
            time.sleep(0.5)
            each = (server.resident() - before) / max(len(kept), 1)
            loaded = _normal(server.port, requests=1000)
            open_still = sum(_is_open(connection) for connection in kept)
        finally:
            for connection in kept:
                connection.close()
    return [
        count(f"kept open of {size.idle}", open_still, size.idle),
        count("failed beside them", loaded.failed, 0),
        Figure("memory of each", each / 1024, "KiB", most=4),
        Figure("p50 without them", unloaded.wait(0.5) * 1000, "ms"),
        Figure("p50 beside them", loaded.wait(0.5) * 1000, "ms"),
        Figure("of that without them", loaded.wait(0.5) / unloaded.wait(0.5), "times", most=1.25),
    ]


def _has_answer(connection: socket.socket) -> bool:
    try:
        connection.setblocking(False)
        return connection.recv(100) != b""
    except OSError:
        return False


def _is_open(connection: socket.socket) -> bool:
    try:
        connection.setblocking(False)
        return connection.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def no_descriptors(side: Side, size: Size) -> list[Figure]:
    with started(side, Wanted()) as server:
        server.limit_files(10)
        connections = [server.connect() for _ in range(60)]
        try:
            for connection in connections:
                connection.sendall(b"GET /pid HTTP/1.1\r\nHost: x\r\n\r\n")
            time.sleep(0.5)
            waiting = sum(not _has_answer(connection) for connection in connections)
            begin, used = time.monotonic(), server.seconds_of_cpu()
            time.sleep(size.seconds / 3)
            share = (server.seconds_of_cpu() - used) / (time.monotonic() - begin)
        finally:
            for connection in connections:
                connection.close()
        again = until(server.answers, PATIENCE)
        lives = server.process.poll() is None
        answered = _normal(server.port, requests=100)
    return [
        Figure(f"connections that wait, of {len(connections)}", waiting, least=1),
        count("it runs", lives, 1),
        Figure("CPU while none are left", share * 100, "%", most=5),
        Figure("until it answers again", NEVER if again is None else again, "s"),
        count("failed after that of 100", answered.failed, 0),
    ]


CASES = [
    Case("slow-heads", "Slow heads", slow_heads),
    Case("slow-bodies", "Slow bodies", slow_bodies),
    Case("unread", "Four streams of 32 MiB that nobody reads", unread_streams),
    Case("idle", "Idle kept connections", idle),
    Case("no-descriptors", "No more descriptors (EMFILE)", no_descriptors),
]
