"""SIGHUP: the configuration read anew, sockets moved, and all as it was where it cannot be."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

from running import Running, command, running, until
from served import free_port


def _reload(server: Running) -> None:
    server.process.send_signal(signal.SIGHUP)


def test_hup_reads_the_file_anew(folder: Path) -> None:
    config = folder / "cruet.toml"
    config.write_text("limit_request_line = 100\nenv = ['CRUET_T_SEEN=first', 'CRUET_T_GONE=1']\n")
    (folder / "envapp.py").write_text(
        "import os\n"
        "def app(environ, start_response):\n"
        "    start_response('200 OK', [])\n"
        "    seen = (os.environ.get('CRUET_T_SEEN'), os.environ.get('CRUET_T_GONE'))\n"
        "    return [repr(seen).encode()]\n"
    )
    with running("envapp:app", cwd=folder) as server:
        server.ready()
        assert server.get("/" + "x" * 100)[0] == 414
        assert server.get() == (200, "('first', '1')")

        config.write_text("limit_request_line = 1000\nenv = ['CRUET_T_SEEN=then']\nworkers = 3\n")
        _reload(server)
        server.await_line("Reloaded")
        assert server.get("/" + "x" * 100) == (200, "('then', None)")
        server.ready(4)


def test_a_broken_file_keeps_the_old_service(folder: Path) -> None:
    config = folder / "cruet.toml"
    config.write_text("limit_request_line = 100\n")
    with running("wsgiapp:app", cwd=folder) as server:
        server.ready()
        for content, reason in (
            ("limit_request_line = 1", "limit_request_line must be at least 64"),
            ("limit_request_lime = 100", "did you mean 'limit_request_line'"),
            ("on_exit = 'nowhere_at:all'", "'nowhere_at:all' cannot be found"),
            ("x", "Expected '='"),
        ):
            config.write_text(content)
            _reload(server)
            server.await_line(rf"The configuration stays as it was: cruet\.toml: .*{reason}")
        server.await_line("The reload has failed", 4)
        assert server.get("/" + "x" * 100)[0] == 414
        assert server.get() == (200, "hello from /")
        assert len(server.workers()) == 1

        # New code that does not start takes its settings with it.
        config.write_text("limit_request_line = 200\n")
        whole = (folder / "wsgiapp.py").read_text()
        (folder / "wsgiapp.py").write_text("1 / 0\n" + whole)
        _reload(server)
        server.await_line("The reload has failed", 5)
        (folder / "wsgiapp.py").write_text(whole)
        os.kill(server.workers()[0], signal.SIGKILL)
        server.ready(2)
        assert server.get("/" + "x" * 100)[0] == 414

        _reload(server)
        server.await_line("Reloaded")
        # The old worker may still take what was queued for it.
        until(lambda: server.get("/" + "x" * 100)[0] == 200)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
            client.sendall(b"GET / HTTP/1.0\r\n\r\n")
            return client.recv(100).startswith(b"HTTP/1.1 200 OK")
    except OSError:
        return False


def test_hup_moves_the_server(folder: Path) -> None:
    first, second, third = free_port(), free_port(), free_port()
    config = folder / "cruet.toml"
    config.write_text(f"bind = ['127.0.0.1:{first}', '127.0.0.1:{second}', 'unix:s']\n")
    with running(argv=command("wsgiapp:app"), cwd=folder) as server:
        server.ready()
        assert _answers(first) and _answers(second)
        inode = (folder / "s").stat().st_ino
        config.write_text(
            f"bind = ['127.0.0.1:{third}', 'unix:s', '127.0.0.1:{second}']\nbacklog = 10\n"
        )
        _reload(server)
        server.await_line("Reloaded")
        assert _answers(second) and _answers(third)
        until(lambda: not _answers(first))
        # What stays is the same socket.
        assert (folder / "s").stat().st_ino == inode

        config.write_text(f"bind = ['127.0.0.1:{second}']\n")
        _reload(server)
        server.await_line("Reloaded", 2)
        until(lambda: not _answers(third))
        assert not (folder / "s").exists()
        assert server.end(signal.SIGTERM) == 0


def test_an_address_that_cannot_be_had_changes_nothing(folder: Path) -> None:
    first, second = free_port(), free_port()
    config = folder / "cruet.toml"
    config.write_text(f"bind = '127.0.0.1:{first}'\n")
    with socket.socket() as taken, running(argv=command("wsgiapp:app"), cwd=folder) as server:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        server.ready()
        config.write_text(f"bind = ['unix:s', '127.0.0.1:{port}']\n")
        _reload(server)
        server.await_line("The configuration stays as it was: cannot listen on .*: the port is in")
        server.await_line("The reload has failed")
        assert not (folder / "s").exists()
        assert _answers(first)

        # New code that does not start takes its sockets with it.
        config.write_text(f"bind = ['unix:s', '127.0.0.1:{second}']\n")
        whole = (folder / "wsgiapp.py").read_text()
        (folder / "wsgiapp.py").write_text("1 / 0\n" + whole)
        _reload(server)
        server.await_line("The reload has failed", 2)
        assert _answers(first)
        assert not _answers(second)
        assert not (folder / "s").exists()
        (folder / "wsgiapp.py").write_text(whole)
        os.kill(server.workers()[0], signal.SIGKILL)
        server.ready(2)
        assert _answers(first)


def test_what_only_a_restart_changes_is_named(folder: Path) -> None:
    config = folder / "cruet.toml"
    config.write_text("")
    with running("wsgiapp:app", cwd=folder) as server:
        server.ready()
        config.write_text("unix_socket_mode = 0o600\nthreads = 3\nkeep_alive = 5")
        _reload(server)
        server.await_line(r"\[WARNING\] threads stays as it was: only a restart changes it")
        server.await_line(r"\[WARNING\] unix_socket_mode stays as it was")
        server.await_line("Reloaded")
        assert "keep_alive stays" not in server.text
        assert server.get() == (200, "hello from /")
