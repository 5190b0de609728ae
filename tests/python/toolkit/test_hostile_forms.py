"""Form bodies that are made to hurt: bounded time and memory, limits while they stream in, 413."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from bounds import assert_linear, peak

from cruet.toolkit.exceptions import BadRequest, RequestEntityTooLarge
from cruet.toolkit.formparser import MultiPartParser
from cruet.toolkit.wrappers import Request

MIB = 1 << 20
BOUNDARY = "bound"
#: What one call of read() gives at most, and a little for the objects that come of it.
READ = 200_000

# What a body consists of, again and again, within one part.
UNITS = {
    "CR": b"\r",
    "LF": b"\n",
    "CR LF": b"\r\n",
    "LF CR": b"\n\r",
    "dashes": b"--",
    "dash": b"\n-",
    "line and dashes": b"\r\n--",
    "beginning of the boundary": b"\r\n--boun",
    "boundary and more": b"\r\n--boundary\r\n",
    "boundary within a line": b"x--bound--",
    "NUL": b"\0",
}


class Source(io.RawIOBase):
    """A body that comes in pieces and is nowhere whole; counts the bytes that were taken."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = (piece for piece in pieces if piece)
        self._left = b""
        self.taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._left = self._left or next(self._pieces, b"")
        given = self._left[: len(buffer)]
        self._left = self._left[len(given) :]
        buffer[: len(given)] = given
        self.taken += len(given)
        return len(given)


def part(name: str, filename: str | None = None) -> bytes:
    more = "" if filename is None else f'; filename="{filename}"'
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'
    return head.encode()


END = f"\r\n--{BOUNDARY}--\r\n".encode()


