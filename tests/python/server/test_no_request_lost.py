"""Reloads, recycling and stops under load: every request is answered, none is reset."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import time
from pathlib import Path

import pytest
from load import Load
from running import MODES, Running, running, until

REQUEST = b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n"


def _recycled(server: Running) -> int:
    return sum("is recycled" in line for line in server.log)


@pytest.mark.parametrize("mode", ["inline", "threads"])
@pytest.mark.parametrize("pipelined", [1, 5])
def test_recycling_loses_no_request(folder: Path, mode: str, pipelined: int) -> None:
    options = ("--workers", "2", "--max-requests", "50", "--max-requests-jitter", "10")
    with running("wsgiapp:app", *options, *MODES[mode], cwd=folder) as server:
        server.ready(2)
        with Load(server.port, pause=0.002, path="/pid", pipelined=pipelined) as load:
            until(lambda: _recycled(server) >= 4 and server.text.count("serves") >= 8)
        figures = load.stop()
        assert figures.reasons == []
        assert figures.answered > 200
        assert len(figures.bodies) >= 4
        assert "WARNING" not in server.text
        assert server.end(signal.SIGTERM) == 0


@pytest.mark.parametrize("mode", ["inline", "threads"])
def test_reloads_lose_no_request(folder: Path, mode: str) -> None:
    with running("wsgiapp:app", "--workers", "2", *MODES[mode], cwd=folder) as server:
        server.ready(2)
        with Load(server.port, pause=0.002, path="/pid") as load:
            for number in range(3):
                server.process.send_signal(signal.SIGHUP)
                server.await_line("Reloaded", number + 1)
        figures = load.stop()
        assert figures.reasons == []
        assert figures.answered > 50
        assert server.end(signal.SIGTERM) == 0


@pytest.mark.parametrize(
    "options, reason",
    [
        (("--max-worker-lifetime", "0.3"), "it has served its time"),
        (("--max-worker-memory", "1000"), "it has more memory than it may"),
    ],
)
def test_other_limits_of_a_worker(folder: Path, options: tuple[str, ...], reason: str) -> None:
    with running("wsgiapp:app", *options, cwd=folder) as server:
        server.ready()
        server.await_line(reason)
        server.ready(2)
        assert server.get("/x")[0] == 200
        assert server.end(signal.SIGTERM) == 0


def test_a_worker_that_counts_no_requests_is_not_replaced(folder: Path) -> None:
    with running("wsgiapp:app", cwd=folder) as server:
        server.ready()
        with Load(server.port) as load:
            until(lambda: load.answered > 300)
        assert load.stop().reasons == []
        assert len(server.workers()) == 1


def _refused(server: Running) -> bool:
    try:
        with server.connect():
            return False
    except ConnectionRefusedError:
        return True


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("mode", ["inline", "threads"])
def test_a_stop_serves_what_is_queued_and_refuses_the_next_at_once(
    folder: Path, mode: str, workers: str
) -> None:
    options = ("--workers", workers, *MODES[mode])
    with running("wsgiapp:app", *options, cwd=folder) as server, contextlib.ExitStack() as stack:
        server.ready(int(workers))
        # Every worker's loop is busy where it runs the views itself.
        slow = [stack.enter_context(server.connect()) for _ in range(4)]
        for client in slow:
            client.sendall(REQUEST.replace(b"/x", b"/sleep/1"))
        time.sleep(0.4)
        queued = [stack.enter_context(server.connect()) for _ in range(20)]
        for client in queued:
            client.sendall(REQUEST)
        begin = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        server.await_line("Stopping")
        assert _refused(server)
        # While those in flight are still at it.
        assert time.monotonic() - begin < 10
        for client in slow:
            assert _whole(client).endswith(b"slept")
        for client in queued:
            assert _whole(client).endswith(b"hello from /x")
        assert server.wait() == 0


def _whole(client: socket.socket) -> bytes:
    answer = b""
    while part := client.recv(65536):
        answer += part
    return answer


def test_kept_connections_are_told_to_close_and_idle_ones_linger(folder: Path) -> None:
    with running("wsgiapp:app", "--drain-linger", "3", cwd=folder) as server:
        server.ready()
        with server.connect() as busy, server.connect() as idle:
            for client in (busy, idle):
                client.sendall(REQUEST)
                assert b"Connection: close" not in client.recv(65536)
            server.process.send_signal(signal.SIGTERM)
            server.await_line("Stopping")
            busy.sendall(REQUEST * 3)
            answers = _whole(busy)
            assert answers.count(b"HTTP/1.1 200 OK") == 3
            assert answers.count(b"Connection: close") == 1
            # Nothing is said to the other for a while, then it ends in order.
            assert _whole(idle) == b""
        assert server.wait() == 0


def test_an_idle_connection_does_not_outlast_a_short_linger(folder: Path) -> None:
    with running("wsgiapp:app", "--drain-linger", "0", cwd=folder) as server:
        server.ready()
        with server.connect() as idle:
            idle.sendall(REQUEST)
            idle.recv(65536)
            assert server.end(signal.SIGTERM) == 0
            assert idle.recv(10) == b""


def test_the_number_of_workers_follows_signals(folder: Path) -> None:
    with running("wsgiapp:app", cwd=folder) as server:
        server.ready()
        server.process.send_signal(signal.SIGTTIN)
        server.ready(2)
        with Load(server.port, pause=0.002, path="/pid") as load:
            server.process.send_signal(signal.SIGTTOU)
            server.await_line("Workers wanted: 1")
            eldest = server.workers()[0]
            until(lambda: not os.path.exists(f"/proc/{eldest}"))
        assert load.stop().reasons == []
        assert re.fullmatch(r"\d+", server.get("/pid")[1])
        assert server.end(signal.SIGTERM) == 0
