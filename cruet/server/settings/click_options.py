"""The options of ``cruet run``, made from the table."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem

from ..._cli_params import SeparatedPathType
from .kinds import Paths
from .table import Setting


def option_of(row: Setting) -> click.Option:
    """Return a setting's option.

    It hands the text on as it is: :mod:`.sources` reads all that is text in one way. Lists of paths
    are lists already, as those of Flask's options are.
    """
    default = f"  [default: {row.default_text}]" if row.default_text else ""
    names = [row.flag, *row.flags]
    if not row.kind.metavar:
        # Neither of them given is a third thing, which only a default of None tells.
        return click.Option(
            [f"{row.flag}/{row.off_flag}", *row.flags],
            default=None,
            help=row.help + default,
            allow_from_autoenv=False,
        )
    return click.Option(
        [*names, row.name],
        type=SeparatedPathType() if isinstance(row.kind, Paths) else None,
        metavar=row.kind.metavar,
        multiple=row.kind.repeated,
        default=None,
        help=row.help + default,
        allow_from_autoenv=False,
        shell_complete=_completion(row) if row.kind.choices else None,
    )


def _completion(row: Setting) -> t.Callable[..., list[CompletionItem]]:
    def complete(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem]:
        return [CompletionItem(word) for word in row.kind.choices if word.startswith(begun)]

    return complete


def said(ctx: click.Context, rows: Iterable[Setting]) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    """Return what the command line says, and what a ``default_map`` does, by setting."""
    by_line: dict[str, t.Any] = {}
    by_map: dict[str, t.Any] = {}
    for row in rows:
        source = ctx.get_parameter_source(row.name)
        if source == ParameterSource.COMMANDLINE:
            by_line[row.name] = ctx.params[row.name]
        elif source == ParameterSource.DEFAULT_MAP:
            by_map[row.name] = ctx.params[row.name]
    return by_line, by_map
