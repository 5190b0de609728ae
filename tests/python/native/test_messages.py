"""Requests and multipart forms parsed natively."""

import pytest

from cruet._cruet import (
    CHeaders,
    InputError,
    MultipartReader,
    llhttp_version,
    parse_http_request,
    parse_multipart,
)

REQUEST = (
    b"POST /a%20b?x=1&y=%C3%A9 HTTP/1.1\r\nHost: example.com\r\nX-Name: caf\xe9\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
)
FORM = (
    b'--foo\r\nContent-Disposition: form-data; name="a"\r\n\r\nva\r\nlue\r\n'
    b'--foo\r\nContent-Disposition: form-data; name="f"; filename="x.bin"\r\n'
    b"Content-Type: image/png\r\n\r\n\x00\xff\r\n--foo-\r\n--foo--\r\n"
)


def read(pieces: list[bytes], **limits: int) -> list[tuple[object, ...]]:
    """All events, with the data of each part joined."""
    reader = MultipartReader(b"foo", **limits)
    events: list[tuple[object, ...]] = []
    held = b""
    for piece in [*pieces, None]:
        reader.receive(piece)
        while (event := reader.next()) is not None:
            if event[0] == "data":
                held += event[1]
                if event[2]:
                    continue
                event, held = ("data", held, False), b""
            events.append(event)
            if event[0] == "epilogue":
                break
    return events


def test_a_whole_request() -> None:
    parsed = parse_http_request(REQUEST)
    assert parsed is not None
    headers = parsed.pop("headers")
    assert parsed == {
        "method": "POST",
        "path": "/a%20b",
        "query_string": "x=1&y=%C3%A9",
        "version": "HTTP/1.1",
        "body": b"abcde",
    }
    assert isinstance(headers, CHeaders)
    assert headers["host"] == "example.com"
    assert headers["X-Name"] == "café"


def test_a_request_that_is_not_whole() -> None:
    for size in range(len(REQUEST)):
        assert parse_http_request(REQUEST[:size]) is None
    assert parse_http_request(b"") is None


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/3.0\r\nHost: a\r\n\r\n",
        b"G\x00T / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n",
        b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
)
def test_a_malformed_request_says_why(data: bytes) -> None:
    parsed = parse_http_request(data)
    assert parsed is not None
    assert list(parsed) == ["error"]
    assert isinstance(parsed["error"], str)
    assert parsed["error"]


def test_a_request_is_bytes() -> None:
    with pytest.raises(TypeError):
        parse_http_request("GET / HTTP/1.1")  # type: ignore[arg-type]


def test_a_form_in_memory() -> None:
    expected = {
        "fields": {"a": "va\r\nlue"},
        "files": {
            "f": {"filename": "x.bin", "content_type": "image/png", "data": b"\x00\xff\r\n--foo-"}
        },
    }
    assert parse_multipart(FORM, "foo") == expected
    assert parse_multipart(bytearray(FORM), b"foo") == expected
    assert parse_multipart(b"--foo--", "foo") == {"fields": {}, "files": {}}


def test_the_first_part_of_a_name_wins() -> None:
    part = b'--foo\r\nContent-Disposition: form-data; name="a"\r\n\r\n%d\r\n'
    body = part % 1 + part % 2 + b"--foo--"
    assert parse_multipart(body, "foo")["fields"] == {"a": "1"}


@pytest.mark.parametrize(
    ("body", "boundary", "message"),
    [
        (b"", "foo", "ends too early"),
        (FORM, "bar", "ends too early"),
        (FORM, "", "boundary"),
        (b"--foo\r\nX: y\r\n\r\n\r\n--foo--", "foo", "Missing Content-Disposition"),
    ],
)
def test_a_malformed_form_is_refused(body: bytes, boundary: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        parse_multipart(body, boundary)
    assert caught.value.status == 400


def test_a_form_is_the_same_at_every_split_point() -> None:
    expected = read([FORM])
    assert [event[0] for event in expected] == [
        "preamble",
        "field",
        "data",
        "file",
        "data",
        "epilogue",
    ]
    for at in range(len(FORM)):
        assert read([FORM[:at], FORM[at:]]) == expected
    assert read([FORM[i : i + 1] for i in range(len(FORM))]) == expected


def test_pieces_may_come_faster_than_they_are_read() -> None:
    reader = MultipartReader(b"foo")
    for i in range(0, len(FORM), 7):
        reader.receive(bytearray(FORM[i : i + 7]))
    assert reader.buffered == len(FORM)
    assert reader.next() == ("preamble", b"")
    assert reader.next() == ("field", "a", [("Content-Disposition", 'form-data; name="a"')])
    assert reader.next() == ("data", b"va\r\nlue", False)


@pytest.mark.parametrize("limits", [{"max_parts": 1}, {"max_memory": 3}, {"max_head": 20}])
def test_limits_are_answered_with_413(limits: dict[str, int]) -> None:
    with pytest.raises(InputError) as caught:
        read([FORM], **limits)
    assert caught.value.status == 413


def test_an_uninitialised_reader_does_not_crash() -> None:
    reader = MultipartReader.__new__(MultipartReader, b"foo")
    with pytest.raises(ValueError, match="not initialised"):
        reader.next()


def test_version() -> None:
    assert tuple(map(int, llhttp_version.split("."))) >= (9, 3)
