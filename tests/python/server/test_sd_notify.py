"""What systemd is told of a service: sd_notify(3)."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import PATIENCE, command, running, until
from service_manager import Manager, listening_tcp, managed, service


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, folder: Path) -> Iterator[Manager]:
    names = {"path": str(folder / "notify"), "abstract": f"@cruet-notify-{os.getpid()}"}
    with managed(names[request.param]) as manager:
        yield manager


@pytest.fixture
def quiet(folder: Path) -> Iterator[Manager]:
    with managed(str(folder / "notify")) as manager:
        yield manager


ARGV = ("wsgiapp:app", "--port", "0", "--workers", "2")
READY = "READY=1\nSTATUS=Serving, workers: 2"


@pytest.mark.parametrize("more", [(), ("--preload",)])
def test_a_life(folder: Path, manager: Manager, more: tuple[str, ...]) -> None:
    with service(command(*ARGV, *more), folder, manager=manager) as server:
        master = server.process.pid
        assert manager.await_told("READY=1") == (master, READY)
        # It is true.
        assert server.get("/x")[0] == 200
        server.ready(2)
        assert len(manager.messages) == 1

        asked = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        server.process.send_signal(signal.SIGHUP)
        assert manager.await_told("READY=1", 2) == (master, READY)
        sender, text = manager.told("RELOADING=1")[0]
        found = dict(line.split("=", 1) for line in text.splitlines())
        assert sender == master
        assert found["STATUS"] == "Reloading"
        assert asked <= int(found["MONOTONIC_USEC"]) <= time.monotonic_ns() // 1000
        server.await_line("Reloaded")

        server.process.send_signal(signal.SIGTTIN)
        manager.await_told("STATUS=Serving, workers: 3")
        assert server.end(signal.SIGTERM) == 0
        until(lambda: manager.messages[-1] == (master, "STOPPING=1\nSTATUS=Stopping"))
        assert {pid for pid, _ in manager.messages} == {master}


def test_reloads_that_fail_end_too(folder: Path, quiet: Manager) -> None:
    (folder / "cruet.toml").write_text("threads = 1\n")
    env = {"PYTHONDONTWRITEBYTECODE": "1"}
    with service(command(*ARGV), folder, manager=quiet, env=env) as server:
        quiet.await_told("READY=1")
        server.ready(2)
        # In the file, and in the code.
        (folder / "cruet.toml").write_text("timeout = -1\n")
        server.process.send_signal(signal.SIGHUP)
        assert "a reload that has failed" in quiet.await_told("READY=1", 2)[1]
        (folder / "cruet.toml").write_text("threads = 1\n")
        (folder / "wsgiapp.py").write_text("nonsense(")
        server.process.send_signal(signal.SIGHUP)
        assert "a reload that has failed" in quiet.await_told("READY=1", 3)[1]
        assert len(quiet.told("RELOADING=1")) == 2


def test_a_start_that_fails_is_never_ready(folder: Path, quiet: Manager) -> None:
    with service(command("broken:app", "--port", "0"), folder, manager=quiet) as server:
        assert server.wait() == 3
    assert not quiet.told("READY=1")
    assert quiet.told("STATUS=A worker does not start")


def test_signs_of_life(folder: Path, quiet: Manager) -> None:
    env = {"WATCHDOG_USEC": "200000"}
    with service(command(*ARGV), folder, manager=quiet, env=env) as server:
        quiet.await_told("WATCHDOG=1", 10)
        # A master that is stuck gives none.
        server.process.send_signal(signal.SIGSTOP)
        time.sleep(0.1)
        before = len(quiet.told("WATCHDOG=1"))
        time.sleep(0.5)
        assert len(quiet.told("WATCHDOG=1")) == before
        server.process.send_signal(signal.SIGCONT)
        quiet.await_told("WATCHDOG=1", before + 3)
        assert server.end(signal.SIGTERM) == 0
    with service(command(*ARGV), folder, manager=quiet) as server:
        server.ready(2)
        count = len(quiet.told("WATCHDOG=1"))
        time.sleep(0.5)
        assert len(quiet.told("WATCHDOG=1")) == count


def test_a_new_master_becomes_the_main_process(folder: Path, quiet: Manager) -> None:
    argv = command("wsgiapp:app", "--pidfile", "server.pid")
    env = {"WATCHDOG_USEC": "300000"}
    with listening_tcp() as tcp, service(argv, folder, [tcp], "", quiet, env) as server:
        old = server.process.pid
        quiet.await_told("READY=1")
        # One that goes again has never been it.
        server.process.send_signal(signal.SIGUSR2)
        server.ready(2)
        first = int((folder / "server.pid.2").read_text())
        assert quiet.told(f"STATUS=A new master starts: {first}")
        os.kill(first, signal.SIGTERM)
        server.await_line(f"The new master {first} has ended")
        assert not quiet.told("MAINPID=")

        server.process.send_signal(signal.SIGUSR2)
        server.ready(3)
        new = int((folder / "server.pid.2").read_text())
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(PATIENCE) == 0
        # By the one whom the manager believes, and then by the other.
        main = f"MAINPID={new}"
        quiet.await_told(main, 2)
        assert [pid for pid, _ in quiet.told(main)] == [old, new]
        assert not [text for pid, text in quiet.told("STOPPING=1") if pid == old]
        assert quiet.told("READY=1")[-1][0] == new
        before = len([1 for pid, _ in quiet.told("WATCHDOG=1") if pid == new])
        until(lambda: len([1 for pid, _ in quiet.told("WATCHDOG=1") if pid == new]) > before + 2)
        os.kill(new, signal.SIGTERM)
        until(lambda: quiet.told("STOPPING=1")[-1:] == [(new, "STOPPING=1\nSTATUS=Stopping")])
        until(lambda: not (folder / "server.pid").exists())


def test_a_manager_that_is_not_there(folder: Path) -> None:
    env = {"NOTIFY_SOCKET": str(folder / "nobody")}
    with running("wsgiapp:app", cwd=folder, env=env) as server:
        server.ready()
        assert server.get("/x")[0] == 200
