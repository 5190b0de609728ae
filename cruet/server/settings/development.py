"""What `--debug` switches on, piece by piece."""

from __future__ import annotations

import os
from dataclasses import dataclass

from .table import flag, paths


@dataclass(kw_only=True)
class Development:
    """Development"""

    reload: bool | None = flag(
        None,
        "Restart when code changes; by default in debug mode.",
        variables="FLASK_RUN_RELOAD",
        shown="in debug mode",
        why="Watching files costs, and code in production changes by a deployment.",
    )
    debugger: bool | None = flag(
        None,
        "Show tracebacks in the browser; by default in debug mode.",
        variables="FLASK_RUN_DEBUGGER",
        shown="in debug mode",
        why="Its console runs any code for whoever has the PIN.",
    )
    extra_files: list[str] | None = paths(
        None,
        f"Further files that restart when they change, separated by {os.path.pathsep!r}.",
        variables="FLASK_RUN_EXTRA_FILES",
        why="All imported modules are watched without it.",
    )
    exclude_patterns: list[str] | None = paths(
        None,
        f"fnmatch patterns of files that do not restart, separated by {os.path.pathsep!r}.",
        variables="FLASK_RUN_EXCLUDE_PATTERNS",
        why="Whatever is imported may matter.",
    )
