"""The command ``cruet run``: any WSGI application, served by the native core."""

from __future__ import annotations

import os
import sys
import traceback
import typing as t
from collections.abc import Callable

import click
from click.core import ParameterSource

from .. import _cli_params
from ..toolkit._addresses import Address, OptionError, parse_address, parse_port
from ..toolkit._reloader import is_running_from_reloader, watch_failure
from .loading import AppLoadError, load_app
from .options import LOG_LEVELS, ServerOptions
from .supervisor import supervise

_DEFAULTS = ServerOptions()
#: Threads in development, where a page's requests come all at once and one may call another.
DEVELOPMENT_THREADS = 8


def _option(name: str, *more: str, help: str, flask: bool = False, **settings: t.Any) -> t.Any:
    """A setting with its environment variables, ``CRUET_WORKERS`` for ``--workers``."""
    suffix = name.lstrip("-").replace("-", "_").upper()
    variables = [f"CRUET_{suffix}"] + ([f"FLASK_RUN_{suffix}"] if flask else [])
    settings.setdefault("show_default", True)
    return click.option(name, *more, envvar=variables, help=help, **settings)


def _mode(ctx: click.Context, param: click.Parameter, value: str) -> int:
    try:
        return int(value, 8)
    except ValueError:
        raise click.BadParameter(f"{value!r} is not an octal mode", ctx, param) from None


def _seconds(name: str, help: str) -> t.Any:
    default = getattr(_DEFAULTS, name)
    return _option("--" + name.replace("_", "-"), type=float, default=default, help=help)


def _size(name: str, help: str) -> t.Any:
    default = getattr(_DEFAULTS, name)
    return _option("--" + name.replace("_", "-"), type=int, default=default, help=help)


_OPTIONS = [
    click.argument("target", required=False, metavar="[MODULE:APP]"),
    click.option("--factory", is_flag=True, help="APP is a function that makes the application."),
    _option("--host", "-h", flask=True, default="127.0.0.1", help="Address to listen on."),
    _option("--port", "-p", flask=True, type=int, default=5000, help="Port; 0: any free one."),
    _option(
        "--bind",
        "-b",
        multiple=True,
        show_default=False,
        help="HOST:PORT, [IPV6]:PORT or unix:PATH, in place of --host and --port; may be repeated.",
    ),
    _option("--unix-socket", default=None, type=click.Path(), help="Listen on a UNIX socket."),
    _option("--unix-socket-mode", default="0660", callback=_mode, help="Its permissions, octal."),
    _option("--backlog", type=int, default=_DEFAULTS.backlog, help="Connections that may queue."),
    _option("--workers", "-w", type=int, default=1, help="Processes that serve."),
    _option(
        "--threads",
        type=int,
        default=None,
        show_default="1",
        help="Threads of each worker that run views; with 1 they run on the loop's own thread.",
    ),
    _option("--no-async", is_flag=True, help="Use poll() instead of libevent."),
    _seconds("timeout", "Seconds a view may take before its worker is replaced; 0: any time."),
    _seconds("graceful_timeout", "Seconds that requests in flight get at the end."),
    _seconds("keep_alive", "Seconds an idle connection is kept; 0: none is."),
    _seconds("header_timeout", "Seconds for the head of a request; 0: any time."),
    _seconds("body_timeout", "Seconds between two pieces of a body; 0: any time."),
    _seconds("write_timeout", "Seconds a client may take nothing of its answer; 0: any time."),
    _size("limit_request_line", "Bytes of a request line."),
    _size("limit_request_fields", "Header fields of a request."),
    _size("limit_request_field_size", "Bytes of one header field."),
    _size("limit_request_head", "Bytes of a request's head."),
    _size("limit_request_body", "Bytes of a request's body; 0: no limit."),
    _option("--access-log", default="", help="A file, or - for standard output."),
    _option("--log-level", type=click.Choice(LOG_LEVELS), default="info", help="What is logged."),
    click.option(
        "--cert",
        type=_cli_params.CertParamType(),
        is_eager=True,
        help="Specify a certificate file to use HTTPS.",
    ),
    click.option(
        "--key",
        type=click.Path(exists=True, dir_okay=False, resolve_path=True),
        callback=_cli_params._validate_key,
        expose_value=False,
        help="The key file to use when specifying a certificate.",
    ),
    click.option(
        "--reload/--no-reload",
        default=None,
        help="Restart when code changes; by default in debug mode.",
    ),
    click.option(
        "--debugger/--no-debugger",
        default=None,
        help="Show tracebacks in the browser; by default in debug mode.",
    ),
    click.option(
        "--with-threads/--without-threads",
        default=None,
        help=f"{DEVELOPMENT_THREADS} threads, or one; threads are the default in development.",
    ),
    click.option(
        "--extra-files",
        default=None,
        type=_cli_params.SeparatedPathType(),
        help=f"Further files that restart when they change, separated by {os.path.pathsep!r}.",
    ),
    click.option(
        "--exclude-patterns",
        default=None,
        type=_cli_params.SeparatedPathType(),
        help=f"fnmatch patterns of files that do not restart, separated by {os.path.pathsep!r}.",
    ),
]


