"""The columns of the table: what is known of each setting, and the functions that write a row.

``workers: int = integer(1, "Processes that serve.", least=1)`` in a section's dataclass is a whole
setting: option, variable, name in the config file, check and documentation.
"""

from __future__ import annotations

import dataclasses
import inspect
import typing as t
from dataclasses import dataclass

from . import kinds
from .kinds import Kind

#: Three years, in seconds.
MOST_SECONDS = 100_000_000
MOST_BYTES = 2**62
NO_HOOK = "A hook that nobody set costs nothing."


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One row: all that is known of a setting, but for its value in a server."""

    #: In files and in Python; the option is ``--`` and this with hyphens, the variable ``CRUET_``
    #: and this in capitals.
    name: str
    #: The section's title.
    section: str
    default: t.Any
    kind: Kind
    #: One or two sentences, as ``--help`` shows them.
    help: str
    #: ``seconds``, ``bytes``, …; empty where there is none.
    unit: str = ""
    #: Why the default is what it is.
    why: str = ""
    #: The default in words, where the value does not speak for itself.
    shown: str = ""
    least: float | None = None
    most: float | None = None
    #: More names of the option: ``-w``.
    flags: tuple[str, ...] = ()
    #: The option that says no to a flag; empty: ``--no-`` and the name.
    off: str = ""
    #: Variables beside ``CRUET_…``, which are weaker.
    variables: tuple[str, ...] = ()
    #: Whether there are an option, and a variable.
    option: bool = True
    variable: bool = True
    #: Whether a worker's :class:`cruet._cruet.Server` takes it.
    worker: bool = False
    #: Whether the master (:func:`cruet._cruet.run_master`) takes it; SIGHUP may change it.
    master: bool = False
    #: The setting that this one is another way to write; it is not printed.
    into: str = ""
    #: Whether SIGHUP leaves it as it was at the start.
    fixed: bool = False

    @property
    def flag(self) -> str:
        """The option: ``--keep-alive``."""
        return "--" + self.name.replace("_", "-")

    @property
    def off_flag(self) -> str:
        return self.off or "--no-" + self.name.replace("_", "-")

    @property
    def all_variables(self) -> tuple[str, ...]:
        """The environment's names for it, strongest first."""
        return (f"CRUET_{self.name.upper()}", *self.variables) if self.variable else ()

    @property
    def default_text(self) -> str:
        """The default as ``--help`` and the documentation show it; empty where there is none."""
        if self.shown:
            return self.shown
        if self.default in (None, "", [], {}):
            return ""
        return self.kind.write(self.default).strip('"')

    @property
    def kind_text(self) -> str:
        """The kind as the documentation names it."""
        if isinstance(self.kind, kinds.Hook):
            return f'function({", ".join(self.kind.parameters)}), or "MODULE:FUNCTION"'
        return self.kind.name + (f" ({self.unit})" if self.unit else "")

    def check(self, value: t.Any) -> None:
        """:raises ValueError: the value lies outside of the bounds; says so after a name."""
        if value is None:
            return
        # Turned about so that NaN fails.
        if self.least is not None and not value >= self.least:
            raise ValueError(f"must be at least {self._bound(self.least)}")
        if self.most is not None and not value <= self.most:
            raise ValueError(f"must be at most {self._bound(self.most)}")

    def _bound(self, bound: float) -> str:
        return self.kind.write(int(bound))


def sections(owner: type) -> list[type]:
    """Return the dataclasses that a dataclass puts together, in its order; their docstrings' first
    lines are their titles.
    """
    return [base for base in owner.__mro__ if _own_rows(base)]


def title(part: type) -> str:
    """Return a section's title."""
    return inspect.cleandoc(part.__doc__ or "").partition("\n")[0].rstrip(".")


def rows(owner: type) -> dict[str, Setting]:
    """Return the settings of a dataclass by name, section by section, in the order written."""
    return {row.name: row for part in sections(owner) for row in _own_rows(part)}


def _own_rows(part: type) -> list[Setting]:
    own = vars(part).get("__annotations__", {})
    if not dataclasses.is_dataclass(part):
        return []
    return [
        Setting(name=field.name, section=title(part), **field.metadata["setting"])
        for field in dataclasses.fields(part)
        if field.name in own and "setting" in field.metadata
    ]


