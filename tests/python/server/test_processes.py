"""Masters and workers: replaced, reloaded, stopped, never left behind."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest
from running import Running, command, running, until


def alive(pid: int) -> bool:
    """Is a process there, and more than a record that nobody has read?"""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def _slow(server: Running, path: str) -> socket.socket:
    client = server.connect()
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    # Until a worker has it.
    time.sleep(0.3)
    return client


@pytest.mark.parametrize("threads", ["1", "3"])
def test_requests_in_flight_are_answered_before_the_end(folder: Path, threads: str) -> None:
    with running("wsgiapp:app", "--threads", threads, cwd=folder) as server:
        server.ready()
        with _slow(server, "/sleep/1") as client:
            server.process.send_signal(signal.SIGTERM)
            answer = client.recv(1000)
            assert answer.startswith(b"HTTP/1.1 200 OK") and answer.endswith(b"slept")
        assert server.wait() == 0
        assert not any(alive(pid) for pid in server.workers())
        with pytest.raises(OSError):
            server.connect()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT])
@pytest.mark.parametrize("threads", ["1", "3"])
def test_a_quick_end_gives_up_what_is_in_flight(folder: Path, number: int, threads: str) -> None:
    with running("wsgiapp:app", "--threads", threads, cwd=folder) as server:
        server.ready()
        with _slow(server, "/sleep/60") as client, server.connect():
            assert server.end(number) == 0
            with contextlib.suppress(ConnectionResetError):
                assert client.recv(1000) == b""
    assert "Traceback" not in server.text


def test_a_quick_end_lets_the_application_say_goodbye(folder: Path) -> None:
    (folder / "leaving.py").write_text(
        "import atexit, sys\n"
        "from wsgiapp import app\n"
        "atexit.register(print, 'goodbye', file=sys.stderr)\n"
    )
    with running("leaving:app", cwd=folder) as server:
        server.ready()
        with server.connect():
            assert server.end(signal.SIGINT) == 0
    assert "goodbye" in server.text


def test_the_terminals_ctrl_c_reaches_the_whole_group(folder: Path) -> None:
    with running("wsgiapp:app", "--workers", "2", cwd=folder) as server:
        server.ready(2)
        os.killpg(server.process.pid, signal.SIGINT)
        assert server.wait() == 0
        assert "Traceback" not in server.text
        assert "KeyboardInterrupt" not in server.text


def test_what_does_not_end_in_time_is_killed(folder: Path) -> None:
    with running("wsgiapp:app", "--graceful-timeout", "0.5", cwd=folder) as server:
        server.ready()
        with _slow(server, "/sleep/60"):
            start = time.monotonic()
            assert server.end(signal.SIGTERM) == 0
            assert time.monotonic() - start < 5
        assert "did not stop in time" in server.text


def test_a_second_signal_ends_at_once(folder: Path) -> None:
    with running("wsgiapp:app", cwd=folder) as server:
        server.ready()
        with _slow(server, "/sleep/60"):
            server.process.send_signal(signal.SIGTERM)
            server.await_line("Stopping")
            start = time.monotonic()
            assert server.end(signal.SIGTERM) == 0
            assert time.monotonic() - start < 5


def test_a_killed_worker_is_replaced(folder: Path) -> None:
    with running("wsgiapp:app", "--workers", "2", cwd=folder) as server:
        server.ready(2)
        first = server.workers()[0]
        os.kill(first, signal.SIGKILL)
        server.await_line("killed by SIGKILL")
        server.ready(3)
        assert server.get("/x")[0] == 200
        assert server.end(signal.SIGTERM) == 0


def test_an_application_that_exits_ends_its_worker_alone(folder: Path) -> None:
    with running("wsgiapp:app", cwd=folder) as server:
        server.ready()
        assert server.get("/exit")[0] == 500
        server.await_line("ended: exit code 7")
        server.ready(2)
        assert server.get("/x")[0] == 200


@pytest.mark.parametrize("options", [(), ("--threads", "2")])
@pytest.mark.parametrize("path", ["/sleep/60", "/spin"])
def test_a_hang_is_ended(folder: Path, options: tuple[str, ...], path: str) -> None:
    with running("wsgiapp:app", "--timeout", "0.5", *options, cwd=folder) as server:
        server.ready()
        with _slow(server, path) as client:
            server.await_line("hangs beyond the timeout")
            assert client.recv(100).startswith(b"HTTP/1.1 500 ")
        server.ready(2)
        assert server.get("/x")[0] == 200


def test_a_slow_client_is_no_hang(folder: Path) -> None:
    for options in ((), ("--threads", "2")):
        with running("wsgiapp:app", "--timeout", "0.5", *options, cwd=folder) as server:
            server.ready()
            with _slow(server, "/big") as client:
                time.sleep(1.5)
                size = 0
                client.sendall(b"GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                while part := client.recv(1 << 20):
                    size += len(part)
                assert size > 512 * 65536
            assert "hangs" not in server.text


def test_a_hangup_brings_new_code(folder: Path) -> None:
    module = folder / "changing.py"
    source = (
        "def app(environ, start_response):\n    start_response('200 OK', [])\n    return [b'{}']\n"
    )
    module.write_text(source.replace("{}", "old"))
    env = {"PYTHONDONTWRITEBYTECODE": "1"}
    with running("changing:app", "--workers", "2", cwd=folder, env=env) as server:
        server.ready(2)
        assert server.get() == (200, "old")
        module.write_text(source.replace("{}", "brand new"))
        server.process.send_signal(signal.SIGHUP)
        server.await_line("Reloaded")
        until(lambda: server.get() == (200, "brand new"))
        module.write_text("nonsense(")
        server.process.send_signal(signal.SIGHUP)
        server.await_line("the old workers go on")
        assert server.get() == (200, "brand new")
        assert server.end(signal.SIGTERM) == 0


@pytest.mark.parametrize("path", ["", "/sleep/60", "/spin"])
def test_no_worker_outlives_a_killed_master(folder: Path, path: str) -> None:
    with running("wsgiapp:app", "--workers", "2", cwd=folder) as server:
        server.ready(2)
        workers = server.workers()
        client = _slow(server, path) if path else None
        server.process.kill()
        until(lambda: not any(alive(pid) for pid in workers), 3)
        if client is not None:
            client.close()


@pytest.mark.parametrize(
    "options", [("--workers", "1"), ("--workers", "1", "--threads", "3"), ("--no-async",)]
)
@pytest.mark.parametrize("path", ["", "/sleep/60"])
def test_no_worker_outlives_a_killed_master_in_any_mode(
    folder: Path, options: tuple[str, ...], path: str
) -> None:
    with running("wsgiapp:app", *options, cwd=folder) as server:
        server.ready()
        workers = server.workers()
        with contextlib.ExitStack() as stack:
            if path:
                stack.enter_context(_slow(server, path))
            server.process.kill()
            until(lambda: not any(alive(pid) for pid in workers), 3)


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]


def _slow_import(folder: Path, work: str) -> Path:
    """Write slow_import.py; give the path of the file that its import makes before its work."""
    importing = folder / "importing"
    lines = ("import pathlib, time", f"pathlib.Path({str(importing)!r}).touch()", work)
    (folder / "slow_import.py").write_text("\n".join(lines))
    return importing


@pytest.mark.parametrize("work", ["time.sleep(60)", "while True: pass"])
def test_no_worker_outlives_a_master_killed_during_the_import(folder: Path, work: str) -> None:
    importing = _slow_import(folder, work)
    with running("slow_import:app", "--workers", "2", cwd=folder) as server:
        until(importing.exists)
        # One alone, until it has shown that the application loads.
        time.sleep(0.3)
        (worker,) = _children(server.process.pid)
        server.process.kill()
        until(lambda: not alive(worker), 3)


def test_a_stop_during_the_import(folder: Path) -> None:
    importing = _slow_import(folder, "time.sleep(60)")
    for number in (signal.SIGTERM, signal.SIGINT):
        importing.unlink(missing_ok=True)
        with running("slow_import:app", cwd=folder) as server:
            until(importing.exists)
            start = time.monotonic()
            assert server.end(number) == 0
            assert time.monotonic() - start < 5
            assert "WARNING" not in server.text
            assert "Traceback" not in server.text


@pytest.mark.parametrize("raised", ["SystemExit(7)", "KeyboardInterrupt()", "GeneratorExit()"])
@pytest.mark.parametrize("threads", ["1", "3"])
@pytest.mark.parametrize("where", ["/view", "/stream", "/close"])
def test_what_is_no_exception_of_the_view_ends_its_worker_alone(
    folder: Path, raised: str, threads: str, where: str
) -> None:
    (folder / "raising_base.py").write_text(
        "class Body:\n"
        "    def __init__(self, path): self.path, self.left = path, 2\n"
        "    def __iter__(self): return self\n"
        "    def __next__(self):\n"
        "        self.left -= 1\n"
        f"        if self.path == '/stream' and not self.left: raise {raised}\n"
        "        if self.left < 0: raise StopIteration\n"
        "        return b'piece'\n"
        "    def close(self):\n"
        f"        if self.path == '/close': raise {raised}\n"
        "def app(environ, start_response):\n"
        f"    if environ['PATH_INFO'] == '/view': raise {raised}\n"
        "    start_response('200 OK', [])\n"
        "    return Body(environ['PATH_INFO'])\n"
    )
    with running("raising_base:app", "--threads", threads, cwd=folder) as server:
        server.ready()
        assert server.get("/fine") == (200, "piecepiece")
        with server.connect() as client, contextlib.suppress(ConnectionError):
            client.sendall(f"GET {where} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            answer = client.recv(65536)
            assert answer.startswith(b"HTTP/1.1 500" if where == "/view" else b"HTTP/1.1 200")
        server.ready(2)
        assert server.get("/fine") == (200, "piecepiece")
        assert server.end(signal.SIGTERM) == 0


def test_an_exit_in_one_thread_does_not_wait_for_another(folder: Path) -> None:
    with running("wsgiapp:app", "--threads", "3", cwd=folder) as server:
        server.ready()
        with _slow(server, "/sleep/60"):
            start = time.monotonic()
            with contextlib.suppress(ConnectionError, http.client.HTTPException):
                server.get("/exit")
            server.ready(2)
            assert time.monotonic() - start < 5
        assert server.get("/x")[0] == 200


@pytest.mark.parametrize("threads", ["1", "2"])
def test_signal_handlers_of_the_application_run(folder: Path, threads: str) -> None:
    (folder / "signals.py").write_text(
        "import signal\n"
        "seen = []\n"
        "signal.signal(signal.SIGUSR1, lambda *_: seen.append(1))\n"
        "def app(environ, start_response):\n"
        "    start_response('200 OK', [])\n"
        "    return [str(len(seen)).encode()]\n"
    )
    with running("signals:app", "--threads", threads, cwd=folder) as server:
        server.ready()
        os.kill(server.workers()[0], signal.SIGUSR1)
        until(lambda: server.get() == (200, "1"))


def test_a_worker_can_start_programs(folder: Path) -> None:
    (folder / "starts.py").write_text(
        "import subprocess, sys\n"
        "def app(environ, start_response):\n"
        "    start_response('200 OK', [])\n"
        "    return [subprocess.check_output([sys.executable, '-c', 'print(5)'])]\n"
    )
    with running("starts:app", cwd=folder) as server:
        assert server.get() == (200, "5\n")


def test_logs_are_opened_anew(folder: Path) -> None:
    log = folder / "access.log"
    errors = folder / "errors.log"
    options = ("--workers", "2", "--access-log", str(log), "--access-log-format", "%(r)s %(p)s")
    with running("wsgiapp:app", *options, cwd=folder) as server:
        server.ready(2)

        def pids(path: Path) -> set[str]:
            # Until both have served.
            server.get("/x")
            return {line.split()[-1] for line in path.read_text().splitlines()}

        until(lambda: len(pids(log)) == 2)
        moved = log.rename(folder / "access.log.1")
        before = len(moved.read_text().splitlines())
        server.process.send_signal(signal.SIGUSR1)
        server.await_line("Logs reopened")
        until(log.exists)
        until(lambda: len(pids(log)) == 2)
        size = moved.stat().st_size
        # A worker that comes later writes into the new one, too.
        server.process.send_signal(signal.SIGHUP)
        server.await_line("Reloaded")
        until(lambda: len(pids(log)) >= 4)
        assert moved.stat().st_size == size
        assert before >= 2
        assert not errors.exists()
        assert server.end(signal.SIGTERM) == 0


def test_python_dash_m_and_the_script_are_one(folder: Path) -> None:
    done = subprocess.run(command("--help"), cwd=folder, capture_output=True, text=True, timeout=20)
    assert done.returncode == 0
    for option in ("--workers", "--threads", "--unix-socket", "--reload", "--graceful-timeout"):
        assert option in done.stdout
