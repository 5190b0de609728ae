"""A response's status and headers."""

from __future__ import annotations

from ..._cruet import CResponseHead


class Response(CResponseHead):
    """Status and headers of a response; no body, no I/O.

    Subclasses may replace ``default_status``, ``default_mimetype`` and ``max_cookie_size``, the
    size in bytes from which on a cookie is warned of because browsers ignore it.
    """