def _setting(kind: Kind, default: t.Any, help: str, **columns: t.Any) -> t.Any:
    for name in ("flags", "variables"):
        if isinstance(columns.get(name), str):
            columns[name] = tuple(columns[name].split())
    metadata = {"setting": {"kind": kind, "default": default, "help": help, **columns}}
    if isinstance(default, list | dict):
        return dataclasses.field(default_factory=lambda: type(default)(default), metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def custom(kind: Kind, default: t.Any, help: str, **columns: t.Any) -> t.Any:
    """A row for a kind of value that its section has for itself."""
    return _setting(kind, default, help, **columns)


def integer(default: int | None, help: str, **columns: t.Any) -> t.Any:
    """A row for a whole number. ``columns`` are those of :class:`Setting`."""
    return _setting(kinds.Integer(), default, help, **columns)


def size(default: int | None, help: str, **columns: t.Any) -> t.Any:
    """A row for a number of bytes."""
    columns = {"unit": "bytes", "least": 0, "most": MOST_BYTES} | columns
    return _setting(kinds.Integer(), default, help, **columns)


def seconds(default: float | None, help: str, **columns: t.Any) -> t.Any:
    """A row for a time."""
    columns = {"unit": "seconds", "least": 0, "most": MOST_SECONDS} | columns
    return _setting(kinds.Number(), default, help, **columns)


def text(default: str | None, help: str, **columns: t.Any) -> t.Any:
    """A row for any text."""
    return _setting(kinds.Kind(), default, help, **columns)


def path(default: str | None, help: str, **columns: t.Any) -> t.Any:
    """A row for the path of a file or directory."""
    return _setting(kinds.Path(), default, help, **columns)


def choice(default: str | None, help: str, choices: tuple[str, ...], **columns: t.Any) -> t.Any:
    """A row for one of some words."""
    return _setting(kinds.Choice(choices), default, help, **columns)


def flag(default: bool | None, help: str, **columns: t.Any) -> t.Any:
    """A row for what is on or off; None: neither was said."""
    return _setting(kinds.Flag(), default, help, **columns)


def mode(default: int, help: str, **columns: t.Any) -> t.Any:
    """A row for permissions."""
    return _setting(kinds.Mode(), default, help, **{"least": 0, "most": 0o777} | columns)


def words(default: list[str], help: str, among: tuple[str, ...] = (), **columns: t.Any) -> t.Any:
    """A row for a list of texts, or of those among some, in lower case."""
    return _setting(kinds.WordsAmong(among) if among else kinds.Words(), default, help, **columns)


def networks(default: list[str], help: str, **columns: t.Any) -> t.Any:
    """A row for a list of IP addresses and networks."""
    return _setting(kinds.Networks(), default, help, **columns)


def pairs(default: dict[str, str], help: str, **columns: t.Any) -> t.Any:
    """A row for texts by name."""
    return _setting(kinds.Pairs(), default, help, **columns)


def paths(default: list[str] | None, help: str, **columns: t.Any) -> t.Any:
    """A row for a list of paths."""
    return _setting(kinds.Paths(), default, help, **columns)


def files(help: str, **columns: t.Any) -> t.Any:
    """A row for files, one for each time that it is given."""
    return _setting(kinds.Files(), [], help, **columns)


def addresses(help: str, default_port: int | None = None, **columns: t.Any) -> t.Any:
    """A row for a list of addresses to listen on."""
    return _setting(kinds.Addresses(default_port), [], help, **columns)


def variables(help: str, **columns: t.Any) -> t.Any:
    """A row for variables of the environment."""
    return _setting(kinds.Variables(), [], help, **columns)


def directories(help: str, **columns: t.Any) -> t.Any:
    """A row for a list of directories."""
    return _setting(kinds.Directories(), [], help, **columns)


def hook(help: str, *parameters: str, optional: int = 0, **columns: t.Any) -> t.Any:
    """A row for a function that the server calls with ``parameters``.

    It may do without the last ``optional`` ones. Only files and Python can give it.
    """
    columns = {"option": False, "variable": False, "why": NO_HOOK} | columns
    return _setting(kinds.Hook(*parameters, optional=optional), None, help, **columns)
