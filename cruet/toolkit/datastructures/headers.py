"""HTTP header lists, of their own or over a WSGI environ."""

from __future__ import annotations

import typing as t

from ..._cruet import CHeaders
from .._elsewhere import names_from_elsewhere
from .mixins import ImmutableHeadersMixin

if t.TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

if not t.TYPE_CHECKING:
    __getattr__ = names_from_elsewhere(__name__)


class Headers(CHeaders):
    """HTTP fields in the order they were added; names compare without regard to case.

    ``Headers([("Accept", "*/*")])`` takes pairs or a mapping, whose list, tuple and set values add
    several fields. Values are turned into text; a line break in one raises ValueError. A name that
    is missing raises BadRequestKeyError, a KeyError that is also a 400.
    """

    # Both come with __eq__ in the base; set here for those who look at the class.
    __hash__ = None  # type: ignore[assignment]


class EnvironHeaders(ImmutableHeadersMixin, Headers):
    """The request's fields as a live, read-only view of a WSGI environ (PEP 3333).

    :param environ: the environ; what it holds is looked up at each access.
    """

    def __init__(self, environ: WSGIEnvironment) -> None:
        self._view_environ(environ)

    @property
    def environ(self) -> WSGIEnvironment:
        """The environ that is looked at."""
        return t.cast("WSGIEnvironment", self._viewed_environ())

    @environ.setter
    def environ(self, environ: WSGIEnvironment) -> None:
        self._view_environ(environ)

    def copy(self) -> t.NoReturn:
        raise TypeError(f"cannot create {type(self).__name__!r} copies")

    def __or__(self, other: t.Any) -> t.NoReturn:
        raise TypeError(f"cannot create {type(self).__name__!r} copies")
