"""Writes down the public surface of a toolkit or framework, named on the command line, as JSON.

    python collect.py werkzeug

The answer maps each entry's name to a text: `http:parse_date` to "function (value)",
`datastructures.headers:Headers.add` to "method (key, value, /, **)". It imports nothing but the
package and the standard library.
"""

from __future__ import annotations

import inspect
import json
import sys
import types
import typing
import warnings
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from surface.kits import Kit, is_private

# Members that classes have for Python's own sake; pickling is tested by doing it.
_UNSEEN = """
__abstractmethods__ __annotate__ __annotate_func__ __annotations__ __annotations_cache__
__class__ __class_getitem__ __dataclass_fields__ __dataclass_params__ __delattr__ __dict__
__dir__ __doc__ __firstlineno__ __format__ __getattribute__ __getnewargs__ __getstate__
__init__ __init_subclass__ __match_args__ __module__ __new__ __orig_bases__ __parameters__
__pyx_vtable__ __reduce__ __reduce_cython__ __reduce_ex__ __replace__ __setattr__
__setstate__ __setstate_cython__ __sizeof__ __slots__ __static_attributes__
__subclasshook__ __weakref__ __wrapped__
"""
UNSEEN = frozenset(_UNSEEN.split())
# Modules of types, of which instances are aliases and other incidents.
ELSEWHERE = ("typing", "types", "__future__", "datetime", "collections.abc")
NATIVE = "cruet._cruet"
PLAIN = (str, bytes, int, float, bool, types.NoneType)


def text_of(value: object) -> str:
    """A default or a constant: itself where it is plain, else its kind."""
    if type(value).__name__ == "LocalProxy":
        # Else it is asked for what it stands for.
        return "LocalProxy"
    if isinstance(value, PLAIN):
        return repr(value)
    if isinstance(value, (tuple, list, set, frozenset)):
        plain = all(isinstance(item, PLAIN) for item in value)
        ordered = value if isinstance(value, (tuple, list)) else sorted(value, key=repr)
        return f"{type(value).__name__} {[*ordered]!r}" if plain else type(value).__name__
    if isinstance(value, type) or inspect.isroutine(value):
        return value.__name__
    if hasattr(value, "writelines"):
        return "stream"
    return type(value).__name__


def signature(function: object, bound: bool = False) -> str:
    """Names, kinds and defaults of parameters; `bound` leaves out the first one."""
    try:
        parameters = [*inspect.signature(function).parameters.values()]  # type: ignore[arg-type]
    except (ValueError, TypeError):
        return "without a signature"
    told: list[str] = []
    for parameter in parameters[1:] if bound else parameters:
        kind = parameter.kind
        if kind is kind.VAR_POSITIONAL or kind is kind.VAR_KEYWORD:
            told.append("*" if kind is kind.VAR_POSITIONAL else "**")
            continue
        mark = {kind.POSITIONAL_ONLY: " /", kind.KEYWORD_ONLY: " kw"}.get(kind, "")
        default = parameter.default
        told.append(
            parameter.name + ("" if default is parameter.empty else f"={text_of(default)}") + mark
        )
    return f"({', '.join(told)})"


class Collector:
    """Fills `entries` with one package's surface.

    :param package: the package's name.
    """

    def __init__(self, package: str) -> None:
        self.package = package
        self.kit = Kit(package)
        self.entries: dict[str, str] = {}
        self.bases: dict[str, list[str]] = {}
        self.imported: list[str] = []

    def is_own(self, value: object) -> bool:
        return self.kit.owns(getattr(value, "__module__", None) or "")

    def name_of(self, value: type) -> str:
        """A class of the package by module and name, another one by its name."""
        if not self.is_own(value):
            return value.__qualname__
        name = value.__module__.removeprefix(f"{self.package}.")
        # Below the classes that users see lie native bases, and parts that they are made of.
        if value.__module__ == NATIVE or is_private(name):
            return f"_:{value.__qualname__}"
        return f"{'' if name == self.package else name}:{value.__qualname__}"

    def collect(self) -> None:
        for name, module in self.kit.modules():
            self.entries[f"{name}:"] = "module"
            for word in dir(module):
                if not word.startswith("_"):
                    self.add(f"{name}:{word}", getattr(module, word))

    def add(self, entry: str, value: object) -> None:
        """One name of a module; what it took from elsewhere is left out."""
        if isinstance(value, types.ModuleType) or value is typing.TYPE_CHECKING:
            return
        if isinstance(value, type) or inspect.isroutine(value):
            if not self.is_own(value):
                return
            if isinstance(value, type):
                self.add_class(entry, value)
            else:
                self.entries[entry] = f"function {signature(value)}"
            home = f"{self.package}.{entry.partition(':')[0]}".rstrip(".")
            if value.__module__ != home:
                self.imported.append(entry)
        elif type(value).__module__ not in ELSEWHERE:
            self.entries[entry] = f"value {text_of(value)}"

    def add_class(self, entry: str, kind: type) -> None:
        name = self.name_of(kind)
        # What a private module defines is where it is found.
        if name != entry and (kind.__module__ == NATIVE or not name.startswith("_:")):
            self.entries[entry] = f"class {name}"
            return
        self.entries[entry] = f"class {signature(kind)}"
        seen = [self.name_of(base) for base in kind.__mro__[1:]]
        self.bases[entry] = [base for base in seen if not base.split(":")[-1].startswith("_")]
        self.bases[entry] = [base for base in self.bases[entry] if not base.startswith("_:")]
        self.entries[f"{entry} bases"] = ", ".join(self.bases[entry])
        words = {*dir(kind), *(word for base in kind.__mro__ for word in annotations(base))}
        for word in sorted(words - UNSEEN):
            special = word.startswith("__") and word.endswith("__")
            if special or not word.startswith("_"):
                self.entries[f"{entry}.{word}"] = member(kind, word, special)
        self.add_attributes(entry)

    def add_attributes(self, entry: str) -> None:
        """What an instance has and its class has not."""
        try:
            instance = self.kit.make(entry)
        except (KeyError, TypeError):
            return
        for word in object.__dir__(instance):
            if not word.startswith("_"):
                self.entries.setdefault(f"{entry}.{word}", "attribute")


def member(kind: type, word: str, special: bool) -> str:
    """One member of a class, as it is seen on the class."""
    raw = inspect.getattr_static(kind, word, None)
    seen = getattr(kind, word, None)
    if special and word != "__call__":
        return "none" if seen is None else "there"
    if isinstance(raw, staticmethod):
        return f"static method {signature(raw.__func__)}"
    if isinstance(raw, classmethod) or type(raw).__name__ == "classmethod_descriptor":
        return f"class method {signature(seen)}"
    if isinstance(seen, type):
        return f"class {seen.__name__}"
    if inspect.isroutine(raw) and callable(raw):
        return f"method {signature(raw, bound=True)}"
    if hasattr(type(raw), "__get__") or (raw is None and not hasattr(kind, word)):
        return "attribute"
    return f"value {text_of(raw)}"


def annotations(kind: type) -> dict[str, object]:
    """The names that a class annotates, whether or not it sets them."""
    return inspect.get_annotations(kind)


def surface(package: str) -> dict[str, Any]:
    """A package's `entries`, the public `bases` of each class, and the names of those entries that
    their modules have `imported` from another one."""
    collector = Collector(package)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        collector.collect()
    found = ("entries", "bases", "imported")
    return {name: getattr(collector, name) for name in found}


if __name__ == "__main__":
    json.dump(surface(sys.argv[1]), sys.stdout)
