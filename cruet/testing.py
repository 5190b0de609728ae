"""A client and a command runner for tests."""

from __future__ import annotations

import importlib.metadata
import typing as t
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from copy import copy
from types import TracebackType
from urllib.parse import urlsplit

from click.testing import CliRunner, Result

from .cli import ScriptInfo
from .sessions import SessionMixin as SessionMixin
from .toolkit.test import Client, take_request
from .toolkit.test import EnvironBuilder as BaseEnvironBuilder
from .toolkit.wrappers import Request as BaseRequest

if t.TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from .app import Flask
    from .sessions import SessionMixin
    from .toolkit.test import TestResponse

_PRESERVE = "werkzeug.debug.preserve_context"


class EnvironBuilder(BaseEnvironBuilder):
    """Builds WSGI environs for an application, with defaults from its config.

    Host, path prefix and scheme come from ``SERVER_NAME``, ``APPLICATION_ROOT`` and
    ``PREFERRED_URL_SCHEME`` unless the path is a whole URL or ``base_url`` is given.
    """

    def __init__(
        self,
        app: Flask,
        path: str = "/",
        base_url: str | None = None,
        subdomain: str | None = None,
        url_scheme: str | None = None,
        *args: t.Any,
        **kwargs: t.Any,
    ) -> None:
        if base_url is not None and (subdomain or url_scheme):
            raise AssertionError('Cannot pass "subdomain" or "url_scheme" with "base_url".')
        if base_url is None:
            host = app.config.get("SERVER_NAME") or "localhost"
            if subdomain:
                host = f"{subdomain}.{host}"
            url = urlsplit(path)
            scheme = url.scheme or url_scheme or app.config["PREFERRED_URL_SCHEME"]
            root = app.config["APPLICATION_ROOT"].lstrip("/")
            base_url = f"{scheme}://{url.netloc or host}/{root}"
            path = f"{url.path}?{url.query}" if url.query else url.path
        self.app = app
        super().__init__(path, base_url, *args, **kwargs)

    def json_dumps(self, obj: t.Any, **kwargs: t.Any) -> str:
        """Serialise ``json=`` with the application's provider."""
        return self.app.json.dumps(obj, **kwargs)


def _default_user_agent() -> str:
    try:
        # Present where the drop-in names are: what tests of Flask applications expect to see.
        return f"Werkzeug/{importlib.metadata.version('werkzeug')}"
    except importlib.metadata.PackageNotFoundError:
        return f"Cruet/{importlib.metadata.version('cruet')}"


class FlaskClient(Client):
    """The toolkit's client, which knows the application's config and contexts.

    In a ``with`` block the contexts of the last request stay, so that ``request`` and ``session``
    can be looked at after it, until the next request or the end of the block.
    """

    application: Flask

    def __init__(self, *args: t.Any, **kwargs: t.Any) -> None:
        super().__init__(*args, **kwargs)
        self.preserve_context = False
        self._new_contexts: list[AbstractContextManager[t.Any]] = []
        self._context_stack = ExitStack()
        self.environ_base = {
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_USER_AGENT": _default_user_agent(),
        }

    @contextmanager
    def session_transaction(self, *args: t.Any, **kwargs: t.Any) -> Iterator[SessionMixin]:
        """Open the client's session to change it; it is saved at the end of the block.

        Arguments are those of ``test_request_context``.
        """
        if self._cookies is None:
            raise TypeError("Cookies are disabled. Create a client with 'use_cookies=True'.")
        app = self.application
        ctx = app.test_request_context(*args, **kwargs)
        self._add_cookies_to_wsgi(ctx.request.environ)

        with ctx:
            session = app.session_interface.open_session(app, ctx.request)
        if session is None:
            raise RuntimeError("Session backend did not open a session.")
        yield session
        if app.session_interface.is_null_session(session):
            return
        response = app.response_class()
        with ctx:
            app.session_interface.save_session(app, session, response)
        self._update_cookies_from_response(
            ctx.request.host.partition(":")[0],
            ctx.request.path,
            response.headers.getlist("Set-Cookie"),
        )

    def _copy_environ(self, other: WSGIEnvironment) -> WSGIEnvironment:
        environ = {**self.environ_base, **other}
        if self.preserve_context:
            environ[_PRESERVE] = self._new_contexts.append
        return environ

    def _request_from_builder_args(
        self, args: tuple[t.Any, ...], kwargs: dict[str, t.Any]
    ) -> BaseRequest:
        kwargs["environ_base"] = self._copy_environ(kwargs.get("environ_base", {}))
        return take_request(EnvironBuilder(self.application, *args, **kwargs))

    def open(
        self,
        *args: t.Any,
        buffered: bool = False,
        follow_redirects: bool = False,
        **kwargs: t.Any,
    ) -> TestResponse:
        """Make a request; takes what :class:`EnvironBuilder` takes, or one, or a request."""
        request = self._prepare_request(args, kwargs)
        # The contexts of the request before go, before anything of this one is made.
        self._context_stack.close()
        response = super().open(request, buffered=buffered, follow_redirects=follow_redirects)
        response.json_module = self.application.json
        for context in self._new_contexts:
            self._context_stack.enter_context(context)
        self._new_contexts.clear()
        return response

    def _prepare_request(self, args: tuple[t.Any, ...], kwargs: dict[str, t.Any]) -> BaseRequest:
        if args and isinstance(args[0], (BaseEnvironBuilder, dict, BaseRequest)):
            source = args[0]
            if isinstance(source, BaseEnvironBuilder):
                builder = copy(source)
                builder.environ_base = self._copy_environ(source.environ_base or {})  # type: ignore[arg-type]
                return take_request(builder)
            if isinstance(source, dict):
                return EnvironBuilder.from_environ(
                    source, app=self.application, environ_base=self._copy_environ({})
                ).get_request()
            prepared = copy(source)
            prepared.environ = self._copy_environ(source.environ)
            return prepared
        return self._request_from_builder_args(args, kwargs)

    def __enter__(self) -> FlaskClient:
        if self.preserve_context:
            raise RuntimeError("Cannot nest client invocations")
        self.preserve_context = True
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.preserve_context = False
        self._context_stack.close()


class FlaskCliRunner(CliRunner):
    """click's runner, which gives commands the application."""

    def __init__(self, app: Flask, **kwargs: t.Any) -> None:
        self.app = app
        super().__init__(**kwargs)

    def invoke(self, cli: t.Any = None, args: t.Any = None, **kwargs: t.Any) -> Result:  # type: ignore[override]
        """Run a command and return its result.

        Without ``cli`` that is the application's own group; without ``obj``, a script info that
        gives the application.
        """
        if cli is None:
            cli = self.app.cli
        if "obj" not in kwargs:
            create_app: Callable[..., Flask] = lambda: self.app  # noqa: E731
            kwargs["obj"] = ScriptInfo(create_app=create_app)
        return super().invoke(cli, args, **kwargs)
