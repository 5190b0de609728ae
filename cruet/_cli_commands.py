"""The commands that come with every application: run, shell, routes."""

from __future__ import annotations

import code
import os
import sys
import traceback
import typing as t
from operator import itemgetter

import click

from ._cli_params import CertParamType, SeparatedPathType, _validate_key, debug_option
from .globals import current_app
from .helpers import get_debug_flag

if t.TYPE_CHECKING:
    from .cli import ScriptInfo


def _with_appcontext(f: t.Any) -> t.Any:
    """Wrap as :func:`.cli.with_appcontext` does, which imports this module."""

    def command(*args: t.Any, **kwargs: t.Any) -> t.Any:
        from .cli import with_appcontext

        return with_appcontext(f)(*args, **kwargs)

    command.__name__ = f.__name__
    command.__doc__ = f.__doc__
    return command


def show_server_banner(debug: bool, app_import_path: str | None) -> None:
    """Say what is served and whether in debug mode; nothing in the reloader's child."""
    from .toolkit.serving import is_running_from_reloader

    if is_running_from_reloader():
        return
    if app_import_path is not None:
        click.echo(f" * Serving Flask app '{app_import_path}'")
    if debug is not None:
        click.echo(f" * Debug mode: {'on' if debug else 'off'}")


def _load_or_defer(info: ScriptInfo) -> t.Any:
    """Return the application, or under the reloader one that raises what loading it raised.

    The reloader goes on then, and the error shows in the browser until the code is mended.
    """
    from .toolkit.serving import is_running_from_reloader

    try:
        return info.load_app()
    except Exception as e:
        if not is_running_from_reloader():
            raise
        traceback.print_exc()
        error = e

    def broken_app(environ: t.Any, start_response: t.Any) -> t.NoReturn:
        raise error from None

    return broken_app


@click.command("run", short_help="Run a development server.")
@click.option("--host", "-h", default="127.0.0.1", help="The interface to bind to.")
@click.option("--port", "-p", default=5000, help="The port to bind to.")
@click.option(
    "--cert",
    type=CertParamType(),
    help="Specify a certificate file to use HTTPS.",
    is_eager=True,
)
@click.option(
    "--key",
    type=click.Path(exists=True, dir_okay=False, resolve_path=True),
    callback=_validate_key,
    expose_value=False,
    help="The key file to use when specifying a certificate.",
)
@click.option(
    "--reload/--no-reload",
    default=None,
    help="Reload when code changes; by default in debug mode.",
)
@click.option(
    "--debugger/--no-debugger",
    default=None,
    help="Show tracebacks in the browser; by default in debug mode.",
)
@click.option(
    "--with-threads/--without-threads", default=True, help="Enable or disable multithreading."
)
@click.option(
    "--extra-files",
    default=None,
    type=SeparatedPathType(),
    help=f"Further files that reload when they change, separated by {os.path.pathsep!r}.",
)
@click.option(
    "--exclude-patterns",
    default=None,
    type=SeparatedPathType(),
    help=f"fnmatch patterns of files that do not reload, separated by {os.path.pathsep!r}.",
)
@click.pass_context
def run_command(
    ctx: click.Context,
    host: str,
    port: int,
    reload: bool | None,
    debugger: bool | None,
    with_threads: bool,
    cert: t.Any,
    extra_files: list[str] | None,
    exclude_patterns: list[str] | None,
) -> None:
    """Run a development server.

    The reloader and the debugger are on in debug mode.
    """
    from .cli import ScriptInfo
    from .toolkit.serving import run_simple

    info = ctx.ensure_object(ScriptInfo)
    app = _load_or_defer(info)
    debug = get_debug_flag()
    show_server_banner(debug, info.app_import_path)
    run_simple(
        host,
        port,
        app,
        use_reloader=debug if reload is None else reload,
        use_debugger=debug if debugger is None else debugger,
        threaded=with_threads,
        ssl_context=cert,
        extra_files=extra_files,
        exclude_patterns=exclude_patterns,
    )


run_command.params.insert(0, debug_option)


def _complete_in(names: dict[str, t.Any]) -> None:
    """Let the interactive interpreter's completion look names up among the shell's."""
    hook = getattr(sys, "__interactivehook__", None)
    if hook is None:
        return
    try:
        import readline
        from rlcompleter import Completer
    except ImportError:
        pass
    else:
        readline.set_completer(Completer(names).complete)
    hook()


@click.command("shell", short_help="Run a shell in the app context.")
@_with_appcontext
def shell_command() -> None:
    """Run an interactive Python shell within the application's context.

    It starts with ``app``, ``g`` and what the shell context processors give.
    """
    banner = (
        f"Python {sys.version} on {sys.platform}\n"
        f"App: {current_app.import_name}\n"
        f"Instance: {current_app.instance_path}"
    )
    names: dict[str, t.Any] = {}
    startup = os.environ.get("PYTHONSTARTUP")
    if startup and os.path.isfile(startup):
        with open(startup) as file:
            eval(compile(file.read(), startup, "exec"), names)
    names.update(current_app.make_shell_context())
    _complete_in(names)
    code.interact(banner=banner, local=names)


@click.command("routes", short_help="Show the routes for the app.")
@click.option(
    "--sort",
    "-s",
    type=click.Choice(("endpoint", "methods", "domain", "rule", "match")),
    default="endpoint",
    help="What to sort by; 'match' is the order in which rules are tried.",
)
@click.option("--all-methods", is_flag=True, help="Show HEAD and OPTIONS methods.")
@_with_appcontext
def routes_command(sort: str, all_methods: bool) -> None:
    """Show all registered routes with their endpoints and methods."""
    rules = list(current_app.url_map.iter_rules())
    if not rules:
        click.echo("No routes were registered.")
        return

    ignored = set() if all_methods else {"HEAD", "OPTIONS"}
    host_matching = current_app.url_map.host_matching
    has_domain = any(rule.host if host_matching else rule.subdomain for rule in rules)

    header = ["Endpoint", "Methods"]
    if has_domain:
        header.append("Host" if host_matching else "Subdomain")
    header.append("Rule")
    rows = []
    for rule in rules:
        row = [rule.endpoint, ", ".join(sorted((rule.methods or set()) - ignored))]
        if has_domain:
            row.append((rule.host if host_matching else rule.subdomain) or "")
        rows.append([*row, rule.rule])

    columns = ["endpoint", "methods", *(["domain"] if has_domain else []), "rule"]
    if sort in columns:
        rows.sort(key=itemgetter(columns.index(sort)))

    rows.insert(0, header)
    widths = [max(len(row[i]) for row in rows) for i in range(len(header))]
    rows.insert(1, ["-" * width for width in widths])
    for row in rows:
        click.echo(
            "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        )
