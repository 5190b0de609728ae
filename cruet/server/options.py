"""All that a server can be told, in one: see :mod:`.settings` for the table that it comes from."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..toolkit._addresses import OptionError
from .settings.application import Application
from .settings.connections import Connections, Limits
from .settings.development import Development
from .settings.hooks import Hooks
from .settings.logs import Logs
from .settings.processes import Processes, Recycling
from .settings.proxies import Proxies
from .settings.sockets import Sockets
from .settings.surroundings import Mechanics
from .settings.table import Setting, rows
from .settings.tls import Tls
from .settings.watching import Watching


@dataclass(kw_only=True)
class ServerOptions(
    Application,
    Sockets,
    Processes,
    Recycling,
    Mechanics,
    Connections,
    Limits,
    Proxies,
    Tls,
    Logs,
    Watching,
    Hooks,
    Development,
):
    """Settings of one server. Times are seconds, sizes bytes; 0 means no limit where it says so.

    :raises OptionError: a value is out of its range, or two settings contradict each other.
    """

    def __post_init__(self) -> None:
        for name, row in SETTINGS.items():
            value = getattr(self, name)
            if value is None:
                continue
            try:
                row.check(row.kind.take(value))
            except ValueError as error:
                raise OptionError(f"{name} {error}") from None

    def worker_settings(self) -> dict[str, t.Any]:
        """Return the keyword arguments that :class:`cruet._cruet.Server` takes from here."""
        return {name: getattr(self, name) for name, row in SETTINGS.items() if row.worker}

    def master_settings(self) -> dict[str, t.Any]:
        """Return the settings that :func:`cruet._cruet.run_master` takes from here."""
        return {name: getattr(self, name) for name, row in SETTINGS.items() if row.master}


#: The table: every setting by name, in the order of the documentation.
SETTINGS: dict[str, Setting] = rows(ServerOptions)
