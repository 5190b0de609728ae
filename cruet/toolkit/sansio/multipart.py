"""multipart/form-data (RFC 7578, RFC 2046 section 5.1) as events, fed and told without any I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from ..datastructures import Headers
from ..exceptions import RequestEntityTooLarge
from ..http import parse_options_header


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


# Real clients also send bare CR or LF for a line's end. Padding is bounded so that a long run of
# blanks cannot be scanned again with each piece that arrives.
_line_break = rb"(?:\r\n|\n|\r)"
_delimiter_end_re = re.compile(
    rb"(?P<last>--)?[ \t]{0,256}(?P<line_break>" + _line_break + rb")?", re.DOTALL
)
_blank_line_re = re.compile(rb"\r\n\r\n|\r\r|\n\n")
_first_break_re = re.compile(_line_break)
_folded_re = re.compile(_line_break + rb"[ \t]+")
# A part's header block. Longer ones are no form that a client sends.
_max_head_size = 65_536


class MultipartDecoder:
    """Tells the events of a body that is received in pieces.

    :param boundary: the content type's ``boundary`` parameter.
    :param max_form_memory_size: bytes that may wait here to be told; beyond, and beyond
        ``max_parts`` parts, RequestEntityTooLarge is raised.

    A malformed body, or one that ends too early, raises ValueError.
    """

    def __init__(
        self,
        boundary: bytes,
        max_form_memory_size: int | None = None,
        *,
        max_parts: int | None = None,
    ) -> None:
        self.buffer = bytearray()
        self.complete = False
        self.max_form_memory_size = max_form_memory_size
        self.max_parts = max_parts
        self.state = State.PREAMBLE
        self.boundary = boundary
        self._delimiter = b"--" + boundary
        # Before this index of the buffer nothing is left to be found.
        self._searched = 0
        self._parts_decoded = 0

    def receive_data(self, data: bytes | None) -> None:
        """Take the next piece, or None at the body's end."""
        if data is None:
            self.complete = True
            return
        limit = self.max_form_memory_size
        if limit is not None and len(self.buffer) + len(data) > limit:
            raise RequestEntityTooLarge()
        self.buffer += data

    def next_event(self) -> Event:
        """The next event; NeedData where the data received so far tells none."""
        event: Event | None
        if self.state is State.PREAMBLE:
            event = self._next_preamble()
        elif self.state is State.PART:
            event = self._next_part()
        elif self.state in (State.DATA_START, State.DATA):
            event = self._next_data()
        else:
            event = self._next_epilogue()
        if event is not None:
            return event
        if self.complete and self.state is not State.COMPLETE:
            raise ValueError(f"Invalid form-data cannot parse beyond {self.state}")
        return NEED_DATA

    # -- delimiters

    def _find_delimiter(self, *, at_start: bool) -> tuple[int, int, bool] | None:
        """(where the line break before it starts, where it ends, is the last one), or None.

        ``at_start`` allows one at the buffer's very start without a line break. What may still
        become a delimiter is left for the next call.
        """
        at = self.buffer.find(self._delimiter, self._searched)
        while at >= 0:
            start = self._break_before(at)
            if start is not None or (at_start and at == 0):
                end = self._delimiter_end(at + len(self._delimiter))
                if end is None:
                    self._searched = at
                    return None
                if end[0] >= 0:
                    return (0 if start is None else start), end[0], end[1]
            at = self.buffer.find(self._delimiter, at + 1)
        self._searched = max(self._searched, len(self.buffer) - len(self._delimiter) + 1)
        return None

    def _break_before(self, at: int) -> int | None:
        if at == 0 or self.buffer[at - 1] not in b"\r\n":
            return None
        two = self.buffer[max(at - 2, 0) : at] == b"\r\n"
        return at - 2 if two else at - 1

    def _delimiter_end(self, at: int) -> tuple[int, bool] | None:
        # None: it takes more data to tell. A negative end: this is content that looks alike.
        match = _delimiter_end_re.match(self.buffer, at)
        assert match is not None
        last = match["last"] is not None
        undecided = match.end() == len(self.buffer) and not self.complete
        if match["line_break"] is not None:
            # "\r" may be half of a line break.
            return None if undecided and match["line_break"] == b"\r" else (match.end(), last)
        if undecided and match.end() - at < 256:
            return None
        return (match.end() if last else -1), last

    def _next_preamble(self) -> Event | None:
        found = self._find_delimiter(at_start=True)
        if found is None:
            return None
        start, end, last = found
        data = bytes(self.buffer[:start])
        self._take(end)
        self.state = State.EPILOGUE if last else State.PART
        return Preamble(data=data)

    def _take(self, end: int) -> None:
        del self.buffer[:end]
        self._searched = 0

    # -- parts

    def _next_part(self) -> Event | None:
        first = _first_break_re.match(self.buffer)
        if first is not None:
            # No headers at all. "\r" may be half of a line break.
            if first.end() == len(self.buffer) and not self.complete:
                return None
            head, end = b"", first.start()
        else:
            match = _blank_line_re.search(self.buffer, self._searched)
            if match is None:
                self._searched = max(0, len(self.buffer) - 3)
                if self._searched > _max_head_size:
                    raise RequestEntityTooLarge()
                return None
            head = bytes(self.buffer[: match.start()])
            # The second line break stays: it may be the one before a delimiter.
            end = (match.start() + match.end()) // 2
        event = self._begin_part(self._parse_headers(head))
        self._take(end)
        self.state = State.DATA_START
        self._parts_decoded += 1
        if self.max_parts is not None and self._parts_decoded > self.max_parts:
            raise RequestEntityTooLarge()
        return event

    def _begin_part(self, headers: Headers) -> Event:
        if "Content-Disposition" not in headers:
            raise ValueError("Missing Content-Disposition header")
        _, options = parse_options_header(headers["Content-Disposition"])
        name = options.get("name", "")
        filename = options.get("filename")
        if filename is not None:
            return File(filename=filename, headers=headers, name=name)
        return Field(headers=headers, name=name)

    def _parse_headers(self, data: bytes | bytearray) -> Headers:
        headers = []
        for line in _folded_re.sub(b" ", data).splitlines():
            text = line.strip().decode(errors="replace")
            if text:
                name, _, value = text.partition(":")
                headers.append((name.strip(), value.strip()))
        return Headers(headers)

    # -- content

    def _next_data(self) -> Event | None:
        # At its start the buffer still holds the line break that ends the headers.
        skip = 0
        if self.state is State.DATA_START:
            first = _first_break_re.match(self.buffer)
            assert first is not None
            skip = first.end()
        found = self._find_delimiter(at_start=False)
        if found is not None:
            start, end, last = found
            data = bytes(self.buffer[skip:start])
            self._take(end)
            self.state = State.EPILOGUE if last else State.PART
            return Data(data=data, more_data=False)
        end = self._certain_end(skip)
        if end <= skip:
            return None
        data = bytes(self.buffer[skip:end])
        searched = self._searched
        self._take(end)
        self._searched = max(0, searched - end)
        self.state = State.DATA
        return Data(data=data, more_data=True)

    def _certain_end(self, skip: int) -> int:
        """Where the content ends that no delimiter can reach into whatever comes next."""
        size = len(self.buffer)
        # A delimiter that has begun lies in the last line, or there in waiting for its end.
        window = max(skip, min(self._searched, size - len(self._delimiter)) - 2)
        at = -1
        for byte in (b"\n", b"\r"):
            found = self.buffer.rfind(byte, window)
            at = max(at, found)
        undecided = self.buffer.find(self._delimiter, self._searched)
        if undecided >= 0 and (start := self._break_before(undecided)) is not None:
            return start
        if at < 0:
            return size
        return at - 1 if at > skip and self.buffer[at - 1 : at + 1] == b"\r\n" else at

    def _next_epilogue(self) -> Event | None:
        if not self.complete or self.state is State.COMPLETE:
            return None
        data = bytes(self.buffer)
        self.buffer.clear()
        self.state = State.COMPLETE
        return Epilogue(data=data)


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
