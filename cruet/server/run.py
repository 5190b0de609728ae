"""What ``cruet run`` does: any WSGI application, served by the native core."""

from __future__ import annotations

import os
import sys
import traceback
import typing as t
from collections.abc import Callable

import click

from .. import _cli_params
from ..helpers import get_debug_flag
from ..toolkit._addresses import OptionError
from ..toolkit._reloader import is_running_from_reloader, watch_failure
from .hooks import OF_MASTER, OF_WORKERS, Hooks
from .loading import AppLoadError, load_app
from .options import SETTINGS, ServerOptions
from .service import Service, Surroundings
from .settings import click_options
from .settings.click_options import option_of
from .settings.files import DEFAULT_FILES
from .settings.printing import config_text
from .settings.sources import Configuration, Sources
from .supervisor import BOOT_FAILURE, load_or_complain, supervise
from .tls import adhoc_context, development_context, tls_context

if t.TYPE_CHECKING:
    from ..cli import ScriptInfo

#: Certificates of the development server: Flask's two options, which know each other.
_CERTIFICATE = [
    click.Option(
        ["--cert"],
        type=_cli_params.CertParamType(),
        is_eager=True,
        help="Specify a certificate file to use HTTPS.",
    ),
    click.Option(
        ["--key"],
        type=click.Path(exists=True, dir_okay=False, resolve_path=True),
        callback=_cli_params._validate_key,
        expose_value=False,
        help="The key file to use when specifying a certificate.",
    ),
]
_CONFIG = [
    click.Option(
        ["--config", "-c"],
        metavar="PATH",
        default=None,
        envvar="CRUET_CONFIG",
        help="A config file, TOML or Python; an empty name: none.  "
        f"[default: {' or '.join(DEFAULT_FILES)}, where there is one]",
    ),
    click.Option(
        ["--from-gunicorn"],
        metavar="PATH",
        default=None,
        envvar="CRUET_FROM_GUNICORN",
        help="A config file of Gunicorn's, and GUNICORN_CMD_ARGS; names what is not honoured.",
    ),
    click.Option(
        ["--check-config"], is_flag=True, help="Check settings and application, and serve nothing."
    ),
    click.Option(["--print-config"], is_flag=True, help="Print all settings as a config file."),
]


def parameters() -> list[click.Parameter]:
    """Return the argument and the options of the command."""
    return [
        _cli_params.debug_option,
        click.Argument(["target"], required=False, metavar="[MODULE:APP]"),
        *(option_of(row) for row in SETTINGS.values() if row.option),
        *_CERTIFICATE,
        *_CONFIG,
    ]


def run(ctx: click.Context, /, target: str | None, **given: t.Any) -> None:
    """Do what the command line says. :raises click.ClickException: one line, what is wrong."""
    from ..cli import ScriptInfo

    info = ctx.ensure_object(ScriptInfo)
    said, preset = click_options.said(ctx, SETTINGS.values())
    try:
        sources = Sources(said, dict(os.environ), given["config"], preset, given["from_gunicorn"])
        configuration = sources.read()
        for complaint in configuration.complaints:
            click.echo(f"cruet: {complaint}", err=True)
        if given["print_config"]:
            click.echo(config_text(configuration), nl=False)
        loader = Loader(info, target)
        if given["check_config"]:
            code = _check(configuration, loader)
        elif given["print_config"]:
            code = 0
        else:
            code = _serve(sources, configuration, loader, given["cert"])
    except OptionError as error:
        raise click.ClickException(str(error)) from None
    ctx.exit(code)


