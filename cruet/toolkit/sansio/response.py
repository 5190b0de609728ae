"""A response's status and headers."""

from __future__ import annotations

import typing as t

from ..._cruet import CResponseHead, InstanceDict
from .._elsewhere import names_from_elsewhere

if not t.TYPE_CHECKING:
    __getattr__ = names_from_elsewhere(__name__)


class Response(CResponseHead):
    """Status and headers of a response; no body, no I/O.

    Subclasses may replace ``default_status``, ``default_mimetype`` and ``max_cookie_size``, the
    size in bytes from which on a cookie is warned of because browsers ignore it.
    """

    if not t.TYPE_CHECKING:
        __dict__ = InstanceDict()
