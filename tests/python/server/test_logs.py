"""What `cruet run` logs, and where."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
from pathlib import Path

import pytest
from running import fails, running, until

APP = """
from cruet import Flask

app = Flask(__name__)


@app.route("/")
def index():
    return "hello", {"X-Kind": "greeting"}


@app.route("/broken")
def broken():
    raise ValueError("boom")
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "logging_app.py").write_text(APP)
    return tmp_path


def lines(path: Path, count: int) -> list[str]:
    until(lambda: path.exists() and len(path.read_text().splitlines()) >= count)
    return path.read_text().splitlines()


@pytest.mark.parametrize("threads", ["1", "4"])
def test_the_access_log_has_gunicorns_format(folder: Path, threads: str) -> None:
    options = ("--access-log", "a.log", "--threads", threads)
    with running("logging_app:app", *options, cwd=folder) as server:
        server.get("/?q=1", Referer='http://a/"b', **{"User-Agent": "tester"})
        server.get("/missing")
        first, second = lines(folder / "a.log", 2)
    assert re.fullmatch(
        r"127\.0\.0\.1 - - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "
        r'"GET /\?q=1 HTTP/1\.1" 200 5 "http://a/\\x22b" "tester"',
        first,
    )
    assert '"GET /missing HTTP/1.1" 404 207 "-" "-"' in second


def test_the_format_can_be_chosen(folder: Path) -> None:
    form = "%(m)s %(U)s?%(q)s %(s)s %({x-kind}o)s %({x-id}i)s %({HTTP_X_ID}e)s %(L)s %(p)s"
    options = ("--access-log", "a.log", "--access-log-format", form)
    with running("logging_app:app", *options, cwd=folder) as server:
        server.ready()
        server.get("/?q", **{"X-Id": "7"})
        (line,) = lines(folder / "a.log", 1)
        (worker,) = server.workers()
    assert re.fullmatch(rf"GET /\?q 200 greeting 7 7 0\.\d{{6}} <{worker}>", line)


def test_the_access_log_can_be_json(folder: Path) -> None:
    options = ("--access-log", "a.log", "--access-log-format", "json")
    with running("logging_app:app", *options, cwd=folder) as server:
        server.get('/?q="\\', **{"User-Agent": "caf\xe9"})
        entry = json.loads(lines(folder / "a.log", 1)[0])
    assert entry["target"] == '/?q="\\' and entry["user_agent"] == "caf\xe9"
    assert (entry["remote"], entry["method"], entry["status"]) == ("127.0.0.1", "GET", 200)
    assert (entry["bytes"], entry["referer"], entry["incomplete"]) == (5, None, False)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", entry["time"])


def test_lines_are_not_lost_at_the_end(folder: Path) -> None:
    with running("logging_app:app", "--access-log", "a.log", cwd=folder) as server:
        for _ in range(30):
            server.get("/")
        assert server.end(signal.SIGTERM) == 0
    assert len((folder / "a.log").read_text().splitlines()) == 30


def test_the_servers_own_log_goes_to_a_file_as_json(folder: Path) -> None:
    options = ("--error-log", "e.log", "--log-format", "json")
    with running("logging_app:app", *options, "--log-level", "debug", cwd=folder) as server:
        text = folder / "e.log"
        until(
            lambda: text.exists() and "Worker" in text.read_text() and " serves" in text.read_text()
        )
        server.process.send_signal(signal.SIGTERM)
        assert server.wait() == 0
    entries = [json.loads(line) for line in text.read_text().splitlines()]
    assert {"info"} <= {entry["level"] for entry in entries}
    assert entries[0]["logger"] == "cruet.server" and entries[0]["pid"]
    assert any(entry["message"] == "Stopping: SIGTERM" for entry in entries)


def test_syslog_gets_both(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as syslog:
        syslog.bind(str(folder / "log"))
        syslog.settimeout(20)
        options = ("--syslog", f"unix:{folder / 'log'}", "--syslog-facility", "local3")
        more = ("--access-log", "syslog", "--access-log-format", "%(m)s %(s)s")
        with running("logging_app:app", *options, *more, cwd=folder) as server:
            server.ready()
            server.get("/")
            got = []
            while not got or " 200" not in got[-1]:
                got.append(syslog.recv(4096).decode())
    # local3 is 19; info 6.
    assert got[-1] == "<158>cruet: GET 200"
    assert any(re.match(r"<158>cruet: Worker \d+ serves$", line) for line in got)


def test_syslog_over_udp(folder: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as syslog:
        syslog.bind(("127.0.0.1", 0))
        syslog.settimeout(20)
        options = ("--syslog", f"127.0.0.1:{syslog.getsockname()[1]}", "--access-log", "syslog")
        with running("logging_app:app", *options, "--syslog-prefix", "it", cwd=folder) as server:
            server.ready()
            server.get("/missing")
            got = ""
            while "GET /missing" not in got:
                got = syslog.recv(4096).decode()
    assert got.startswith("<14>it: 127.0.0.1 - - [")


def test_logging_may_be_configured(folder: Path) -> None:
    config = {
        "version": 1,
        "formatters": {"f": {"format": "%(name)s|%(levelname)s|%(message)s"}},
        "handlers": {"h": {"class": "logging.FileHandler", "filename": "c.log", "formatter": "f"}},
        "root": {"handlers": ["h"], "level": "INFO"},
    }
    (folder / "log.json").write_text(json.dumps(config))
    options = ("--log-config", "log.json", "--access-log", "logging")
    more = ("--access-log-format", "%(m)s %(s)s %({x-kind}o)s")
    with running("logging_app:app", *options, *more, "--port", "0", cwd=folder) as server:
        path = folder / "c.log"
        until(lambda: path.exists() and " serves" in path.read_text())
        port = int(re.search(r"127\.0\.0\.1:(\d+)", path.read_text())[1])  # type: ignore[index]
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            while client.recv(4096):
                pass
        until(lambda: "cruet.access|INFO|GET 200 greeting\n" in path.read_text())
        assert "cruet.server|INFO|" in path.read_text()
        assert server.end(signal.SIGTERM) == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--access-log-format", "%(h)s %(zz)s"), "has no atom at '%(zz)s'"),
        (("--access-log", "syslog"), "`syslog` says no address"),
        (("--syslog", "nowhere"), "syslog must be unix:PATH or HOST:PORT, not 'nowhere'"),
        (("--syslog", "unix:/no/such"), "cannot reach syslog at 'unix:/no/such'"),
        (("--error-log", "/no/such/file"), "cannot write '/no/such/file'"),
        (("--log-config", "none.json"), "cannot use 'none.json': No such file"),
        (("--log-config", "broken.toml"), "cannot use 'broken.toml': "),
        (("--log-config", "broken.ini"), "cannot use 'broken.ini': "),
    ],
)
def test_wrong_settings(folder: Path, options: tuple[str, ...], message: str) -> None:
    (folder / "broken.toml").write_text("version = ")
    (folder / "broken.ini").write_text("[loggers]\nkeys=")
    code, text = fails("logging_app:app", "--port", "0", *options, cwd=folder)
    assert code in (1, 2)
    assert message in text and "Traceback" not in text


def test_a_log_that_is_full_stops_nothing(folder: Path) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("there is no /dev/full")
    with running("logging_app:app", "--access-log", "/dev/full", cwd=folder) as server:
        for _ in range(3):
            assert server.get("/") == (200, "hello")