def _with_options(function: t.Any) -> t.Any:
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@click.command("run", short_help="Serve an application.")
@_with_options
@click.pass_context
def run_command(ctx: click.Context, /, **given: t.Any) -> None:
    """Serve an application: MODULE:APP, MODULE:create_app(), or what --app names.

    Any WSGI application will do. Workers are processes, each loads the application for itself, and
    one that dies is replaced; SIGHUP reloads the code. With --debug or --reload one process serves,
    restarted when code changes. Each option can be set as an environment variable, --workers as
    CRUET_WORKERS.
    """
    from ..cli import ScriptInfo
    from ..helpers import get_debug_flag

    info = ctx.ensure_object(ScriptInfo)
    target: str | None = given["target"]
    debug = get_debug_flag()

    def load() -> t.Any:
        if target is None:
            return info.load_app()
        app = load_app(target, given["factory"])
        if debug and hasattr(app, "debug"):
            app.debug = True
        return app

    reload = debug if given["reload"] is None else given["reload"]
    debugger = debug if given["debugger"] is None else given["debugger"]
    try:
        if reload or debugger:
            _develop(ctx, given, load, reload, debugger, target or info.app_import_path)
            return
        if given["cert"]:
            raise OptionError("--cert needs --debug or a proxy in front: workers speak plain HTTP")
        code = supervise(_server_options(ctx, given), load)
    except OptionError as error:
        raise click.ClickException(str(error)) from None
    ctx.exit(code)


def _given(ctx: click.Context, name: str) -> bool:
    source = ctx.get_parameter_source(name)
    return source not in (None, ParameterSource.DEFAULT, ParameterSource.DEFAULT_MAP)


def _addresses(ctx: click.Context, given: dict[str, t.Any]) -> list[Address]:
    parse_port(str(given["port"]))
    addresses = [parse_address(text, given["port"]) for text in given["bind"]]
    if given["unix_socket"]:
        addresses.append(Address(path=given["unix_socket"]))
    if not addresses or _given(ctx, "host") or (_given(ctx, "port") and not given["bind"]):
        addresses.insert(0, Address(given["host"] or "0.0.0.0", given["port"]))
    return addresses


def _threads(given: dict[str, t.Any], default: int) -> int:
    if given["threads"] is not None:
        return int(given["threads"])
    if given["with_threads"] is None:
        return default
    return DEVELOPMENT_THREADS if given["with_threads"] else 1


def _server_options(ctx: click.Context, given: dict[str, t.Any]) -> ServerOptions:
    same = ["unix_socket_mode", "backlog", "workers", "timeout", "graceful_timeout", "keep_alive"]
    same += ["header_timeout", "body_timeout", "write_timeout", "access_log", "log_level"]
    same += [name for name in given if name.startswith("limit_")]
    return ServerOptions(
        bind=_addresses(ctx, given),
        threads=_threads(given, 1),
        loop="poll" if given["no_async"] else "",
        **{name: given[name] for name in same},
    )


def _develop(
    ctx: click.Context,
    given: dict[str, t.Any],
    load: Callable[[], t.Any],
    reload: bool,
    debugger: bool,
    name: str | None,
) -> None:
    from ..cli import show_server_banner
    from ..helpers import get_debug_flag
    from ..toolkit import serving

    host, port = given["host"], given["port"]
    if given["bind"] or given["unix_socket"]:
        addresses = _addresses(ctx, given)
        if len(addresses) > 1:
            raise OptionError("in development there is one address")
        address = addresses[0]
        host, port = (f"unix://{address.path}", 0) if address.path else (address.host, address.port)
    app = _load_or_defer(load)
    show_server_banner(get_debug_flag(), name)
    serving.run_simple(
        host,
        port,
        app,
        use_reloader=reload,
        use_debugger=debugger,
        threaded=_threads(given, DEVELOPMENT_THREADS) > 1,
        ssl_context=given["cert"],
        extra_files=given["extra_files"],
        exclude_patterns=given["exclude_patterns"],
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


run_command.params.insert(0, _cli_params.debug_option)
