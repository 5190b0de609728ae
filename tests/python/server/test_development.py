"""`--debug`, the reloader, `app.run()` and servers made from code."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from running import Running, command, running, until

from cruet.toolkit import _reloader, _spare
from cruet.toolkit.serving import make_server, run_simple

PAGE = """
from cruet import Flask

app = Flask(__name__)

@app.get("/")
def index():
    return "first"

if __name__ == "__main__":
    app.run(port=0, debug={debug})
"""


def _await_answer(server: Any, body: str, status: int = 200) -> None:
    def answered() -> bool:
        try:
            answer: tuple[int, str] = server.get()
        except (OSError, http.client.HTTPException):
            return False  # not there yet, or interrupted by the change in the middle of an answer
        return answer[0] == status and body in answer[1]

    until(answered)


def _edit(path: Path, old: str, new: str) -> None:
    # Coarse clocks of file systems must see a difference.
    time.sleep(0.05)
    path.write_text(path.read_text().replace(old, new))


@pytest.mark.parametrize("watcher", ["stat", "watchfiles"])
def test_debug_reloads_on_change(folder: Path, watcher: str) -> None:
    if watcher == "watchfiles":
        pytest.importorskip("watchfiles")
        env = {}
    else:
        (folder / "watchfiles.py").write_text("raise ImportError\n")
        (folder / "sitecustomize.py").write_text(
            "import importlib.util as u\n"
            "find = u.find_spec\n"
            "gone = ('watchfiles', 'watchdog')\n"
            "u.find_spec = lambda name, *a: None if name in gone else find(name, *a)\n"
        )
        env = {"PYTHONPATH": f"{folder}{':' + p if (p := _python_path()) else ''}"}
    page = folder / "page.py"
    page.write_text(PAGE)
    env["PYTHONDONTWRITEBYTECODE"] = "1"
    with running("page:app", "--debug", cwd=folder, env=env) as server:
        _await_answer(server, "first")
        _edit(page, '"first"', '"second"')
        _await_answer(server, "second")
        # What does not load is told, and the server waits until it is mended.
        _edit(page, "def index():", "def index(:")
        _await_answer(server, "", 500)
        server.await_line("SyntaxError")
        _edit(page, "def index(:", "def index():")
        _await_answer(server, "second")
        assert server.end(signal.SIGTERM) == 0


def test_debug_reloads_when_the_config_file_changes(folder: Path) -> None:
    config = folder / "cruet.toml"
    config.write_text("app = 'page:app'\nreload = true\nenv = ['CRUET_T_SEEN=first']\n")
    page = folder / "page.py"
    page.write_text("import os\n" + PAGE.replace('"first"', 'os.environ["CRUET_T_SEEN"]'))
    with running(cwd=folder) as server:
        _await_answer(server, "first")
        _edit(config, "first", "second")
        _await_answer(server, "second")
        assert server.end(signal.SIGTERM) == 0


def _python_path() -> str:
    return os.environ.get("PYTHONPATH", "")


def _spares(server: Running) -> list[int]:
    """The processes of the server's group that stand ready to be the next."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if os.getpgid(int(folder.name)) == server.process.pid:
                variables = (folder / "environ").read_bytes()
                if b"\0CRUET_RELOADER_SPARE=" in variables:
                    found.append(int(folder.name))
        except (OSError, ValueError):
            continue
    return found


def test_the_next_process_stands_ready(folder: Path) -> None:
    page = folder / "page.py"
    page.write_text("import os\n" + PAGE.replace('"first"', 'f"first {os.getpid()}"'))
    with running("page:app", "--debug", cwd=folder) as server:
        _await_answer(server, "first")
        until(lambda: len(_spares(server)) == 1)
        (spare,) = _spares(server)
        # It has nothing of the application yet, nor of the environment's files.
        (folder / ".env").write_text("FROM_FILE=seen\n")
        _edit(page, 'f"first', 'os.environ["FROM_FILE"] + f"second')
        _await_answer(server, f"seensecond {spare}")
        until(lambda: len(set(_spares(server)) - {spare}) == 1)
        os.killpg(server.process.pid, signal.SIGINT)
        assert server.wait() == 0
        assert "Traceback" not in server.text
        assert _spares(server) == []


