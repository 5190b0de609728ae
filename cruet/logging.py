"""The application's logger."""

from __future__ import annotations

import logging
import sys
import typing as t

from .globals import request
from .toolkit.local import LocalProxy

if t.TYPE_CHECKING:
    from .sansio.app import App


def _wsgi_errors() -> t.TextIO:
    """Return the request's WSGI error stream, or stderr outside of a request."""
    return request.environ["wsgi.errors"] if request else sys.stderr


#: The stream that the server gives for errors, found anew at each write.
wsgi_errors_stream: t.TextIO = LocalProxy(_wsgi_errors)  # type: ignore[assignment]


def has_level_handler(logger: logging.Logger) -> bool:
    """Tell whether a handler up the logger's chain takes what its effective level lets through."""
    level = logger.getEffectiveLevel()
    current: logging.Logger | None = logger
    while current:
        if any(handler.level <= level for handler in current.handlers):
            return True
        if not current.propagate:
            break
        current = current.parent
    return False


#: Writes to :data:`wsgi_errors_stream`; put on the application's logger where nothing else is.
default_handler = logging.StreamHandler(wsgi_errors_stream)
default_handler.setFormatter(
    logging.Formatter("[%(asctime)s] %(levelname)s in %(module)s: %(message)s")
)


def create_logger(app: App) -> logging.Logger:
    """Return the logger named as the application.

    In debug mode its level becomes DEBUG unless one is set; :data:`default_handler` is added where
    no handler would take its records.
    """
    logger = logging.getLogger(app.name)
    if app.debug and not logger.level:
        logger.setLevel(logging.DEBUG)
    if not has_level_handler(logger):
        logger.addHandler(default_handler)
    return logger
