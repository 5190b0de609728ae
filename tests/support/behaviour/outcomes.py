"""Outcomes as plain values that can be compared, alike whichever framework they come from."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

#: Texts that differ from one framework, run or machine to the other.
MASKS = (
    (r"(0x|memory:)[0-9a-f]+", r"\1"),
    (r"\b(werkzeug|cruet\.toolkit)\b", "kit"),
    (r"\b(flask|cruet)\b", "framework"),
    (r"\bcruet\._cruet\b", "framework"),
    # The class that a method is written in, where a call of it is refused.
    (r"\b\w+\.(\w+\(\) (got|missing|takes))", r"\1"),
    # Lines of a traceback say where code stands.
    (r'(?m)^ +File "[^"]*", line \d+, in .*\n( .*\n)*', ""),
)


class Masks:
    """Takes out of texts what tells the frameworks apart, and the folders given."""

    def __init__(self, folders: Mapping[str, str]) -> None:
        self.folders = folders

    def __call__(self, text: str) -> str:
        for folder, name in self.folders.items():
            text = text.replace(folder, name)
        for pattern, name in MASKS:
            text = re.sub(pattern, name, text)
        return text


def plain(value: Any, mask: Callable[[str], str]) -> Any:
    """`value` of built-in types that JSON has; whatever is no such is told by its `repr`."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return mask(str(value))
    if isinstance(value, bytes):
        return mask(f"bytes {value.decode('latin-1')}")
    if isinstance(value, Mapping):
        return [[plain(key, mask), plain(each, mask)] for key, each in value.items()]
    if isinstance(value, (set, frozenset)):
        return sorted((plain(each, mask) for each in value), key=repr)
    if isinstance(value, (list, tuple)):
        return [plain(each, mask) for each in value]
    if isinstance(value, type):
        return mask(f"class {value.__module__}.{value.__qualname__}")
    if isinstance(value, BaseException):
        return raised(value, mask)
    return mask(repr(value))


def raised(error: BaseException, mask: Callable[[str], str]) -> list[Any]:
    """An exception by its classes, as far as somebody could name them, and its message."""
    kinds = [
        kind.__qualname__
        for kind in type(error).__mro__
        if kind.__module__.split(".")[0] in ("builtins", "flask", "werkzeug", "cruet")
        and not kind.__qualname__.startswith("_")
    ]
    return ["raises", kinds, mask(str(error))]


@contextmanager
def recorded() -> Iterator[list[warnings.WarningMessage]]:
    """Every warning that somebody could see."""
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        warnings.simplefilter("ignore", ResourceWarning)
        yield found
