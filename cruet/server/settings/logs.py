"""What is written where."""

from __future__ import annotations

from dataclasses import dataclass

from .table import choice, text

LOG_LEVELS = ("debug", "info", "warning", "error", "critical")


@dataclass(kw_only=True)
class Logs:
    """Logs"""

    access_log: str = text(
        "",
        "A file, or - for standard output.",
        shown="none",
        why="A proxy in front mostly writes one already.",
        fixed=True,
    )
    log_level: str = choice(
        "info",
        "What is logged.",
        LOG_LEVELS,
        why="Starts, stops and workers, no line for a request.",
    )
