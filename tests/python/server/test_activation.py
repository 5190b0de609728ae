"""Sockets that are open when the server starts: systemd's, and those named by fd://."""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from load import Load
from running import MODES, PATIENCE, Running, command, fails, running, until
from service_manager import ask, listening_tcp, listening_unix, service

APP = """
import json, os

def app(environ, start_response):
    start_response("200 OK", [])
    names = sorted(name for name in os.environ if name.startswith(("LISTEN_", "CRUET_")))
    return [json.dumps([os.getppid(), names]).encode()]
"""


@pytest.fixture
def tcp() -> Iterator[socket.socket]:
    with listening_tcp() as opened:
        yield opened


@pytest.fixture
def unix(folder: Path) -> Iterator[socket.socket]:
    with listening_unix(str(folder / "s")) as opened:
        yield opened


HELLO = "hello from /x"


@pytest.mark.parametrize("mode", MODES)
def test_all_of_them_are_served_and_stay_open(
    folder: Path, tcp: socket.socket, unix: socket.socket, mode: str
) -> None:
    argv = command("wsgiapp:app", "--workers", "2", *MODES[mode])
    with listening_unix(f"@cruet-test-{os.getpid()}") as abstract:
        with service(argv, folder, [tcp, unix, abstract]) as server:
            server.ready(2)
            port = tcp.getsockname()[1]
            server.await_line(
                rf"serves at http://127.0.0.1:{port}, unix:{folder}/s, unix:@cruet-test-\d+ "
            )
            for where in (tcp, unix, abstract):
                assert ask(where) == HELLO
            assert server.end(signal.SIGTERM) == 0
        assert (folder / "s").is_socket()
        # Whoever comes meanwhile waits for the next one.
        clients = []
        for where in (tcp, unix, abstract):
            client = socket.socket(where.family)
            client.settimeout(PATIENCE)
            client.connect(where.getsockname())
            client.sendall(b"GET /x HTTP/1.0\r\n\r\n")
            clients.append(client)
        with service(argv, folder, [tcp, unix, abstract]) as server:
            for client in clients:
                with client:
                    assert client.makefile("rb").read().endswith(HELLO.encode())


@pytest.mark.parametrize("more", [(), ("--preload",)])
def test_restarts_lose_no_request(folder: Path, tcp: socket.socket, more: tuple[str, ...]) -> None:
    argv = command("wsgiapp:app", "--workers", "2", *more)
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(service(argv, folder, [tcp]))
        server.ready(2)
        with Load(tcp.getsockname()[1], path="/x", pause=0.002) as load:
            for _ in range(3):
                before = load.answered
                until(lambda before=before: load.answered > before + 20)  # type: ignore[misc]
                assert server.end(signal.SIGTERM) == 0
                server = stack.enter_context(service(argv, folder, [tcp]))
            server.ready(2)
        assert load.stop().reasons == []


def test_they_can_be_named(folder: Path, tcp: socket.socket, unix: socket.socket) -> None:
    argv = command("wsgiapp:app", "--bind", "fd://web", "--metrics-bind", "fd://admin")
    with listening_tcp() as admin, service(argv, folder, [tcp, admin, unix], "web:admin:web") as s:
        s.ready()
        assert ask(tcp) == ask(unix) == HELLO
        assert "cruet_" in ask(admin, "/metrics")
    # What is named for one thing is not taken for another.
    argv = command("wsgiapp:app", "--metrics-bind", "fd://4")
    with listening_tcp() as admin, service(argv, folder, [tcp, admin]) as server:
        server.ready()
        assert ask(tcp) == HELLO
        assert "cruet_" in ask(admin, "/metrics")
        assert f":{admin.getsockname()[1]} " not in server.log[0]
    argv = command("wsgiapp:app", "--bind", "fd://shop")
    with service(argv, folder, [tcp, unix], "web:admin") as server:
        assert server.wait() == 1
        assert "fd://shop is no socket of systemd's, whose names are: admin, web" in server.text


def test_variables_are_for_nobody_else(folder: Path, tcp: socket.socket) -> None:
    (folder / "shop.py").write_text(APP)
    with service(command("shop:app"), folder, [tcp], "web") as server:
        server.ready()
        assert ask(tcp) == f"[{server.process.pid}, []]"
    # Of another process's sockets nothing is taken.
    argv = command("shop:app", "--port", "0")
    with service(argv, folder, [tcp], env={"LISTEN_PID": "1"}) as server:
        server.ready()
        assert server.port != tcp.getsockname()[1]
        assert server.get()[1] == f"[{server.process.pid}, []]"


def test_one_descriptor_beside_an_address(folder: Path, tcp: socket.socket) -> None:
    own, fd = f"unix:{folder / 'own'}", f"fd://{tcp.fileno()}"
    (folder / "cruet.toml").write_text(f'bind = ["{fd}", "{own}"]\n')
    fds = (tcp.fileno(),)
    with running(argv=command("wsgiapp:app"), cwd=folder, pass_fds=fds) as server:
        server.ready()
        assert ask(tcp) == HELLO
        # It can be left, and taken again.
        (folder / "cruet.toml").write_text(f'bind = ["{own}"]\n')
        server.process.send_signal(signal.SIGHUP)
        server.await_line("Reloaded")
        (folder / "cruet.toml").write_text(f'bind = ["{own}", "{fd}"]\n')
        server.process.send_signal(signal.SIGHUP)
        server.await_line("Reloaded", 2)
        assert ask(tcp) == HELLO
        (folder / "cruet.toml").write_text(f'bind = ["{own}", "fd://777"]\n')
        server.process.send_signal(signal.SIGHUP)
        server.await_line("fd://777 can be had at the start alone")
        assert ask(tcp) == HELLO
        assert server.end(signal.SIGTERM) == 0
    assert not (folder / "own").exists()


