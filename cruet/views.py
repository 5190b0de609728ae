"""Class-based views."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Collection

from . import typing as ft
from .globals import current_app, request

F = t.TypeVar("F", bound=Callable[..., t.Any])

http_method_funcs = frozenset({"get", "post", "head", "options", "delete", "put", "trace", "patch"})


class View:
    """A view as a class: subclass it, write ``dispatch_request``, route :meth:`as_view`."""

    #: The methods that the view answers; None leaves it to the route.
    methods: t.ClassVar[Collection[str] | None] = None

    #: Whether OPTIONS is answered automatically; None leaves it to the application.
    provide_automatic_options: t.ClassVar[bool | None] = None

    #: Decorators for the function that as_view makes, applied in the order given.
    decorators: t.ClassVar[list[Callable[..., t.Any]]] = []

    #: Whether each request gets an instance of its own. With False one instance serves all, and
    #: must not keep anything about a request on itself.
    init_every_request: t.ClassVar[bool] = True

    def dispatch_request(self) -> ft.ResponseReturnValue:
        """Answer the request; URL variables come as keyword arguments."""
        raise NotImplementedError

    @classmethod
    def as_view(cls, name: str, *class_args: t.Any, **class_kwargs: t.Any) -> ft.RouteCallable:
        """Return a view function called ``name``.

        The further arguments go to the class. The function has ``view_class``, ``methods`` and
        ``provide_automatic_options``, which routing reads.
        """
        view: t.Any
        if cls.init_every_request:

            def view(**kwargs: t.Any) -> ft.ResponseReturnValue:
                # view_class is read from the function, so that a decorator may exchange it.
                instance = view.view_class(*class_args, **class_kwargs)
                return current_app.ensure_sync(instance.dispatch_request)(**kwargs)  # type: ignore[no-any-return]

        else:
            shared = cls(*class_args, **class_kwargs)

            def view(**kwargs: t.Any) -> ft.ResponseReturnValue:
                return current_app.ensure_sync(shared.dispatch_request)(**kwargs)  # type: ignore[no-any-return]

        view.__name__ = name
        view.__module__ = cls.__module__
        for decorator in cls.decorators:
            view = decorator(view)
        # Again after decorating: a decorator may have returned another function.
        view.view_class = cls
        view.__name__ = name
        view.__doc__ = cls.__doc__
        view.__module__ = cls.__module__
        view.methods = cls.methods
        view.provide_automatic_options = cls.provide_automatic_options
        return t.cast(ft.RouteCallable, view)


class MethodView(View):
    """A view with one method for each HTTP method: ``get``, ``post``, …

    ``methods`` is collected from those that the class and its bases define.
    """

    def __init_subclass__(cls, **kwargs: t.Any) -> None:
        super().__init_subclass__(**kwargs)
        if "methods" in cls.__dict__:
            return
        methods: set[str] = set()
        for base in cls.__bases__:
            methods.update(getattr(base, "methods", None) or ())
        methods.update(key.upper() for key in http_method_funcs if hasattr(cls, key))
        if methods:
            cls.methods = methods

    def dispatch_request(self, **kwargs: t.Any) -> ft.ResponseReturnValue:
        method = getattr(self, request.method.lower(), None)
        # A HEAD without its own method is a GET whose body the server leaves out.
        if method is None and request.method == "HEAD":
            method = getattr(self, "get", None)
        assert method is not None, f"Unimplemented method {request.method!r}"
        return current_app.ensure_sync(method)(**kwargs)  # type: ignore[no-any-return]
