"""Distributions taken out of an environment, to be put back exactly as they were.

Whole folders are renamed, so that times, modes, compiled files and whatever else lay in them come
back, too. ``manifest.json`` beside them names each one's place relative to site-packages.
"""

from __future__ import annotations

import json
import os
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import Distribution
from pathlib import Path, PurePosixPath

from ._place import DropInError, Place

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Kept:
    """A distribution that lies in ``folder``."""

    name: str
    version: str
    folder: Path
    #: Place relative to site-packages, in the order in which they were taken out.
    places: tuple[str, ...]

    def parts(self, place: Place) -> list[tuple[Path, Path]]:
        """Return (where it lies, where it belongs)."""
        home = place.purelib
        return [
            (self.folder / str(number), Path(os.path.normpath(home / path)))
            for number, path in enumerate(self.places)
        ]


def all_kept(place: Place) -> list[Kept]:
    """Return what was taken out of the environment and not put back yet."""
    found = []
    for manifest in sorted(place.kept.glob(f"*/{MANIFEST}")):
        data = json.loads(manifest.read_text(encoding="utf-8"))
        found.append(Kept(data["name"], data["version"], manifest.parent, tuple(data["places"])))
    return found


def take_out(place: Place, found: Distribution, undo: ExitStack) -> Kept:
    """Move a distribution aside; ``undo`` puts it back.

    :raises DropInError: nothing tells what files it has, or one of its kind is kept already.
    """
    name, version = found.metadata["Name"], found.version
    folder = place.kept / f"{name}-{version}"
    if folder.exists():
        raise DropInError(
            f"{folder} exists: an earlier {name} is kept there. Run `cruet drop-in remove`, or"
            " delete it"
        )
    kept = Kept(name, version, folder, _places(place, found))
    folder.mkdir(parents=True)
    undo.callback(_tidy, place, folder)
    undo.callback((folder / MANIFEST).unlink, missing_ok=True)
    # Before anything moves, so that `remove` knows of what was cut short.
    manifest = {"name": kept.name, "version": kept.version, "places": kept.places}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    for here, there in kept.parts(place):
        shutil.move(there, here)
        undo.callback(shutil.move, here, there)
    return kept


def put_back(place: Place, kept: Kept) -> None:
    """Move a distribution to where it was.

    :raises DropInError: something is in its place; nothing was moved.
    """
    parts = [(here, there) for here, there in kept.parts(place) if os.path.lexists(here)]
    taken = [str(there) for _, there in parts if os.path.lexists(there)]
    if taken:
        raise DropInError(
            f"{kept.name} {kept.version} stays in {kept.folder}, for there is something in its"
            f" place: {', '.join(taken)}"
        )
    for here, there in parts:
        there.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(here, there)
    (kept.folder / MANIFEST).unlink()
    _tidy(place, kept.folder)


def _places(place: Place, found: Distribution) -> tuple[str, ...]:
    """Return what to move: whole top-level folders, and single files outside site-packages."""
    home = Path(str(found.locate_file("")))
    if not found.read_text("RECORD"):
        raise DropInError(
            f"{found.metadata['Name']} {found.version} in {home} has no list of its files: pip did"
            " not install it. Remove it by the tool that did"
        )
    places: dict[str, None] = {}
    for file in found.files or ():
        parts = PurePosixPath(file).parts
        whole = parts[0] not in ("..", "__pycache__", "/")
        path = home / (parts[0] if whole else file)
        if os.path.lexists(path):
            places[os.path.relpath(path, place.purelib)] = None
    return tuple(places)


def _tidy(place: Place, folder: Path) -> None:
    """Remove a folder and those above it that were made for it, where they are empty."""
    for path in (folder, *folder.parents):
        if path == place.data:
            return
        try:
            path.rmdir()
        except OSError:
            return