class Loader:
    """Loads what the command line names, or else the settings, or else what Flask would find."""

    def __init__(self, info: ScriptInfo, target: str | None) -> None:
        self._info = info
        self._target = target

    def name(self, options: ServerOptions) -> str | None:
        """Return how the application is called, for people."""
        return self._target or self._info.app_import_path or options.app

    def __call__(self, options: ServerOptions) -> t.Any:
        """Return the application. :raises AppLoadError: there is none of that name."""
        elsewhere = self._info.app_import_path or self._info.create_app
        named = self._target or (None if elsewhere else options.app)
        if named is None:
            return self._info.load_app()
        app = load_app(named, options.factory)
        if get_debug_flag() and hasattr(app, "debug"):
            app.debug = True
        return app


def _check(configuration: Configuration, loader: Loader) -> int:
    """Tell standard error what would keep a server from starting; the exit code."""
    options = configuration.options
    Surroundings().set(options)
    Hooks(configuration, OF_MASTER + OF_WORKERS)
    tls_context(options)
    return 0 if load_or_complain(lambda: loader(options)) is not None else BOOT_FAILURE


def _serve(
    sources: Sources, configuration: Configuration, loader: Loader, certificate: t.Any
) -> int:
    options = configuration.options
    debug = get_debug_flag()
    reload = debug if options.reload is None else options.reload
    debugger = debug if options.debugger is None else options.debugger
    if reload or debugger:
        Surroundings().set(options)
        files = [path for path in (sources.path(),) if path]
        options.extra_files = [*(options.extra_files or ()), *files] or None
        _develop(configuration, loader, reload, debugger, certificate)
        return 0
    name = options.proc_name or loader.name(options) or "app"
    return supervise(_service(sources, configuration, name, certificate), loader)


def _service(
    sources: Sources, configuration: Configuration, name: str, certificate: t.Any
) -> Service:
    """Return what serves; ``certificate`` is Flask's --cert, which is stronger than settings."""
    if certificate is None:
        return Service(configuration, sources.read, name)
    if certificate == "adhoc":
        return Service(configuration, sources.read, name, adhoc_context())
    if not isinstance(certificate, tuple):
        raise OptionError("--cert with an ssl.SSLContext needs --debug: workers read files")

    def with_files(configuration: Configuration) -> Configuration:
        configuration.options.certfile = [certificate[0]]
        configuration.options.keyfile = [certificate[1]]
        return configuration

    return Service(with_files(configuration), lambda: with_files(sources.read()), name)


def _develop(
    configuration: Configuration,
    loader: Loader,
    reload: bool,
    debugger: bool,
    certificate: t.Any,
) -> None:
    from ..cli import show_server_banner
    from ..toolkit import serving

    options = configuration.options
    if len(options.bind) > 1:
        raise OptionError("in development there is one address")
    address = options.bind[0]
    if address.fd:
        raise OptionError(f"in development {address} cannot be had")
    app = _load_or_defer(lambda: loader(options))
    show_server_banner(get_debug_flag(), loader.name(options))
    serving.run_simple(
        f"unix://{address.path}" if address.path else address.host,
        address.port,
        app,
        use_reloader=reload,
        use_debugger=debugger,
        # In development there are threads unless something was said of them.
        threaded=options.threads > 1 or "threads" not in configuration.origin,
        ssl_context=certificate or development_context(options),
        extra_files=options.extra_files,
        exclude_patterns=options.exclude_patterns,
    )


def _load_or_defer(load: Callable[[], t.Any]) -> t.Any:
    """Return the application, or under the reloader one that raises what loading it raised.

    The reloader goes on then, and the error shows in the browser until the code is mended.
    """
    try:
        return load()
    except AppLoadError as e:
        if not is_running_from_reloader():
            raise OptionError(str(e)) from None
        error: Exception = e
    except click.ClickException as e:
        # Its message says all.
        if not is_running_from_reloader():
            raise
        error = e
    except Exception as e:
        if not is_running_from_reloader():
            traceback.print_exc()
            sys.exit(3)
        error = e
    traceback.print_exception(error)
    watch_failure(error)

    def broken_app(environ: t.Any, start_response: t.Any) -> t.NoReturn:
        raise error from None

    return broken_app
