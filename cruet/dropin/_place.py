"""Where the stub distributions go, and what is there: the environment that cruet is run in."""

from __future__ import annotations

import os
import re
import site
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.machinery import PathFinder
from importlib.metadata import Distribution, PackageNotFoundError, distribution, distributions
from pathlib import Path

from ._stubs import INSTALLER, STUBS, Stub


class DropInError(Exception):
    """Why nothing was done, in a sentence that says what to do."""


@dataclass(frozen=True)
class Place:
    """The folders of an environment."""

    purelib: Path
    platlib: Path
    scripts: Path
    data: Path
    python: str

    @classmethod
    def current(cls) -> Place:
        """Return the folders of the running interpreter, the user's where cruet is among those.

        :raises DropInError: cruet itself is not installed, only found on the path.
        """
        try:
            home = Path(str(distribution("cruet").locate_file("")))
        except PackageNotFoundError:
            raise DropInError(
                "cruet is not installed in this environment, so nothing may require it; install"
                " it with pip first"
            ) from None
        scheme = sysconfig.get_default_scheme()
        user_site = site.getusersitepackages()
        if site.ENABLE_USER_SITE and home == Path(user_site):
            scheme = sysconfig.get_preferred_scheme("user")
        paths = {name: Path(path) for name, path in sysconfig.get_paths(scheme).items()}
        return cls(
            paths["purelib"], paths["platlib"], paths["scripts"], paths["data"], sys.executable
        )

    @property
    def kept(self) -> Path:
        """The folder of the distributions that were taken out."""
        return self.data / "share" / "cruet" / "drop-in"

    def installed(self, stub: Stub) -> Distribution | None:
        """Return the distribution of that name in this environment, whoever made it."""
        folders = list(dict.fromkeys([str(self.purelib), str(self.platlib)]))
        for found in distributions(path=folders):
            if _normal(found.metadata["Name"] or "") == _normal(stub.name):
                return found
        return None

    def stranger(self, stub: Stub) -> Path | None:
        """Return a package of that name that no distribution accounts for."""
        for folder in (self.purelib, self.platlib):
            for path in (folder / stub.package, folder / f"{stub.package}.py"):
                if path.is_file() or (path.is_dir() and any(_modules(path))):
                    return path
        return None

    def shadow(self, stub: Stub) -> str | None:
        """Return the origin of a package of that name that Python would find before the stub."""
        path = sys.path if getattr(sys.flags, "safe_path", False) else sys.path[1:]
        before = []
        for entry in path:
            if Path(entry) in (self.purelib, self.platlib):
                break
            before.append(entry)
        spec = PathFinder.find_spec(stub.package, before)
        return spec.origin if spec is not None else None

    def refuse_unwritable(self) -> None:
        """Raise DropInError where a folder cannot be written to."""
        for folder in (self.purelib, self.scripts, self.kept):
            existing = next(path for path in (folder, *folder.parents) if path.exists())
            if not os.access(existing, os.W_OK | os.X_OK):
                raise DropInError(
                    f"{existing} is not writable: run this as the owner of the environment, or"
                    " install cruet into a virtual environment of your own"
                )

    def refuse_managed(self) -> None:
        """Raise DropInError where the system's package manager owns the environment, :pep:`668`."""
        marker = Path(sysconfig.get_path("stdlib", sysconfig.get_default_scheme()))
        if sys.prefix == sys.base_prefix and (marker / "EXTERNALLY-MANAGED").exists():
            raise DropInError(
                "this Python belongs to the system's package manager: use a virtual environment,"
                " or --break-system-packages"
            )


def is_ours(found: Distribution) -> bool:
    """Tell whether :mod:`cruet.dropin` made a distribution."""
    return (found.read_text("INSTALLER") or "").strip() == INSTALLER


def standing() -> list[Stub]:
    """Return the stubs that are what Python finds under their names."""
    found = []
    for stub in STUBS:
        with suppress(PackageNotFoundError):
            if is_ours(distribution(stub.package)):
                found.append(stub)
    return found


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _modules(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.suffix in (".py", ".so"))
