"""The application object without input or output: configuration, rules, handlers, templates."""

from __future__ import annotations

import logging
import os
import sys
import typing as t
from collections.abc import Callable, Iterable, ValuesView
from datetime import timedelta

from .. import typing as ft
from ..config import Config, ConfigAttribute
from ..ctx import _AppCtxGlobals
from ..helpers import _split_blueprint_path, get_debug_flag
from ..json.provider import DefaultJSONProvider, JSONProvider
from ..logging import create_logger
from ..toolkit.datastructures import ImmutableDict
from ..toolkit.exceptions import (
    Aborter,
    BadRequest,
    BadRequestKeyError,
)
from ..toolkit.routing import BuildError, Map, Rule
from ..toolkit.utils import cached_property
from ..toolkit.utils import redirect as _toolkit_redirect
from ._jinja_registry import JinjaRegistry
from .scaffold import Scaffold, _endpoint_from_view_func, find_package, setupmethod

if t.TYPE_CHECKING:
    from ..templating import DispatchingJinjaLoader, Environment
    from ..testing import FlaskClient, FlaskCliRunner
    from ..toolkit.wrappers import Response as BaseResponse
    from .blueprints import Blueprint

T_shell_context_processor = t.TypeVar(
    "T_shell_context_processor", bound=ft.ShellContextProcessorCallable
)
T_teardown = t.TypeVar("T_teardown", bound=ft.TeardownCallable)


def _make_timedelta(value: timedelta | int | None) -> timedelta | None:
    if value is None or isinstance(value, timedelta):
        return value
    return timedelta(seconds=value)


class _JinjaEnvironmentClass:
    """Imports Jinja when the class is asked for: applications without templates never do."""

    def __get__(self, obj: object, owner: type) -> type[Environment]:
        from ..templating import Environment

        return Environment


