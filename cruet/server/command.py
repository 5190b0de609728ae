"""The command ``cruet run``: any WSGI application, served by the native core."""

from __future__ import annotations

import os
import sys
import traceback
import typing as t
from collections.abc import Callable

import click

from .. import _cli_params
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


@click.command("run", short_help="Serve an application.")
@click.argument("target", required=False, metavar="[MODULE:APP]")
@click.pass_context
def run_command(ctx: click.Context, /, target: str | None, **given: t.Any) -> None:
    """Serve an application: MODULE:APP, MODULE:create_app(), or what --app names.

    Any WSGI application will do. Workers are processes, each loads the application for itself, and
    one that dies is replaced; SIGHUP reloads code and configuration. With --debug or --reload one
    process serves, restarted when code changes. Each option can be set as an environment variable,
    --workers as CRUET_WORKERS, and in a config file as workers; options are the strongest.
    """
    from ..cli import ScriptInfo
    from ..helpers import get_debug_flag

    info = ctx.ensure_object(ScriptInfo)
    debug = get_debug_flag()
    said, preset = click_options.said(ctx, SETTINGS.values())
    try:
        sources = Sources(said, dict(os.environ), given["config"], preset, given["from_gunicorn"])
        configuration = sources.read()
        for complaint in configuration.complaints:
            click.echo(f"cruet: {complaint}", err=True)
        options = configuration.options
        elsewhere = info.app_import_path or info.create_app

        def load(options: ServerOptions) -> t.Any:
            named = target or (None if elsewhere else options.app)
            if named is None:
                return info.load_app()
            app = load_app(named, options.factory)
            if debug and hasattr(app, "debug"):
                app.debug = True
            return app

        if given["print_config"]:
            click.echo(config_text(configuration), nl=False)
        if given["check_config"]:
            ctx.exit(_check(configuration, lambda: load(options)))
        if given["print_config"]:
            return
        reload = debug if options.reload is None else options.reload
        debugger = debug if options.debugger is None else options.debugger
        if reload or debugger:
            Surroundings().set(options)
            name = target or info.app_import_path or options.app
            certificate = given["cert"]
            _develop(configuration, lambda: load(options), reload, debugger, name, certificate)
            return
        if given["cert"]:
            raise OptionError("--cert needs --debug or a proxy in front: workers speak plain HTTP")
        code = supervise(Service(configuration, sources.read), load)
    except OptionError as error:
        raise click.ClickException(str(error)) from None
    ctx.exit(code)


def _check(configuration: Configuration, load: Callable[[], t.Any]) -> int:
    """Tell standard error what would keep a server from starting; the exit code."""
    Surroundings().set(configuration.options)
    Hooks(configuration, OF_MASTER + OF_WORKERS)
    return 0 if load_or_complain(load) is not None else BOOT_FAILURE


def _develop(
    configuration: Configuration,
    load: Callable[[], t.Any],
    reload: bool,
    debugger: bool,
    name: str | None,
    certificate: t.Any,
) -> None:
    from ..cli import show_server_banner
    from ..helpers import get_debug_flag
    from ..toolkit import serving

    options = configuration.options
    if len(options.bind) > 1:
        raise OptionError("in development there is one address")
    address = options.bind[0]
    app = _load_or_defer(load)
    show_server_banner(get_debug_flag(), name)
    serving.run_simple(
        f"unix://{address.path}" if address.path else address.host,
        address.port,
        app,
        use_reloader=reload,
        use_debugger=debugger,
        # In development there are threads unless something was said of them.
        threaded=options.threads > 1 or "threads" not in configuration.origin,
        ssl_context=certificate,
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


run_command.params += [option_of(row) for row in SETTINGS.values() if row.option]
run_command.params += _CERTIFICATE + _CONFIG
run_command.params.insert(0, _cli_params.debug_option)
