"""multipart/form-data (RFC 7578, RFC 2046 section 5.1) as events, fed and told without any I/O."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from enum import Enum, auto

from ..._cruet import InputError, MultipartReader
from .._elsewhere import names_from_elsewhere
from ..datastructures import Headers
from ..exceptions import RequestEntityTooLarge

if not t.TYPE_CHECKING:
    __getattr__ = names_from_elsewhere(__name__)

# A part's header block. Longer ones are no form that a client sends.
_max_head_size = 65_536


class Event:
    """What a decoder gives and an encoder takes."""


@dataclass(frozen=True)
class Preamble(Event):
    """What stands before the first part; ignored by all who read it."""

    data: bytes


@dataclass(frozen=True)
class Field(Event):
    """A form field begins."""

    name: str
    headers: Headers


@dataclass(frozen=True)
class File(Event):
    """A file begins."""

    name: str
    filename: str
    headers: Headers


@dataclass(frozen=True)
class Data(Event):
    """A piece of the current part's content; the last one has ``more_data`` false."""

    data: bytes
    more_data: bool


@dataclass(frozen=True)
class Epilogue(Event):
    """What stands behind the last part."""

    data: bytes


class NeedData(Event):
    """Nothing can be told before more data is received."""


NEED_DATA = NeedData()


class State(Enum):
    """Where in the body a decoder or an encoder is."""

    PREAMBLE = auto()
    PART = auto()
    DATA = auto()
    DATA_START = auto()
    EPILOGUE = auto()
    COMPLETE = auto()


class MultipartDecoder:
    """Tells the events of a body that is received in pieces.

    :param boundary: the content type's ``boundary`` parameter.
    :param max_form_memory_size: bytes that may wait here to be told; beyond, and beyond
        ``max_parts`` parts, RequestEntityTooLarge is raised.

    A malformed body, or one that ends too early, raises ValueError. Lines may end in CR LF, CR or
    LF: real clients send all three.
    """

    def __init__(
        self,
        boundary: bytes,
        max_form_memory_size: int | None = None,
        *,
        max_parts: int | None = None,
    ) -> None:
        self.complete = False
        self.max_form_memory_size = max_form_memory_size
        self.max_parts = max_parts
        self.state = State.PREAMBLE
        self.boundary = boundary
        self._parts_decoded = 0
        self._reader = MultipartReader(boundary, max_head=_max_head_size, hold_lines=True)

    def receive_data(self, data: bytes | None) -> None:
        """Take the next piece, or None at the body's end."""
        if data is None:
            self.complete = True
        else:
            limit = self.max_form_memory_size
            if limit is not None and self._reader.buffered + len(data) > limit:
                raise RequestEntityTooLarge()
        self._reader.receive(data)

    def next_event(self) -> Event:
        """The next event; NeedData where the data received so far tells none."""
        if self.state is State.COMPLETE:
            return NEED_DATA
        told = next_raw_event(self._reader)
        if told is None:
            return NEED_DATA
        kind = told[0]
        if kind == "data":
            self.state = State.DATA if told[2] else State.PART
            return Data(data=told[1], more_data=told[2])
        if kind == "preamble":
            self.state = State.PART
            return Preamble(data=told[1])
        if kind == "epilogue":
            self.state = State.COMPLETE
            return Epilogue(data=told[1])
        return self._begin_part(told)

    def _begin_part(self, told: tuple[t.Any, ...]) -> Event:
        self.state = State.DATA_START
        self._parts_decoded += 1
        if self.max_parts is not None and self._parts_decoded > self.max_parts:
            raise RequestEntityTooLarge()
        name = "" if told[1] is None else told[1]
        headers = Headers(told[-1])
        if told[0] == "file":
            return File(filename=told[2], headers=headers, name=name)
        return Field(headers=headers, name=name)


def next_raw_event(reader: MultipartReader) -> tuple[t.Any, ...] | None:
    """``reader.next()``, with the exceptions that applications answer with."""
    try:
        return reader.next()
    except InputError as error:
        if error.status == 413:
            raise RequestEntityTooLarge() from error
        raise


class MultipartEncoder:
    """Writes the events of a body as bytes; the reverse of :class:`MultipartDecoder`."""

    def __init__(self, boundary: bytes) -> None:
        self.boundary = boundary
        self.state = State.PREAMBLE

    def send_event(self, event: Event) -> bytes:
        """The bytes of one event; ValueError where it must not come now."""
        if isinstance(event, Preamble) and self.state is State.PREAMBLE:
            self.state = State.PART
            return event.data
        if isinstance(event, (Field, File)) and self.state in (
            State.PREAMBLE,
            State.PART,
            State.DATA,
        ):
            return self._send_part(event)
        if isinstance(event, Data) and self.state in (State.DATA_START, State.DATA):
            return self._send_data(event)
        if isinstance(event, Epilogue):
            self.state = State.COMPLETE
            return b"\r\n--" + self.boundary + b"--\r\n" + event.data
        raise ValueError(f"Cannot generate {event} in state: {self.state}")

    def _send_part(self, event: Field | File) -> bytes:
        data = b"\r\n--" + self.boundary + b"\r\n"
        data += b'Content-Disposition: form-data; name="' + _quoted(event.name) + b'"'
        if isinstance(event, File):
            data += b'; filename="' + _quoted(event.filename) + b'"'
        data += b"\r\n"
        for name, value in event.headers:
            if name.lower() != "content-disposition":
                data += f"{name}: {value}\r\n".encode()
        self.state = State.DATA_START
        return data

    def _send_data(self, event: Data) -> bytes:
        if self.state is State.DATA:
            return event.data
        if event.data or not event.more_data:
            self.state = State.DATA
        # Headers end with a blank line, which the next delimiter's line break makes by itself.
        return b"\r\n" + event.data if event.data else b""


def _quoted(text: str) -> bytes:
    # As browsers do (WHATWG HTML, multipart/form-data encoding algorithm).
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A").encode()