def test_a_spare_ends_with_its_reloader(folder: Path) -> None:
    (folder / "page.py").write_text(PAGE)
    with running("page:app", "--debug", cwd=folder) as server:
        _await_answer(server, "first")
        until(lambda: len(_spares(server)) == 1)
        (spare,) = _spares(server)
        os.kill(spare, signal.SIGINT)
        os.kill(server.process.pid, signal.SIGKILL)
        until(lambda: _spares(server) == [])


def test_a_spare_tells_old_code() -> None:
    assert _spare._has_changed(0)
    assert not _spare._has_changed(time.time_ns() + 10**12)


@pytest.mark.parametrize("send", [os.kill, os.killpg])
@pytest.mark.parametrize("debug", [False, True])
def test_app_run(folder: Path, debug: bool, send: Callable[[int, int], None]) -> None:
    page = folder / "page.py"
    page.write_text(PAGE.format(debug=debug))
    env = {"PYTHONDONTWRITEBYTECODE": "1"}
    with running(argv=[sys.executable, "page.py"], cwd=folder, env=env) as server:
        _await_answer(server, "first")
        if debug:
            _edit(page, '"first"', '"second"')
            _await_answer(server, "second")
        # A terminal's ^C goes to the whole group, a script's signal to one process.
        send(server.process.pid, signal.SIGINT)
        assert server.wait() == 0
        assert "Traceback" not in server.text
        server.await_line('"GET / HTTP/1.1" 200')


def test_a_terminals_ctrl_c_ends_a_debugged_command_quietly(folder: Path) -> None:
    (folder / "page.py").write_text(PAGE)
    with running("page:app", "--debug", cwd=folder) as server:
        _await_answer(server, "first")
        os.killpg(server.process.pid, signal.SIGINT)
        assert server.wait() == 0
        assert "Aborted" not in server.text
        assert "Traceback" not in server.text


def test_a_change_reloads_what_ignores_ctrl_c(folder: Path) -> None:
    # A script's `python page.py &` starts with SIGINT ignored, and leaves it so.
    page = folder / "page.py"
    page.write_text(PAGE.format(debug=True))
    ignoring = f"trap '' INT; exec {sys.executable} page.py"
    env = {"PYTHONDONTWRITEBYTECODE": "1"}
    with running(argv=["sh", "-c", ignoring], cwd=folder, env=env) as server:
        _await_answer(server, "first")
        os.killpg(server.process.pid, signal.SIGINT)
        _edit(page, '"first"', '"second"')
        _await_answer(server, "second")
        assert server.end(signal.SIGTERM) == 0
        assert "Traceback" not in server.text


def test_a_start_that_fails_says_so(folder: Path) -> None:
    with running(argv=command("nowhere:app", "--debug", "--port", "0"), cwd=folder) as server:
        assert server.wait() == 1
        assert server.log[-1] == "Error: there is no module named 'nowhere'"
    with running(argv=command("raising:app", "--debug", "--port", "0"), cwd=folder) as server:
        assert server.wait() == 3
        assert "RuntimeError: at import" in server.text


