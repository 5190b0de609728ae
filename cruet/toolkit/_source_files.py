"""Which files a running program is made of: what the reloader watches."""

from __future__ import annotations

import fnmatch
import os
import sys
import traceback
from collections.abc import Iterable, Iterator

#: Folders below which nothing is looked for that is not loaded: the interpreter's own.
_stat_ignore_scan = tuple({sys.base_prefix, sys.base_exec_prefix, sys.prefix, sys.exec_prefix})
#: Names of folders that hold no source.
_ignore_common_dirs = {
    ".git",
    ".hg",
    ".mypy_cache",
    ".nox",
    ".pytest_cache",
    ".tox",
    "__pycache__",
    "node_modules",
}
#: Folders that are searched for source at most: a program may be started in a file system's root.
MOST_FOLDERS = 2000

#: Files of modules that did not load, which no list of modules names.
_failed_files: set[str] = set()


def watch_failure(error: BaseException) -> None:
    """Watch the files that an error while loading the program came from, until they are mended."""
    while True:
        if isinstance(error, SyntaxError) and error.filename:
            _failed_files.add(os.path.abspath(error.filename))
        for frame, _ in traceback.walk_tb(error.__traceback__):
            _failed_files.add(os.path.abspath(frame.f_code.co_filename))
        cause = error.__cause__ or error.__context__
        if cause is None:
            return
        error = cause


def watched_files(extra: Iterable[str], exclude: Iterable[str]) -> set[str]:
    """Return the files of all modules, of those that may be imported yet, and the extra ones."""
    files = set(_iter_module_paths())
    files.update(_iter_importable_paths())
    for path in extra:
        if os.path.isdir(path):
            for folder, _, names in os.walk(path):
                files.update(os.path.join(folder, name) for name in names)
        else:
            files.add(path)
    files.update(path for path in _failed_files if os.path.isfile(path))
    _remove_by_pattern(files, set(exclude))
    return files


def _iter_module_paths() -> Iterator[str]:
    """Yield the source files of all modules that are loaded now."""
    for module in list(sys.modules.values()):
        name = getattr(module, "__file__", None)
        if not isinstance(name, str):
            continue
        # A file within an archive stands for the archive.
        while name and not os.path.isfile(name):
            parent = os.path.dirname(name)
            name = parent if parent != name else ""
        if name:
            yield os.path.abspath(name)


def _iter_importable_paths() -> Iterator[str]:
    """Yield the source below ``sys.path``, of libraries only what is loaded.

    A module whose import has failed is in no list of modules, and is the one that will be mended.
    """
    visited = 0
    for entry in list(sys.path):
        for folder, folders, names in os.walk(os.path.abspath(entry)):
            visited += 1
            if visited > MOST_FOLDERS:
                return
            if folder.startswith(_stat_ignore_scan) or "pyvenv.cfg" in names:
                folders.clear()
                continue
            folders[:] = [name for name in folders if name not in _ignore_common_dirs]
            yield from (os.path.join(folder, name) for name in names if name.endswith(".py"))


def _remove_by_pattern(paths: set[str], exclude_patterns: set[str]) -> None:
    for pattern in exclude_patterns:
        paths.difference_update(fnmatch.filter(paths, pattern))


def _find_stat_paths(extra_files: set[str], exclude_patterns: set[str]) -> Iterable[str]:
    """Return the files to look at one by one."""
    return watched_files(extra_files, exclude_patterns)


def _find_watchdog_paths(extra_files: set[str], exclude_patterns: set[str]) -> Iterable[str]:
    """Return the folders to watch with all that is below them."""
    files = watched_files(extra_files, exclude_patterns)
    folders = {os.path.dirname(path) for path in files}
    _remove_by_pattern(folders, exclude_patterns)
    return _find_common_roots(folders)


def _find_common_roots(paths: Iterable[str]) -> Iterable[str]:
    """Leave out the folders that are below others."""
    roots: list[str] = []
    for path in sorted(os.path.join(path, "") for path in set(paths)):
        if not roots or not path.startswith(roots[-1]):
            roots.append(path)
    return {path.rstrip(os.sep) or os.sep for path in roots}
