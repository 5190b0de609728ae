"""The application."""

from __future__ import annotations

import sys
import typing as t
import weakref

from . import _cruet, ctx, globals, sessions, signals
from . import typing as ft
from ._app_async import AsyncViews, cancel_tasks
from ._app_errors import ErrorHandling
from ._app_responses import make_response as _make_response
from ._app_run import Running
from ._app_templates import Templates
from ._app_urls import Urls
from ._resources import ApplicationFiles
from .cli import _Commands
from .ctx import AppContext, RequestContext
from .globals import current_app as current_app
from .globals import g as g
from .globals import request as request
from .globals import request_ctx as request_ctx
from .globals import session as session
from .helpers import get_debug_flag as get_debug_flag
from .helpers import get_flashed_messages as get_flashed_messages
from .helpers import get_load_dotenv as get_load_dotenv
from .helpers import send_from_directory as send_from_directory
from .json.provider import DefaultJSONProvider
from .sansio.app import _DEFAULT_CONFIG, App
from .sansio.scaffold import _sentinel
from .sessions import SecureCookieSessionInterface, SessionInterface
from .signals import appcontext_tearing_down as appcontext_tearing_down
from .signals import got_request_exception as got_request_exception
from .signals import request_finished as request_finished
from .signals import request_started as request_started
from .signals import request_tearing_down as request_tearing_down
from .toolkit._elsewhere import names_from_elsewhere
from .toolkit.datastructures import Headers as Headers
from .toolkit.datastructures import ImmutableDict as ImmutableDict
from .toolkit.exceptions import BadRequestKeyError as BadRequestKeyError
from .toolkit.exceptions import HTTPException
from .toolkit.exceptions import InternalServerError as InternalServerError
from .toolkit.routing import BuildError as BuildError
from .toolkit.routing import Map
from .toolkit.routing import MapAdapter as MapAdapter
from .toolkit.routing import RequestRedirect as RequestRedirect
from .toolkit.routing import RoutingException as RoutingException
from .toolkit.routing import Rule as Rule
from .toolkit.wsgi import get_host
from .wrappers import Request, Response

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

if not t.TYPE_CHECKING:
    # Modules that few applications need.
    __getattr__ = names_from_elsewhere(
        __name__,
        {
            "cruet.templating": "Environment",
            "cruet.toolkit.serving": "is_running_from_reloader",
        },
    )


