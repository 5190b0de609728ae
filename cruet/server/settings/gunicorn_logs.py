"""Gunicorn's settings of logs, several of which are one of cruet's."""

from __future__ import annotations

import configparser
import json
import os
import typing as t

from .kinds import Flag

#: A value, and where it was said, by Gunicorn's name.
Said = dict[str, tuple[t.Any, str]]

#: Its loggers, and what cruet calls them.
LOGGERS = {"gunicorn.error": "cruet.server", "gunicorn.access": "cruet.access"}

#: What a dictionary of Gunicorn's need not say.
_BASE: dict[str, t.Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "root": {"level": "INFO", "handlers": ["console"]},
    "loggers": {
        "cruet.server": {"level": "INFO", "handlers": ["error_console"]},
        "cruet.access": {"level": "INFO", "handlers": ["console"]},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "generic",
            "stream": "ext://sys.stdout",
        },
        "error_console": {
            "class": "logging.StreamHandler",
            "formatter": "generic",
            "stream": "ext://sys.stderr",
        },
    },
    "formatters": {
        "generic": {
            "format": "%(asctime)s [%(process)d] [%(levelname)s] %(message)s",
            "datefmt": "[%Y-%m-%d %H:%M:%S %z]",
        }
    },
}


def join_logs(said: Said) -> list[str]:
    """Make of what is said of logs what can be translated one by one; return complaints.

    As in Gunicorn an access log is written where a configuration of logging or syslog is given.

    :raises ValueError: a configuration of logging cannot be read; where, and why.
    """
    _join_configs(said)
    complaints = _join_syslog(said)
    if "logconfig" in said and _names_access(said["logconfig"][0]):
        said["accesslog"] = "logging", said["logconfig"][1]
    return complaints


def _join_syslog(said: Said) -> list[str]:
    wanted, where = said.pop("syslog", (False, ""))
    address = said.pop("syslog_addr", ("udp://localhost:514", ""))[0]
    access = not said.pop("disable_redirect_access_to_syslog", (False, ""))[0]
    flag = Flag()
    if not (flag.read(wanted) if isinstance(wanted, str) else flag.take(wanted)):
        return []
    _demand_text("syslog_addr", address)
    if address.startswith("tcp:"):
        return [f"{where} syslog_addr is not honoured: syslog is told by UDP or a UNIX socket"]
    if address.startswith("unix:"):
        address = "unix:" + address.removeprefix("unix:").removeprefix("//").partition("#")[0]
    said["syslog"] = address, where
    if access and not said.get("accesslog", (None, ""))[0]:
        said["accesslog"] = "syslog", where
    return []


def _join_configs(said: Said) -> None:
    """Leave at most ``logconfig``: a dictionary, or a parser of a file."""
    table, file, ini = (
        said.pop(name, (None, "")) for name in ("logconfig_dict", "logconfig_json", "logconfig")
    )
    if table[0]:
        said["logconfig"] = _renamed(_mapping(table[0])), table[1]
    elif file[0]:
        said["logconfig"] = _renamed(_read_json(file[0])), file[1]
    elif ini[0]:
        said["logconfig"] = _read_ini(ini[0]), ini[1]


def _demand_text(name: str, value: t.Any) -> None:
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a string, not {value!r}")


def _mapping(value: t.Any) -> dict[str, t.Any]:
    if not isinstance(value, dict):
        raise ValueError(f"logconfig_dict must be a dictionary, not {value!r}")
    return value


def _read_json(path: t.Any) -> dict[str, t.Any]:
    _demand_text("logconfig_json", path)
    try:
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
    except OSError as error:
        raise ValueError(f"logconfig_json: cannot read {path!r}: {error.strerror}") from None
    except ValueError as error:
        raise ValueError(f"logconfig_json: {path!r} is no JSON: {error}") from None
    return _mapping(found)


def _renamed(config: dict[str, t.Any]) -> dict[str, t.Any]:
    merged = {**_BASE, **config}
    loggers = merged.get("loggers") or {}
    return {**merged, "loggers": {LOGGERS.get(name, name): how for name, how in loggers.items()}}


def _read_ini(path: t.Any) -> configparser.RawConfigParser:
    _demand_text("logconfig", path)
    parser = configparser.ConfigParser({"here": os.path.dirname(path), "__file__": path})
    try:
        with open(path, encoding="utf-8") as file:
            parser.read_file(file)
    except OSError as error:
        raise ValueError(f"logconfig: cannot read {path!r}: {error.strerror}") from None
    except (configparser.Error, UnicodeDecodeError) as error:
        raise ValueError(f"logconfig: {str(error).splitlines()[0]}") from None
    for section in parser.sections():
        name = parser.get(section, "qualname", raw=True, fallback=None)
        if name in LOGGERS:
            parser.set(section, "qualname", LOGGERS[name])
    return parser


def _names_access(config: t.Any) -> bool:
    """Tell whether a configuration of logging has a logger for requests."""
    if isinstance(config, dict):
        return "cruet.access" in config["loggers"]
    return any(
        config.get(section, "qualname", raw=True, fallback=None) == "cruet.access"
        for section in config.sections()
    )
