"""PEP 3333 over real sockets, on both loops, inline and in threads."""

from __future__ import annotations

import ast
import socket
from collections.abc import Iterator

import pytest
from running import MODES, Running, running, until
from server_apps import write_all


@pytest.fixture(params=MODES, scope="module")
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    folder = write_all(tmp_path_factory.mktemp("wsgi"))
    with running("wsgiapp:app", *MODES[request.param], cwd=folder) as running_server:
        running_server.ready()
        running_server.threaded = "threads" in request.param  # type: ignore[attr-defined]
        yield running_server


def test_the_environ(server: Running) -> None:
    headers = {"X-One": "1", "X_Real_IP": "forged", "Cookie": "a=b", "Content-Type": "x/y"}
    _, _, body = server.send("POST", "/environ?q=%20&r", b"abc", headers)
    environ = ast.literal_eval(body.decode())
    threaded = server.threaded  # type: ignore[attr-defined]
    expected = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/environ",
        "QUERY_STRING": "q=%20&r",
        "REQUEST_URI": "/environ?q=%20&r",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": str(server.port),
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": "x/y",
        "CONTENT_LENGTH": "3",
        "HTTP_X_ONE": "1",
        "HTTP_COOKIE": "a=b",
        "HTTP_HOST": f"127.0.0.1:{server.port}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.multithread": threaded,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    assert {key: environ.get(key) for key in expected} == expected
    # An underscore would be taken for a hyphen.
    assert "HTTP_X_REAL_IP" not in environ


def _raw(server: Running, data: bytes) -> bytes:
    with server.connect() as client:
        client.sendall(data)
        parts = []
        while part := client.recv(65536):
            parts.append(part)
    return b"".join(parts)


def test_paths_are_decoded_once_and_fields_of_one_name_are_one_list(server: Running) -> None:
    answer = _raw(server, b"GET /%C3%A9%252F%zz HTTP/1.0\r\n\r\n")
    assert answer.endswith(b"hello from /\xc3\xa9%2F%zz")
    answer = _raw(
        server,
        b"GET http://other:81/environ HTTP/1.1\r\nHost: ignored\r\nConnection: close\r\n"
        b"X-A: 1\r\nx-a: 2\r\nCookie: a=1\r\nCookie: b=2\r\n\r\n",
    )
    assert b"'HTTP_X_A': '1,2'" in answer
    assert b"'HTTP_COOKIE': 'a=1; b=2'" in answer
    assert b"'HTTP_HOST': 'other:81'" in answer
    assert b"'PATH_INFO': '/environ'" in answer


@pytest.mark.parametrize("size", [0, 1, 70000, 3000000])
def test_bodies(server: Running, size: int) -> None:
    body = bytes(range(256)) * (size // 256) + b"z" * (size % 256)
    assert server.send("POST", "/echo", body)[2] == body


def test_bodies_in_chunks_by_line_and_unread(server: Running) -> None:
    head = b"POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunks = b"4\r\na\nbc\r\n5\r\n\nlast\r\n0\r\n\r\n"
    assert _raw(server, head % b"/echo" + chunks).endswith(b"\r\n\r\na\nbc\nlast")
    assert _raw(server, head % b"/lines" + chunks).endswith(b"\r\n\r\na\n|bc\n|last")
    with server.connect() as client:
        for _ in range(2):
            client.sendall(b"POST /unread HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n12345")
            answer = b""
            while not answer.endswith(b"not read"):
                part = client.recv(65536)
                assert part, answer
                answer += part


def test_iterables_are_streamed_and_closed(server: Running) -> None:
    before = int(server.get("/closed")[1])
    status, headers, body = server.send("GET", "/pieces")
    assert (status, body) == (200, b"one two three")
    assert headers["Transfer-Encoding"] == "chunked"
    until(lambda: int(server.get("/closed")[1]) == before + 1)


def test_a_head_request_has_no_body(server: Running) -> None:
    status, headers, body = server.send("HEAD", "/x")
    assert (status, body) == (200, b"")
    assert headers["Content-Length"] == str(len("hello from /x"))


def test_the_legacy_write_and_files(server: Running) -> None:
    answer = _raw(server, b"GET /late HTTP/1.1\r\nHost: x\r\n\r\n")
    # What was sent cannot be taken back: the answer is cut.
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert b"sent" in answer and not answer.endswith(b"0\r\n\r\n")
    assert b"wsgi.file_wrapper" in server.send("GET", "/file")[2]


@pytest.mark.parametrize(
    "path", ["/raise", "/bad-header", "/bad-status", "/twice", "/none", "/text"]
)
def test_errors_are_500_and_logged(server: Running, path: str) -> None:
    before = server.text.count("Error while answering GET " + path)
    status, body = server.get(path)
    assert status == 500
    assert "Set-Cookie" not in body
    until(lambda: server.text.count("Error while answering GET " + path) == before + 1)
    assert server.get("/x") == (200, "hello from /x")


def test_exc_info_replaces_what_was_not_sent(server: Running) -> None:
    assert server.get("/replaced") == (503, "replaced")


def test_an_error_within_a_stream_cuts_it(server: Running) -> None:
    answer = _raw(server, b"GET /broken HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"begun" in answer
    assert not answer.endswith(b"0\r\n\r\n")
    server.await_line("ValueError: in the middle")


def test_a_client_that_vanishes_closes_the_iterable(server: Running) -> None:
    before = int(server.get("/closed")[1])
    with server.connect() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.sendall(b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n")
        client.recv(10)
    until(lambda: int(server.get("/closed")[1]) == before + 1)


def test_a_slow_reader_gets_all_and_holds_nobody_up(server: Running) -> None:
    with server.connect() as client:
        client.sendall(b"GET /big HTTP/1.0\r\n\r\n")
        client.recv(10)
        assert server.get("/x") == (200, "hello from /x")
        size = 10
        while part := client.recv(1 << 20):
            size += len(part)
    assert size > 512 * 65536


def test_threads_have_names_and_views_run_side_by_side(server: Running) -> None:
    name = server.get("/thread")[1]
    if not server.threaded:  # type: ignore[attr-defined]
        assert name == "MainThread"
        return
    assert name.startswith("cruet-")
    with server.connect() as client:
        client.sendall(b"GET /sleep/1.5 HTTP/1.0\r\n\r\n")
        assert server.get("/x") == (200, "hello from /x")
        assert client.recv(1000).startswith(b"HTTP/1.1 200")


def test_a_client_that_vanishes_while_its_body_is_read(server: Running) -> None:
    with server.connect() as client:
        client.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n123")
    assert server.get("/x") == (200, "hello from /x")
