"""``--from-gunicorn``: what a ``gunicorn.conf.py`` says, in cruet's settings."""

from __future__ import annotations

import argparse
import importlib
import os
import re
import shlex
import sys
import typing as t
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ...toolkit._addresses import Address, OptionError, parse_address
from .files import checked, run_python
from .gunicorn_logs import join_logs
from .gunicorn_table import GUNICORN, Fate, Row
from .kinds import Hook
from .table import Setting
from .tls import CERTIFICATES_OF_CLIENTS

#: Its port where an address names none.
_PORT = 8000
#: Of the environment, weaker than the file.
WEAK_VARIABLES = {"WEB_CONCURRENCY": "workers", "FORWARDED_ALLOW_IPS": "forwarded_allow_ips"}


@dataclass
class Translation:
    """A configuration of Gunicorn's in cruet's terms."""

    #: By cruet's names, checked.
    values: dict[str, t.Any] = field(default_factory=dict)
    #: Where each was said: ``gunicorn.conf.py: keepalive``.
    spelled: dict[str, str] = field(default_factory=dict)
    #: One line for each setting that cannot be honoured.
    complaints: list[str] = field(default_factory=list)


def read_gunicorn(
    location: str, environ: Mapping[str, str], table: dict[str, Setting]
) -> Translation:
    """Read a file of Gunicorn's, and of the environment what Gunicorn reads there.

    ``location`` is a path, also as ``file:PATH``, or ``python:MODULE``. ``GUNICORN_CMD_ARGS`` is
    stronger than the file; ``PORT``, ``WEB_CONCURRENCY`` and ``FORWARDED_ALLOW_IPS`` stand in for
    what neither says.

    :raises OptionError: the file cannot be read, or a value is none that Gunicorn would take.
    """
    result = Translation()
    path = location.removeprefix("file:")
    said = {name: (value, f"{path}:") for name, value in _given(path).items() if name in GUNICORN}
    for name, value in _command_line(environ).items():
        said[name] = value, "GUNICORN_CMD_ARGS:"
    if "bind" not in said:
        port = environ.get("PORT")
        where = f"0.0.0.0:{port}" if port else f"127.0.0.1:{_PORT}"
        said["bind"] = [where], "PORT:" if port else "Gunicorn's default:"
    for variable, name in WEAK_VARIABLES.items():
        if environ.get(variable):
            said.setdefault(name, (environ[variable], f"{variable}:"))
    try:
        result.complaints += join_logs(said)
    except ValueError as error:
        raise OptionError(f"{path}: {error}") from None
    for name, (value, source) in said.items():
        _translate(GUNICORN[name], value, source, table, result)
    return result


def _given(path: str) -> dict[str, t.Any]:
    if not path.startswith("python:"):
        return run_python(path)
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        return dict(vars(importlib.import_module(path.removeprefix("python:"))))
    except Exception as error:
        raise OptionError(f"{path}: {type(error).__name__}: {error}") from error


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> t.NoReturn:
        raise OptionError(f"GUNICORN_CMD_ARGS: {message}")


def _command_line(environ: Mapping[str, str]) -> dict[str, t.Any]:
    parser = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    parser.add_argument("app", nargs="*")
    columns: dict[str, dict[str, t.Any]] = {
        "true": {"action": "store_true"},
        "false": {"action": "store_false"},
        "items": {"action": "append"},
        "maybe": {"nargs": "?", "const": "auto"},
        "value": {},
    }
    for row in GUNICORN.values():
        if row.flags:
            parser.add_argument(*row.flags.split(), dest=row.name, **columns[row.takes])
    try:
        words = shlex.split(environ.get("GUNICORN_CMD_ARGS", ""))
    except ValueError as error:
        raise OptionError(f"GUNICORN_CMD_ARGS: {error}") from None
    given = vars(parser.parse_args(words))
    # Gunicorn overlooks an application there, too.
    given.pop("app", None)
    return given


def _translate(
    row: Row, value: t.Any, source: str, table: dict[str, Setting], result: Translation
) -> None:
    # None is how Gunicorn writes "not set".
    if value is None or row.fate is Fate.NEEDLESS:
        return
    where = f"{source} {row.name}"
    if row.to and row.to not in table:
        if value:
            result.complaints.append(f"{where} is not honoured: there is no such setting yet")
        return
    if row.fate is Fate.REFUSED:
        if row.name == "worker_class":
            _worker_class(value, where, result)
        elif value and value not in row.plain:
            result.complaints.append(f"{where} is not honoured: {row.note}")
        return
    try:
        converted = _CONVERSIONS.get(row.name, _conversion(table[row.to]))(value, table[row.to])
        if row.name in ("limit_request_line", "limit_request_field_size"):
            _make_room(converted, result)
    except ValueError as error:
        raise OptionError(f"{where} {error}") from None
    result.values[row.to] = checked(table[row.to], converted, where)
    result.spelled[row.to] = where


