"""Where a package lies and which prefix it is installed under."""

from __future__ import annotations

import importlib.util
import os
import pathlib
import sys


def _find_package_path(import_name: str) -> str:
    """Return the folder that holds a package or module, or the working directory.

    A namespace package is looked for among its locations; ``__main__`` and modules that cannot be
    found without importing them give the working directory.
    """
    root, _, rest = import_name.partition(".")
    try:
        root_spec = importlib.util.find_spec(root)
    except (ImportError, ValueError):
        return os.getcwd()
    if root_spec is None:
        return os.getcwd()

    if locations := root_spec.submodule_search_locations:
        if root_spec.origin in {None, "namespace"}:
            # The module decides in which of the namespace's folders the package is.
            spec = importlib.util.find_spec(import_name) if rest else None
            if spec is not None and spec.submodule_search_locations:
                inner = pathlib.Path(os.path.commonpath(spec.submodule_search_locations))
                return os.path.dirname(next(loc for loc in locations if inner.is_relative_to(loc)))
            return os.path.dirname(locations[0])
        return os.path.dirname(os.path.dirname(str(root_spec.origin)))
    return os.path.dirname(str(root_spec.origin))


def find_package(import_name: str) -> tuple[str | None, str]:
    """Return the prefix that a package is installed under, and the path it is imported from.

    The prefix is None where the package is not installed, such as in a working copy.
    """
    package_path = _find_package_path(import_name)
    py_prefix = os.path.abspath(sys.prefix)
    if pathlib.PurePath(package_path).is_relative_to(py_prefix):
        return py_prefix, package_path

    parent, folder = os.path.split(package_path)
    if folder.lower() == "site-packages":
        # <prefix>\Lib\site-packages on Windows, <prefix>/lib/pythonX.Y/site-packages elsewhere,
        # and otherwise a prefix with nothing in between.
        above, name = os.path.split(parent)
        if name.lower() == "lib":
            return above, package_path
        if os.path.basename(above).lower() == "lib":
            return os.path.dirname(above), package_path
        return parent, package_path
    return None, package_path
