"""--preload: one process loads the application and forks the workers."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from load import Load
from running import MODES, PATIENCE, Running, command, fails, running, until

APP = """
import gc, json, os

VERSION = "{version}"
LOADED = {{"pid": os.getpid(), "user": os.getuid()}}
open("loads", "a").write("x")

def app(environ, start_response):
    start_response("200 OK", [])
    here = {{
        "version": VERSION, "loaded": LOADED, "pid": os.getpid(), "ppid": os.getppid(),
        "user": os.getuid(), "frozen": gc.get_freeze_count(),
    }}
    return [json.dumps(here).encode()]
"""


@pytest.fixture
def shop(folder: Path) -> Path:
    _write(folder, "old")
    return folder


def _write(folder: Path, version: str) -> None:
    (folder / "shop.py").write_text(APP.format(version=version))


@contextlib.contextmanager
def preloaded(folder: Path, *options: str) -> Iterator[Running]:
    env = {"PYTHONDONTWRITEBYTECODE": "1"}
    with running("shop:app", "--preload", *options, cwd=folder, env=env) as server:
        server.ready()
        yield server


def _loads(folder: Path) -> int:
    return len((folder / "loads").read_text())


def _seen(server: Running) -> dict[str, object]:
    found: dict[str, object] = json.loads(server.get()[1])
    return found


def _nursery(server: Running) -> int:
    loaded = _seen(server)["loaded"]
    assert isinstance(loaded, dict)
    return int(loaded["pid"])


def _gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.mark.parametrize("mode", MODES)
def test_workers_share_what_one_process_has_loaded(shop: Path, mode: str) -> None:
    with preloaded(shop, "--workers", "3", *MODES[mode]) as server:
        server.ready(3)
        nursery = _nursery(server)
        assert nursery not in (server.process.pid, *server.workers())
        for worker in server.workers():
            status = Path(f"/proc/{worker}/status").read_text()
            assert f"PPid:\t{server.process.pid}\n" in status
        seen = _seen(server)
        assert seen["pid"] in server.workers()
        assert isinstance(seen["frozen"], int)
        assert seen["frozen"] > 1000
        assert Path(f"/proc/{nursery}/comm").read_text().strip() == "cruet: nursery"
        os.kill(server.workers()[0], signal.SIGKILL)
        server.ready(4)
        assert _loads(shop) == 1
        assert server.end(signal.SIGTERM) == 0
        assert _gone(nursery)


def test_pages_are_shared(folder: Path) -> None:
    (folder / "shop.py").write_text(
        "kept = [str(number) * 20 for number in range(300000)]\n"
        "def app(environ, start_response):\n"
        "    start_response('200 OK', [])\n"
        "    return [b'x']\n"
    )
    with preloaded(folder, "--workers", "2") as server:
        server.ready(2)
        for _ in range(20):
            assert server.get() == (200, "x")
        for worker in server.workers():
            rollup = Path(f"/proc/{worker}/smaps_rollup").read_text()
            sizes = dict(re.findall(r"(\w+):\s+(\d+) kB", rollup))
            own = int(sizes["Private_Dirty"]) + int(sizes["Private_Clean"])
            # The list alone takes 40 MB.
            assert int(sizes["Rss"]) > 40000
            assert own < int(sizes["Rss"]) / 3


def test_another_nursery_comes_where_one_dies(shop: Path) -> None:
    with preloaded(shop) as server:
        first = _nursery(server)
        os.kill(first, signal.SIGKILL)
        server.await_line(rf"The nursery {first} ended: killed by SIGKILL")
        until(lambda: _loads(shop) == 2)
        assert _nursery(server) == first
        server.process.send_signal(signal.SIGTTIN)
        server.ready(2)
        os.kill(server.workers()[0], signal.SIGKILL)
        server.ready(3)
        assert _nursery(server) != first
        assert _loads(shop) == 2
        assert server.end(signal.SIGTERM) == 0


def test_a_reload_loads_anew_and_one_that_fails_changes_nothing(shop: Path) -> None:
    with preloaded(shop, "--workers", "2") as server:
        server.ready(2)
        first = _nursery(server)
        (shop / "shop.py").write_text("nonsense(")
        server.process.send_signal(signal.SIGHUP)
        server.await_line("The reload has failed")
        server.process.send_signal(signal.SIGTTIN)
        server.ready(3)
        assert {_nursery(server) for _ in range(10)} == {first}
        _write(shop, "new")
        with Load(server.port, path="/", pause=0.002) as load:
            server.process.send_signal(signal.SIGHUP)
            server.await_line("Reloaded")
            server.process.send_signal(signal.SIGHUP)
            server.await_line("Reloaded", 2)
        assert load.stop().reasons == []
        until(lambda: _gone(first))
        assert _seen(server)["version"] == "new"
        assert _loads(shop) == 3
        assert server.end(signal.SIGTERM) == 0


def test_recycling_loses_no_request(shop: Path) -> None:
    with preloaded(shop, "--workers", "2", "--max-requests", "50") as server:
        server.ready(2)
        with Load(server.port, path="/", pause=0.002) as load:
            until(lambda: len(server.workers()) >= 8)
        assert load.stop().reasons == []
        assert _loads(shop) == 1
        assert server.end(signal.SIGTERM) == 0


def test_nobody_outlives_a_killed_master(shop: Path) -> None:
    with preloaded(shop, "--workers", "2") as server:
        server.ready(2)
        everyone = [_nursery(server), *server.workers()]
        server.process.kill()
        until(lambda: all(map(_gone, everyone)), 3)


def test_a_new_master_has_a_nursery_of_its_own(shop: Path) -> None:
    with preloaded(shop, "--pidfile", "server.pid") as server:
        first, port = _nursery(server), server.port
        _write(shop, "new")
        with Load(port, path="/", pause=0.002) as load:
            server.process.send_signal(signal.SIGUSR2)
            server.ready(2)
            new = int((shop / "server.pid.2").read_text())
            server.process.send_signal(signal.SIGTERM)
            assert server.process.wait(PATIENCE) == 0
            pidfile = shop / "server.pid"
            until(lambda: pidfile.exists() and pidfile.read_text() == f"{new}\n")
            assert _gone(first)
            seen = _seen(server)
            assert (seen["version"], seen["ppid"]) == ("new", new)
        assert load.stop().reasons == []
        os.kill(new, signal.SIGTERM)
        until(lambda: _gone(new))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes users")
def test_the_application_is_loaded_as_the_user() -> None:
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    _write(folder, "old")
    try:
        with preloaded(folder, "--workers", "2", "--user", "65534") as server:
            server.ready(2)
            seen = _seen(server)
            assert isinstance(seen["loaded"], dict)
            assert (seen["loaded"]["user"], seen["user"]) == (65534, 65534)
            everyone = [_nursery(server), *server.workers()]
            server.process.kill()
            until(lambda: all(map(_gone, everyone)), 3)
    finally:
        shutil.rmtree(folder)


def test_an_application_that_does_not_load(folder: Path) -> None:
    code, text = fails("broken:app", "--preload", "--port", "0", cwd=folder)
    assert code == 3
    assert text.count("ModuleNotFoundError") == 1


@pytest.mark.parametrize("target, code", [("wsgiapp:app", 0), ("broken:app", 3)])
def test_a_daemon(folder: Path, target: str, code: int) -> None:
    where = ("--pidfile", "d.pid", "--unix-socket", str(folder / "s"))
    done = subprocess.run(
        command(target, "--preload", "--daemon", *where),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == code
    assert ("no_such_module_anywhere" in done.stderr) == (code == 3)
    if code == 0:
        pid = int((folder / "d.pid").read_text())
        os.kill(pid, signal.SIGTERM)
        until(lambda: _gone(pid))


HOOKS = """
import os, sys

