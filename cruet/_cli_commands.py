"""The commands that come with every application: run, shell, routes."""

from __future__ import annotations

import code
import os
import sys
import typing as t
from operator import itemgetter

import click

from .globals import current_app
from .server.command import run_command as run_command


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

    It starts with 'app', 'g' and what the shell context processors give.
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
        click.echo("  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)))
