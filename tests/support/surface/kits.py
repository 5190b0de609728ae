"""The packages that are compared: a toolkit or a framework by its modules.

It imports nothing but the standard library: a package is asked for its modules by name.
"""

from __future__ import annotations

import importlib
import pkgutil
import types
from collections.abc import Iterator
from typing import Any

from . import framework_instances, instances

#: What is compared with what, cruet's name first.
PAIRS = {"cruet.toolkit": "werkzeug", "cruet": "flask"}
#: The frameworks, and the toolkit that each stands on.
TOOLKITS = {"cruet": "cruet.toolkit", "flask": "werkzeug"}
#: What else is in cruet's package.
BESIDE = {"cruet": ("toolkit", "server", "dropin")}
#: Modules in folders that are no packages, which nothing finds by walking.
UNFOUND = {"flask": ("sansio.app", "sansio.blueprints", "sansio.scaffold")}


class Kit:
    """A toolkit or a framework by its modules: `kit["http"]`."""

    def __init__(self, package: str) -> None:
        self.package = package
        self._of = framework_instances if package in TOOLKITS else instances

    def __getitem__(self, module: str) -> Any:
        return importlib.import_module(f"{self.package}.{module}" if module else self.package)

    @property
    def toolkit(self) -> Kit:
        """The toolkit under a framework."""
        return Kit(TOOLKITS[self.package])

    def modules(self) -> Iterator[tuple[str, types.ModuleType]]:
        """All modules by their names within the package, private ones left out."""
        yield "", self[""]
        found = [each.name for each in pkgutil.walk_packages(self[""].__path__, f"{self.package}.")]
        names = [name[len(self.package) + 1 :] for name in found]
        for name in (*names, *UNFOUND.get(self.package, ())):
            if self.owns(f"{self.package}.{name}") and not is_private(name):
                yield name, self[name]

    def owns(self, module: str) -> bool:
        """Whether what that module defines is this package's, or native below it."""
        top, _, rest = module.partition(".")
        return top == self.package.partition(".")[0] and (
            rest.partition(".")[0] not in BESIDE.get(self.package, ())
        )

    def named(self, name: str) -> Any:
        """What `module:name` is."""
        module, _, word = name.partition(":")
        return getattr(self[module], word)

    def make(self, name: str, kind: type | None = None) -> Any:
        """An instance of the class of that name, or of a subclass of it.

        :raises KeyError: nothing can be made of it, see `NOT_MADE`.
        """
        if name in self._of.NOT_MADE:
            raise KeyError(name)
        call = kind or self.named(name)
        return self._of.MAKERS.get(name, lambda kit, call: call())(self, call)


def is_private(module: str) -> bool:
    """Whether a module, by its name within the package, is for the package alone."""
    return any(part.startswith("_") for part in module.split("."))