def test_one_that_does_not_listen_yet(folder: Path) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        argv = command("wsgiapp:app", "--bind", f"fd://{bound.fileno()}")
        with running(argv=argv, cwd=folder, pass_fds=(bound.fileno(),)) as server:
            server.ready()
            assert ask(bound) == HELLO


def test_what_is_no_socket_to_listen_on(folder: Path) -> None:
    for address, reason in (
        ("fd://777", "fd://777: bad file descriptor"),
        ("fd://99999999999", "fd://99999999999: there is no such descriptor"),
        ("fd://", "'fd://' is neither the number nor the name of a socket"),
        ("fd://a:b", "'fd://a:b' is neither the number nor the name of a socket"),
        ("fd://web", "fd://web is no socket of systemd's, whose names are: none"),
    ):
        code, text = fails("wsgiapp:app", "--bind", address, cwd=folder)
        assert (code, reason in text) == (1, True), text
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams, open(os.devnull) as file:
        datagrams.bind(("127.0.0.1", 0))
        for opened, reason in ((datagrams, "no stream socket"), (file, "socket operation on non")):
            fd = opened.fileno()
            argv = command("wsgiapp:app", "--bind", f"fd://{fd}")
            with running(argv=argv, cwd=folder, pass_fds=(fd,)) as server:
                assert server.wait() == 1
                assert f"cannot listen on fd://{fd}: " in server.text
                assert reason in server.text


def _master(where: socket.socket) -> int:
    return int(ask(where)[1:].partition(",")[0])


def test_a_new_master_has_them_too(folder: Path, tcp: socket.socket, unix: socket.socket) -> None:
    (folder / "shop.py").write_text(APP)
    argv = command("shop:app", "--pidfile", "server.pid")
    with service(argv, folder, [tcp, unix], "web:local") as server:
        server.ready()
        with Load(tcp.getsockname()[1], path="/", pause=0.002) as load:
            server.process.send_signal(signal.SIGUSR2)
            server.ready(2)
            new = int((folder / "server.pid.2").read_text())
            server.process.send_signal(signal.SIGTERM)
            assert server.process.wait(PATIENCE) == 0
            until(lambda: _master(tcp) == _master(unix) == new)
            os.kill(new, signal.SIGHUP)
            server.await_line("Reloaded")
            assert _master(tcp) == _master(unix) == new
        assert load.stop().reasons == []
        # And once more.
        pidfile = folder / "server.pid"
        until(lambda: pidfile.exists() and pidfile.read_text() == f"{new}\n")
        os.kill(new, signal.SIGUSR2)
        until((folder / "server.pid.2").exists)
        newest = int((folder / "server.pid.2").read_text())
        until(lambda: _master(unix) == newest)
        os.kill(new, signal.SIGTERM)
        until(lambda: pidfile.exists() and pidfile.read_text() == f"{newest}\n")
        assert _master(tcp) == _master(unix) == newest
        os.kill(newest, signal.SIGTERM)
        until(lambda: not pidfile.exists())
    assert (folder / "s").is_socket()


@pytest.mark.skipif(not shutil.which("systemd-socket-activate"), reason="systemd is not there")
def test_systemds_own_tool_starts_it_at_the_first_connection(folder: Path) -> None:
    path = folder / "s"
    tool = ["systemd-socket-activate", "--fdname", "web", "--listen", str(path)]
    argv = [*tool, *command("wsgiapp:app", "--bind", "fd://web")]
    with running(argv=argv, cwd=folder) as server:
        until(path.exists)
        assert "serves" not in server.text
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(PATIENCE)
            until(lambda: client.connect_ex(str(path)) == 0)
            client.sendall(b"GET /x HTTP/1.0\r\n\r\n")
            assert client.makefile("rb").read().endswith(HELLO.encode())
        assert server.end(signal.SIGTERM) == 0


def _listens_too(folder: Path, port: int, *options: str) -> Running | None:
    with running(argv=command("wsgiapp:app", "--port", str(port), *options), cwd=folder) as server:
        if server.process.poll() is None:
            with contextlib.suppress(AssertionError):
                server.ready()
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
                connection.request("GET", "/x")
                assert connection.getresponse().status == 200
                connection.close()
                assert server.end(signal.SIGTERM) == 0
                return server
        assert "the port is in use" in server.text
        return None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="as Linux shares a port")
def test_two_servers_on_a_port(folder: Path) -> None:
    with running("wsgiapp:app", "--reuse-port", cwd=folder) as server:
        server.ready()
        assert _listens_too(folder, server.port, "--reuse-port")
        assert not _listens_too(folder, server.port)
        assert server.get("/x") == (200, HELLO)
