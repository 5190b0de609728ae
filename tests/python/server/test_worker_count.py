"""SIGTTIN, SIGTTOU and SIGWINCH: more workers, fewer, and none."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from load import Load
from running import PATIENCE, Running, command, running, until


def _alive(pids: list[int]) -> list[int]:
    def alive(pid: int) -> bool:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return False
        return state != "Z"

    return [pid for pid in pids if alive(pid)]


def _serving(server: Running) -> int:
    return len(_alive(server.workers()))


@pytest.mark.parametrize("options", [(), ("--preload",)])
def test_one_more_and_one_fewer_under_load(folder: Path, options: tuple[str, ...]) -> None:
    with running("wsgiapp:app", *options, cwd=folder) as server:
        server.ready()
        with Load(server.port, path="/pid", pause=0.002) as load:
            for number in (2, 3):
                server.process.send_signal(signal.SIGTTIN)
                server.ready(number)
                assert _serving(server) == number
            for number in (2, 1):
                server.process.send_signal(signal.SIGTTOU)
                server.await_line(f"Workers wanted: {number}")
                until(lambda number=number: _serving(server) == number)  # type: ignore[misc]
            # The last one stays.
            server.process.send_signal(signal.SIGTTOU)
            # Of signals that wait together the kernel delivers the lowest number first.
            server.process.send_signal(signal.SIGUSR1)
            server.await_line("Logs reopened")
            server.process.send_signal(signal.SIGTTIN)
            server.ready(4)
        assert load.stop().reasons == []
        assert _serving(server) == 2
        # What the configuration says counts again.
        server.process.send_signal(signal.SIGHUP)
        server.await_line("Reloaded")
        until(lambda: _serving(server) == 1)
        assert server.end(signal.SIGTERM) == 0


def _stop_and_start(server: Running, send: Callable[[int], None]) -> None:
    workers = server.workers()
    send(signal.SIGWINCH)
    server.await_line("Workers wanted: 0")
    until(lambda: not _alive(workers))
    send(signal.SIGTTIN)
    server.ready(len(workers) + 1)
    assert _serving(server) == 1


def test_no_worker_is_left_of_a_service_until_one_is_wanted(folder: Path) -> None:
    env = {"INVOCATION_ID": "0123456789abcdef0123456789abcdef"}
    with running("wsgiapp:app", "--workers", "2", cwd=folder, env=env) as server:
        server.ready(2)
        _stop_and_start(server, server.process.send_signal)
        assert server.get("/x")[0] == 200
        assert server.end(signal.SIGTERM) == 0


def test_none_is_left_of_a_daemon(folder: Path) -> None:
    log = folder / "error.log"
    options = ("--daemon", "--pidfile", "d.pid", "--error-log", str(log))
    subprocess.run(
        command("wsgiapp:app", *options, "--unix-socket", str(folder / "s")),
        cwd=folder,
        check=True,
        timeout=PATIENCE,
    )
    pid = int((folder / "d.pid").read_text())
    try:
        os.kill(pid, signal.SIGWINCH)
        until(lambda: "Workers wanted: 0" in log.read_text())
        children = Path(f"/proc/{pid}/task/{pid}/children")
        until(lambda: not children.read_text())
    finally:
        os.kill(pid, signal.SIGTERM)
    until(lambda: not _alive([pid]))


def test_the_size_of_a_window_is_nobodys_affair(folder: Path) -> None:
    with running("wsgiapp:app", cwd=folder) as server:
        server.ready()
        # As from a container's first process, which passes on what it gets.
        server.process.send_signal(signal.SIGWINCH)
        server.await_line("SIGWINCH is ignored in the foreground")
        assert server.get("/x")[0] == 200
        assert _serving(server) == 1


IN_A_TERMINAL = """
import fcntl, os, pty, sys, termios
outer, inner = pty.openpty()
fcntl.ioctl(inner, termios.TIOCSCTTY, 0)
os.set_inheritable(outer, True)
os.environ["TERMINAL"] = str(outer)
os.execv(sys.argv[1], sys.argv[1:])
"""
RESIZES = """
import fcntl, os, signal, struct, termios
seen = []
signal.signal(signal.SIGWINCH, lambda *_: seen.append("changed"))

def app(environ, start_response):
    if environ["PATH_INFO"] == "/resize":
        size = struct.pack("HHHH", 40, 100, 0, 0)
        fcntl.ioctl(int(os.environ["TERMINAL"]), termios.TIOCSWINSZ, size)
    start_response("200 OK", [])
    return [" ".join(seen).encode()]
"""


def test_a_terminal_that_changes_its_size(folder: Path) -> None:
    (folder / "resizes.py").write_text(RESIZES)
    argv = [sys.executable, "-c", IN_A_TERMINAL, *command("resizes:app", "--port", "0")]
    # Where the signal would be obeyed if somebody had sent it.
    env = {"INVOCATION_ID": "0123456789abcdef0123456789abcdef"}
    with running(argv=argv, cwd=folder, env=env) as server:
        server.ready()
        server.get("/resize")
        until(lambda: server.get("/")[1] == "changed")
        server.process.send_signal(signal.SIGTTIN)
        server.ready(2)
        assert "Workers wanted: 0" not in server.text
        assert _serving(server) == 2
