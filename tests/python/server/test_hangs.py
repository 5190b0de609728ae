"""Views that do not come back: what becomes of their clients, of others, and of the worker."""

from __future__ import annotations

import contextlib
import signal
import socket
import time
from pathlib import Path

import pytest
from running import MODES, Running, running, until

HANGS = """
import collections, itertools, time

def app(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/held":
        # In C, with the interpreter's lock, and without a look at signals.
        collections.deque(itertools.repeat(1), maxlen=0)
    if path == "/swallowed":
        while True:
            try:
                time.sleep(60)
            except BaseException:
                pass
    if path == "/cleaned":
        try:
            time.sleep(60)
        finally:
            print("cleaned up", file=environ["wsgi.errors"], flush=True)
    if path.startswith("/sleep/"):
        time.sleep(float(path[7:]))
    if path == "/stream":
        start_response("200 OK", [])
        return stream()
    start_response("200 OK", [])
    return [b"answered"]

def stream():
    yield b"begun"
    time.sleep(60)
"""

TIMEOUT = ("--timeout", "0.6")


@pytest.fixture
def hangs(tmp_path: Path) -> Path:
    (tmp_path / "hangs.py").write_text(HANGS)
    return tmp_path


def _sent(server: Running, path: str) -> socket.socket:
    client = server.connect()
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return client


def _whole(client: socket.socket) -> bytes:
    answer = b""
    with contextlib.suppress(ConnectionResetError):
        while part := client.recv(65536):
            answer += part
    return answer


@pytest.mark.parametrize("mode", list(MODES))
def test_a_hang_is_answered_and_shown_in_the_log(hangs: Path, mode: str) -> None:
    with running("hangs:app", *TIMEOUT, *MODES[mode], cwd=hangs) as server:
        server.ready()
        with _sent(server, "/sleep/60") as client:
            assert _whole(client).startswith(b"HTTP/1.1 500 Internal Server Error\r\n")
        server.await_line("hangs beyond the timeout")
        server.await_line(r"hung here:")
        server.await_line(r'hangs\.py", line \d+ in app')
        server.ready(2)
        assert server.get("/x") == (200, "answered")
        assert "is killed" not in server.text
        assert server.end(signal.SIGTERM) == 0


def test_a_view_is_left_in_order_where_the_loop_runs_it(hangs: Path) -> None:
    with running("hangs:app", *TIMEOUT, cwd=hangs) as server:
        server.ready()
        with _sent(server, "/cleaned") as client:
            assert _whole(client).startswith(b"HTTP/1.1 500 ")
        server.await_line("cleaned up")


@pytest.mark.parametrize("mode", ["inline", "threads"])
def test_a_stream_that_hangs_is_cut(hangs: Path, mode: str) -> None:
    with running("hangs:app", *TIMEOUT, *MODES[mode], cwd=hangs) as server:
        server.ready()
        with _sent(server, "/stream") as client:
            answer = _whole(client)
            assert answer.endswith(b"5\r\nbegun\r\n")
        server.await_line(r'hangs\.py", line \d+ in stream')
        server.ready(2)


@pytest.mark.parametrize(
    ("mode", "path"), [("inline", "/held"), ("threads", "/held"), ("inline", "/swallowed")]
)
def test_who_does_not_hear_is_killed(hangs: Path, mode: str, path: str) -> None:
    with running("hangs:app", *TIMEOUT, *MODES[mode], cwd=hangs) as server:
        server.ready()
        with _sent(server, path) as client:
            # The successor does not wait for the end.
            server.ready(2)
            assert _whole(client) == b""
        server.await_line("hung here:")
        server.await_line("is killed")
        assert server.get("/x") == (200, "answered")


def test_other_threads_finish_what_they_have_in_hand(hangs: Path) -> None:
    options = ("--timeout", "2", "--threads", "3")
    with running("hangs:app", *options, cwd=hangs) as server, contextlib.ExitStack() as stack:
        server.ready()
        stuck = stack.enter_context(_sent(server, "/sleep/60"))
        time.sleep(1.2)
        busy = stack.enter_context(_sent(server, "/sleep/1.6"))
        server.await_line("hangs beyond the timeout")
        server.ready(2)
        assert _whole(stuck).startswith(b"HTTP/1.1 500 ")
        answer = _whole(busy)
        assert answer.startswith(b"HTTP/1.1 200 ") and answer.endswith(b"answered")
        first = server.workers()[0]
        until(lambda: not Path(f"/proc/{first}").exists())
        assert server.text.count("hangs beyond") == 1


def test_where_every_thread_hangs_those_that_wait_are_sent_away(hangs: Path) -> None:
    options = ("--timeout", "1", "--threads", "2")
    with running("hangs:app", *options, cwd=hangs) as server, contextlib.ExitStack() as stack:
        server.ready()
        stuck = [stack.enter_context(_sent(server, "/sleep/60")) for _ in range(2)]
        time.sleep(0.2)
        waiting = stack.enter_context(_sent(server, "/x"))
        for client in stuck:
            assert _whole(client).startswith(b"HTTP/1.1 500 ")
        assert _whole(waiting).startswith(b"HTTP/1.1 503 ")
        server.ready(2)
        assert server.get("/x") == (200, "answered")


def test_a_hang_while_the_service_stops(hangs: Path) -> None:
    for mode in ("inline", "threads"):
        with running("hangs:app", *TIMEOUT, *MODES[mode], cwd=hangs) as server:
            server.ready()
            with _sent(server, "/sleep/60") as client:
                time.sleep(0.2)
                server.process.send_signal(signal.SIGTERM)
                assert _whole(client).startswith(b"HTTP/1.1 500 ")
            assert server.wait() == 0
            assert "is killed" not in server.text


def test_the_hook_for_it_is_called(hangs: Path) -> None:
    (hangs / "cruet.conf.py").write_text(
        "def worker_abort(worker):\n    worker.log.warning('the hook was called')\n"
    )
    with running("hangs:app", *TIMEOUT, cwd=hangs) as server:
        server.ready()
        with _sent(server, "/sleep/60") as client:
            assert _whole(client).startswith(b"HTTP/1.1 500 ")
        server.await_line("the hook was called")
        server.ready(2)
