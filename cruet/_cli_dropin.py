"""The command ``cruet drop-in``: the names flask and werkzeug for cruet, in an environment."""

from __future__ import annotations

import typing as t

import click

if t.TYPE_CHECKING:
    from .dropin._place import Place


@click.group("drop-in", short_help="Let 'import flask' mean cruet.")
def drop_in_command() -> None:
    """Let the names 'flask' and 'werkzeug' stand for cruet in this environment.

    Applications and extensions then run unchanged: the two names are installed as small
    distributions, of the versions whose behaviour cruet has, that need cruet.
    """


@drop_in_command.command("install")
@click.option(
    "--replace",
    is_flag=True,
    help="Take out an installed Flask and Werkzeug; 'remove' puts them back as they were.",
)
@click.option(
    "--break-system-packages",
    is_flag=True,
    help="Also where the system's package manager owns this Python.",
)
def install_command(replace: bool, break_system_packages: bool) -> None:
    """Put the distributions flask and werkzeug into this environment."""
    from .dropin import _install

    place = _place()
    with _one_line():
        if not break_system_packages:
            place.refuse_managed()
        kept = _install.install(place, replace=replace)
    for one in kept:
        click.echo(f"took out {one.name} {one.version}, kept in {one.folder}")
    _show(place)


@drop_in_command.command("remove")
def remove_command() -> None:
    """Take them out, and put back what 'install --replace' took out."""
    from .dropin import _install

    with _one_line():
        removed, kept = _install.remove(_place())
    for stub in removed:
        click.echo(f"removed {stub.package} {stub.version}")
    for one in kept:
        click.echo(f"put back {one.name} {one.version}")
    if not removed and not kept:
        click.echo("the drop-in is not installed")


@drop_in_command.command("status")
@click.pass_context
def status_command(ctx: click.Context) -> None:
    """Say what the two names stand for.

    The exit code is 1 unless both stand for cruet.
    """
    ctx.exit(0 if _show(_place()) else 1)


class _one_line:
    """Turns the errors of the drop-in into click's."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: t.Any, error: BaseException | None, trace: t.Any) -> None:
        from .dropin._place import DropInError

        if isinstance(error, DropInError):
            raise click.ClickException(str(error)) from None


def _place() -> Place:
    from .dropin._place import Place

    with _one_line():
        return Place.current()
    raise AssertionError


def _show(place: Place) -> bool:
    """Print the state of each name; return whether both stand for cruet."""
    from .dropin._kept import all_kept
    from .dropin._place import is_ours
    from .dropin._stubs import STUBS

    ours = 0
    for stub in STUBS:
        found = place.installed(stub)
        if found is None:
            state = "is not installed"
        elif is_ours(found):
            ours += 1
            state = f"{found.version} stands for {stub.target}"
        else:
            state = f"{found.version} is the real one"
        click.echo(f"{stub.package} {state}")
    for one in all_kept(place):
        click.echo(f"{one.name} {one.version} is kept in {one.folder}")
    return ours == len(STUBS)
