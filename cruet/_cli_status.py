"""The commands ``cruet status`` and ``cruet top``: what a running server's workers do."""

from __future__ import annotations

import json
import sys
import time
import typing as t

import click

if t.TYPE_CHECKING:
    from .server.status import Snapshot

_PID = click.argument("pid", required=False, type=int)
_CLEAR = "\x1b[H\x1b[J"


def _find(pid: int | None) -> Snapshot:
    from .server.status import ServerNotFound, snapshot

    try:
        return snapshot(pid)
    except ServerNotFound as error:
        raise click.ClickException(str(error)) from None


@click.command("status", short_help="Show what a running server does.")
@_PID
@click.option("--json", "as_json", is_flag=True, help="As an object of JSON.")
def status_command(pid: int | None, as_json: bool) -> None:
    """Show once what the workers of a running server do: requests, connections, times, memory.

    PID is the master's process id; without one it is looked for among this user's processes.
    """
    from .server.status import table

    found = _find(pid)
    click.echo(json.dumps(found.as_dict()) if as_json else table(found, None))


@click.command("top", short_help="Watch what a running server does.")
@_PID
@click.option("--interval", default=1.0, show_default=True, help="Seconds between two looks.")
@click.option("--count", default=0, help="End after so many looks; 0: at Ctrl-C.")
def top_command(pid: int | None, interval: float, count: int) -> None:
    """Watch the workers of a running server: requests a second, latencies, memory.

    PID is the master's process id; without one it is looked for among this user's processes.
    """
    from .server.status import table

    if not interval > 0:
        raise click.BadParameter("must be more than 0", param_hint="--interval")
    before = _find(pid)
    looks = 0
    try:
        while not count or looks < count:
            time.sleep(interval)
            now = _find(before.master)
            text = table(now, before)
            click.echo(_CLEAR + text if sys.stdout.isatty() else text)
            before = now
            looks += 1
    except KeyboardInterrupt:
        pass
