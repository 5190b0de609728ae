"""What several modules of the toolkit share and nobody outside needs."""

from __future__ import annotations

import logging
import re
import sys
import typing as t
from datetime import UTC, datetime

if t.TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from .wrappers.request import Request


class _Missing:
    """The type of the one value that stands for "no argument given"; it survives pickling."""

    def __repr__(self) -> str:
        return "no value"

    def __reduce__(self) -> str:
        return "_missing"


_missing = _Missing()
_logger: logging.Logger | None = None
_T = t.TypeVar("_T")

# int() takes blanks, signs, underscores and all scripts; header values have ASCII digits.
_plain_int_re = re.compile(r"-?\d+", re.ASCII)


def _wsgi_decoding_dance(s: str) -> str:
    """Text of a latin-1 tunnelled WSGI string (PEP 3333), bad UTF-8 replaced."""
    return s.encode("latin1").decode(errors="replace")


def _wsgi_encoding_dance(s: str) -> str:
    """The reverse of :func:`_wsgi_decoding_dance`."""
    return s.encode().decode("latin1")


def _get_environ(obj: WSGIEnvironment | Request) -> WSGIEnvironment:
    """The WSGI environ of a request, or the environ that was given."""
    environ = getattr(obj, "environ", obj)
    if not isinstance(environ, dict):
        raise TypeError(f"{type(obj).__name__!r} is not a WSGI environment (has to be a dict)")
    return environ


def _has_level_handler(logger: logging.Logger) -> bool:
    """Whether some handler on the logger's way to the root takes its effective level."""
    level = logger.getEffectiveLevel()
    current: logging.Logger | None = logger
    while current is not None:
        if any(handler.level <= level for handler in current.handlers):
            return True
        current = current.parent if current.propagate else None
    return False


def _log(type: str, message: str, *args: t.Any, **kwargs: t.Any) -> None:
    """Log to the logger that Werkzeug's users know.

    It gets a plain stderr handler where the application has configured none.
    """
    global _logger
    if _logger is None:
        _logger = logging.getLogger("werkzeug")
        if _logger.level == logging.NOTSET:
            _logger.setLevel(logging.INFO)
        if not _has_level_handler(_logger):
            _logger.addHandler(logging.StreamHandler(sys.stderr))
    getattr(_logger, type)(message.rstrip(), *args, **kwargs)


@t.overload
def _dt_as_utc(dt: None) -> None: ...
@t.overload
def _dt_as_utc(dt: datetime) -> datetime: ...
def _dt_as_utc(dt: datetime | None) -> datetime | None:
    """The same moment in UTC; a naive datetime is taken to be UTC already."""
    if dt is None:
        return None
    if dt.tzinfo is None:
        return dt.replace(tzinfo=UTC)
    return dt.astimezone(UTC)


def _plain_int(value: str) -> int:
    """An integer of an optional minus sign and ASCII digits, blanks around allowed.

    :raises ValueError: for everything else that ``int`` would take.
    """
    value = value.strip()
    if _plain_int_re.fullmatch(value) is None:
        raise ValueError(f"invalid integer: {value!r}")
    return int(value)


class _DictAccessorProperty(t.Generic[_T]):
    """A descriptor over one key of a mapping that :meth:`lookup` finds on the instance.

    ``load_func`` turns the text into a value (ValueError and TypeError give ``default``),
    ``dump_func`` the value into text.
    """

    read_only = False

    def __init__(
        self,
        name: str,
        default: _T | None = None,
        load_func: t.Callable[[str], _T] | None = None,
        dump_func: t.Callable[[_T], str] | None = None,
        read_only: bool | None = None,
        doc: str | None = None,
    ) -> None:
        self.name = name
        self.default = default
        self.load_func = load_func
        self.dump_func = dump_func
        if read_only is not None:
            self.read_only = read_only
        self.__doc__ = doc

    def lookup(self, obj: t.Any) -> t.MutableMapping[str, t.Any]:
        raise NotImplementedError

    @t.overload
    def __get__(self, instance: None, owner: type) -> _DictAccessorProperty[_T]: ...
    @t.overload
    def __get__(self, instance: t.Any, owner: type) -> _T: ...
    def __get__(self, instance: t.Any | None, owner: type) -> _T | _DictAccessorProperty[_T]:
        if instance is None:
            return self
        storage = self.lookup(instance)
        if self.name not in storage:
            return t.cast(_T, self.default)
        value = storage[self.name]
        if self.load_func is None:
            return t.cast(_T, value)
        try:
            return self.load_func(value)
        except (ValueError, TypeError):
            return t.cast(_T, self.default)

    def __set__(self, instance: t.Any, value: _T) -> None:
        if self.read_only:
            raise AttributeError("read only property")
        if self.dump_func is not None:
            self.lookup(instance)[self.name] = self.dump_func(value)
        else:
            self.lookup(instance)[self.name] = value

    def __delete__(self, instance: t.Any) -> None:
        if self.read_only:
            raise AttributeError("read only property")
        self.lookup(instance).pop(self.name, None)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"
