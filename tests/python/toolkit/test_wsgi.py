"""What an environ says, limited streams, ranges and iterables that get closed."""

import io

import pytest

pytest.importorskip("cruet.toolkit.sansio.utils")

from cruet.toolkit import wsgi
from cruet.toolkit.exceptions import (
    ClientDisconnected,
    RequestEntityTooLarge,
    SecurityError,
)


def environ(**values):
    return {"wsgi.url_scheme": "http", "HTTP_HOST": "h:8080", **values}


def test_current_url():
    env = environ(SCRIPT_NAME="/s x", PATH_INFO="/p?\xc3\xa9", QUERY_STRING="a=b")
    assert wsgi.get_current_url(env) == "http://h:8080/s%20x/p%3Fé?a=b"
    assert wsgi.get_current_url(env, root_only=True) == "http://h:8080/s%20x/"
    assert wsgi.get_current_url(env, strip_querystring=True) == "http://h:8080/s%20x/p%3Fé"
    assert wsgi.get_current_url(env, host_only=True) == "http://h:8080/"
    with pytest.raises(SecurityError):
        wsgi.get_current_url(env, trusted_hosts=["other"])


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({"SERVER_NAME": "a", "SERVER_PORT": "5"}, ("a", 5)),
        ({"SERVER_NAME": "a", "SERVER_PORT": "x"}, ("a", None)),
        ({"SERVER_NAME": "a"}, ("a", None)),
        ({}, None),
    ],
)
def test_server(env, expected):
    assert wsgi._get_server(env) == expected


def test_input_stream():
    def stream(**values):
        return wsgi.get_input_stream({"wsgi.input": io.BytesIO(b"12345"), **values})

    assert stream().read() == b""
    assert stream(CONTENT_LENGTH="3").read() == b"123"
    assert stream(CONTENT_LENGTH="x").read() == b""
    assert stream(**{"wsgi.input_terminated": True}).read() == b"12345"
    source = io.BytesIO(b"12345")
    assert wsgi.get_input_stream({"wsgi.input": source}, safe_fallback=False) is source
    with pytest.raises(RequestEntityTooLarge):
        wsgi.get_input_stream({"wsgi.input": source, "CONTENT_LENGTH": "9"}, max_content_length=5)


class Chunks:
    """A raw stream that gives one byte at a time."""

    def __init__(self, data):
        self.data = io.BytesIO(data)

    def read(self, size):
        return self.data.read(min(size, 1))


@pytest.mark.parametrize("source", [io.BytesIO, Chunks])
def test_limit_is_the_end(source):
    stream = wsgi.LimitedStream(source(b"ab\ncdefgh"), 5)
    assert stream.readline() == b"ab\n"
    assert stream.tell() == 3
    assert stream.read(0) == b""
    assert stream.read() == b"cd"
    assert (stream.read(), stream.read(3), stream.readline(), stream.exhaust()) == (b"",) * 4
    buffered = io.TextIOWrapper(io.BufferedReader(wsgi.LimitedStream(source(b"12345"), 4)))
    assert buffered.read() == "1234"


def test_limited_reads_give_on_what_the_stream_gives():
    stream = wsgi.LimitedStream(io.BytesIO(b"abcdefgh"), 6)
    assert (stream.read(0), stream.read(4), stream.tell()) == (b"", b"abcd", 4)
    assert (stream.read(None), stream.read(2), stream.read(-1)) == (b"ef", b"", b"")
    largest = wsgi.LimitedStream(io.BytesIO(b"abc"), 2, is_max=True)
    assert largest.read(2) == b"ab"
    with pytest.raises(RequestEntityTooLarge):
        largest.read(1)


def test_a_subclass_may_read_in_its_own_way():
    class Shouting(wsgi.LimitedStream):
        def readinto(self, b):
            count = super().readinto(b)
            b[:count] = bytes(b[:count]).upper()
            return count

    assert Shouting(io.BytesIO(b"abcdef"), 4).read(3) == b"ABC"


@pytest.mark.parametrize("source", [io.BytesIO, Chunks])
def test_limit_is_the_maximum(source):
    stream = wsgi.LimitedStream(source(b"123"), 3, is_max=True)
    assert stream.read() == b"123"
    assert stream.read() == b""
    assert wsgi.LimitedStream(source(b"12"), 3, is_max=True).read() == b"12"
    for read in (
        lambda s: s.read(),
        lambda s: s.readlines(),
        lambda s: [*iter(lambda: s.read(2), b"")],
    ):
        with pytest.raises(RequestEntityTooLarge):
            read(wsgi.LimitedStream(source(b"1234"), 3, is_max=True))


class Broken(io.BytesIO):
    def read(self, *_):
        raise OSError

    readline = read


@pytest.mark.parametrize("make", [io.BytesIO, Broken, lambda: Chunks(b"")])
def test_disconnection(make):
    for read in ("read", "readline", "exhaust", "readlines"):
        with pytest.raises(ClientDisconnected):
            getattr(wsgi.LimitedStream(make(), 5), read)()
    with pytest.raises(ClientDisconnected):
        wsgi.LimitedStream(make(), 5).read(2)


@pytest.mark.parametrize("seekable", [True, False])
@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize("start", range(12))
@pytest.mark.parametrize("length", [None, 0, 1, 4, 99])
def test_range_wrapper(seekable, size, start, length):
    data = b"Hello World"
    if seekable:
        source = wsgi.FileWrapper(io.BytesIO(data), size)
    else:
        source = (data[i : i + size] for i in range(0, len(data), size))
    wrapper = wsgi._RangeWrapper(source, start, length)
    end = len(data) if length is None else start + length
    assert b"".join(wrapper) == data[start:end]
    assert list(wrapper) == []
    wrapper.close()


def test_file_wrapper():
    file = io.BytesIO(b"x" * 20000)
    wrapper = wsgi.wrap_file({}, file)
    assert [len(block) for block in wrapper] == [8192, 8192, 3616]
    wrapper.seek(5)
    assert (wrapper.tell(), wrapper.seekable()) == (5, True)
    wrapper.close()
    assert file.closed
    assert wsgi.wrap_file({"wsgi.file_wrapper": lambda *args: args}, file, 7) == (file, 7)


def test_closing_iterator():
    calls = []

    class Body:
        def __iter__(self):
            yield b"x"

        def close(self):
            calls.append("body")

    body = wsgi.ClosingIterator(Body(), [lambda: calls.append("a"), lambda: calls.append("b")])
    assert list(body) == [b"x"]
    body.close()
    assert calls == ["body", "a", "b"]


def test_responder():
    @wsgi.responder
    def application(environ, start_response):
        """Doc."""
        return lambda environ, start_response: [environ["x"]]

    assert application.__doc__ == "Doc."
    assert application({"x": b"y"}, None) == [b"y"]
