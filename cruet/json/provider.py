"""The application's JSON provider: all JSON of an application goes through it."""

from __future__ import annotations

import decimal
import json
import typing as t
import uuid
import weakref
from collections.abc import Callable
from datetime import date

from ..toolkit.http import http_date

if t.TYPE_CHECKING:
    from ..sansio.app import App
    from ..wrappers import Response


class JSONProvider:
    """The interface of a provider; subclasses write at least :meth:`dumps` and :meth:`loads`.

    Set ``Flask.json_provider_class`` or assign an instance to ``app.json``.
    """

    def __init__(self, app: App) -> None:
        self._app: App = weakref.proxy(app)

    def dumps(self, obj: t.Any, **kwargs: t.Any) -> str:
        """Return an object as JSON text."""
        raise NotImplementedError

    def dump(self, obj: t.Any, fp: t.IO[str], **kwargs: t.Any) -> None:
        """Write an object as JSON to a text file."""
        fp.write(self.dumps(obj, **kwargs))

    def loads(self, s: str | bytes, **kwargs: t.Any) -> t.Any:
        """Return the object that JSON text, or UTF-8 bytes of it, stands for."""
        raise NotImplementedError

    def load(self, fp: t.IO[t.AnyStr], **kwargs: t.Any) -> t.Any:
        """Return the object that a file of JSON stands for."""
        return self.loads(fp.read(), **kwargs)

    def _prepare_response_obj(self, args: tuple[t.Any, ...], kwargs: dict[str, t.Any]) -> t.Any:
        if args and kwargs:
            raise TypeError("app.json.response() takes either args or kwargs, not both")
        if not args:
            return kwargs or None
        return args[0] if len(args) == 1 else args

    def response(self, *args: t.Any, **kwargs: t.Any) -> Response:
        """Return a JSON response of one value, of several as a list, or of keywords as an object.

        Both at once is a ``TypeError``; nothing at all gives ``null``.
        """
        obj = self._prepare_response_obj(args, kwargs)
        made: Response = self._app.response_class(self.dumps(obj), mimetype="application/json")
        return made


def _default(o: t.Any) -> t.Any:
    if isinstance(o, date):
        return http_date(o)
    if isinstance(o, (decimal.Decimal, uuid.UUID)):
        return str(o)
    if hasattr(o, "__dataclass_fields__"):
        # Whoever made a dataclass has imported the module already.
        from dataclasses import asdict

        return asdict(o)
    if hasattr(o, "__html__"):
        return str(o.__html__())
    raise TypeError(f"Object of type {type(o).__name__} is not JSON serializable")


class DefaultJSONProvider(JSONProvider):
    """The standard library's :mod:`json`, with some more types.

    date and datetime become HTTP dates, UUID and Decimal strings, dataclasses objects, and whatever
    has ``__html__`` the string which that gives.
    """

    #: Called with what :mod:`json` cannot serialise.
    default: Callable[[t.Any], t.Any] = staticmethod(_default)
    #: Escape everything outside of ASCII.
    ensure_ascii: bool = True
    #: Sort the keys of objects, so that equal objects give equal text.
    sort_keys: bool = True
    #: Responses without white space; None means outside of debug mode.
    compact: bool | None = None
    #: The media type of responses.
    mimetype: str = "application/json"

    def dumps(self, obj: t.Any, **kwargs: t.Any) -> str:
        """Return an object as JSON text; keywords go to :func:`json.dumps`."""
        kwargs.setdefault("default", self.default)
        kwargs.setdefault("ensure_ascii", self.ensure_ascii)
        kwargs.setdefault("sort_keys", self.sort_keys)
        return json.dumps(obj, **kwargs)

    def loads(self, s: str | bytes, **kwargs: t.Any) -> t.Any:
        """Return the object that JSON stands for; keywords go to :func:`json.loads`."""
        return json.loads(s, **kwargs)

    def response(self, *args: t.Any, **kwargs: t.Any) -> Response:
        """Return a JSON response; see :meth:`JSONProvider.response`.

        Indented in debug mode, without white space otherwise, unless :attr:`compact` says which.
        The body ends with a line feed.
        """
        obj = self._prepare_response_obj(args, kwargs)
        pretty = not self.compact and (self.compact is not None or self._app.debug)
        style: dict[str, t.Any] = {"indent": 2} if pretty else {"separators": (",", ":")}
        text = f"{self.dumps(obj, **style)}\n"
        made: Response = self._app.response_class(text, mimetype=self.mimetype)
        return made
