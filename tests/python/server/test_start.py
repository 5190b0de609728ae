"""Starts that succeed, and starts that do not: one line, an exit code, nothing left behind."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import stat
from pathlib import Path

import pytest
from running import command, fails, running, until

from cruet.toolkit._addresses import Address, OptionError, open_listeners


def test_the_banner_names_address_workers_loop_and_process(folder: Path) -> None:
    with running("wsgiapp:app", "--workers", "2", cwd=folder) as server:
        server.ready(2)
        line = server.await_line("serves at")[0]
        banner = next(text for text in server.log if line in text)
        assert re.search(r"http://127\.0\.0\.1:\d+", banner)
        assert "workers: 2" in banner
        assert re.search(r"loop: (libevent|poll)", banner)
        assert f"pid: {server.process.pid}" in banner
        assert server.get("/x") == (200, "hello from /x")
        assert server.end(signal.SIGTERM) == 0


@pytest.mark.parametrize(
    ("target", "options", "answer"),
    [
        ("wsgiapp:app", (), "hello from /"),
        ("wsgiapp", (), "hello from /"),
        ("wsgiapp.py:app", (), "hello from /"),
        ("wsgiapp:Holder.app", (), "hello from /"),
        ("wsgiapp:make()", (), "made[]"),
        ("wsgiapp:make('x', a=1)", (), "x[('a', 1)]"),
        ("wsgiapp:make", ("--factory",), "made[]"),
        ("cruetapp:app", (), "Hello, World!"),
        ("cruetapp", (), "Hello, World!"),
    ],
)
def test_targets(folder: Path, target: str, options: tuple[str, ...], answer: str) -> None:
    with running(target, *options, cwd=folder) as server:
        assert server.get() == (200, answer)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("nowhere:app", "cruet: there is no module named 'nowhere'"),
        ("wsgiapp.nowhere:app", "cruet: there is no module named 'wsgiapp.nowhere'"),
        ("nowhere.py:app", "cruet: there is no file"),
        ("wsgiapp:nothing", "cruet: module 'wsgiapp' has no attribute 'nothing'"),
        ("wsgiapp:Holder.x", "cruet: 'Holder.x' has no attribute 'x'"),
        ("wsgiapp:number", "is a int, not a WSGI application"),
        ("wsgiapp:number()", "cannot be called: it is a int"),
        ("wsgiapp:make(x)", "are not literals"),
        ("wsgiapp:make(1, 2, 3)", "cannot be called so"),
        ("wsgiapp:1+", "is neither a name nor a call"),
        ("wsgiapp:1", "is neither a name nor a call"),
        ("broken:app", "ModuleNotFoundError: No module named 'no_such_module_anywhere'"),
        ("raising:app", "RuntimeError: at import"),
    ],
)
def test_an_application_that_does_not_load(folder: Path, target: str, message: str) -> None:
    code, errors = fails(target, "--port", "0", "--workers", "3", cwd=folder)
    assert code == 3
    assert errors.count(message) == 1, errors
    assert ("Traceback" in errors) == (target in ("broken:app", "raising:app"))
    if "Traceback" not in errors:
        assert errors.count("\n") == 1, errors
    assert "serves" not in errors
    assert "did not start" not in errors


def test_a_port_in_use(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, errors = fails("wsgiapp:app", "--port", str(port), cwd=folder)
    assert code == 1
    assert errors == f"Error: cannot listen on http://127.0.0.1:{port}: the port is in use\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--workers", "0"], "--workers must be at least 1"),
        (["--workers", "x"], "--workers must be an integer, not 'x'"),
        (["--port", "99999"], "--port must be at most 65535"),
        (["--bind", "127.0.0.1:http"], "'http' is not a port number"),
        (["--bind", "[::1"], "'[::1' is no address"),
        (["--bind", "unix:"], "'unix:' names no path"),
        (["--host", "no.such.host.invalid"], "cannot resolve 'no.such.host.invalid'"),
        (["--timeout", "-1"], "--timeout must be at least 0"),
        (["--timeout", "nan"], "--timeout must be at least 0"),
        (["--keep-alive", "inf"], "--keep-alive must be at most 100000000"),
        (["--graceful-timeout", "1e300"], "--graceful-timeout must be at most 100000000"),
        (["--limit-request-body", str(2**70)], "--limit-request-body must be at most"),
        (["--backlog", str(2**40)], "--backlog must be at most 65535"),
        (["--threads", "9999"], "--threads must be at most 1024"),
        (["--limit-request-line", "1"], "--limit-request-line must be at least 64"),
        (["--unix-socket-mode", "9"], "--unix-socket-mode must be an octal mode, not '9'"),
        (["--log-level", "loud"], "--log-level must be one of debug, info"),
        (["--access-log", "/no/such/folder/log"], "cannot write '/no/such/folder/log'"),
        (["--unix-socket", "/no/such/folder/s"], "cannot listen on unix:/no/such/folder/s"),
        (["--no-such-option"], "No such option"),
    ],
)
def test_bad_options(folder: Path, options: list[str], message: str) -> None:
    code, errors = fails("wsgiapp:app", *options, cwd=folder)
    assert code in (1, 2)
    assert message in errors.splitlines()[-1]
    assert "Traceback" not in errors


def _ask(path: Path) -> bytes:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(10)
        client.connect(str(path))
        client.sendall(b"GET /unix HTTP/1.0\r\n\r\n")
        parts = []
        while part := client.recv(65536):
            parts.append(part)
        return b"".join(parts)


def _answers(path: Path) -> bool:
    try:
        return bool(_ask(path))
    except OSError:
        return False


def test_a_unix_socket(folder: Path) -> None:
    path = folder / "s"
    with running("wsgiapp:app", "--unix-socket", str(path), cwd=folder) as server:
        server.ready()
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        assert _ask(path).endswith(b"hello from /unix")
        # A second server keeps away from it.
        code, errors = fails("wsgiapp:app", "--unix-socket", str(path), cwd=folder)
        assert code == 1
        assert errors == f"Error: cannot listen on unix:{path}: another server is using it\n"
        assert _ask(path).endswith(b"hello from /unix")
        assert server.end(signal.SIGTERM) == 0
    assert not path.exists()


def test_a_stale_unix_socket_is_replaced(folder: Path) -> None:
    path = folder / "s"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    options = ("--unix-socket", str(path), "--unix-socket-mode", "0600")
    with running("wsgiapp:app", *options, cwd=folder) as server:
        server.ready()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert _ask(path).endswith(b"hello from /unix")


def test_a_live_unix_socket_with_a_full_queue_is_not_taken(folder: Path) -> None:
    path = folder / "s"
    with contextlib.ExitStack() as stack:
        busy = stack.enter_context(socket.socket(socket.AF_UNIX))
        busy.bind(str(path))
        busy.listen(0)
        for _ in range(5):
            client = stack.enter_context(socket.socket(socket.AF_UNIX))
            client.setblocking(False)
            client.connect_ex(str(path))
        code, errors = fails("wsgiapp:app", "--unix-socket", str(path), cwd=folder)
    assert code == 1
    assert errors == f"Error: cannot listen on unix:{path}: another server is using it\n"
    assert path.exists()


def test_a_unix_socket_that_cannot_be_set_up_leaves_no_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "s"

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "chmod", refuse)
    with pytest.raises(OptionError, match="operation not permitted"):
        open_listeners([Address(path=str(path))], 5, 0o660)
    assert not path.exists()


def test_a_file_that_is_no_socket_is_left_alone(folder: Path) -> None:
    path = folder / "wsgiapp.py"
    code, errors = fails("wsgiapp:app", "--unix-socket", str(path), cwd=folder)
    assert code == 1
    assert errors.endswith("it exists and is not a socket\n")
    assert path.exists()


def test_a_failed_start_removes_its_unix_socket(folder: Path) -> None:
    path = folder / "s"
    code, _ = fails("nowhere:app", "--unix-socket", str(path), cwd=folder)
    assert code == 3
    assert not path.exists()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        code, _ = fails("wsgiapp:app", "--bind", f"unix:{path}", "--bind", where, cwd=folder)
    assert code == 1
    assert not path.exists()


def test_several_addresses(folder: Path) -> None:
    path = folder / "s"
    options = ("--bind", "127.0.0.1:0", "--bind", f"unix:{path}", "--bind", "127.0.0.1:0")
    with running("wsgiapp:app", *options, cwd=folder) as server:
        server.ready()
        ports = re.findall(r"http://127\.0\.0\.1:(\d+)", server.text)
        assert len(set(ports)) >= 2
        for port in ports:
            with socket.create_connection(("127.0.0.1", int(port)), timeout=10) as client:
                client.sendall(b"GET / HTTP/1.0\r\n\r\n")
                assert client.recv(100).startswith(b"HTTP/1.1 200 OK")
        assert _ask(path).endswith(b"hello from /unix")


def test_ipv6(folder: Path) -> None:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("there is no IPv6 here")
    with running("wsgiapp:app", "--host", "::1", cwd=folder) as server:
        server.ready()
        port = int(server.await_line(r"http://\[::1\]:(\d+)")[1])
        with socket.create_connection(("::1", port), timeout=10) as client:
            client.sendall(b"GET /environ HTTP/1.0\r\n\r\n")
            answer = b""
            while part := client.recv(65536):
                answer += part
        assert b"'SERVER_NAME': '::1'" in answer
        assert b"'REMOTE_ADDR': '::1'" in answer


def test_environment_variables(folder: Path) -> None:
    env = {"CRUET_WORKERS": "2", "CRUET_THREADS": "3", "CRUET_NO_ASYNC": "1"}
    with running("wsgiapp:app", cwd=folder, env=env) as server:
        server.ready(2)
        assert "workers: 2, threads: 3, loop: poll" in server.text
    path = folder / "s"
    env = {
        "CRUET_BIND": f"unix:{path} 127.0.0.1:0",
        "CRUET_UNIX_SOCKET_MODE": "0600",
        "CRUET_LIMIT_REQUEST_LINE": "64",
        "CRUET_ACCESS_LOG": str(folder / "log"),
        "CRUET_LOG_LEVEL": "debug",
    }
    argv = command("wsgiapp:app")
    with running(cwd=folder, env=env, argv=argv) as server:
        server.ready()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert server.get("/x") == (200, "hello from /x")
        assert server.get("/" + "x" * 64)[0] == 414
        assert '"GET /x HTTP/1.1" 200' in (folder / "log").read_text()
    code, errors = fails("wsgiapp:app", cwd=folder, env={"CRUET_WORKERS": "none"})
    assert code == 1
    assert errors == "Error: CRUET_WORKERS: must be an integer, not 'none'\n"
    # An option is stronger than its variable.
    with running("wsgiapp:app", "--threads", "2", cwd=folder, env={"CRUET_THREADS": "3"}) as server:
        server.ready()
        assert "threads: 2" in server.text


def test_access_log_and_log_level(folder: Path) -> None:
    log = folder / "access"
    options = ("--access-log", str(log), "--log-level", "warning")
    with running("wsgiapp:app", "--bind", f"unix:{folder / 's'}", *options, cwd=folder) as server:
        until(lambda: _answers(folder / "s"))
        assert server.end(signal.SIGTERM) == 0
        assert server.log == []
    assert '"GET /unix HTTP/1.0" 200 16 "-" "-"' in log.read_text()


def test_an_application_of_a_dotted_package(folder: Path) -> None:
    package = folder / "package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "web.py").write_text("from wsgiapp import app as application\n")
    for target in ("package.web", "package/web.py", "package.web:application"):
        with running(target, cwd=folder) as server:
            assert server.get() == (200, "hello from /")
    assert os.listdir(folder)
