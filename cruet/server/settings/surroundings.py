"""What the processes of a server are among the others of the machine."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ... import _cruet
from .kinds import Kind, Mode
from .table import custom, flag, path, text


class Account(Kind):
    """A user or a group, by name or number."""

    name = "name or number"
    metavar = "NAME"

    def __init__(self, what: str) -> None:
        self.what = what

    def read(self, text: str) -> str:
        try:
            _cruet.Identity(**{self.what: text})
        except LookupError as error:
            raise ValueError(f"cannot be had: {error}") from None
        return text

    def take(self, value: t.Any) -> t.Any:
        number = isinstance(value, int) and not isinstance(value, bool)
        return super().take(str(value) if number else value)


@dataclass(kw_only=True)
class Mechanics:
    """Users, files and terminals"""

    chdir: str | None = path(
        None,
        "Directory to work in; other relative paths, but for the config file's, start there.",
        fixed=True,
        why="The directory that the command was given in.",
    )
    user: str = custom(
        Account("user"),
        "",
        "User, by name or number, that workers become before they load the application.",
        flags="-u",
        shown="who starts it",
        fixed=True,
        why="Only root may change it. The master stays root, for ports below 1024 and for reloads.",
    )
    group: str = custom(
        Account("group"),
        "",
        "Group that workers become.",
        flags="-g",
        shown="the user's",
        fixed=True,
        why="A user has a group of its own mostly.",
    )
    initgroups: bool = flag(
        False,
        "Give workers the user's further groups, too.",
        fixed=True,
        why="Gunicorn's: a right that nobody asked for is one too many.",
    )
    umask: int | None = custom(
        Mode(),
        None,
        "Permissions that files never get, octal.",
        flags="-m",
        least=0,
        most=0o777,
        fixed=True,
        why="Whoever starts the server has set one.",
    )
    pidfile: str | None = path(
        None,
        "A file for the master's process id; PATH.2 while an older master lives beside it.",
        fixed=True,
        why="systemd and containers know the process that they have started.",
    )
    daemon: bool = flag(
        False,
        "Leave the terminal as soon as the first worker serves; error_log says where the log goes.",
        flags="-D",
        fixed=True,
        why="systemd and containers want a process that stays.",
    )
    proc_name: str = text(
        "",
        "The name in the titles of processes.",
        flags="-n --name",
        shown="the application's",
        fixed=True,
        why="Tells the servers of several applications apart. Titles are whole with the package "
        "setproctitle; without it they have 15 bytes.",
    )
