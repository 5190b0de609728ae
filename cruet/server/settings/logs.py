"""What is written where."""

from __future__ import annotations

import configparser
import typing as t
from dataclasses import dataclass

from ... import _cruet
from .kinds import Kind, toml_value
from .table import choice, custom, text

LOG_LEVELS = ("debug", "info", "warning", "error", "critical")
LOG_FORMATS = ("text", "json")
FACILITIES = (
    *("kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron"),
    *("authpriv", "ftp", "local0", "local1", "local2", "local3", "local4", "local5", "local6"),
    "local7",
)


class LogFormat(Kind):
    """``json``, or text with the atoms of Gunicorn's access log."""

    name = "format"
    metavar = "FORMAT"

    def read(self, text: str) -> t.Any:
        _cruet.check_access_log_format(text)
        return text


class LogConfig(Kind):
    """What sets :mod:`logging` up: a file, or the dictionary of ``dictConfig``.

    In Python also a :class:`configparser.RawConfigParser` for ``fileConfig``.
    """

    name = "path or table"
    metavar = "PATH"

    def take(self, value: t.Any) -> t.Any:
        if not isinstance(value, str | dict | configparser.RawConfigParser):
            raise ValueError(f"must be a path or a table, not {value!r}")
        return value

    def write(self, value: t.Any) -> str:
        return toml_value(value)


@dataclass(kw_only=True)
class Logs:
    """Logs"""

    access_log: str = text(
        "",
        "A file, - for standard output, syslog, or logging for the logger cruet.access.",
        shown="none",
        why="A proxy in front mostly writes one already.",
        fixed=True,
    )
    access_log_format: str = custom(
        LogFormat(),
        _cruet.common_access_log_format,
        'Atoms as of Gunicorn: %(h)s address, %(t)s time, "%(r)s" request line, %(s)s status, '
        "%(b)s bytes, %(D)s microseconds, %({name}i)s field, …; or json.",
        worker=True,
        why="Gunicorn's, which is the combined format that log analysers know.",
    )
    error_log: str = text(
        "-",
        "Where the server's own log goes: a file, or - for standard error.",
        fixed=True,
        why="Whoever runs it, systemd or a container, collects that.",
    )
    log_level: str = choice(
        "info",
        "What is logged.",
        LOG_LEVELS,
        why="Starts, stops and workers, no line for a request.",
    )
    log_format: str = choice(
        "text",
        "How the server's own log is written; json: an object a line.",
        LOG_FORMATS,
        fixed=True,
        why="For people to read.",
    )
    log_config: t.Any = custom(
        LogConfig(),
        None,
        "A file for logging.config: .ini as fileConfig reads it, .json or .toml as dictConfig. "
        "The loggers are cruet.server and cruet.access. In a config file also dictConfig's table.",
        why="Most need no more than the settings above.",
    )
    syslog: str = text(
        "",
        "Address of a syslog that gets the server's log, too: unix:/dev/log or HOST:PORT, by UDP.",
        shown="none",
        fixed=True,
        why="systemd's journal gets standard error.",
    )
    syslog_facility: str = choice(
        "user", "What syslog sorts by.", FACILITIES, fixed=True, why="Gunicorn's."
    )
    syslog_prefix: str = text(
        "cruet", "The name of the program in syslog's lines.", fixed=True, why="What it is."
    )