class Flask(
    ApplicationFiles,
    Urls,
    Templates,
    ErrorHandling,
    AsyncViews,
    Running,
    _Commands,
    App,
    _cruet.CApp,
):
    """An application: a WSGI callable, and the place where everything is registered.

    ``import_name`` is usually ``__name__``: it says where templates and static files lie. The other
    arguments are explained at :class:`.sansio.app.App`.

    The methods that a request goes through can be overridden in subclasses, or replaced on an
    instance; whichever are not run natively.
    """

    default_config = _DEFAULT_CONFIG
    #: Makes requests.
    request_class: type[Request] = Request
    #: Makes responses.
    response_class: type[Response] = Response
    #: Opens and saves sessions.
    session_interface: SessionInterface = SecureCookieSessionInterface()

    def _add_own_rules(self, static_host: str | None) -> None:
        if not self.has_static_folder:
            return
        assert bool(static_host) == self.url_map.host_matching, (
            "Invalid static_host/host_matching combination"
        )
        # The rule must not keep the application alive.
        ref = weakref.ref(self)
        self.add_url_rule(
            f"{self.static_url_path}/<path:filename>",
            endpoint="static",
            host=static_host,
            view_func=lambda **kw: ref().send_static_file(**kw),  # type: ignore[union-attr]
        )

    # The steps of a request, in the order in which they are run. They are written once, in the
    # extension, which calls one from another directly unless it is overridden here.

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Call :meth:`wsgi_app`, around which middleware can be put."""
        return self.wsgi_app(environ, start_response)

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request (PEP 3333).

        Assign ``app.wsgi_app = Middleware(app.wsgi_app)`` to wrap it and keep the application.
        """
        return _cruet.wsgi_app(self, environ, start_response)

    def app_context(self) -> AppContext:
        """Return a new application context; a ``with`` block makes it the current one."""
        return AppContext(self)

    def request_context(self, environ: WSGIEnvironment) -> RequestContext:
        """Return a new context of the request that an environ describes."""
        return RequestContext(self, environ)

    def test_request_context(self, *args: t.Any, **kwargs: t.Any) -> RequestContext:
        """Return a context of a made-up request; takes what :class:`.testing.EnvironBuilder` takes.

        Hooks are not run; :meth:`preprocess_request` does that.
        """
        from .testing import EnvironBuilder

        builder = EnvironBuilder(self, *args, **kwargs)
        try:
            return self.request_context(builder.get_environ())
        finally:
            builder.close()

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Return the adapter of a request, or without one that of ``SERVER_NAME``, if set.

        Checks the request's host against ``TRUSTED_HOSTS``: an untrusted one is a 400
        (``SecurityError``). One outside of ``SERVER_NAME`` that has no subdomain is warned of.
        """
        adapter: MapAdapter | None = None
        if request is not None:
            trusted_hosts = self.config["TRUSTED_HOSTS"]
            if trusted_hosts is not None:
                request.trusted_hosts = trusted_hosts
            request.host = get_host(request.environ, request.trusted_hosts)
            subdomain = None
            server_name = self.config["SERVER_NAME"]
            if self.url_map.host_matching:
                # The rules name the hosts; SERVER_NAME is only for URLs outside of requests.
                server_name = None
            elif not self.subdomain_matching:
                # SERVER_NAME does not limit the hosts that are answered.
                subdomain = self.url_map.default_subdomain or ""
            adapter = self.url_map.bind_to_environ(
                request.environ, server_name=server_name, subdomain=subdomain
            )
        elif self.config["SERVER_NAME"] is not None:
            adapter = self.url_map.bind(
                self.config["SERVER_NAME"],
                script_name=self.config["APPLICATION_ROOT"],
                url_scheme=self.config["PREFERRED_URL_SCHEME"],
            )
        return adapter

    def full_dispatch_request(self) -> Response:
        """Run hooks and view with error handling, and return the finished response."""
        return _cruet.full_dispatch_request(self)

    def preprocess_request(self) -> ft.ResponseReturnValue | None:
        """Run URL value preprocessors and before hooks; what a hook returns is the answer."""
        return _cruet.preprocess_request(self)

    def dispatch_request(self) -> ft.ResponseReturnValue:
        """Call the view and return what it returns, not yet a response."""
        return _cruet.dispatch_request(self)

    def make_response(self, rv: ft.ResponseReturnValue) -> Response:
        """Return the response that a view's return value stands for.

        str and bytes, with iterators of both, are a body; dict and list JSON; a response object
        itself; a tuple one of these with ``status``, ``headers``, or both after it; a WSGI callable
        what it answers. Anything else is a ``TypeError``, None among it.
        """
        return _cruet.make_response(self, rv)

    def finalize_request(
        self, rv: ft.ResponseReturnValue | HTTPException, from_error_handler: bool = False
    ) -> Response:
        """Make a response of a view's return value and run what comes after.

        With ``from_error_handler`` errors are logged and the response goes out as it is.
        """
        return _cruet.finalize_request(self, rv, from_error_handler)

    def process_response(self, response: Response) -> Response:
        """Run the after hooks and save the session."""
        return _cruet.process_response(self, response)

    def do_teardown_request(
        self,
        exc: BaseException | None = _sentinel,
    ) -> None:
        """Run the request's teardown functions; called when its context is popped."""
        if exc is _sentinel:
            exc = sys.exc_info()[1]
        _cruet.do_teardown_request(self, exc)

    def do_teardown_appcontext(
        self,
        exc: BaseException | None = _sentinel,
    ) -> None:
        """Run the application context's teardown functions; called when it is popped."""
        if exc is _sentinel:
            exc = sys.exc_info()[1]
        _cruet.do_teardown_appcontext(self, exc)


#: The same class under the package's own name.
Cruet = Flask

_cruet.bind_framework(
    flask=Flask,
    app_context=AppContext,
    request_context=RequestContext,
    request=Request,
    response=Response,
    session_interface=SecureCookieSessionInterface,
    http_exception=HTTPException,
    url_map=Map,
    signals=signals,
    globals=globals,
    make_response=_make_response,
    cancel_tasks=cancel_tasks,
    json_provider=DefaultJSONProvider,
)

__all__ = ["Cruet", "Flask", "ctx", "sessions"]
