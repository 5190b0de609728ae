"""Putting the stub distributions into an environment and taking them out again."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from importlib.metadata import Distribution
from pathlib import Path

from ._kept import Kept, all_kept, put_back, take_out
from ._place import DropInError, Place, is_ours
from ._stubs import STUBS, Stub, record, script


def install(place: Place, *, replace: bool = False) -> list[Kept]:
    """Let the names flask and werkzeug stand for cruet's; return what was taken out for that.

    What is of ours there already is written anew. Where a step fails, all before it are undone.

    :param replace: take out a real Flask or Werkzeug and keep it, rather than refuse.
    :raises DropInError: nothing was changed, and why.
    """
    real = _check(place, replace)
    kept = []
    stale: list[Path] = []
    with ExitStack() as undo:
        try:
            for found in real:
                kept.append(take_out(place, found, undo))
            for stub in STUBS:
                ours = place.installed(stub)
                before = _files(ours) if ours is not None and is_ours(ours) else set()
                stale += before - write(place, stub, undo)
        except OSError as error:
            raise DropInError(f"{error}; everything is as it was") from error
        undo.pop_all()
    # What an earlier cruet wrote and this one does not.
    _delete(stale, place.purelib)
    return kept


def remove(place: Place) -> tuple[list[Stub], list[Kept]]:
    """Take the stubs out and put back what they replaced; return both.

    :raises DropInError: something cannot be written, or is where the kept ones belong.
    """
    removed = []
    place.refuse_unwritable()
    try:
        for stub in STUBS:
            found = place.installed(stub)
            if found is not None and is_ours(found):
                _delete(_files(found), place.purelib)
                removed.append(stub)
        kept = all_kept(place)
        for one in kept:
            put_back(place, one)
    except OSError as error:
        raise DropInError(f"{error}; run `cruet drop-in remove` again when it is mended") from error
    return removed, kept


def write(place: Place, stub: Stub, undo: ExitStack) -> set[Path]:
    """Write a stub's files and return them; ``undo`` deletes them, or puts back what they were."""
    files: dict[str, bytes] = {}
    modes: dict[str, int] = {}
    for path, text in stub.files().items():
        files[path] = text.encode()
    for name, function in stub.scripts.items():
        path = os.path.relpath(place.scripts / name, place.purelib)
        files[path] = script(function, place.python).encode()
        modes[path] = 0o755
    itself = f"{stub.dist_info}/RECORD"
    written = set()
    for path, contents in {**files, itself: record(files, itself).encode()}.items():
        target = Path(os.path.normpath(place.purelib / path))
        _make_folders(target.parent, undo)
        if target.exists():
            undo.callback(target.write_bytes, target.read_bytes())
        else:
            undo.callback(target.unlink, missing_ok=True)
        target.write_bytes(contents)
        if path in modes:
            target.chmod(modes[path])
        written.add(target)
    return written


def _make_folders(folder: Path, undo: ExitStack) -> None:
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir()
        undo.callback(_remove_if_empty, path)


def _check(place: Place, replace: bool) -> list[Distribution]:
    """Return the real distributions to take out; raise DropInError where one is in the way."""
    place.refuse_unwritable()
    real = []
    for stub in STUBS:
        origin = place.shadow(stub)
        if origin is not None:
            raise DropInError(
                f"{origin} comes before {place.purelib} on Python's path: remove it, or unset"
                f" PYTHONPATH, for the name {stub.package} to stand for {stub.target}"
            )
        found = place.installed(stub)
        if found is None:
            path = place.stranger(stub) or _script_in_the_way(place, stub)
            if path is not None:
                raise DropInError(f"{path} belongs to no installed distribution: remove it first")
        elif not is_ours(found):
            real.append(found)
    if real and not replace:
        names = " and ".join(f"{found.metadata['Name']} {found.version}" for found in real)
        raise DropInError(
            f"{names} {'is' if len(real) == 1 else 'are'} installed in {place.purelib}: uninstall"
            f" {'it' if len(real) == 1 else 'them'} (pip uninstall flask werkzeug), or have"
            " `cruet drop-in install --replace` keep what it takes out until"
            " `cruet drop-in remove`"
        )
    return real


def _script_in_the_way(place: Place, stub: Stub) -> Path | None:
    paths = [place.scripts / name for name in stub.scripts]
    return next((path for path in paths if os.path.lexists(path)), None)


def _files(found: Distribution) -> set[Path]:
    home = Path(str(found.locate_file("")))
    return {Path(os.path.normpath(home / file)) for file in found.files or ()}


def _delete(files: Iterable[Path], home: Path) -> None:
    """Delete files, what Python compiled of them, and the folders below ``home`` where empty."""
    folders: set[Path] = set()
    for path in files:
        path.unlink(missing_ok=True)
        for compiled in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
            compiled.unlink()
        folders.add(path.parent / "__pycache__")
        for parent in path.parents:
            if home not in parent.parents:
                break
            folders.add(parent)
    for folder in sorted(folders, key=lambda path: len(path.parts), reverse=True):
        _remove_if_empty(folder)


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()