def test_a_port_in_use_under_the_reloader(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        argv = command("cruetapp:app", "--debug", "--port", port)
        with running(argv=argv, cwd=folder) as server:
            assert server.wait() == 1
            assert "the port is in use" in server.log[-1]


def _hello(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [threading.current_thread().name.encode()]


@pytest.mark.parametrize("threaded", [False, True])
def test_servers_made_from_code_run_in_any_thread(threaded: bool) -> None:
    servers = [make_server("127.0.0.1", 0, _hello, threaded=threaded) for _ in range(3)]
    threads = [threading.Thread(target=server.serve_forever) for server in servers]
    for thread in threads:
        thread.start()
    try:
        assert len({server.port for server in servers}) == 3
        for server in servers:
            assert server.server_address == ("127.0.0.1", server.port)
            with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/", timeout=10) as answer:
                name = answer.read().decode()
            assert name.startswith("cruet-") == threaded
    finally:
        for server in servers:
            server.shutdown()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"http://127.0.0.1:{servers[0].port}/", timeout=10)


def test_servers_that_cannot_be_made() -> None:
    server = make_server("127.0.0.1", 0, _hello)
    try:
        with pytest.raises(OSError, match="the port is in use"):
            make_server("127.0.0.1", server.port, _hello)
    finally:
        server.server_close()
    with pytest.raises(TypeError, match="port must be an integer"):
        run_simple("127.0.0.1", "80", _hello)  # type: ignore[arg-type]


def test_errors_pass_through_where_they_should() -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        raise KeyError("mine")

    server = make_server("127.0.0.1", 0, app, passthrough_errors=True)
    caught: list[BaseException] = []

    def serve() -> None:
        try:
            server.serve_forever()
        except BaseException as error:
            caught.append(error)

    thread = threading.Thread(target=serve)
    thread.start()
    with pytest.raises(OSError):
        urllib.request.urlopen(f"http://127.0.0.1:{server.port}/", timeout=10)
    thread.join(10)
    assert caught and isinstance(caught[0], KeyError)


def test_watched_files(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.txt").write_text("")
    (tmp_path / "b.txt").write_text("")
    extra = [str(tmp_path / "sub"), str(tmp_path / "b.txt")]
    files = _reloader.watched_files(extra, [])
    assert str(tmp_path / "sub" / "a.txt") in files
    assert str(tmp_path / "b.txt") in files
    assert __file__ in files or any(name.endswith("reloader.py") for name in files)
    assert str(tmp_path / "b.txt") not in _reloader.watched_files(extra, ["*/b.txt"])
    with pytest.raises(ValueError, match="no reloader 'none'"):
        _reloader.run_with_reloader(lambda: None, reloader_type="none")


def test_source_that_was_never_loaded_is_watched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("a.py", "node_modules/b.py", "env/pyvenv.cfg", "env/c.py", "d/e.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    found = {Path(name) for name in _reloader.watched_files([], [])}
    below = {str(path.relative_to(tmp_path)) for path in found if tmp_path in path.parents}
    assert below == {"a.py", "d/e.py"}
    monkeypatch.setattr("cruet.toolkit._source_files.MOST_FOLDERS", 1)
    assert str(tmp_path / "d" / "e.py") not in _reloader.watched_files([], [])


def test_folders_below_others_need_no_watch_of_their_own() -> None:
    roots = _reloader._find_common_roots({"/a/b", "/a", "/a/b/c", "/ab", "/c/d", "/a-b"})
    assert roots == {"/a", "/ab", "/c/d", "/a-b"}


@pytest.mark.parametrize("when", ["before it runs", "while it runs"])
@pytest.mark.parametrize("kind", ["stat", "watchdog", "watchfiles"])
def test_a_loop_sees_a_change(
    tmp_path: Path, kind: str, when: str, caplog: pytest.LogCaptureFixture
) -> None:
    if kind != "stat":
        pytest.importorskip(kind)
    caplog.set_level("INFO", "werkzeug")
    watched = tmp_path / "watched"
    watched.write_text("1")
    timer = threading.Timer(0.3, lambda: watched.write_text("22"))
    loop = _reloader.reloader_loops[kind]([str(watched)], [], 0.05)
    with pytest.raises(SystemExit) as end, loop:
        if when == "while it runs":
            timer.start()
        else:
            _edit(watched, "1", "22")
        loop.run()
    assert end.value.code == _reloader.RESTART
    assert f"Detected change in {str(watched)!r}, reloading" in caplog.text
