"""The request that an application is given."""

from __future__ import annotations

import typing as t

from ..._cruet import CRequest, InstanceDict
from .._elsewhere import names_from_elsewhere
from ..sansio.request import Request as _SansIORequest

if not t.TYPE_CHECKING:
    __getattr__ = names_from_elsewhere(__name__)


class Request(CRequest, _SansIORequest):
    """A request over a WSGI environ, or over what cruet's server read from the wire.

    Attributes are computed at first use and kept. ``max_content_length``,
    ``max_form_memory_size`` and ``max_form_parts`` limit what is read and parsed, in bytes, bytes
    and parts; None is no limit; beyond one :exc:`RequestEntityTooLarge` is raised. They may be set
    on the class or on one request.
    """

    if not t.TYPE_CHECKING:
        __dict__ = InstanceDict()
