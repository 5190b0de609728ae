"""The server's own log: lines on standard error, through :mod:`logging`."""

from __future__ import annotations

import logging
import sys

#: What the server says: starts, stops, workers, errors of applications.
logger = logging.getLogger("cruet.server")

FORMAT = "[%(asctime)s] [%(process)d] [%(levelname)s] %(message)s"
DATE_FORMAT = "%Y-%m-%d %H:%M:%S %z"


def set_up(level: str) -> None:
    """Send the server's log to standard error, unless the program has set it up itself."""
    logger.setLevel(level.upper())
    if logger.handlers or logging.getLogger().handlers:
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(FORMAT, DATE_FORMAT))
    logger.addHandler(handler)
    logger.propagate = False