def say(hook, server, *more):
    print("hook", hook, os.getpid(), "shop" in sys.modules, *more, file=sys.stderr, flush=True)

def on_starting(server):
    say("on_starting", server)

def when_ready(server):
    say("when_ready", server, os.path.exists("loads"))

def pre_fork(server, worker):
    worker.place = worker.age * 11
    say("pre_fork", server, worker.age, worker.app.wsgi().__name__, worker.ppid)

def post_fork(server, worker):
    say("post_fork", server, worker.place, worker.app.wsgi().__name__, worker.ppid)

def child_exit(server, worker):
    say("child_exit", server, worker.age, worker.pid)
"""


def test_hooks_run_as_where_gunicorn_preloads(shop: Path) -> None:
    (shop / "cruet.conf.py").write_text(HOOKS)
    with preloaded(shop, "--workers", "2") as server:
        server.ready(2)
        master, nursery, workers = server.process.pid, _nursery(server), server.workers()
        assert server.end(signal.SIGTERM) == 0
    lines = [line.split()[1:] for line in server.log if line.startswith("hook ")]
    told = [" ".join(line) for line in lines]
    assert told[:2] == [f"on_starting {master} False", f"when_ready {master} False True"]
    for age, worker in enumerate(workers, 1):
        before = told.index(f"pre_fork {nursery} True {age} app {master}")
        assert before < told.index(f"post_fork {worker} True {age * 11} app {master}")
        assert f"child_exit {master} False {age} {worker}" in told


def test_a_hook_that_fails_ends_the_start(shop: Path) -> None:
    (shop / "cruet.conf.py").write_text("def when_ready(server):\n    1 / 0\n")
    code, text = fails("shop:app", "--preload", "--port", "0", cwd=shop)
    assert code == 3
    assert "The hook when_ready failed" in text
    assert "ZeroDivisionError" in text


def test_new_workers_write_into_new_logs(shop: Path) -> None:
    options = ("--access-log", "access.log", "--error-log", "error.log")
    env = {"PYTHONDONTWRITEBYTECODE": "1"}
    access, errors, place = shop / "access.log", shop / "error.log", f"unix:{shop / 's'}"
    argv = command("wsgiapp:app", "--preload", *options, "--bind", place)
    with running(cwd=shop, env=env, argv=argv) as server:

        def says(text: str, times: int = 1) -> bool:
            return errors.exists() and errors.read_text().count(text) >= times

        until(lambda: says(" serves", 2))
        for log in (access, errors):
            log.rename(f"{log}.1")
        server.process.send_signal(signal.SIGUSR1)
        until(lambda: says("Logs reopened"))
        server.process.send_signal(signal.SIGTTIN)
        until(lambda: says(" serves"))
        found = re.findall(r"Worker (\d+) serves", errors.read_text())
        files = {os.readlink(fd) for fd in Path(f"/proc/{found[-1]}/fd").iterdir()}
        assert str(access) in files
        assert f"{access}.1" not in files
        assert f"{errors}.1" not in files
        assert server.end(signal.SIGTERM) == 0
