"""The command ``cruet run``, without what it needs to run: whoever imports cruet imports this."""

from __future__ import annotations

import typing as t

import click


class RunCommand(click.Command):
    """A command whose options are made when somebody asks for them.

    They come from the table of settings, which takes as long to import as half the framework.
    """

    _params: list[click.Parameter] | None = None

    @property
    def params(self) -> list[click.Parameter]:
        """The options and the argument."""
        if self._params is None:
            from .run import parameters

            self._params = parameters()
        return self._params

    @params.setter
    def params(self, value: list[click.Parameter]) -> None:
        # click's own constructor sets what nobody has given it.
        self._params = value or None


def _run(ctx: click.Context, /, **given: t.Any) -> None:
    from .run import run

    run(ctx, **given)


run_command = RunCommand(
    "run",
    callback=click.pass_context(_run),
    short_help="Serve an application.",
    help="""Serve an application: MODULE:APP, MODULE:create_app(), or what --app names.

    Any WSGI application will do. Workers are processes, each loads the application for itself, and
    one that dies is replaced; SIGHUP reloads code and configuration. With --debug or --reload one
    process serves, restarted when code changes. Each option can be set as an environment variable,
    --workers as CRUET_WORKERS, and in a config file as workers; options are the strongest.
    """,
)
