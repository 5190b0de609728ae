"""The response that an application gives."""

from __future__ import annotations

import typing as t

from ..._cruet import CResponse, InstanceDict
from .._elsewhere import names_from_elsewhere
from ..sansio.response import Response as _SansIOResponse

if not t.TYPE_CHECKING:
    __getattr__ = names_from_elsewhere(__name__)


class Response(CResponse, _SansIOResponse):
    """A response, which is a WSGI application too.

    ``response`` is text, bytes, or an iterable of either; ``status`` a code or a line such as
    ``"404 NOT FOUND"``; ``headers`` a ``Headers``, a mapping or pairs. ``content_type`` is sent as
    it is, ``mimetype`` gains a charset where it is text's. With ``direct_passthrough`` the
    iterable is handed to the server as it is.
    """

    if not t.TYPE_CHECKING:
        __dict__ = InstanceDict()


class ResponseStream:
    """A file object that appends what is written to a response's body; ``response.stream``.

    :raises ValueError: by every method, once it is closed.
    """

    mode = "wb+"

    def __init__(self, response: Response) -> None:
        self.response = response
        self.closed = False

    def _check_open(self) -> None:
        if self.closed:
            raise ValueError("I/O operation on closed file")

    def write(self, value: bytes) -> int:
        """Append bytes or text; return its length."""
        self._check_open()
        self.response._ensure_sequence(mutable=True)
        t.cast("list[t.Any]", self.response.response).append(value)
        self.response.headers.pop("Content-Length", None)
        return len(value)

    def writelines(self, seq: t.Iterable[bytes]) -> None:
        """Append each item."""
        for item in seq:
            self.write(item)

    def close(self) -> None:
        """Refuse further writes."""
        self.closed = True

    def flush(self) -> None:
        """Nothing waits to be flushed."""
        self._check_open()

    def isatty(self) -> bool:
        """Tell that it is no terminal."""
        self._check_open()
        return False

    def tell(self) -> int:
        """Return the body's length so far, in bytes."""
        self.response._ensure_sequence()
        return sum(map(len, self.response.iter_encoded()))

    @property
    def encoding(self) -> str:
        """The encoding of text that is written."""
        return "utf-8"