class App(JinjaRegistry, Scaffold):
    """The base of :class:`~cruet.Flask`, which adds requests, files and serving.

    ``import_name`` is usually ``__name__``; ``static_folder`` and ``template_folder`` are relative
    to its folder. ``static_host`` is needed with ``host_matching`` and a static folder.
    ``instance_path`` must be absolute; ``instance_relative_config`` lets config files start there.
    """

    #: Makes :attr:`aborter`, which ``abort`` asks.
    aborter_class = Aborter
    #: Makes :attr:`jinja_env`.
    jinja_environment: type[Environment] = _JinjaEnvironmentClass()  # type: ignore[assignment]
    #: Makes ``g``.
    app_ctx_globals_class = _AppCtxGlobals
    #: Makes :attr:`config`.
    config_class = Config

    #: Whether this is a test: errors go to the test, extensions may behave otherwise.
    testing = ConfigAttribute[bool]("TESTING")
    #: Signs sessions and whatever else needs a key.
    secret_key = ConfigAttribute[str | bytes | None]("SECRET_KEY")
    #: How long a permanent session lasts; seconds are taken as well.
    permanent_session_lifetime = ConfigAttribute[timedelta](
        "PERMANENT_SESSION_LIFETIME",
        get_converter=_make_timedelta,  # type: ignore[arg-type]
    )

    #: Makes :attr:`json`.
    json_provider_class: type[JSONProvider] = DefaultJSONProvider
    #: Options of the Jinja environment; set them before it is made.
    jinja_options: dict[str, t.Any] = {}
    #: Makes the rules.
    url_rule_class = Rule
    #: Makes :attr:`url_map`.
    url_map_class = Map
    #: Makes test clients; None for :class:`~cruet.testing.FlaskClient`.
    test_client_class: type[FlaskClient] | None = None
    #: Makes CLI runners; None for :class:`~cruet.testing.FlaskCliRunner`.
    test_cli_runner_class: type[FlaskCliRunner] | None = None

    default_config: dict[str, t.Any]
    response_class: type[t.Any]

    def __init__(
        self,
        import_name: str,
        static_url_path: str | None = None,
        static_folder: str | os.PathLike[str] | None = "static",
        static_host: str | None = None,
        host_matching: bool = False,
        subdomain_matching: bool = False,
        template_folder: str | os.PathLike[str] | None = "templates",
        instance_path: str | None = None,
        instance_relative_config: bool = False,
        root_path: str | None = None,
    ) -> None:
        super().__init__(
            import_name=import_name,
            static_folder=static_folder,
            static_url_path=static_url_path,
            template_folder=template_folder,
            root_path=root_path,
        )
        if instance_path is None:
            instance_path = self.auto_find_instance_path()
        elif not os.path.isabs(instance_path):
            raise ValueError(
                "If an instance path is provided it must be absolute. A relative path was given"
                " instead."
            )
        #: The folder for files that belong to one installation of the application.
        self.instance_path = instance_path
        self.config: Config = self.make_config(instance_relative_config)
        #: Raises HTTP exceptions by code; ``cruet.abort`` calls it.
        self.aborter = self.make_aborter()
        #: All JSON goes through this provider.
        self.json: JSONProvider = self.json_provider_class(self)
        #: Called by :meth:`handle_url_build_error` in turn; None means that one does not know.
        self.url_build_error_handlers: list[Callable[[Exception, str, dict[str, t.Any]], str]] = []
        self.teardown_appcontext_funcs: list[ft.TeardownCallable] = []
        self.shell_context_processors: list[ft.ShellContextProcessorCallable] = []
        #: Registered blueprints by name, in order of registration.
        self.blueprints: dict[str, Blueprint] = {}
        #: For extensions to keep their state under their name.
        self.extensions: dict[str, t.Any] = {}
        #: The URL rules; converters can be added to its ``converters``.
        self.url_map = self.url_map_class(host_matching=host_matching)
        #: Whether rules' subdomains are looked at; needs ``SERVER_NAME``.
        self.subdomain_matching = subdomain_matching
        self._got_first_request: bool = False

        self._add_own_rules(static_host)

    def _add_own_rules(self, static_host: str | None) -> None:
        """Add the rules that an application has by itself, which take views."""

    def _check_setup_finished(self, f_name: str) -> None:
        if self._got_first_request:
            raise AssertionError(
                f"The setup method '{f_name}' can no longer be called on the application. It has"
                " already handled its first request, any changes will not be applied"
                " consistently.\n"
                "Make sure all imports, decorators, functions, etc. needed to set up the"
                " application are done before running it."
            )

    @cached_property
    def name(self) -> str:
        """The import name; for ``__main__`` the name of the file that was run."""
        if self.import_name == "__main__":
            file: str | None = getattr(sys.modules["__main__"], "__file__", None)
            if file is None:
                return "__main__"
            return os.path.splitext(os.path.basename(file))[0]
        return self.import_name

    @cached_property
    def logger(self) -> logging.Logger:
        """The logger of the application's name; see :func:`.logging.create_logger`."""
        return create_logger(self)

    @cached_property
    def jinja_env(self) -> Environment:
        """The Jinja environment, made when it is first asked for."""
        return self.create_jinja_environment()

    def create_jinja_environment(self) -> Environment:
        """Make the Jinja environment."""
        raise NotImplementedError

    def make_config(self, instance_relative: bool = False) -> Config:
        """Make the configuration, relative to the instance folder or to the root."""
        defaults = dict(self.default_config)
        defaults["DEBUG"] = get_debug_flag()
        root = self.instance_path if instance_relative else self.root_path
        return self.config_class(root, defaults)

    def make_aborter(self) -> Aborter:
        """Make :attr:`aborter`."""
        return self.aborter_class()

    def auto_find_instance_path(self) -> str:
        """Return ``instance`` beside the package, or ``var/NAME-instance`` of its prefix."""
        prefix, package_path = find_package(self.import_name)
        if prefix is None:
            return os.path.join(package_path, "instance")
        return os.path.join(prefix, "var", f"{self.name}-instance")

    def create_global_jinja_loader(self) -> DispatchingJinjaLoader:
        """Make the loader of all templates, the application's and its blueprints'."""
        from ..templating import DispatchingJinjaLoader

        return DispatchingJinjaLoader(self)

    def select_jinja_autoescape(self, filename: str | None) -> bool:
        """Tell whether a template escapes by default: by its name; strings do."""
        return filename is None or filename.endswith((".html", ".htm", ".xml", ".xhtml", ".svg"))

    @property
    def debug(self) -> bool:
        """Debug mode. Set by ``FLASK_DEBUG``, ``--debug`` and ``app.run``."""
        return self.config["DEBUG"]  # type: ignore[no-any-return]

    @debug.setter
    def debug(self, value: bool) -> None:
        self.config["DEBUG"] = value
        if self.config["TEMPLATES_AUTO_RELOAD"] is None and "jinja_env" in self.__dict__:
            self.jinja_env.auto_reload = value

    @setupmethod
    def register_blueprint(self, blueprint: Blueprint, **options: t.Any) -> None:
        """Register a blueprint; ``name``, ``url_prefix``, ``subdomain``… go before its own."""
        blueprint.register(self, options)

    def iter_blueprints(self) -> ValuesView[Blueprint]:
        """Return the blueprints in the order of registration."""
        return self.blueprints.values()

    @setupmethod
    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: ft.RouteCallable | None = None,
        provide_automatic_options: bool | None = None,
        **options: t.Any,
    ) -> None:
        if endpoint is None:
            endpoint = _endpoint_from_view_func(view_func)  # type: ignore[arg-type]
        methods = _collect_methods(options.pop("methods", None), view_func)
        if provide_automatic_options is None:
            provide_automatic_options = getattr(view_func, "provide_automatic_options", None)
        if provide_automatic_options is None:
            provide_automatic_options = (
                "OPTIONS" not in methods and self.config["PROVIDE_AUTOMATIC_OPTIONS"]
            )
            if provide_automatic_options:
                methods.add("OPTIONS")
        methods |= set(getattr(view_func, "required_methods", ()))

        options["endpoint"] = endpoint
        rule_obj = self.url_rule_class(rule, methods=methods, **options)
        rule_obj.provide_automatic_options = provide_automatic_options  # type: ignore[attr-defined]
        self.url_map.add(rule_obj)
        if view_func is None:
            return
        present = self.view_functions.get(endpoint)
        if present is not None and present != view_func:
            raise AssertionError(
                f"View function mapping is overwriting an existing endpoint function: {endpoint}"
            )
        self.view_functions[endpoint] = view_func

    @setupmethod
    def teardown_appcontext(self, f: T_teardown) -> T_teardown:
        """Call a function when an application context goes, with the unhandled error or None."""
        self.teardown_appcontext_funcs.append(f)
        return f

    @setupmethod
    def shell_context_processor(self, f: T_shell_context_processor) -> T_shell_context_processor:
        """Add the names that a function returns to ``cruet shell``."""
        self.shell_context_processors.append(f)
        return f

    def _find_error_handler(
        self, e: Exception, blueprints: list[str]
    ) -> ft.ErrorHandlerCallable | None:
        """Return the handler for an exception.

        In order: a blueprint's for the code, the application's for the code, a blueprint's for the
        class, the application's for the class; of classes, the nearest in the exception's MRO.
        """
        exc_class, code = self._get_exc_class_and_code(type(e))
        names: tuple[str | None, ...] = (*blueprints, None)
        for c in (code, None) if code is not None else (None,):
            for name in names:
                handlers = self.error_handler_spec[name][c]
                if not handlers:
                    continue
                for cls in exc_class.__mro__:
                    handler = handlers.get(cls)
                    if handler is not None:
                        return handler
        return None

    def trap_http_exception(self, e: Exception) -> bool:
        """Tell whether an HTTP exception is treated as an error instead of answering.

        All are with ``TRAP_HTTP_EXCEPTIONS``; bad requests with ``TRAP_BAD_REQUEST_ERRORS``, and
        those from missing keys in debug mode unless that is set.
        """
        if self.config["TRAP_HTTP_EXCEPTIONS"]:
            return True
        trap_bad_request = self.config["TRAP_BAD_REQUEST_ERRORS"]
        if trap_bad_request is None and self.debug and isinstance(e, BadRequestKeyError):
            return True
        return isinstance(e, BadRequest) if trap_bad_request else False

    def should_ignore_error(self, error: BaseException | None) -> bool:
        """Tell whether teardown functions are not told of an error. Never, unless overridden."""
        return False

    def redirect(self, location: str, code: int = 302) -> BaseResponse:
        """Return a redirect, as a :attr:`response_class`."""
        return _toolkit_redirect(location, code=code, Response=self.response_class)

    def inject_url_defaults(self, endpoint: str, values: dict[str, t.Any]) -> None:
        """Let the url_defaults functions of an endpoint's scopes add to the values of a URL."""
        names: Iterable[str | None] = (None,)
        if "." in endpoint:
            names = (None, *reversed(_split_blueprint_path(endpoint.rpartition(".")[0])))
        for name in names:
            for function in self.url_default_functions.get(name, ()):
                function(endpoint, values)

    def handle_url_build_error(
        self, error: BuildError, endpoint: str, values: dict[str, t.Any]
    ) -> str:
        """Return the URL that a build-error handler gives, or raise the error."""
        for handler in self.url_build_error_handlers:
            try:
                url = handler(error, endpoint, values)
            except BuildError as e:
                # A handler may raise a better one.
                error = e
            else:
                if url is not None:
                    return url
        if error is sys.exc_info()[1]:
            raise
        raise error


