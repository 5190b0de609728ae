"""Values that belong to the running context (thread, greenlet or task), and proxies for them."""

from __future__ import annotations

import operator
import typing as t
from contextvars import ContextVar

from .._cruet import CLocalProxy
from .wsgi import ClosingIterator

if t.TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

T = t.TypeVar("T")


def release_local(local: Local | LocalStack[t.Any]) -> None:
    """Forget what the local holds in this context, so that it ends with it.

    Whoever implements ``__release_local__`` may be given.
    """
    local.__release_local__()


class Local:
    """A namespace whose attributes each context has for itself.

    :param context_var: what holds the attributes, a dict; a new variable where None. Context
        variables are never freed, so a local belongs to a module, not into a function.
    """

    __slots__ = ("__storage",)

    def __init__(self, context_var: ContextVar[dict[str, t.Any]] | None = None) -> None:
        if context_var is None:
            context_var = ContextVar(f"cruet.Local<{id(self)}>.storage")
        object.__setattr__(self, "_Local__storage", context_var)

    def __iter__(self) -> t.Iterator[tuple[str, t.Any]]:
        return iter(self.__storage.get({}).items())

    def __call__(self, name: str, *, unbound_message: str | None = None) -> LocalProxy[t.Any]:
        """A proxy of one attribute."""
        return LocalProxy(self, name, unbound_message=unbound_message)

    def __release_local__(self) -> None:
        self.__storage.set({})

    def __getattr__(self, name: str) -> t.Any:
        try:
            return self.__storage.get()[name]
        except LookupError:
            raise AttributeError(name) from None

    # The dict is replaced, not changed: contexts that were copied from this one share it.
    def __setattr__(self, name: str, value: t.Any) -> None:
        self.__storage.set({**self.__storage.get({}), name: value})

    def __delattr__(self, name: str) -> None:
        values = dict(self.__storage.get({}))
        if name not in values:
            raise AttributeError(name)
        del values[name]
        self.__storage.set(values)


class LocalStack(t.Generic[T]):
    """A stack that each context has for itself.

    :param context_var: what holds the stack, a list; a new variable where None.
    """

    __slots__ = ("_storage",)

    def __init__(self, context_var: ContextVar[list[T]] | None = None) -> None:
        if context_var is None:
            context_var = ContextVar(f"cruet.LocalStack<{id(self)}>.storage")
        self._storage = context_var

    def __release_local__(self) -> None:
        self._storage.set([])

    # The list is replaced, not changed: contexts that were copied from this one share it.
    def push(self, obj: T) -> list[T]:
        """Put an object on top; gives the stack."""
        stack = [*self._storage.get([]), obj]
        self._storage.set(stack)
        return stack

    def pop(self) -> T | None:
        """Take the topmost object away and give it, None where there is none."""
        stack = self._storage.get([])
        if not stack:
            return None
        self._storage.set(stack[:-1])
        return stack[-1]

    @property
    def top(self) -> T | None:
        """The topmost object, None where there is none."""
        stack = self._storage.get([])
        return stack[-1] if stack else None

    def __call__(
        self, name: str | None = None, *, unbound_message: str | None = None
    ) -> LocalProxy[t.Any]:
        """A proxy of the topmost object, or of one of its attributes."""
        return LocalProxy(self, name, unbound_message=unbound_message)


class LocalManager:
    """Releases locals at the end of each request.

    :param locals: one or several; more may be appended to the attribute of that name.
    """

    __slots__ = ("locals",)

    def __init__(
        self,
        locals: Local | LocalStack[t.Any] | t.Iterable[Local | LocalStack[t.Any]] | None = None,
    ) -> None:
        if locals is None:
            self.locals: list[Local | LocalStack[t.Any]] = []
        elif isinstance(locals, (Local, LocalStack)):
            self.locals = [locals]
        else:
            self.locals = list(locals)

    def cleanup(self) -> None:
        """Release all locals in this context."""
        for local in self.locals:
            release_local(local)

    def make_middleware(self, app: WSGIApplication) -> WSGIApplication:
        """The WSGI application with :meth:`cleanup` after every response."""

        def application(
            environ: WSGIEnvironment, start_response: StartResponse
        ) -> t.Iterable[bytes]:
            return ClosingIterator(app(environ, start_response), self.cleanup)

        return application

    def middleware(self, func: WSGIApplication) -> WSGIApplication:
        """As :meth:`make_middleware`, as a decorator that keeps name and documentation."""
        application = self.make_middleware(func)
        for name in ("__module__", "__name__", "__qualname__", "__doc__"):
            if hasattr(func, name):
                setattr(application, name, getattr(func, name))
        return application

    def __repr__(self) -> str:
        return f"<{type(self).__name__} storages: {len(self.locals)}>"


class LocalProxy(CLocalProxy, t.Generic[T]):
    """A proxy for an object that belongs to the running context.

    A LocalProxy passes everything on to the object: attributes, operators, calls, iteration,
    ``with``, ``await``; even ``isinstance`` takes it for one of the object's class. Use
    :meth:`_get_current_object` where the object itself is wanted.

    While there is no object, all that raises RuntimeError, but ``repr`` says so, ``bool`` is False
    and ``dir`` is empty.

    :param local: a context variable that holds the object, a :class:`Local`, a
        :class:`LocalStack`, whose topmost object is meant, or a function that gives the object.
    :param name: the object's attribute that is meant instead of it; a Local needs one.
    :param unbound_message: what the RuntimeError says.
    """

    __slots__ = ()

    def __init__(
        self,
        local: ContextVar[T] | Local | LocalStack[T] | t.Callable[[], T],
        name: str | None = None,
        *,
        unbound_message: str | None = None,
    ) -> None:
        message = "object is not bound" if unbound_message is None else unbound_message
        variable: ContextVar[T] | None = None
        getter: t.Callable[[], t.Any] | None = None
        attribute = name
        if isinstance(local, ContextVar):
            variable = local
        elif isinstance(local, Local):
            if name is None:
                raise TypeError("'name' is required when proxying a 'Local' object.")
            getter, attribute = _attribute_of(local, name, message), None
        elif isinstance(local, LocalStack):
            getter = _top_of(local, message)
        elif callable(local):
            getter = local
        else:
            raise TypeError(f"Don't know how to proxy '{type(local)}'.")
        if attribute is not None and "." in attribute:
            getter, variable = _path_of(LocalProxy(local, unbound_message=message), attribute), None
            attribute = None
        self._bind(variable, getter, attribute, message, local)


def _attribute_of(local: Local, name: str, message: str) -> t.Callable[[], t.Any]:
    def get() -> t.Any:
        try:
            return getattr(local, name)
        except AttributeError:
            raise RuntimeError(message) from None

    return get


def _top_of(local: LocalStack[T], message: str) -> t.Callable[[], T]:
    def get() -> T:
        value = local.top
        if value is None:
            raise RuntimeError(message)
        return value

    return get


def _path_of(proxy: LocalProxy[t.Any], path: str) -> t.Callable[[], t.Any]:
    get = operator.attrgetter(path)
    return lambda: get(proxy._get_current_object())
