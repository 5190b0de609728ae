"""The finder behind the other names, first in ``sys.meta_path``.

Each module has one object however it is named: ``sys.modules["werkzeug.http"]`` and
``sys.modules["cruet.toolkit.http"]`` are the same, so that classes, patches and pickles agree.
Putting only the top package into ``sys.modules`` would load every submodule a second time.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
import typing as t
from collections.abc import Sequence
from importlib import import_module
from types import CodeType, ModuleType

if t.TYPE_CHECKING:
    from importlib.resources.abc import TraversableResources

#: What each name stands for where :func:`take_over` is given nothing else.
TARGETS = {"flask": "cruet", "werkzeug": "cruet.toolkit"}


class AliasFinder(importlib.abc.MetaPathFinder):
    """Finds modules under one name that are another package's."""

    def __init__(self, name: str, target: str) -> None:
        self.name = name
        self.target = target

    def real_name(self, name: str) -> str | None:
        """Return the real name of a module, or None for one that is not under this alias."""
        if name == self.name or name.startswith(f"{self.name}."):
            return self.target + name[len(self.name) :]
        return None

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return a spec under the name that was asked for; None where there is no such module."""
        real_name = self.real_name(name)
        if real_name is None:
            return None
        try:
            real = importlib.util.find_spec(real_name)
        except ModuleNotFoundError:
            real = None
        if real is None:
            return None
        loader = AliasLoader(name, real)
        spec = importlib.machinery.ModuleSpec(name, loader, origin=real.origin)
        spec.has_location = real.has_location
        spec.submodule_search_locations = real.submodule_search_locations
        return spec


class AliasLoader(importlib.abc.InspectLoader):
    """Loads a module by importing it under its own name; hands on its source and its data."""

    def __init__(self, name: str, real: importlib.machinery.ModuleSpec) -> None:
        self.name = name
        self.real = real

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """Return the module itself, imported now where it was not."""
        return import_module(self.real.name)

    def exec_module(self, module: ModuleType) -> None:
        """Give the module its own spec back, which the import system has just replaced."""
        module.__spec__ = self.real

    def get_code(self, fullname: str) -> CodeType | None:
        """Return the module's code; what ``python -m`` runs."""
        return t.cast("CodeType | None", self._ask("get_code"))

    def get_source(self, fullname: str) -> str | None:
        """Return the module's source."""
        return t.cast("str | None", self._ask("get_source"))

    def is_package(self, fullname: str) -> bool:
        """Tell whether the module has submodules."""
        return self.real.submodule_search_locations is not None

    def get_filename(self, fullname: str) -> str:
        """Return the module's file."""
        return t.cast(str, self._ask("get_filename"))

    def get_data(self, path: str) -> bytes:
        """Return a file's contents."""
        loader = self.real.loader
        if not isinstance(loader, importlib.abc.ResourceLoader):
            raise OSError(f"{self.real.name} is not loaded from files")
        return loader.get_data(path)

    def get_resource_reader(self, fullname: str) -> TraversableResources | None:
        """Return a reader of the package's data files."""
        return t.cast("TraversableResources | None", self._ask("get_resource_reader"))

    def _ask(self, method: str) -> t.Any:
        """Call a method of the real loader, under the real name."""
        function = getattr(self.real.loader, method, None)
        if function is None:
            raise ImportError(f"{self.real.name}'s loader has no {method}", name=self.name)
        return function(self.real.name)


def stand_for(name: str, target: str) -> None:
    """Let the top-level name ``name`` stand for the package ``target``, in this process.

    Calling it again changes nothing.

    :raises ImportError: another package of that name, or a part of one, was imported before.
    """
    finder = _finder_for(name, target)
    module = import_module(target)
    _refuse_strangers(finder, sys.modules.get(name) not in (None, module))
    _put_first(finder)
    sys.modules[name] = module


def take_over(name: str, target: str | None = None) -> None:
    """Have the package that calls this, by its ``__name__``, be ``target`` from now on.

    :raises ImportError: a module under that name was imported before the package itself.
    """
    finder = _finder_for(name, target or TARGETS[name])
    _refuse_strangers(finder, False)
    module = import_module(finder.target)
    _put_first(finder)
    # What import returns is looked up here once more, after the caller's code has run.
    sys.modules[name] = module


def name_of(module: str) -> str:
    """Return the name under which a module of cruet's is known in this process.

    That is ``flask.app`` for ``cruet.app`` where ``flask`` stands for cruet.
    """
    finders = [finder for finder in sys.meta_path if isinstance(finder, AliasFinder)]
    for finder in sorted(finders, key=lambda finder: len(finder.target), reverse=True):
        if module == finder.target or module.startswith(f"{finder.target}."):
            return finder.name + module[len(finder.target) :]
    return module


def _finder_for(name: str, target: str) -> AliasFinder:
    for finder in sys.meta_path:
        if isinstance(finder, AliasFinder) and finder.name == name and finder.target == target:
            return finder
    return AliasFinder(name, target)


def _put_first(finder: AliasFinder) -> None:
    if finder in sys.meta_path:
        sys.meta_path.remove(finder)
    sys.meta_path.insert(0, finder)


def _refuse_strangers(finder: AliasFinder, found: bool) -> None:
    """Raise ImportError where modules under the alias exist that are not the target's."""
    strangers = [finder.name] if found else []
    for name, module in list(sys.modules.items()):
        if name.startswith(f"{finder.name}.") and module is not None:
            real = sys.modules.get(t.cast(str, finder.real_name(name)))
            if module is not real:
                strangers.append(name)
    if strangers:
        raise ImportError(
            f"{', '.join(sorted(strangers))} was imported before it could stand for"
            f" {finder.target}; the name has to be taken over first",
            name=finder.name,
        )
