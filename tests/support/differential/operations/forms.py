"""Query strings, urlencoded forms and multipart bodies, received in pieces."""

from __future__ import annotations

import io
from typing import Any


class _Pieces(io.RawIOBase):
    """A stream that gives no more than one piece a read."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._pieces.pop(0) if self._pieces else b""
        if len(piece) > len(buffer):
            self._pieces.insert(0, piece[len(buffer) :])
            piece = piece[: len(buffer)]
        buffer[: len(piece)] = piece
        return len(piece)


def _given(kit: Any, pieces: list[bytes]) -> list[bytes]:
    """The pieces for cruet, whose answer they must not change. Werkzeug's they do: at some cuts it
    gives an empty field the line break behind it. It gets the whole body."""
    return [b"".join(pieces)] if kit.__name__ == "werkzeug" else pieces


def _pairs(found: Any) -> Any:
    return [*found.items(multi=True)]


def _files(found: Any) -> Any:
    shown = []
    for name, file in found.items(multi=True):
        with file.stream:
            described = [file.filename, file.content_type, file.mimetype, file.stream.read()]
        shown.append([name, *described, file.headers.to_wsgi_list()])
    return shown


def query(kit: Any, query_string: str) -> Any:
    request = kit.wrappers.Request({"QUERY_STRING": query_string, "REQUEST_METHOD": "GET"})
    return [_pairs(request.args), request.query_string]


def urlencoded(kit: Any, body: bytes, limits: dict[str, Any]) -> Any:
    parser = kit.formparser.FormDataParser(**limits)
    stream = io.BytesIO(body)
    _, form, files = parser.parse(stream, "application/x-www-form-urlencoded", len(body))
    return [_pairs(form), _pairs(files)]


def multipart(
    kit: Any, boundary: str, pieces: list[bytes], limits: dict[str, Any], silent: bool
) -> Any:
    """A body as FormDataParser reads it from a stream that gives these pieces."""
    parser = kit.formparser.FormDataParser(silent=silent, **limits)
    stream = _Pieces([piece for piece in _given(kit, pieces) if piece])
    options = {"boundary": boundary}
    length = sum(map(len, pieces))
    _, form, files = parser.parse(stream, "multipart/form-data", length, options)
    return [_pairs(form), _files(files)]


def multipart_events(kit: Any, boundary: bytes, pieces: list[bytes], limits: dict[str, Any]) -> Any:
    """What a decoder tells, with the pieces of one part's data joined."""
    module = kit.sansio.multipart
    decoder = module.MultipartDecoder(boundary, **limits)
    told: list[Any] = []
    for piece in [*_given(kit, pieces), None]:
        decoder.receive_data(piece)
        while not isinstance(event := decoder.next_event(), module.NeedData):
            if isinstance(event, module.Data):
                if not told or told[-1][0] != "data" or not told[-1][2]:
                    told.append(["data", b"", True])
                told[-1][1:] = [told[-1][1] + event.data, event.more_data]
            elif isinstance(event, module.Field):
                told.append(["field", event.name, event.headers.to_wsgi_list()])
            elif isinstance(event, module.File):
                headers = event.headers.to_wsgi_list()
                told.append(["file", event.name, event.filename, headers])
            else:
                told.append([type(event).__name__])
                if isinstance(event, module.Epilogue):
                    return told
    return told


def multipart_encoded(kit: Any, fields: list[tuple[str, str]], files: list[tuple[Any, ...]]) -> Any:
    """A body as the test client makes it."""
    values = kit.datastructures.MultiDict(fields)
    for name, filename, data, kind in files:
        stream = kit.datastructures.FileStorage(io.BytesIO(data), filename, name, kind)
        values.add(name, stream)
    return kit.test.encode_multipart(values, boundary="b-o-u-n-d")


def request_form(kit: Any, environ: dict[str, Any], body: bytes) -> Any:
    """A whole request: content type, length and body as they come."""
    base = {"REQUEST_METHOD": "POST", "wsgi.input": io.BytesIO(body)}
    request = kit.wrappers.Request({**base, **environ})
    shown = [request.mimetype, request.content_length]
    return [*shown, _pairs(request.form), _files(request.files), request.get_data()]
