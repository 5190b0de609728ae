"""Asks a toolkit, named on the command line, what comes on the standard input.

    python driver.py werkzeug

Both ways go pickles of plain values behind four bytes of length: (operation, arguments) comes, an
outcome goes. It imports nothing but the toolkit and the standard library.
"""

from __future__ import annotations

import importlib
import pickle
import struct
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO

SUBMODULES = (
    "datastructures",
    "exceptions",
    "formparser",
    "http",
    "routing",
    "sansio.http",
    "sansio.multipart",
    "sansio.utils",
    "security",
    "test",
    "urls",
    "utils",
    "wrappers",
    "wsgi",
)
LENGTH = struct.Struct("!I")


def toolkit(name: str) -> ModuleType:
    """The package of that name with all its submodules imported."""
    for module in SUBMODULES:
        importlib.import_module(f"{name}.{module}")
    return importlib.import_module(name)


def outcome(kit: ModuleType, name: str, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """("gives", plain value), or ("raises", class) with the HTTP status where there is one."""
    from differential.operations import OPERATIONS

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return "gives", plain(OPERATIONS[name](kit, *arguments))
        except Exception as error:
            return raised(kit, error)


def raised(kit: ModuleType, error: Exception) -> tuple[Any, ...]:
    """An exception by the class that a caller would name: the toolkit's or else a built-in one."""
    if isinstance(error, kit.exceptions.HTTPException):
        return "raises", type(error).__name__, error.code
    known = next(
        kind
        for kind in type(error).__mro__
        if kind.__module__ == "builtins"
        or kind.__module__.startswith("werkzeug.")
        # An InputError is what cruet's grammars raise, a ValueError to those who catch it.
        or (kind.__module__.startswith("cruet.toolkit."))
    )
    return "raises", known.__name__


def plain(value: Any) -> Any:
    """`value` with what it holds as built-in types, so that both sides' can be compared."""
    if value is None or isinstance(value, bool):
        return value
    for kind in (int, float, str, bytes):
        if isinstance(value, kind):
            return kind(value)
    if isinstance(value, (set, frozenset)):
        return sorted((plain(item) for item in value), key=repr)
    if isinstance(value, Mapping):
        return [(plain(key), plain(item)) for key, item in value.items()]
    if isinstance(value, (list, tuple)):
        return (
            type(value)(map(plain, value)) if type(value) in (list, tuple) else [*map(plain, value)]
        )
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return repr(value)


def read(stream: BinaryIO) -> Any:
    """The next message, or EOFError."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    return pickle.loads(stream.read(LENGTH.unpack(head)[0]))


def write(stream: BinaryIO, message: Any) -> None:
    data = pickle.dumps(message, protocol=4)
    stream.write(LENGTH.pack(len(data)) + data)
    stream.flush()


def main(name: str) -> None:
    """Answer until the other side hangs up."""
    kit = toolkit(name)
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    while True:
        try:
            operation, arguments = read(asked)
        except EOFError:
            return
        write(answers, outcome(kit, operation, arguments))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    main(sys.argv[1])
