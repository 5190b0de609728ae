"""The queue before the threads: fair, and no longer than it is told to be."""

from __future__ import annotations

import http.client
import json
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from native_server import serving_natively
from running import running, until

from cruet import Flask

APP = """
import os, time
from cruet import Flask

app = Flask(__name__)


@app.get("/wait")
def wait():
    while not os.path.exists("open"):
        time.sleep(0.01)
    return "waited"


@app.get("/hold")
def hold():
    # One call that never gives the interpreter away.
    sum(range(200_000_000))
    return "held"
"""


@contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        yield client


def asking(who: str) -> bytes:
    return f"GET /{who} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


def answer_to(client: socket.socket) -> http.client.HTTPResponse:
    answer = http.client.HTTPResponse(client)
    answer.begin()
    return answer


@pytest.fixture
def gated() -> tuple[Flask, threading.Semaphore, list[str]]:
    """An application whose views wait at a gate, and in which order they came there."""
    app = Flask(__name__)
    gate = threading.Semaphore(0)
    order: list[str] = []

    @app.get("/<who>")
    def wait(who: str) -> str:
        order.append(who)
        gate.acquire()
        return who

    return app, gate, order


Gated = tuple[Flask, threading.Semaphore, list[str]]


def test_who_finds_the_queue_full_is_asked_to_come_again(gated: Gated) -> None:
    app, gate, order = gated
    with serving_natively(app, threads=2, max_request_queue_size=3) as port, ExitStack() as stack:
        clients = [stack.enter_context(connected(port)) for _ in range(7)]
        for number, client in enumerate(clients[:5]):
            client.sendall(asking(str(number)))
            until(lambda n=number: len(order) == min(n + 1, 2))
        # There is no telling when the loop has read what waits behind the views, but for this:
        # it reads in the order of arrival.
        for client in clients[5:]:
            client.sendall(asking("late"))
            answer = answer_to(client)
            assert answer.status == 503
            assert answer.headers["Retry-After"] == "1"
            assert answer.read() == b"Service Unavailable\n"
        for _ in range(5):
            gate.release()
        assert [answer_to(client).read() for client in clients[:5]] == [
            b"0",
            b"1",
            b"2",
            b"3",
            b"4",
        ]
        # The same connection is served once there is room.
        clients[5].sendall(asking("again"))
        gate.release()
        assert answer_to(clients[5]).read() == b"again"


def test_0_lets_any_number_wait(gated: Gated) -> None:
    app, gate, _ = gated
    with serving_natively(app, threads=2, max_request_queue_size=0) as port, ExitStack() as stack:
        clients = [stack.enter_context(connected(port)) for _ in range(50)]
        for client in clients:
            client.sendall(asking("any"))
        for _ in clients:
            gate.release()
        assert {answer_to(client).status for client in clients} == {200}


def test_who_pipelines_waits_behind_all_others_for_each_request(gated: Gated) -> None:
    app, gate, order = gated
    with serving_natively(app, threads=2) as port, ExitStack() as stack:
        greedy = stack.enter_context(connected(port))
        greedy.sendall(asking("greedy") * 20)
        until(lambda: order == ["greedy"])
        modest = [stack.enter_context(connected(port)) for _ in range(6)]
        for client in modest:
            client.sendall(asking("modest"))
        until(lambda: len(order) == 2)
        # What is asked last is read last.
        stack.enter_context(connected(port)).sendall(asking("late"))
        gate.release()
        for count in range(3, 10):
            until(lambda n=count: len(order) == n)
            gate.release()
        assert order[:8].count("modest") == 6
        for _ in range(40):
            gate.release()
        assert [answer_to(client).status for client in modest] == [200] * 6
        until(lambda: order.count("greedy") == 20)


def test_refusals_need_no_interpreter_and_are_counted(tmp_path: Path) -> None:
    (tmp_path / "queued.py").write_text(APP)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        watched = probe.getsockname()[1]
    options = ("--threads", "2", "--max-request-queue-size", "1")
    metrics = ("--metrics-bind", f"127.0.0.1:{watched}")
    with running("queued:app", *options, *metrics, cwd=tmp_path) as server, ExitStack() as stack:
        server.ready()
        clients = [stack.enter_context(connected(server.port)) for _ in range(5)]
        waits, holds, queued, *refused = clients
        waits.sendall(asking("wait"))
        until(lambda: scraped(watched, "cruet_requests_in_progress") == 1)
        holds.sendall(asking("hold"))
        until(lambda: scraped(watched, "cruet_requests_in_progress") == 2)
        queued.sendall(asking("wait"))
        for client in refused:
            client.sendall(asking("wait"))
            assert answer_to(client).status == 503
        # All that while the interpreter was busy.
        assert select.select([holds], [], [], 0)[0] == []
        assert scraped(watched, "cruet_requests_refused_total") == 2
        assert scraped(watched, 'cruet_requests_total{status="5xx"}') == 2
        (tmp_path / "open").touch()
        assert [answer_to(client).status for client in (waits, holds, queued)] == [200] * 3
        said = subprocess.run(
            [sys.executable, "-m", "cruet", "status", "--json", str(server.process.pid)],
            capture_output=True,
            check=True,
        )
        assert json.loads(said.stdout)["refused"] == 2


def scraped(port: int, name: str) -> float:
    """The value of one line of what Prometheus reads."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    (line,) = (line for line in text.splitlines() if line.startswith(name + " "))
    return float(line.rpartition(" ")[2])
