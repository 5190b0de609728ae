"""Users, directories, pid files, terminals and titles of the server's processes."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import PATIENCE, Running, command, fails, running, until

SHOWS = """
import os

def app(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/spin":
        while True:
            pass
    if path == "/ids":
        text = f"{os.getuid()} {os.geteuid()} {os.getgid()} {sorted(os.getgroups())}"
    elif path == "/umask":
        mask = os.umask(0)
        os.umask(mask)
        text = oct(mask)
    elif path == "/session":
        text = f"{os.getppid()} {os.getsid(0)} {os.readlink('/proc/self/fd/2')}"
    else:
        text = os.getcwd()
    start_response("200 OK", [])
    return [text.encode()]
"""

#: Exists on every Linux, by number at least.
NOBODY = 65534

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes users")


@pytest.fixture
def shows() -> Iterator[Path]:
    """A directory with an application that any user may read."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    (folder / "shows.py").write_text(SHOWS)
    yield folder
    shutil.rmtree(folder)


def _gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@as_root
def test_workers_run_as_the_user_and_the_master_does_not(shows: Path) -> None:
    log = shows / "access.log"
    options = ("--user", str(NOBODY), "--group", "23456", "--access-log", str(log))
    with running("shows:app", *options, cwd=shows) as server:
        assert server.get("/ids") == (200, f"{NOBODY} {NOBODY} 23456 [23456]")
        assert Path(f"/proc/{server.process.pid}").stat().st_uid == 0
        assert log.stat().st_uid == NOBODY
        # Which lets workers open it anew, where the directory lets them.
        shows.chmod(0o777)
        log.rename(shows / "access.log.1")
        server.process.send_signal(signal.SIGUSR1)
        server.await_line("Logs reopened")
        until(lambda: server.get("/ids")[0] == 200 and log.exists() and log.read_text())
        assert "goes on in its old file" not in server.text
        assert server.end(signal.SIGTERM) == 0


@as_root
def test_further_groups_come_if_wanted(shows: Path) -> None:
    options = ("--user", "daemon", "--initgroups")
    with running("shows:app", *options, cwd=shows) as server:
        status, text = server.get("/ids")
        assert (status, text.split()[0]) == (200, "1")


@as_root
@pytest.mark.parametrize("path", ["", "/spin"])
def test_no_worker_of_another_user_outlives_a_killed_master(shows: Path, path: str) -> None:
    options = ("--user", str(NOBODY), "--workers", "2")
    with running("shows:app", *options, cwd=shows) as server, contextlib.ExitStack() as stack:
        server.ready(2)
        workers = server.workers()
        if path:
            client = stack.enter_context(server.connect())
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        server.process.kill()
        until(lambda: all(_gone(pid) for pid in workers), 3)


@as_root
def test_who_is_not_root_cannot_become_another(shows: Path) -> None:
    program = (
        "import os\n"
        "from cruet.server.mechanics import Owner\n"
        "from cruet.server.options import ServerOptions\n"
        f"os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})\n"
        f"Owner(ServerOptions(user='{NOBODY}'))\n"
        "Owner(ServerOptions(user='root'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=shows,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 1
    assert "only root may let workers run as another user" in done.stderr


def test_users_that_do_not_exist(folder: Path) -> None:
    for option in ("user", "group"):
        code, text = fails("wsgiapp:app", f"--{option}", "no-such-name", cwd=folder)
        assert code == 1
        assert f"--{option} cannot be had: there is no {option} 'no-such-name'" in text


def test_a_directory_and_a_mask(shows: Path) -> None:
    inner = shows / "inner"
    inner.mkdir()
    (shows / "shows.py").rename(inner / "shows.py")
    (shows / "own.toml").write_text("umask = 0o027\n")
    options = ("--chdir", "inner", "--config", "own.toml", "--access-log", "access.log")
    with running("shows:app", *options, cwd=shows) as server:
        assert server.get("/cwd") == (200, str(inner))
        assert server.get("/umask") == (200, "0o27")
        log = inner / "access.log"
        assert stat.S_IMODE(log.stat().st_mode) == 0o640
        # The config file is still found where it was.
        (shows / "own.toml").write_text("umask = 0o027\nworkers = 2\n")
        server.process.send_signal(signal.SIGHUP)
        server.await_line("Reloaded")
        server.ready(3)
        assert server.get("/cwd") == (200, str(inner))
    code, text = fails("shows:app", "--chdir", "nowhere", cwd=shows)
    assert code == 1
    assert "cannot work in 'nowhere'" in text


def test_a_pid_file(folder: Path) -> None:
    path = folder / "server.pid"
    # Of a process that is long gone.
    path.write_text("2147483647\n")
    with running("wsgiapp:app", "--pidfile", "server.pid", cwd=folder) as server:
        server.ready()
        assert path.read_text() == f"{server.process.pid}\n"
        code, text = fails("wsgiapp:app", "--pidfile", "server.pid", "--port", "0", cwd=folder)
        assert code == 1
        assert "belongs to a server that runs" in text
        assert path.read_text() == f"{server.process.pid}\n"
        assert server.end(signal.SIGTERM) == 0
    assert not path.exists()
    code, text = fails("wsgiapp:app", "--pidfile", "no/such/dir", "--port", "0", cwd=folder)
    assert code == 1
    assert "cannot write" in text


def test_titles(folder: Path) -> None:
    with running("wsgiapp:app", cwd=folder) as server:
        server.ready()
        names = [
            Path(f"/proc/{pid}/comm").read_text().strip()
            for pid in (server.process.pid, server.workers()[0])
        ]
        assert names == ["cruet: master", "cruet: worker"]


def test_titles_in_full(folder: Path) -> None:
    (folder / "setproctitle.py").write_text(
        "def setproctitle(title):\n    open('titles', 'a').write(title + '\\n')\n"
    )
    env = {"PYTHONPATH": str(folder)}
    with running("wsgiapp:app", "--name", "shop", cwd=folder, env=env) as server:
        server.ready()
        titles = (folder / "titles").read_text().splitlines()
        assert titles == ["cruet: master [shop]", "cruet: worker [shop]"]


def _daemon(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*options, "--daemon", "--pidfile", "d.pid", "--unix-socket", str(folder / "s")),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def _ask(socket_file: Path, path: str) -> str:
    import socket

    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(PATIENCE)
        client.connect(str(socket_file))
        client.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
        answer = b""
        while part := client.recv(65536):
            answer += part
    return answer.partition(b"\r\n\r\n")[2].decode()


def test_a_daemon_serves_when_the_command_returns(shows: Path) -> None:
    done = _daemon(shows, "shows:app", "--error-log", "errors.log")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    pid = int((shows / "d.pid").read_text())
    try:
        master, session, errors = _ask(shows / "s", "/session").split()
        assert (int(master), int(session), errors) == (pid, pid, "/dev/null")
        assert f"pid: {pid}" in (shows / "errors.log").read_text()
    finally:
        os.kill(pid, signal.SIGTERM)
    until(lambda: _gone(pid))
    assert not (shows / "d.pid").exists()
    assert not (shows / "s").exists()


def test_a_daemon_that_does_not_start_says_so(folder: Path) -> None:
    done = _daemon(folder, "broken:app")
    assert done.returncode == 3
    assert "no_such_module_anywhere" in done.stderr
    assert not (folder / "d.pid").exists()
    assert not (folder / "s").exists()


def _listening(server: Running) -> None:
    server.ready()
    assert server.get("/x")[0] == 200


def test_a_user_by_number_in_a_file(folder: Path) -> None:
    (folder / "own.toml").write_text(f"user = {os.geteuid()}\numask = 0o022\n")
    with running("wsgiapp:app", "--config", "own.toml", cwd=folder) as server:
        _listening(server)


LEAVES_ORPHANS = """
import os, time

def app(environ, start_response):
    between = os.fork()
    if between == 0:
        if os.fork() == 0:
            time.sleep(0.1)
        os._exit(0)
    os.waitpid(between, 0)
    start_response("200 OK", [])
    return [b"left"]
"""


@as_root
def test_the_first_process_of_a_container_reaps_orphans(folder: Path) -> None:
    (folder / "leaves.py").write_text(LEAVES_ORPHANS)
    argv = ["unshare", "--pid", "--fork", "--kill-child", *command("leaves:app", "--port", "0")]
    with running(argv=argv, cwd=folder) as server:
        server.await_line(r"pid: 1\)")
        outside = server.process.pid
        (master,) = Path(f"/proc/{outside}/task/{outside}/children").read_text().split()
        children = Path(f"/proc/{master}/task/{master}/children")
        for _ in range(3):
            assert server.get() == (200, "left")
        # They have been there, and are gone.
        until(lambda: len(children.read_text().split()) > 1)
        until(lambda: len(children.read_text().split()) == 1)
        os.kill(int(master), signal.SIGTERM)
        assert server.wait() == 0
