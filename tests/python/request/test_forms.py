"""Form bodies in pieces, their limits and what is malformed."""

import random
import time
from io import BytesIO
from typing import ClassVar

import pytest

from cruet.toolkit.datastructures import Headers
from cruet.toolkit.exceptions import RequestEntityTooLarge
from cruet.toolkit.formparser import FormDataParser, MultiPartParser, default_stream_factory
from cruet.toolkit.sansio.multipart import (
    Data,
    Epilogue,
    Field,
    File,
    MultipartDecoder,
    MultipartEncoder,
    NeedData,
    Preamble,
)
from cruet.toolkit.wrappers import Request

BODY = (
    b"preamble\r\n--bound\r\n"
    b'Content-Disposition: form-data; name="a"\r\n\r\n'
    b"first\r\n--boundless\r\n--bound"
    b"\r\nContent-Disposition: form-data;\r\n name=folded\r\n\r\n"
    b"\r\n--bound  \r\n"
    b'Content-Disposition: form-data; name="f"; filename="x.bin"\r\n'
    b"X-Own: yes\r\n\r\n"
    b"\r\r\n\n--\r\n\r\n--bound--\r\nepilogue"
)


def events(pieces, **limits):
    decoder = MultipartDecoder(b"bound", **limits)
    found = []
    for piece in [*pieces, None]:
        decoder.receive_data(piece)
        event = decoder.next_event()
        while not isinstance(event, (NeedData, Epilogue)):
            found.append(event)
            event = decoder.next_event()
    assert isinstance(event, Epilogue)
    return [*found, event]


def parts(pieces):
    """(name, filename, content) of each part, however the content was cut."""
    result = []
    for event in events(pieces):
        if isinstance(event, (Field, File)):
            result.append([event.name, getattr(event, "filename", None), b""])
        elif isinstance(event, Data):
            result[-1][2] += event.data
    return result


EXPECTED = [
    ["a", None, b"first\r\n--boundless"],
    ["folded", None, b""],
    ["f", "x.bin", b"\r\r\n\n--\r\n"],
]


def test_a_folded_line_is_put_behind_the_one_before_whatever_that_is():
    head = b"no\r colon: x\n\t y\r\nContent-Disposition: form-data; name=a"
    field = events([b"--bound\r\n" + head + b"\r\n\r\n\r\n--bound--"])[1]
    assert next(iter(field.headers)) == ("no colon", "x  y")


def test_whole():
    assert parts([BODY]) == EXPECTED
    found = events([BODY])
    assert found[0] == Preamble(b"preamble")
    assert found[-1] == Epilogue(b"epilogue")


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_small_pieces(size):
    assert parts([BODY[i : i + size] for i in range(0, len(BODY), size)]) == EXPECTED


def test_every_split():
    for at in range(len(BODY)):
        assert parts([BODY[:at], BODY[at:]]) == EXPECTED


@pytest.mark.parametrize("ending", [b"\n", b"\r"])
def test_bare_line_breaks(ending):
    body = ending.join(
        [b"--bound", b"Content-Disposition: form-data; name=a", b"", b"x", b"--bound--", b""]
    )
    for at in range(len(body)):
        assert parts([body[:at], body[at:]]) == [["a", None, b"x"]]


def test_encoder_and_decoder_agree():
    random.seed(1)
    content = bytes(random.choices(b"\r\n-bound x", k=5000))
    encoder = MultipartEncoder(b"bound")
    headers = Headers([("Content-Type", "a/b")])
    body = b"".join(
        encoder.send_event(event)
        for event in (
            Preamble(b""),
            File(name='n"\r\n', filename="ü.txt", headers=headers),
            Data(b"", True),
            Data(content[:100], True),
            Data(content[100:], True),
            Data(b"", False),
            Field(name="e", headers=Headers()),
            Data(b"", False),
            Epilogue(b""),
        )
    )
    if b"\r\n--bound" not in content:
        found = parts([body])
        assert found[0][1:] == ["ü.txt", content]
        assert found[1] == ["e", None, b""]


def test_encoder_refuses_wrong_order():
    encoder = MultipartEncoder(b"bound")
    with pytest.raises(ValueError):
        encoder.send_event(Data(b"x", False))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no boundary at all",
        b"--bound\r\n\r\nno disposition\r\n--bound--",
        b"--bound\r\nContent-Disposition: form-data; name=a",
        b"--bound\r\nContent-Disposition: form-data; name=a\r\n\r\nno end",
    ],
)
def test_malformed(body):
    with pytest.raises(ValueError):
        MultiPartParser().parse(BytesIO(body), b"bound", None)
    parser = FormDataParser()
    options = {"boundary": "bound"}
    _, form, files = parser.parse(BytesIO(body), "multipart/form-data", None, options)
    assert not form and not files