def _collect_methods(methods: Iterable[str] | None, view_func: ft.RouteCallable | None) -> set[str]:
    """Return a route's methods in upper case: as given, else the function's, else GET."""
    if methods is None:
        methods = getattr(view_func, "methods", None) or ("GET",)
    if isinstance(methods, str):
        raise TypeError(
            "Allowed methods must be a list of strings, for example:"
            ' @app.route(..., methods=["POST"])'
        )
    return {method.upper() for method in methods}


#: Every key that the framework reads, with its default.
_DEFAULT_CONFIG: ImmutableDict[str, t.Any] = ImmutableDict(
    {
        "DEBUG": None,
        "TESTING": False,
        "PROPAGATE_EXCEPTIONS": None,
        "SECRET_KEY": None,
        "SECRET_KEY_FALLBACKS": None,
        "PERMANENT_SESSION_LIFETIME": timedelta(days=31),
        "USE_X_SENDFILE": False,
        "TRUSTED_HOSTS": None,
        "SERVER_NAME": None,
        "APPLICATION_ROOT": "/",
        "SESSION_COOKIE_NAME": "session",
        "SESSION_COOKIE_DOMAIN": None,
        "SESSION_COOKIE_PATH": None,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SECURE": False,
        "SESSION_COOKIE_PARTITIONED": False,
        "SESSION_COOKIE_SAMESITE": None,
        "SESSION_REFRESH_EACH_REQUEST": True,
        "MAX_CONTENT_LENGTH": None,
        "MAX_FORM_MEMORY_SIZE": 500_000,
        "MAX_FORM_PARTS": 1_000,
        "SEND_FILE_MAX_AGE_DEFAULT": None,
        "TRAP_BAD_REQUEST_ERRORS": None,
        "TRAP_HTTP_EXCEPTIONS": False,
        "EXPLAIN_TEMPLATE_LOADING": False,
        "PREFERRED_URL_SCHEME": "http",
        "TEMPLATES_AUTO_RELOAD": None,
        "MAX_COOKIE_SIZE": 4093,
        "PROVIDE_AUTOMATIC_OPTIONS": True,
    }
)