def _plain(value: t.Any, setting: Setting) -> t.Any:
    """Return a value as Gunicorn takes it: text will do for numbers, flags and lists."""
    return setting.kind.read(value) if isinstance(value, str) else value


def _integer(value: t.Any, setting: Setting) -> t.Any:
    """Text may be hexadecimal or octal, too, where a prefix says so."""
    if isinstance(value, str) and value[:2].lower() in ("0x", "0o", "0b"):
        try:
            return int(value, 0)
        except ValueError:
            raise ValueError(f"must be an integer, not {value!r}") from None
    return _plain(value, setting)


def _addresses(value: t.Any, setting: Setting) -> list[Address]:
    # A port of its own for those without.
    return [parse_address(item, _PORT) for item in setting.kind.take(value)]


def _limit(value: t.Any, setting: Setting) -> t.Any:
    # 0 is no limit, and there must be one.
    limit = _integer(value, setting)
    return 65536 if limit == 0 and isinstance(limit, int) else limit


def _hook(value: t.Any, _: Setting) -> t.Any:
    """A function's name is all dots there."""
    if isinstance(value, str) and ":" not in value:
        module, _dot, name = value.rpartition(".")
        return f"{module}:{name}"
    return value


def _account(value: t.Any, setting: Setting) -> t.Any:
    # An empty name is nobody's there.
    if value == "":
        raise ValueError("must be a name or a number")
    return setting.kind.take(value)


def _mask(value: t.Any, setting: Setting) -> t.Any:
    """Text is octal only where it begins with a zero."""
    if not isinstance(value, str):
        return value
    try:
        return int(re.sub(r"^0(?=\d)", "0o", value), 0)
    except ValueError:
        raise ValueError(f"must be an integer, not {value!r}") from None


def _file(value: t.Any, setting: Setting) -> t.Any:
    # There is one, whatever is in its name.
    return ([value] if value else []) if isinstance(value, str) else setting.kind.take(value)


def _cert_reqs(value: t.Any, _: Setting) -> t.Any:
    """Numbers of the standard library's ``ssl.CERT_…``."""
    try:
        return dict(enumerate(CERTIFICATES_OF_CLIENTS))[int(value)]
    except (KeyError, TypeError, ValueError):
        raise ValueError(f"must be 0, 1 or 2, not {value!r}") from None


def _proxy_protocol(value: t.Any, _: Setting) -> t.Any:
    """It was a flag once."""
    if isinstance(value, bool):
        return "auto" if value else "off"
    words = {"true": "auto", "1": "auto", "false": "off", "0": "off", "none": "off"}
    return words.get(value.lower().strip(), value) if isinstance(value, str) else value


def _proxies(value: t.Any, setting: Setting) -> t.Any:
    return [*_plain(value, setting), "unix"]


def _as_it_is(value: t.Any, _: Setting) -> t.Any:
    return value


def _worker_class(value: t.Any, where: str, result: Translation) -> None:
    name = value if isinstance(value, str) else getattr(value, "__name__", repr(value))
    if name.lower().rpartition(".")[2] in ("sync", "syncworker", "gthread", "threadworker"):
        return
    result.complaints.append(
        f"{where} {name!r} is not honoured: {GUNICORN['worker_class'].note}; set `threads`"
    )


_CONVERSIONS: dict[str, Callable[[t.Any, Setting], t.Any]] = {
    "bind": _addresses,
    "cert_reqs": _cert_reqs,
    "certfile": _file,
    "keyfile": _file,
    "proxy_allow_ips": _proxies,
    "proxy_protocol": _proxy_protocol,
    "group": _account,
    "umask": _mask,
    "user": _account,
    "logconfig": _as_it_is,
    "limit_request_line": _limit,
    "limit_request_field_size": _limit,
}


def _conversion(setting: Setting) -> Callable[[t.Any, Setting], t.Any]:
    if isinstance(setting.kind, Hook):
        return _hook
    return _integer if setting.kind.name in ("integer", "number") else _plain


def _make_room(limit: t.Any, result: Translation) -> None:
    """Let a head be as long as one of its parts may be."""
    if isinstance(limit, int) and limit > 65536:
        result.values["limit_request_head"] = max(
            2 * limit, result.values.get("limit_request_head", 0)
        )
