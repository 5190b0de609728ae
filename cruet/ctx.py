"""Application and request contexts."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterator
from functools import update_wrapper

from . import typing as ft
from ._cruet import CAppContext, CRequestContext
from .globals import _cv_app, _cv_request
from .signals import appcontext_popped as appcontext_popped
from .signals import appcontext_pushed as appcontext_pushed
from .toolkit.exceptions import HTTPException as HTTPException

F = t.TypeVar("F", bound=Callable[..., t.Any])

_sentinel: t.Any = object()


class _AppCtxGlobals:
    """``g``: a plain namespace that lasts as long as its application context."""

    if t.TYPE_CHECKING:
        # Any attribute may be there.
        def __getattr__(self, name: str) -> t.Any: ...
        def __setattr__(self, name: str, value: t.Any) -> None: ...
        def __delattr__(self, name: str) -> None: ...

    def get(self, name: str, default: t.Any | None = None) -> t.Any:
        """Return an attribute, or the default."""
        return self.__dict__.get(name, default)

    def pop(self, name: str, default: t.Any = _sentinel) -> t.Any:
        """Remove and return an attribute; without it the default, or ``KeyError`` for none."""
        if default is _sentinel:
            return self.__dict__.pop(name)
        return self.__dict__.pop(name, default)

    def setdefault(self, name: str, default: t.Any = None) -> t.Any:
        """Return an attribute, set to the default where it was missing."""
        return self.__dict__.setdefault(name, default)

    def __contains__(self, item: str) -> bool:
        return item in self.__dict__

    def __iter__(self) -> Iterator[str]:
        return iter(self.__dict__)

    def __repr__(self) -> str:
        context = _cv_app.get(None)
        if context is not None:
            return f"<cruet.g of '{context.app.name}'>"
        return object.__repr__(self)


def after_this_request(
    f: ft.AfterRequestCallable[t.Any],
) -> ft.AfterRequestCallable[t.Any]:
    """Call a function with the response of this request, which it returns or replaces."""
    context = _cv_request.get(None)
    if context is None:
        raise RuntimeError(
            "'after_this_request' can only be used when a request context is active, such as in a"
            " view function."
        )
    context._after_request_functions.append(f)
    return f


def copy_current_request_context(f: F) -> F:
    """Let a function run elsewhere, in a thread or greenlet, with the current request's context.

    The context is copied when this is called, the session's object is shared.
    """
    context = _cv_request.get(None)
    if context is None:
        raise RuntimeError(
            "'copy_current_request_context' can only be used when a request context is active,"
            " such as in a view function."
        )
    copied = context.copy()

    def wrapper(*args: t.Any, **kwargs: t.Any) -> t.Any:
        with copied:
            return copied.app.ensure_sync(f)(*args, **kwargs)

    return update_wrapper(wrapper, f)  # type: ignore[return-value]


def has_request_context() -> bool:
    """Tell whether a request is current."""
    return _cv_request.get(None) is not None


def has_app_context() -> bool:
    """Tell whether an application is current; it is wherever a request is."""
    return _cv_app.get(None) is not None


class AppContext(CAppContext):
    """Pushed with each request, and by ``app.app_context()``.

    Has ``app``, ``g`` and ``url_adapter``.
    """

    __slots__ = ()


class RequestContext(CRequestContext):
    """Pushed with each request, and by ``app.test_request_context()``.

    Has ``app``, ``request``, ``session``, ``flashes`` and ``url_adapter``.
    """

    __slots__ = ()