def repeated(unit: bytes, size: int) -> Iterator[bytes]:
    """So many bytes, in pieces of no special size."""
    piece = unit * (70_001 // len(unit))
    for _ in range(size // len(piece) + 1):
        yield piece


def body(before: bytes, unit: bytes, size: int, after: bytes = END) -> Source:
    def pieces() -> Iterator[bytes]:
        yield before
        yield from repeated(unit, size)
        yield after

    return Source(pieces())


def request(source: io.RawIOBase, mimetype: str = "multipart/form-data", **limits: Any) -> Request:
    made = Request(
        {
            "REQUEST_METHOD": "POST",
            "CONTENT_TYPE": f"{mimetype}; boundary={BOUNDARY}",
            "wsgi.input": source,
            "wsgi.input_terminated": True,  # as of a chunked body: nobody says how long it is
        }
    )
    for name, value in limits.items():
        setattr(made, name, value)
    return made


@pytest.mark.parametrize("unit", UNITS)
def test_ten_megabytes_in_a_file_are_spooled(unit: str) -> None:
    source = body(part("a", "f"), UNITS[unit], 10 * MIB)
    with peak() as memory:
        files = request(source).files
    with closing(files["a"]) as stored:
        data = stored.read()
    assert data.count(UNITS[unit]) * len(UNITS[unit]) == len(data) > 10 * MIB
    # The temporary file is none of the process's memory.
    assert memory.growth < 4 * MIB


@pytest.mark.parametrize("unit", UNITS)
def test_ten_megabytes_in_a_field_are_refused_early(unit: str) -> None:
    source = body(part("a"), UNITS[unit], 10 * MIB)
    with peak() as memory, pytest.raises(RequestEntityTooLarge):
        request(source).form  # noqa: B018
    assert source.taken < Request.max_form_memory_size + READ
    assert memory.growth < 4 * MIB


@pytest.mark.parametrize("unit", UNITS)
def test_ten_megabytes_before_the_first_part(unit: str) -> None:
    source = body(b"", UNITS[unit], 10 * MIB, b"\r\n" + part("a") + b"b" + END)
    with peak() as memory:
        form = request(source).form
    # What looks like the end of the form is it, wherever in the preamble it stands.
    assert form.to_dict() == ({} if b"--bound--" in UNITS[unit] else {"a": "b"})
    assert memory.growth < 4 * MIB


@pytest.mark.parametrize("unit", [*UNITS.values(), b"X: y\r\n", b" a", b"name=", b'"'])
def test_endless_heads_are_refused_early(unit: bytes) -> None:
    head = b'--bound\r\nContent-Disposition: form-data; name="a"; '
    source = body(head, unit, 10 * MIB)
    try:
        assert len(request(source).form) <= 1
    except RequestEntityTooLarge:
        # Where an empty line has ended the head, the rest is the field's.
        assert source.taken < Request.max_form_memory_size + READ


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
@pytest.mark.parametrize("buffer_size", [1000, 64 * 1024])
def test_time_is_linear(unit: bytes, buffer_size: int) -> None:
    def parse(source: bytes) -> None:
        parser = MultiPartParser(buffer_size=buffer_size)
        _, files = parser.parse(io.BytesIO(source), b"bound", len(source))
        files["a"].close()

    def make(size: int) -> bytes:
        return part("a", "f") + unit * (size // len(unit)) + END

    assert_linear(parse, make, 100_000)


def test_a_hundred_thousand_parts_are_refused_at_the_limit() -> None:
    one = part("a") + b"x\r\n"
    source = body(b"", one, 100_000 * len(one))
    with peak() as memory, pytest.raises(RequestEntityTooLarge) as raised:
        request(source).form  # noqa: B018
    assert raised.value.code == 413
    assert source.taken < Request.max_form_parts * len(one) + READ
    assert memory.growth < 4 * MIB


@pytest.mark.parametrize("filename", [None, "f"])
def test_a_hundred_thousand_parts_without_a_limit(filename: str | None) -> None:
    def parse(count: int) -> None:
        source = (part("a", filename) + b"x\r\n") * count + b"--bound--"
        parser = MultiPartParser(stream_factory=lambda **_: io.BytesIO())
        fields, files = parser.parse(io.BytesIO(source), b"bound", len(source))
        assert len((files if filename else fields).getlist("a")) == count

    assert_linear(parse, lambda size: size, 2_500)
    if not filename:
        parse(100_000)


def test_a_limit_of_content_is_kept_while_it_streams() -> None:
    for mimetype in ("multipart/form-data", "application/x-www-form-urlencoded"):
        source = body(b"", b"a=b&", 10 * MIB)
        with peak() as memory, pytest.raises(RequestEntityTooLarge):
            request(source, mimetype, max_content_length=MIB).form  # noqa: B018
        assert source.taken < MIB + READ
        assert memory.growth < 6 * MIB


def test_a_length_beyond_the_limit_is_refused_unread() -> None:
    source = body(b"", b"a=b&", 10 * MIB)
    made = request(source, max_content_length=MIB)
    del made.environ["wsgi.input_terminated"]
    made.environ["CONTENT_LENGTH"] = str(10 * MIB)
    with pytest.raises(RequestEntityTooLarge):
        made.form  # noqa: B018
    assert source.taken == 0


def test_every_split_gives_the_same_form() -> None:
    whole = part("a") + b"\r\n--boun\r\n\r" + b"\r\n" + part("b", "f") + b"\n-\r--boun\n" + END

    def parse(pieces: list[bytes]) -> Any:
        with request(Source(iter(pieces))) as made:
            return made.form.to_dict(), {name: each.read() for name, each in made.files.items()}

    expected = parse([whole])
    assert expected == ({"a": "\r\n--boun\r\n\r"}, {"b": b"\n-\r--boun\n"})
    assert parse([whole[at : at + 1] for at in range(len(whole))]) == expected
    for split in range(1, len(whole)):
        assert parse([whole[:split], whole[split:]]) == expected


def test_a_form_cut_off_anywhere_is_no_form() -> None:
    whole = part("a") + b"b" + END.rstrip()
    for end in range(len(whole)):
        made = request(io.BytesIO(whole[:end]))
        assert not made.form and not made.files


def test_brackets_without_end_are_no_json() -> None:
    for text in (b"[" * 100_000, b'{"a":' * 100_000, b'"' + b"\\u" * 100_000, b"9" * 100_000):
        made = request(io.BytesIO(text), "application/json")
        with pytest.raises(BadRequest):
            made.get_json()
        assert made.get_json(silent=True) is None
