"""SIGUSR2: a new master on the sockets of the old one."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from load import Load
from running import MODES, Running, running, until

APP = """
import os

VERSION = "{}"

def app(environ, start_response):
    start_response("200 OK", [])
    return [f"{{VERSION}} {{os.getppid()}}".encode()]
"""


@pytest.fixture
def apps(tmp_path: Path) -> Path:
    (tmp_path / "versioned.py").write_text(APP.format("old"))
    return tmp_path


@contextmanager
def upgradable(folder: Path, *options: str) -> Iterator[Running]:
    """A server whose new masters end with the test, too."""
    env = {"PYTHONDONTWRITEBYTECODE": "1"}
    arguments = ("versioned:app", "--pidfile", "server.pid", *options)
    with running(*arguments, cwd=folder, env=env) as server:
        server.ready()
        yield server


def _pid(path: Path) -> int:
    until(path.exists)
    return int(path.read_text())


def _gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def _answers(server: Running, wanted: str) -> bool:
    return server.get()[1] == wanted


@pytest.mark.parametrize("mode", ["inline", "threads"])
def test_both_serve_and_none_of_the_requests_is_lost(apps: Path, mode: str) -> None:
    with upgradable(apps, "--workers", "2", *MODES[mode]) as server:
        server.ready(2)
        old, pidfile = server.process.pid, apps / "server.pid"
        port = server.port
        with Load(port, path="/", pause=0.002) as load:
            (apps / "versioned.py").write_text(APP.format("new"))
            server.process.send_signal(signal.SIGUSR2)
            new = _pid(apps / "server.pid.2")
            server.ready(4)
            assert _pid(pidfile) == old != new
            until(lambda: f"new {new}".encode() in load.figures.bodies)
            os.kill(old, signal.SIGTERM)
            assert server.process.wait(20) == 0
            until(lambda: pidfile.exists() and _pid(pidfile) == new)
            assert not (apps / "server.pid.2").exists()
            before = load.answered
            until(lambda: load.answered > before + 50)
        figures = load.stop()
        assert figures.reasons == []
        assert figures.bodies == {f"old {old}".encode(), f"new {new}".encode()}
        # The new one is a master as any other.
        os.kill(new, signal.SIGTERM)
        until(lambda: _gone(new))
        assert not pidfile.exists()


def test_one_that_does_not_start_changes_nothing(apps: Path) -> None:
    with upgradable(apps) as server:
        (apps / "versioned.py").write_text("nonsense(")
        server.process.send_signal(signal.SIGUSR2)
        server.await_line(r"The new master \d+ has ended: exit code 3")
        assert not (apps / "server.pid.2").exists()
        assert _answers(server, f"old {server.process.pid}")
        (apps / "versioned.py").write_text(APP.format("new"))
        server.process.send_signal(signal.SIGUSR2)
        new = _pid(apps / "server.pid.2")
        server.ready(2)
        # There is room for two.
        os.kill(server.process.pid, signal.SIGUSR2)
        server.await_line("No new master as long as there is another")
        os.kill(new, signal.SIGUSR2)
        server.await_line("No new master as long as there is another", 2)
        os.kill(new, signal.SIGTERM)
        server.await_line(r"The new master \d+ has ended: exit code 0")
        assert _answers(server, f"old {server.process.pid}")
        assert server.end(signal.SIGTERM) == 0
        assert not (apps / "server.pid").exists()


def test_workers_of_the_old_one_go_and_come_back(apps: Path) -> None:
    with upgradable(apps) as server:
        old = server.process.pid
        server.process.send_signal(signal.SIGUSR2)
        new = _pid(apps / "server.pid.2")
        server.ready(2)
        os.kill(old, signal.SIGWINCH)
        server.await_line("Workers wanted: 0")
        until(lambda: _gone(server.workers()[0]))
        for _ in range(20):
            assert _answers(server, f"old {new}")
        # On second thoughts.
        os.kill(old, signal.SIGHUP)
        server.await_line("Reloaded")
        os.kill(new, signal.SIGQUIT)
        server.await_line(r"The new master \d+ has ended")
        for _ in range(20):
            assert _answers(server, f"old {old}")
        assert server.end(signal.SIGTERM) == 0


def test_a_unix_socket_outlives_the_old_master(apps: Path) -> None:
    path = apps / "s"
    with upgradable(apps, "--bind", f"unix:{path}", "--bind", "127.0.0.1:0") as server:
        inode = path.stat().st_ino
        server.process.send_signal(signal.SIGUSR2)
        new = _pid(apps / "server.pid.2")
        server.ready(2)
        os.kill(server.process.pid, signal.SIGTERM)
        assert server.process.wait(20) == 0
        assert path.stat().st_ino == inode
        until(lambda: _answers(server, f"old {new}"))
        os.kill(new, signal.SIGTERM)
        until(lambda: _gone(new))
        assert not path.exists()


def test_nobody_is_left_where_both_are_killed(apps: Path) -> None:
    with upgradable(apps) as server:
        server.process.send_signal(signal.SIGUSR2)
        new = _pid(apps / "server.pid.2")
        server.ready(2)
        workers = server.workers()
        server.process.kill()
        until(lambda: _gone(workers[0]), 3)
        assert _answers(server, f"old {new}")
        with contextlib.suppress(ProcessLookupError):
            os.kill(new, signal.SIGKILL)
        until(lambda: _gone(workers[1]), 3)
        time.sleep(0)