def field(name, value):
    return b"--bound\r\nContent-Disposition: form-data; name=%s\r\n\r\n%s\r\n" % (name, value)


def test_limits():
    body = field(b"a", b"x" * 10) + field(b"b", b"y" * 10) + b"--bound--"
    for parser in (
        MultiPartParser(max_form_parts=1),
        MultiPartParser(max_form_memory_size=9),
        MultiPartParser(max_form_memory_size=9, buffer_size=7),
    ):
        with pytest.raises(RequestEntityTooLarge):
            parser.parse(BytesIO(body), b"bound", None)
    form, _ = MultiPartParser(max_form_memory_size=10, max_form_parts=2).parse(
        BytesIO(body), b"bound", None
    )
    assert len(form) == 2


def test_urlencoded_forms_are_limited_as_bodies_alone():
    parser = FormDataParser(max_form_memory_size=3)
    _, form, _ = parser.parse(BytesIO(b"a=bc"), "application/x-www-form-urlencoded", 4)
    assert form.to_dict() == {"a": "bc"}
    request = Request(
        {
            "REQUEST_METHOD": "POST",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "wsgi.input": BytesIO(b"a=bc"),
            "wsgi.input_terminated": True,
        }
    )
    request.max_content_length = 3
    with pytest.raises(RequestEntityTooLarge):
        assert request.form


def test_endless_headers_are_refused():
    body = b"--bound\r\nContent-Disposition: form-data; name=a\r\n" + b"X: y\r\n" * 100_000
    with pytest.raises(RequestEntityTooLarge):
        MultiPartParser().parse(BytesIO(body), b"bound", None)


@pytest.mark.parametrize(
    "content",
    [b"\r" * 2_000_000, b"\n--boun" * 300_000, b"\r\n--bound" * 200_000, b"--bound " * 250_000],
    ids=["cr", "near", "no-end", "inline"],
)
def test_linear_time(content):
    body = field(b"a", b"x").replace(b"name=a", b"name=a; filename=f") + content
    started = time.monotonic()
    try:
        _, files = MultiPartParser(buffer_size=1000).parse(BytesIO(body), b"bound", None)
    except (ValueError, RequestEntityTooLarge):
        return
    finally:
        # 2 MB take well under a second; what is quadratic takes minutes.
        assert time.monotonic() - started < 20
    for stored in files.values():
        stored.close()


def test_many_parts_end_early():
    body = field(b"a", b"") * 100_000 + b"--bound--"
    request = Request.from_values(
        method="POST", data=body, content_type="multipart/form-data; boundary=bound"
    )
    with pytest.raises(RequestEntityTooLarge):
        _ = request.form


def test_files_are_closed_when_parsing_fails():
    opened = []

    def factory(**kwargs):
        opened.append(BytesIO())
        return opened[-1]

    body = field(b"a", b"x").replace(b"name=a", b"name=a; filename=f") * 2
    with pytest.raises(ValueError):
        MultiPartParser(stream_factory=factory).parse(BytesIO(body), b"bound", None)
    assert len(opened) == 2 and all(file.closed for file in opened)


def test_uploads_spool_to_disk():
    stream = default_stream_factory(None, None, "x")
    with stream:
        stream.write(b"x" * 400_000)
        assert not stream._rolled
        stream.write(b"x" * 400_000)
        assert stream._rolled


@pytest.mark.parametrize("buffer_size", [1, 4096, 10_000, 16_384])
def test_files_are_written_by_whole_pages(buffer_size):
    class Recorder(BytesIO):
        ends: ClassVar[list[int]] = []

        def write(self, data):
            size = super().write(data)
            self.ends.append(self.tell())
            return size

    upload = random.Random(3).randbytes(200_000)
    head = b'--b\r\nContent-Disposition: form-data; name=f; filename="x"\r\n\r\n'
    parser = MultiPartParser(stream_factory=lambda **_: Recorder(), buffer_size=buffer_size)
    body = BytesIO(head + upload + b"\r\n--b--\r\n")
    _, files = parser.parse(body, b"b", None)
    assert files["f"].read() == upload
    if buffer_size > 4096:
        # The first piece comes with the head; one that ends like a delimiter is cut there.
        whole = [end for end in Recorder.ends if end % 4096 == 0]
        assert len(whole) >= len(Recorder.ends) - 5 > 4
