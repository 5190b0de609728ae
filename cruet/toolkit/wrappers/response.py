"""The response that an application gives."""

from __future__ import annotations

from ..._cruet import CResponse
from ..sansio.response import Response as _SansIOResponse


class Response(CResponse, _SansIOResponse):
    """A response, which is a WSGI application too.

    ``response`` is text, bytes, or an iterable of either; ``status`` a code or a line such as
    ``"404 NOT FOUND"``; ``headers`` a ``Headers``, a mapping or pairs. ``content_type`` is sent as
    it is, ``mimetype`` gains a charset where it is text's. With ``direct_passthrough`` the
    iterable is handed to the server as it is.
    """
