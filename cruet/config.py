"""The configuration mapping of an application and the ways to fill it."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import types
import typing as t
from collections.abc import Callable, Mapping

from .toolkit.utils import import_string

if t.TYPE_CHECKING:
    from .sansio.app import App

T = t.TypeVar("T")


class ConfigAttribute(t.Generic[T]):
    """A descriptor that forwards an attribute of the application to one of its config keys.

    ``get_converter`` is applied on reading, never on writing.
    """

    def __init__(self, name: str, get_converter: Callable[[t.Any], T] | None = None) -> None:
        self.__name__ = name
        self.get_converter = get_converter

    @t.overload
    def __get__(self, obj: None, owner: None) -> t.Self: ...
    @t.overload
    def __get__(self, obj: App, owner: type[App]) -> T: ...
    def __get__(self, obj: App | None, owner: type[App] | None = None) -> T | t.Self:
        if obj is None:
            return self
        value = obj.config[self.__name__]
        return value if self.get_converter is None else self.get_converter(value)

    def __set__(self, obj: App, value: t.Any) -> None:
        obj.config[self.__name__] = value


class Config(dict[t.Any, t.Any]):
    """A dict that can be filled from files, objects and the environment.

    Relative file names are taken from ``root_path``. All loaders but :meth:`from_prefixed_env` take
    upper-case keys only.
    """

    def __init__(
        self, root_path: str | os.PathLike[str], defaults: dict[str, t.Any] | None = None
    ) -> None:
        super().__init__(defaults or {})
        self.root_path = root_path

    def from_envvar(self, variable_name: str, silent: bool = False) -> bool:
        """Load the Python file that the environment variable names.

        An unset variable is a ``RuntimeError``, or False with ``silent``.
        """
        path = os.environ.get(variable_name)
        if path:
            return self.from_pyfile(path, silent=silent)
        if silent:
            return False
        raise RuntimeError(
            f"The environment variable {variable_name!r} is not set and as such configuration could"
            " not be loaded. Set this variable and make it point to a configuration file"
        )

    def from_prefixed_env(
        self, prefix: str = "FLASK", *, loads: Callable[[str], t.Any] = json.loads
    ) -> bool:
        """Take every environment variable that begins with ``prefix_``, without that prefix.

        Values go through ``loads`` and stay strings where it raises. A double underscore in a name
        descends into (and where needed makes) nested dicts. Names are taken in sorted order.
        """
        start = f"{prefix}_"
        for name in sorted(os.environ):
            if not name.startswith(start):
                continue
            value: t.Any = os.environ[name]
            # Any loader, any error: then the text itself is the value.
            with contextlib.suppress(Exception):
                value = loads(value)
            *path, last = name.removeprefix(start).split("__")
            level: dict[str, t.Any] = self
            for part in path:
                level = level.setdefault(part, {})
            level[last] = value
        return True

    def from_pyfile(self, filename: str | os.PathLike[str], silent: bool = False) -> bool:
        """Execute a Python file and take its upper-case names.

        With ``silent``, a file that does not exist gives False instead of an ``OSError``.
        """
        path = os.path.join(self.root_path, filename)
        module = types.ModuleType("config")
        module.__file__ = path
        try:
            with open(path, mode="rb") as file:
                exec(compile(file.read(), path, "exec"), module.__dict__)
        except OSError as e:
            if silent and e.errno in (errno.ENOENT, errno.EISDIR, errno.ENOTDIR):
                return False
            e.strerror = f"Unable to load configuration file ({e.strerror})"
            raise
        self.from_object(module)
        return True

    def from_object(self, obj: object | str) -> None:
        """Take the upper-case attributes of an object, or of the one that a dotted name imports."""
        if isinstance(obj, str):
            obj = import_string(obj)
        for key in dir(obj):
            if key.isupper():
                self[key] = getattr(obj, key)

    def from_file(
        self,
        filename: str | os.PathLike[str],
        load: Callable[[t.IO[t.Any]], Mapping[str, t.Any]],
        silent: bool = False,
        text: bool = True,
    ) -> bool:
        """Load a file with ``load`` (``json.load``; ``tomllib.load`` with ``text=False``).

        With ``silent``, a file that does not exist gives False instead of an ``OSError``.
        """
        path = os.path.join(self.root_path, filename)
        try:
            with open(path, "r" if text else "rb") as file:
                values = load(file)
        except OSError as e:
            if silent and e.errno in (errno.ENOENT, errno.EISDIR):
                return False
            e.strerror = f"Unable to load configuration file ({e.strerror})"
            raise
        return self.from_mapping(values)

    def from_mapping(self, mapping: Mapping[str, t.Any] | None = None, **kwargs: t.Any) -> bool:
        """Take the upper-case keys of a mapping and of the keyword arguments; always True."""
        merged = dict(mapping or {}, **kwargs)
        self.update((key, value) for key, value in merged.items() if key.isupper())
        return True

    def get_namespace(
        self, namespace: str, lowercase: bool = True, trim_namespace: bool = True
    ) -> dict[str, t.Any]:
        """Return the options whose keys begin with ``namespace``.

        Keys lose that beginning with ``trim_namespace`` and are lower-cased with ``lowercase``.
        """
        found: dict[str, t.Any] = {}
        for key, value in self.items():
            if key.startswith(namespace):
                name = key[len(namespace) :] if trim_namespace else key
                found[name.lower() if lowercase else name] = value
        return found

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {super().__repr__()}>"
