"""From where settings come, and which of them holds: options, environment, file, default."""

from __future__ import annotations

import contextlib
import os
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field

from ...toolkit._addresses import OptionError
from ..options import SETTINGS, ServerOptions
from .files import find_config, nearly, read_config
from .processes import DEVELOPMENT_THREADS
from .sockets import resolve_bind


@dataclass
class Layer:
    """What one source says: values by the setting's name, checked."""

    values: dict[str, t.Any] = field(default_factory=dict)
    #: How the source calls itself and the setting: ``CRUET_WORKERS``, ``cruet.toml``.
    spelled: dict[str, str] = field(default_factory=dict)


@dataclass
class Configuration:
    """A server's options, and of each that is not the default where it was said."""

    options: ServerOptions
    origin: dict[str, str]
    #: Lines about what was said and does nothing: in a file of Gunicorn's, or misspelt.
    complaints: list[str] = field(default_factory=list)


class Sources:
    """All that a server was told at its start, to be read again whenever it reloads.

    ``said`` are the command line's values by setting, as text or, for flags, as bools; lists have
    a text for each time that an option was given. ``config`` is a file; None looks for one in the
    working directory, "" does without. ``from_gunicorn`` is a file of Gunicorn's in its place.
    ``preset`` is what a program around the command presets, weaker than the file.

    :raises OptionError: there are files of both.
    """

    def __init__(
        self,
        said: Mapping[str, t.Any],
        environ: Mapping[str, str],
        config: str | None = None,
        preset: Mapping[str, t.Any] | None = None,
        from_gunicorn: str | None = None,
    ) -> None:
        if config and from_gunicorn:
            raise OptionError("--config and --from-gunicorn exclude each other")
        self.said = said
        self.environ = environ
        self.config = config
        self.preset = preset or {}
        self.from_gunicorn = from_gunicorn
        self._folder = os.getcwd()

    def read(self) -> Configuration:
        """Read the file and the environment, and put all together.

        :raises OptionError: one line that names source, setting and reason.
        """
        with self._at_start():
            file, complaints = self._file()
        layers = [self._options(), self._environment(), file, self._preset()]
        configuration = combine(layers)
        configuration.complaints = complaints + self._misspelt()
        return configuration

    def _at_start(self) -> contextlib.AbstractContextManager[t.Any]:
        """Be where the server was started, whatever `chdir` has said since."""
        if os.getcwd() == self._folder:
            return contextlib.nullcontext()
        return contextlib.chdir(self._folder)

    def path(self) -> str | None:
        """Return the path of the config file, None where there is none.

        :raises OptionError: the working directory has two.
        """
        if self.from_gunicorn:
            return None if self.from_gunicorn.startswith("python:") else self.from_gunicorn
        return (find_config() if self.config is None else self.config) or None

    def _options(self) -> Layer:
        layer = Layer()
        for name, value in self.said.items():
            spelled = SETTINGS[name].off_flag if value is False else SETTINGS[name].flag
            layer.values[name] = _read_said(name, value, spelled)
            layer.spelled[name] = spelled
        return layer

    def _environment(self) -> Layer:
        layer = Layer()
        overlooked = _gunicorn().WEAK_VARIABLES if self.from_gunicorn else {}
        for name, row in SETTINGS.items():
            for variable in row.all_variables:
                # An empty one is as good as none.
                text = self.environ.get(variable)
                if text and variable not in overlooked:
                    layer.values[name] = read_text(name, text, f"{variable}:")
                    layer.spelled[name] = variable
                    break
        return layer

    def _misspelt(self) -> list[str]:
        """Return a line for each variable that nearly is a setting's; it may be another's."""
        ours = [name for name, row in SETTINGS.items() if row.variable]
        found = []
        for variable in sorted(self.environ):
            name = variable.removeprefix("CRUET_").lower()
            if not variable.startswith("CRUET_") or name in SETTINGS:
                continue
            meant = nearly(name, ours, 0.85)
            if meant is not None:
                wanted = SETTINGS[meant].all_variables[0]
                found.append(f"{variable} is no setting; did you mean {wanted}?")
        return found

    def _file(self) -> tuple[Layer, list[str]]:
        if self.from_gunicorn:
            said = _gunicorn().read_gunicorn(self.from_gunicorn, self.environ, SETTINGS)
            return Layer(said.values, said.spelled), said.complaints
        path = self.path()
        if path is None:
            return Layer(), []
        values = read_config(path, SETTINGS)
        return Layer(values, dict.fromkeys(values, path)), []

    def _preset(self) -> Layer:
        values = {
            name: _read_said(name, value, f"default_map: {name}")
            for name, value in self.preset.items()
        }
        return Layer(values, dict.fromkeys(values, "default_map"))


def _gunicorn() -> t.Any:
    # Few servers need it, and each of their workers would hold it in memory.
    from . import gunicorn

    return gunicorn


def _read_said(name: str, value: t.Any, where: str) -> t.Any:
    if isinstance(value, list):
        return value  # of paths, which click has taken apart
    if isinstance(value, tuple):
        return [item for text in value for item in read_text(name, text, where)]
    return read_text(name, value, where)


def read_text(name: str, text: str | bool, where: str) -> t.Any:
    """Return the value of a setting that a text gives. :raises OptionError: begins ``where``."""
    if isinstance(text, bool):
        return text
    row = SETTINGS[name]
    try:
        value = row.kind.read(text)
        row.check(value)
    except ValueError as error:
        raise OptionError(f"{where} {error}") from None
    return value


def combine(layers: list[Layer]) -> Configuration:
    """Put layers together, the strongest first. :raises OptionError: settings contradict."""
    values: dict[str, t.Any] = {}
    origin: dict[str, str] = {}
    for layer in layers:
        for name, value in _plain(layer).items():
            if name not in values:
                values[name] = value
                origin[name] = layer.spelled.get(name) or _spelled_otherwise(layer, name)
    values["bind"] = resolve_bind([layer.values for layer in layers])
    for name in ("host", "port", "unix_socket", "with_threads", "no_async"):
        values.pop(name, None)
    return Configuration(ServerOptions(**values), origin)


def _plain(layer: Layer) -> dict[str, t.Any]:
    """Return what a layer says without the settings that are other ways to write some."""
    values = dict(layer.values)
    if values.get("with_threads") is not None:
        values.setdefault("threads", DEVELOPMENT_THREADS if values["with_threads"] else 1)
    if values.get("no_async") is not None:
        values.setdefault("loop", "poll" if values["no_async"] else "")
    for name in ("host", "port", "unix_socket"):
        if name in values:
            values.setdefault("bind", None)
    return values


def _spelled_otherwise(layer: Layer, name: str) -> str:
    return next(layer.spelled[other] for other in layer.values if SETTINGS[other].into == name)
