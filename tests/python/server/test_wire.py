"""What hostile and broken clients send, byte by byte, to both loops, inline and in threads."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import MODES, Running, running, until

APP = """
import os, sys, time

handled = []
closed = []
large = b"L" * (16 << 20)

class Endless:
    def __iter__(self):
        return self
    def __next__(self):
        return b"x" * 65536
    def close(self):
        closed.append(1)

def app(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/handled":
        start_response("200 OK", [])
        return [repr(handled).encode()]
    handled.append(environ["REQUEST_METHOD"] + " " + path)
    if path == "/early":
        start_response("200 OK", [])
        return [b"early"]
    if path == "/large":
        start_response("200 OK", [])
        return [large]
    if path == "/references":
        start_response("200 OK", [])
        return [str(sys.getrefcount(large)).encode()]
    if path == "/endless":
        start_response("200 OK", [])
        return Endless()
    if path == "/closed":
        start_response("200 OK", [])
        return [str(len(closed)).encode()]
    if path == "/204":
        start_response("204 No Content", [])
        return [b"dropped"]
    if path == "/304":
        start_response("304 Not Modified", [("ETag", '"a"')])
        return iter([b"dropped"])
    if path == "/write":
        write = start_response("200 OK", [])
        for _ in range(512):
            write(b"w" * 65536)
        return [b"end"]
    if path == "/rss":
        start_response("200 OK", [])
        with open("/proc/self/statm") as file:
            return [str(int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")).encode()]
    body = environ["wsgi.input"].read()
    admin = environ.get("HTTP_X_ADMIN", "-")
    start_response("200 OK", [("Content-Type", "text/plain")])
    seen = (environ["REQUEST_METHOD"], path, body.decode("latin-1"), admin)
    return [("[%s %s %s %s]" % seen).encode("latin-1")]
"""

OPTIONS = (
    *("--limit-request-line", "200", "--limit-request-fields", "10"),
    *("--limit-request-field-size", "300", "--limit-request-head", "1000"),
    *("--limit-request-body", "1000000"),
    *("--header-timeout", "0.6", "--body-timeout", "0.6"),
    *("--keep-alive", "0.6", "--write-timeout", "1"),
)


@pytest.fixture(params=MODES, scope="module")
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("wire")
    (folder / "wireapp.py").write_text(APP)
    with running("wireapp:app", *OPTIONS, *MODES[request.param], cwd=folder) as running_server:
        running_server.ready()
        running_server.threaded = "threads" in request.param  # type: ignore[attr-defined]
        yield running_server


def exchange(server: Running, data: bytes, end: bool = False) -> bytes:
    """Everything that a server answers to ``data`` until it closes the connection."""
    with server.connect() as client:
        client.sendall(data)
        if end:
            client.shutdown(socket.SHUT_WR)
        return rest(client)


def rest(client: socket.socket) -> bytes:
    parts = []
    while part := client.recv(65536):
        parts.append(part)
    return b"".join(parts)


def statuses(answer: bytes) -> list[int]:
    return [int(code) for code in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


HEAD = b"POST /first HTTP/1.1\r\nHost: x\r\n"
CODING = b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
#: Stands where a reader of the framing who is wrong would see a request.
HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n"

SMUGGLING = {
    "length and coding": (
        HEAD + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "coding and length": (
        HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
        400,
    ),
    "two lengths": (HEAD + b"Content-Length: 0\r\nContent-Length: 40\r\n\r\n", 400),
    "two equal lengths": (HEAD + b"Content-Length: 0\r\nContent-Length: 0\r\n\r\n", 400),
    "a list of lengths": (HEAD + b"Content-Length: 0, 0\r\n\r\n", 400),
    "a length with a sign": (HEAD + b"Content-Length: +0\r\n\r\n", 400),
    "a negative length": (HEAD + b"Content-Length: -1\r\n\r\n", 400),
    "a hexadecimal length": (HEAD + b"Content-Length: 0x0\r\n\r\n", 400),
    "a length with an underscore": (HEAD + b"Content-Length: 1_0\r\n\r\n", 400),
    "a length that wraps": (HEAD + b"Content-Length: 18446744073709551616\r\n\r\n", 400),
    "an empty length": (HEAD + b"Content-Length:\r\n\r\n", 400),
    "another coding": (HEAD + b"Transfer-Encoding: identity\r\n\r\n", 501),
    "chunked twice": (HEAD + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400),
    "chunked is not last": (HEAD + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 400),
    "chunked in two fields": (
        HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        400,
    ),
    "a coding in quotes": (HEAD + b'Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n', 501),
    "a coding with a vertical tab": (HEAD + b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n", 400),
    "a coding in HTTP/1.0": (
        b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "space before the colon": (HEAD + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400),
    "a folded line": (HEAD + b"X: y\r\n Transfer-Encoding: chunked\r\n\r\n", 400),
    "a folded coding": (HEAD + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", 400),
    "a field line without a colon": (HEAD + b"Nonsense\r\n\r\n", 400),
    "a bare LF behind a field": (HEAD + b"X: y\nContent-Length: 0\r\n\r\n", 400),
    "bare LFs alone": (b"GET / HTTP/1.1\nHost: x\n\n", 400),
    "a bare CR in a value": (HEAD + b"X: y\rContent-Length: 40\r\n\r\n", 400),
    "NUL in a value": (HEAD + b"X: y\0z\r\n\r\n", 400),
    "NUL in a name": (HEAD + b"X\0: y\r\n\r\n", 400),
    "NUL in the target": (b"GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "two hosts": (b"GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", 400),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "a host with a path": (b"GET / HTTP/1.1\r\nHost: x/y\r\n\r\n", 400),
    "a host with credentials": (b"GET / HTTP/1.1\r\nHost: a@x\r\n\r\n", 400),
    "a fragment": (b"GET /#hidden HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "a target with a space": (b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "two spaces": (b"GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "HTTP/0.9": (b"GET /\r\n\r\n", 400),
    "HTTP/1.2": (b"GET / HTTP/1.2\r\nHost: x\r\n\r\n", 505),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    "an unknown method": (b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n", 501),
    "a tunnel": (b"CONNECT x:80 HTTP/1.1\r\nHost: x:80\r\n\r\n", 501),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    "another expectation": (HEAD + b"Content-Length: 0\r\nExpect: tea\r\n\r\n", 417),
    "a chunk without a size": (CHUNKED + b"\r\nabc\r\n0\r\n\r\n", 400),
    "a chunk with a sign": (CHUNKED + b"+3\r\nabc\r\n0\r\n\r\n", 400),
    "a chunk with 0x": (CHUNKED + b"0x3\r\nabc\r\n0\r\n\r\n", 400),
    "a chunk size that wraps": (CHUNKED + b"10000000000000003\r\nabc\r\n0\r\n\r\n", 400),
    "a chunk that is longer": (CHUNKED + b"3\r\nabcd\r\n0\r\n\r\n", 400),
    "a chunk with a bare LF": (CHUNKED + b"3\nabc\r\n0\r\n\r\n", 400),
    "a chunk ended by LF": (CHUNKED + b"3\r\nabc\n0\r\n\r\n", 400),
    "an extension with a bare LF": (CHUNKED + b"3;a\nabc\r\n0\r\n\r\n", 400),
    "a long extension": (CHUNKED + b"3;a=" + b"b" * 2000 + b"\r\nabc\r\n0\r\n\r\n", 400),
    "many extensions": (CHUNKED + b"1;abcdefgh\r\na\r\n" * 300 + b"0\r\n\r\n", 400),
    "a trailer that folds": (CHUNKED + b"0\r\nA: b\r\n c\r\n\r\n", 400),
    "a length in a trailer": (CHUNKED + b"0\r\nContent-Length: 40\r\n\r\n", 400),
    "trailers without an end": (CHUNKED + b"0\r\n" + b"A: b\r\n" * 30, 431),
}


@pytest.mark.parametrize("name", SMUGGLING)
def test_what_others_might_read_differently_is_refused(server: Running, name: str) -> None:
    data, status = SMUGGLING[name]
    answer = exchange(server, data + HIDDEN)
    # In threads a view may have had the request before its content turned out to be malformed.
    assert statuses(answer) == [status], answer
    assert b"Connection: close\r\n" in answer
    assert "GET /hidden" not in server.get("/handled")[1]


def test_what_is_allowed_is_read_in_one_way(server: Running) -> None:
    last = b"GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    chunks = b'3;a=b\r\nabc\r\nA;q="1"\r\n0123456789\r\n0\r\n'
    trailers = b"X-Admin: yes\r\nHost: other\r\nX-Two: 2\r\n\r\n"
    answer = exchange(server, b"\r\n" + CHUNKED + chunks + trailers + last)
    assert statuses(answer) == [200, 200]
    assert b"[POST /first abc0123456789 -]" in answer
    assert answer.endswith(b"[GET /last  -]")
    # In the body of one request there is no other.
    inner = HEAD + b"Content-Length: %d\r\n\r\n" % len(HIDDEN) + HIDDEN
    assert statuses(exchange(server, inner + last)) == [200, 200]
    assert "GET /hidden" not in server.get("/handled")[1]


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET /" + b"a" * 184 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 200),
        (b"GET /" + b"a" * 187 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"GET /" + b"a" * 5000, 414),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 9 + b"\r\n", 200),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 10 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 299 + b"\r\n\r\n", 200),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 300 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: %s\r\n" % (b"b" * 250) * 4 + b"\r\n", 431),
        (b"\r\n" * 600, 431),
        (HEAD + b"Content-Length: 1000001\r\n\r\n", 413),
        (HEAD + b"Content-Length: 99999999999999\r\n\r\n", 413),
        (CHUNKED + b"F4241\r\n" + b"a" * 1000001 + b"\r\n0\r\n\r\n", 413),
        (HEAD + b"Content-Length: 1000001\r\nExpect: 100-continue\r\n\r\n", 413),
    ],
)
def test_limits(server: Running, data: bytes, status: int) -> None:
    assert statuses(exchange(server, data)) == [status]


def test_timeouts(server: Running) -> None:
    slow = {
        "silent": b"",
        "head": b"GET / HT",
        "body": HEAD + b"Content-Length: 5\r\n\r\nab",
        "chunks": CHUNKED + b"3\r\na",
        "idle": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    }
    with contextlib.ExitStack() as stack:
        clients = {name: stack.enter_context(server.connect()) for name in slow}
        start = time.monotonic()
        for name, data in slow.items():
            clients[name].sendall(data)
        answers = {name: rest(client) for name, client in clients.items()}
        assert 0.3 < time.monotonic() - start < 5
    assert {name: statuses(answer) for name, answer in answers.items()} == {
        "silent": [],
        "head": [408],
        "body": [408],
        "chunks": [408],
        "idle": [200],
    }


def test_a_head_that_trickles_in_is_ended_all_the_same(server: Running) -> None:
    start = time.monotonic()
    with server.connect() as client, contextlib.suppress(ConnectionError):
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        for _ in range(60):
            time.sleep(0.1)
            client.sendall(b"A")
    assert time.monotonic() - start < 4


def test_a_client_that_does_not_read_is_cut_off(server: Running) -> None:
    before = int(server.get("/closed")[1])
    with server.connect() as client:
        client.sendall(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
        until(lambda: int(server.get("/closed")[1]) == before + 1)
        with pytest.raises(ConnectionResetError):
            rest(client)


def rss(server: Running) -> int:
    return int(server.get("/rss")[1])


@pytest.mark.parametrize("path", [b"/write", b"/endless", b"/large"])
def test_unread_answers_do_not_grow_memory(server: Running, path: bytes) -> None:
    server.get("/rss")
    before = rss(server)
    with contextlib.ExitStack() as stack:
        for _ in range(3):
            client = stack.enter_context(server.connect())
            client.sendall(b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % path)
        time.sleep(0.5)
        assert rss(server) - before < 6 << 20


def references(server: Running) -> int:
    return int(server.get("/references")[1])


def test_a_large_body_is_sent_from_where_it_lies_and_given_back(server: Running) -> None:
    before = references(server)
    with contextlib.ExitStack() as stack:
        slow, vanishing, pipelining = (stack.enter_context(server.connect()) for _ in range(3))
        slow.sendall(b"GET /large HTTP/1.0\r\n\r\n")
        vanishing.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        pipelining.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\nGET /last HTTP/1.0\r\n\r\n")
        until(lambda: references(server) == before + 3)
        vanishing.close()
        assert rest(slow).partition(b"\r\n\r\n")[2] == b"L" * (16 << 20)
        answer = rest(pipelining)
        assert statuses(answer) == [200, 200] and answer.endswith(b"[GET /last  -]")
        assert b"\r\n\r\n" + b"L" * (16 << 20) + b"HTTP/1.1 200 OK\r\n" in answer
    until(lambda: references(server) == before)


def test_the_legacy_write_is_whole_for_a_slow_reader(server: Running) -> None:
    with server.connect() as client:
        client.sendall(b"GET /write HTTP/1.0\r\n\r\n")
        # Not a byte is taken until all of it has been written or has had to wait.
        time.sleep(0.4)
        body = rest(client).partition(b"\r\n\r\n")[2]
    assert body == b"w" * (512 * 65536) + b"end"


@pytest.mark.parametrize("more", [b"", b"Connection: close\r\n", b"Transfer-Encoding: chunked\r\n"])
def test_an_answer_before_the_body_is_not_reset_away(server: Running, more: bytes) -> None:
    chunked = b"chunked" in more
    size = b"" if chunked else b"Content-Length: 900000\r\n"
    for _ in range(5):
        with server.connect() as client:
            client.sendall(b"POST /early HTTP/1.1\r\nHost: x\r\n" + size + more + b"\r\n")
            time.sleep(0.02)
            for _ in range(9):
                client.sendall(b"186A0\r\n" + b"x" * 100000 + b"\r\n" if chunked else b"x" * 100000)
            if chunked:
                client.sendall(b"0\r\n\r\n")
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_WR)
            assert rest(client).endswith(b"early")


def test_pipelined_requests_are_answered_in_order(server: Running) -> None:
    asked = [b"/n%d" % number for number in range(300)]
    data = b"".join(b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % path for path in asked)
    answer = exchange(server, data + b"GET /end HTTP/1.0\r\n\r\n")
    assert re.findall(rb"\[GET (/\w+)", answer) == [*asked, b"/end"]


def test_half_closed_clients_get_their_answers(server: Running) -> None:
    two = b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n" + HEAD + b"Content-Length: 2\r\n\r\nhi"
    answer = exchange(server, two, end=True)
    assert b"[GET /a  -]" in answer and answer.endswith(b"[POST /first hi -]")
    assert statuses(exchange(server, HEAD + b"Content-Length: 9\r\n\r\nhi", end=True)) == [400]
    assert statuses(exchange(server, b"GET / HTT", end=True)) == [400]
    assert exchange(server, b"", end=True) == b""


def test_expectations(server: Running) -> None:
    with server.connect() as client:
        client.sendall(HEAD + b"Content-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        assert client.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"ok")
        assert client.recv(1000).endswith(b"[POST /first ok -]")
        # HTTP/1.0 knows nothing of it.
        client.sendall(b"POST /old HTTP/1.0\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nok")
        assert statuses(rest(client)) == [200]


def test_answers_without_a_body(server: Running) -> None:
    with server.connect() as client:
        for request in (b"HEAD /x", b"GET /204", b"GET /304", b"HEAD /endless", b"HEAD /write"):
            client.sendall(request + b" HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = client.recv(65536)
            assert answer.startswith(b"HTTP/1.1 ") and answer.endswith(b"\r\n\r\n"), request
            assert answer.count(b"\r\n\r\n") == 1
            assert b"Transfer-Encoding" not in answer
            assert (b"Content-Length" in answer) == (request == b"HEAD /x")
        client.sendall(b"GET /x HTTP/1.0\r\n\r\n")
        assert rest(client).endswith(b"[GET /x  -]")


def test_http_1_0(server: Running) -> None:
    with server.connect() as client:
        client.sendall(b"GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        answer = client.recv(65536)
        assert b"Connection: keep-alive\r\n" in answer and b"Content-Length: " in answer
        client.sendall(b"GET /b HTTP/1.0\r\n\r\n")
        answer = rest(client)
        assert b"Connection: close\r\n" in answer and answer.endswith(b"[GET /b  -]")
    answer = exchange(server, b"GET /304 HTTP/1.0\r\n\r\n")
    assert b"Transfer-Encoding" not in answer


def test_resets_at_every_moment_leave_the_server_whole(server: Running) -> None:
    whole = CHUNKED + b"3\r\nabc\r\n0\r\n\r\nGET /endless HTTP/1.1\r\nHost: x\r\n\r\n"
    for cut in range(0, len(whole), 3):
        client = server.connect()
        client.sendall(whole[:cut])
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
    assert server.get("/x")[0] == 200


def test_a_field_cannot_end_a_log_line(tmp_path: Path) -> None:
    (tmp_path / "wireapp.py").write_text(APP)
    log = tmp_path / "log"
    with running("wireapp:app", "--access-log", str(log), cwd=tmp_path) as server:
        server.ready()
        exchange(server, b'GET /"\\ HTTP/1.0\r\nUser-Agent: a"\t\xff\r\n\r\n')
        until(lambda: log.read_text().count("\n") == 1)
    assert '"GET /\\x22\\x5c HTTP/1.0" 200' in log.read_text()
    assert '"a\\x22\\x09\\xff"' in log.read_text()
