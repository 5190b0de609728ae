"""Forms written as multipart/form-data; :mod:`cruet.toolkit.test` is where this is public."""

from __future__ import annotations

import collections.abc as cabc
import mimetypes
import secrets
import typing as t
from io import BytesIO
from tempfile import TemporaryFile

from .datastructures import Headers, MultiDict
from .sansio.multipart import Data, Epilogue, Field, File, MultipartEncoder, Preamble

_chunk_size = 16_384


def _iter_data(data: cabc.Mapping[str, t.Any]) -> cabc.Iterator[tuple[str, t.Any]]:
    """(name, value) pairs; lists, and multi-dicts, have several of a name."""
    if isinstance(data, MultiDict):
        yield from data.items(multi=True)
        return
    for key, value in data.items():
        if isinstance(value, list):
            for item in value:
                yield key, item
        else:
            yield key, value


class _SpooledBody:
    """Bytes in memory which move to a temporary file once they are more than ``threshold``."""

    def __init__(self, use_tempfile: bool, threshold: int) -> None:
        self.stream: t.IO[bytes] = BytesIO()
        self.size = 0
        self._may_move = use_tempfile
        self._threshold = threshold

    def write(self, data: bytes) -> None:
        self.size += len(data)
        if self._may_move and self.size > self._threshold:
            self._may_move = False
            # It outlives this, as the body that is sent.
            file = t.cast("t.IO[bytes]", TemporaryFile("wb+"))  # noqa: SIM115
            file.write(t.cast(BytesIO, self.stream).getvalue())
            self.stream = file
        self.stream.write(data)


def stream_encode_multipart(
    data: cabc.Mapping[str, t.Any],
    use_tempfile: bool = True,
    threshold: int = 1024 * 500,
    boundary: str | None = None,
) -> tuple[t.IO[bytes], int, str]:
    """Encode fields and files as multipart/form-data into (stream, length in bytes, boundary).

    Values with a ``read`` method are files, others text. With ``use_tempfile`` what is longer than
    ``threshold`` bytes goes to a temporary file.
    """
    if boundary is None:
        boundary = f"---------------cruet{secrets.token_hex(16)}"
    body = _SpooledBody(use_tempfile, threshold)
    encoder = MultipartEncoder(boundary.encode())
    body.write(encoder.send_event(Preamble(data=b"")))
    for key, value in _iter_data(data):
        if hasattr(value, "read"):
            _encode_file(body, encoder, key, value)
        else:
            body.write(encoder.send_event(Field(name=key, headers=Headers())))
            text = value if isinstance(value, str) else str(value)
            body.write(encoder.send_event(Data(data=text.encode(), more_data=False)))
    body.write(encoder.send_event(Epilogue(data=b"")))
    body.stream.seek(0)
    return body.stream, body.size, boundary


def _encode_file(body: _SpooledBody, encoder: MultipartEncoder, key: str, value: t.Any) -> None:
    filename = getattr(value, "filename", getattr(value, "name", None))
    content_type = getattr(value, "content_type", None)
    if content_type is None:
        content_type = (filename and mimetypes.guess_type(filename)[0]) or (
            "application/octet-stream"
        )
    headers = Headers(getattr(value, "headers", None) or ())
    headers["Content-Type"] = content_type
    if filename is None:
        body.write(encoder.send_event(Field(name=key, headers=headers)))
    else:
        body.write(encoder.send_event(File(name=key, filename=filename, headers=headers)))
    more = True
    while more:
        chunk = value.read(_chunk_size)
        more = bool(chunk)
        body.write(encoder.send_event(Data(data=chunk, more_data=more)))


def encode_multipart(
    values: cabc.Mapping[str, t.Any], boundary: str | None = None
) -> tuple[str, bytes]:
    """As :func:`stream_encode_multipart`, into (boundary, bytes)."""
    stream, _, boundary = stream_encode_multipart(values, use_tempfile=False, boundary=boundary)
    return boundary, stream.read()
