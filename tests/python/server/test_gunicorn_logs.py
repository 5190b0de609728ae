"""Logs as a file of Gunicorn's says: destinations, syslog, and configurations of logging."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest
from running import command, running, until

from cruet.server.options import SETTINGS
from cruet.server.settings.gunicorn import Translation, read_gunicorn
from cruet.toolkit._addresses import OptionError


def translated(folder: Path, source: str) -> Translation:
    path = folder / "gunicorn.conf.py"
    path.write_text(source)
    result = read_gunicorn(str(path), {}, SETTINGS)
    del result.values["bind"]
    return result


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("accesslog = '-'\nerrorlog = 'e.log'", {"access_log": "-", "error_log": "e.log"}),
        ("access_log_format = '%(h)s'", {"access_log_format": "%(h)s"}),
        ("syslog = False\nsyslog_addr = 'udp://a:1'", {}),
        ("syslog = True", {"syslog": "udp://localhost:514", "access_log": "syslog"}),
        (
            "syslog = True\nsyslog_addr = 'unix:///dev/log#dgram'\naccesslog = 'a.log'\n"
            "syslog_prefix = 'shop'\nsyslog_facility = 'local1'",
            {
                "syslog": "unix:/dev/log",
                "access_log": "a.log",
                "syslog_prefix": "shop",
                "syslog_facility": "local1",
            },
        ),
        (
            "syslog = True\ndisable_redirect_access_to_syslog = True",
            {"syslog": "udp://localhost:514"},
        ),
    ],
)
def test_destinations(folder: Path, source: str, wanted: dict[str, Any]) -> None:
    result = translated(folder, source)
    assert result.values == wanted
    assert result.complaints == []


def test_syslog_by_tcp_is_not_honoured(folder: Path) -> None:
    result = translated(folder, "syslog = True\nsyslog_addr = 'tcp://a:1'")
    assert result.values == {}
    (complaint,) = result.complaints
    assert "syslog_addr is not honoured: syslog is told by UDP or a UNIX socket" in complaint


DICTIONARY = """
logconfig_dict = {
    "version": 1,
    "formatters": {"plain": {"format": "%(name)s|%(levelname)s|%(message)s"}},
    "handlers": {
        "file": {"class": "logging.FileHandler", "filename": "g.log", "formatter": "plain"},
    },
    "root": {"level": "INFO", "handlers": ["file"]},
    "loggers": {
        "gunicorn.error": {"level": "DEBUG", "handlers": [], "propagate": True},
        "gunicorn.access": {"level": "INFO", "handlers": [], "propagate": True},
    },
}
"""

INI = """
[loggers]
keys=root, gunicorn.error, gunicorn.access

[handlers]
keys=file

[formatters]
keys=plain

[logger_root]
level=INFO
handlers=file

[logger_gunicorn.error]
level=INFO
handlers=file
propagate=0
qualname=gunicorn.error

[logger_gunicorn.access]
level=INFO
handlers=file
propagate=0
qualname=gunicorn.access

[handler_file]
class=FileHandler
formatter=plain
args=('%(here)s/g.log',)

[formatter_plain]
format=%%(name)s|%%(levelname)s|%%(message)s
"""


@pytest.mark.parametrize("kind", ["dictionary", "json", "ini"])
def test_configurations_of_logging(folder: Path, kind: str) -> None:
    if kind == "dictionary":
        (folder / "gunicorn.conf.py").write_text(DICTIONARY)
    elif kind == "json":
        names: dict[str, Any] = {}
        exec(DICTIONARY, names)
        (folder / "log.settings").write_text(json.dumps(names["logconfig_dict"]))
        (folder / "gunicorn.conf.py").write_text("logconfig_json = 'log.settings'")
    else:
        (folder / "log.ini").write_text(INI.replace("%%", "%"))
        (folder / "gunicorn.conf.py").write_text(f"logconfig = {str(folder / 'log.ini')!r}")
    argv = command("wsgiapp:app", "--from-gunicorn", "gunicorn.conf.py", "--port", "0")
    log = folder / "g.log"

    def lines() -> list[str]:
        return log.read_text().splitlines() if log.exists() else []

    with running(argv=argv, cwd=folder) as server:
        until(lambda: any("cruet.server|INFO|Worker " in line for line in lines()))
        banner = next(line for line in lines() if "serves at" in line)
        port = int(banner.partition("http://127.0.0.1:")[2].partition(" ")[0])
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"GET /logged HTTP/1.0\r\n\r\n")
            assert client.recv(100)
        until(lambda: any('"GET /logged HTTP/1.0" 200' in line for line in lines()))
        access = next(line for line in lines() if "/logged" in line)
        assert access.startswith("cruet.access|INFO|127.0.0.1 - - [")
        assert server.log == []


def test_what_a_dictionary_may_leave_out(folder: Path) -> None:
    result = translated(folder, "logconfig_dict = {'loggers': {'app': {'level': 'INFO'}}}")
    config = result.values["log_config"]
    assert config["version"] == 1
    assert config["loggers"] == {"app": {"level": "INFO"}}
    assert config["root"]["handlers"] == ["console"]
    assert "access_log" not in result.values


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("logconfig = 'no.ini'", "logconfig: cannot read 'no.ini': No such file"),
        ("logconfig_json = 'no.json'", "logconfig_json: cannot read 'no.json': No such file"),
        ("logconfig_json = 'gunicorn.conf.py'", "logconfig_json: 'gunicorn.conf.py' is no JSON"),
        ("logconfig = 'gunicorn.conf.py'", "logconfig: File contains no section headers"),
        ("logconfig_dict = [1]", "logconfig_dict must be a dictionary, not [1]"),
        ("access_log_format = '%(zz)s'", "access_log_format"),
        ("loglevel = 'loud'", "loglevel must be one of debug, info"),
    ],
)
def test_errors(folder: Path, monkeypatch: pytest.MonkeyPatch, source: str, message: str) -> None:
    monkeypatch.chdir(folder)
    with pytest.raises(OptionError) as caught:
        translated(folder, source)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
