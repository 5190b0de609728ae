"""Config files: TOML, or Python as Gunicorn's."""

from __future__ import annotations

import difflib
import os
import tomllib
import types
import typing as t
from collections.abc import Iterable

from ...toolkit._addresses import OptionError
from .table import Setting

#: What is looked for in the working directory where no file is named.
DEFAULT_FILES = ("cruet.toml", "cruet.conf.py")


def find_config() -> str | None:
    """Return the config file of the working directory. :raises OptionError: there are two."""
    there = [name for name in DEFAULT_FILES if os.path.isfile(name)]
    if len(there) > 1:
        raise OptionError(f"there are {' and '.join(there)}; choose one with --config")
    return there[0] if there else None


def read_config(path: str, table: dict[str, Setting]) -> dict[str, t.Any]:
    """Return the settings of a file, checked, by name.

    A file whose name ends in ``.toml`` is TOML, every other one Python. In TOML each name must be a
    setting; of a Python file's names those of settings count, and one that nearly is a
    setting's is an error.

    :raises OptionError: one line with the file's name, and the setting's.
    """
    if path.endswith(".toml"):
        given = _read_toml(path)
        unknown: Iterable[str] = [name for name in given if name not in table]
    else:
        given = run_python(path)
        unknown = [
            name
            for name, value in given.items()
            if name not in table and not isinstance(value, type) and nearly(name, table, 0.85)
        ]
    for name in unknown:
        raise OptionError(f"{path}: there is no setting {name!r}{suggestion(name, table)}")
    return {
        name: checked(table[name], value, f"{path}: {name}")
        for name, value in given.items()
        if name in table
    }


def checked(row: Setting, value: t.Any, where: str) -> t.Any:
    """Return a file's value as the setting's kind has it. :raises OptionError: begins ``where``."""
    try:
        taken = row.kind.take(value)
        row.check(taken)
    except ValueError as error:
        raise OptionError(f"{where} {error}") from None
    return taken


def suggestion(name: str, names: Iterable[str]) -> str:
    """Return "; did you mean 'workers'?" or nothing."""
    close = nearly(name, names, 0.6)
    return f"; did you mean {close!r}?" if close else ""


def nearly(name: str, names: Iterable[str], cutoff: float) -> str | None:
    """Return the name that is most like one, if any is."""
    plain = {known.replace("_", ""): known for known in names}
    close = difflib.get_close_matches(
        name.replace("_", "").replace("-", "").lower(), plain, n=1, cutoff=cutoff
    )
    return plain[close[0]] if close else None


def _read_toml(path: str) -> dict[str, t.Any]:
    try:
        with open(path, "rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise OptionError(f"cannot read {path!r}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OptionError(f"{path}: {error}") from None


def run_python(path: str) -> dict[str, t.Any]:
    """Run a Python config file; return its public names, but for modules.

    :raises OptionError: it cannot be read or raises; names the line.
    """
    try:
        with open(path, "rb") as file:
            source = file.read()
    except OSError as error:
        raise OptionError(f"cannot read {path!r}: {error.strerror}") from None
    module = types.ModuleType("__config__")
    module.__file__ = path
    try:
        exec(compile(source, os.path.abspath(path), "exec"), module.__dict__)
    except Exception as error:
        line = _line_within(error, path)
        raise OptionError(f"{path}{line}: {type(error).__name__}: {error}") from error
    return {
        name: value
        for name, value in vars(module).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType)
    }


def _line_within(error: Exception, path: str) -> str:
    if isinstance(error, SyntaxError):
        return f":{error.lineno}"
    line = ""
    where = error.__traceback__
    while where is not None:
        if where.tb_frame.f_code.co_filename == os.path.abspath(path):
            line = f":{where.tb_lineno}"
        where = where.tb_next
    return line
