"""The development server where Python speaks HTTP: TLS, own handlers, several processes."""

from __future__ import annotations

import contextlib
import http.client
import io
import os
import socket
import ssl
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cruet.toolkit import serving
from cruet.toolkit.exceptions import ClientDisconnected
from cruet.toolkit.serving import (
    BaseWSGIServer,
    DechunkedInput,
    WSGIRequestHandler,
    generate_adhoc_ssl_context,
    load_ssl_context,
    make_server,
    make_ssl_devcert,
)
from cruet.toolkit.wrappers import Request, Response


class Own(WSGIRequestHandler):
    """Overrides something, so that Python answers."""

    def make_environ(self) -> Any:
        return {**super().make_environ(), "own": "yes"}

    def log_request(self, code: Any = "-", size: Any = "-") -> None:
        pass


@Request.application
def echo(request: Request) -> Response:
    environ = request.environ
    if request.path == "/broken":
        raise ValueError("boom")
    if request.path == "/stream":
        return Response(part for part in ("one ", "two"))
    if request.path == "/torn":
        return Response(iter(["one ", 3]))
    if request.path == "/unread":
        return Response("unread")
    text = f"{environ.get('own')} {environ['wsgi.url_scheme']} {request.full_path} {request.data!r}"
    return Response(f"{text} {environ.get('HTTP_X_TWO')} {os.getpid()}")


@contextmanager
def serving_at(app: Any = echo, **options: Any) -> Iterator[BaseWSGIServer]:
    options.setdefault("request_handler", Own)
    server = make_server("127.0.0.1", 0, app, **options)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join(10)
        assert not thread.is_alive()


def connect(server: BaseWSGIServer, **options: Any) -> http.client.HTTPConnection:
    if server.ssl_context is None:
        return http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection("127.0.0.1", server.port, timeout=10, context=context)


def ask(connection: http.client.HTTPConnection, *args: Any, **more: Any) -> tuple[int, str]:
    connection.request(*args, **more)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def once(server: BaseWSGIServer, *args: Any) -> tuple[int, str]:
    with contextlib.closing(connect(server)) as connection:
        return ask(connection, *args)


def sent(server: BaseWSGIServer, request: bytes) -> bytes:
    """Everything that comes until the connection ends."""
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(request)
        return b"".join(iter(lambda: client.recv(1000), b""))


def test_an_own_handler_is_made_and_heeded() -> None:
    with serving_at(threaded=True) as server:
        connection = connect(server)
        status, text = ask(connection, "GET", "//a%20b?x=1", headers={"X-Two": "2", "X_Two": "no"})
        assert status == 200 and text.startswith("yes http /a b?x=1 b'' 2 ")
        # The same connection goes on, with bodies of both kinds.
        assert "b'body'" in ask(connection, "POST", "/", b"body")[1]
        chunks = iter([b"chu", b"nks"])
        assert "b'chunks'" in ask(connection, "POST", "/", chunks, encode_chunked=True)[1]
        assert ask(connection, "GET", "/stream") == (200, "one two")
        assert ask(connection, "HEAD", "/stream") == (200, "")
        assert connection.sock is not None
        connection.close()


def test_a_body_that_is_not_read_is_skipped() -> None:
    with serving_at() as server, contextlib.closing(connect(server)) as connection:
        assert ask(connection, "POST", "/unread", b"x" * 100_000) == (200, "unread")
        assert ask(connection, "GET", "/stream") == (200, "one two")


def test_a_body_whose_stream_was_closed_is_a_client_that_went_away() -> None:
    kept: list[Request] = []

    @Request.application
    def keep(request: Request) -> Response:
        kept.append(request)
        return Response("kept")

    with serving_at(keep) as server:
        assert once(server, "POST", "/", b"body")[0] == 200
    environ = kept[0].environ
    assert "wsgi.input_terminated" not in environ, "the length tells where the body ends"
    environ["wsgi.input"].close()
    with pytest.raises(ClientDisconnected):
        kept[0].get_data()


def test_a_large_body_that_is_not_read_ends_the_connection() -> None:
    with serving_at() as server, contextlib.closing(connect(server)) as connection:
        connection.putrequest("POST", "/unread")
        connection.putheader("Content-Length", str(10**9))
        connection.endheaders()
        with contextlib.suppress(ConnectionError):
            for _ in range(40):
                connection.send(b"x" * 65536)
            assert connection.getresponse().read() == b"unread"


@pytest.mark.parametrize(
    ("threaded", "version"), [(True, b"1.0"), (False, b"1.0"), (False, b"1.1")]
)
def test_http_10_gets_no_chunks(threaded: bool, version: bytes) -> None:
    with serving_at(threaded=threaded) as server:
        data = sent(server, b"GET /stream HTTP/%b\r\nHost: a\r\n\r\n" % version)
    head, _, body = data.partition(b"\r\n\r\n")
    assert body == b"one two" and b"Connection: close" in head and b"chunked" not in head


def test_a_handler_may_say_what_version_it_speaks() -> None:
    class Old(Own):
        protocol_version = "HTTP/1.0"

    class New(Own):
        protocol_version = "HTTP/1.1"

    for handler, threaded, version in ((Old, True, 10), (New, False, 11), (Own, True, 11)):
        with serving_at(request_handler=handler, threaded=threaded) as server:
            connection = connect(server)
            connection.request("GET", "/stream")
            answer = connection.getresponse()
            assert (answer.version, answer.read()) == (version, b"one two")
            connection.close()


def test_errors_are_told_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    with serving_at(threaded=True) as server:
        status, text = once(server, "GET", "/broken")
        assert status == 500 and "Internal Server Error" in text
        with pytest.raises(http.client.IncompleteRead):
            once(server, "GET", "/torn")
    assert "ValueError: boom" in caplog.text


def test_errors_may_pass_through() -> None:
    server = make_server(
        "127.0.0.1", 0, echo, request_handler=Own, passthrough_errors=True, threaded=True
    )
    raised: list[BaseException] = []

    def run() -> None:
        try:
            server.serve_forever()
        except ValueError as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    with pytest.raises(http.client.HTTPException):
        once(server, "GET", "/broken")
    thread.join(10)
    assert [str(error) for error in raised] == ["boom"]


def test_without_threads_one_thread_answers_and_nobody_is_held_up() -> None:
    threads: list[int] = []

    @Request.application
    def note(request: Request) -> Response:
        threads.append(threading.get_ident())
        return Response("noted")

    with serving_at(note, request_handler=None) as server:
        # As browsers do, it connects and says nothing yet.
        silent = socket.create_connection(("127.0.0.1", server.port))
        assert [once(server, "GET", "/")[1] for _ in range(3)] == ["noted"] * 3
        silent.close()
    assert len(set(threads)) == 1 and threads[0] != threading.get_ident()


def test_without_threads_a_stop_ends_what_waits_for_its_turn() -> None:
    entered, leave = threading.Event(), threading.Event()

    @Request.application
    def hold(request: Request) -> Response:
        entered.set()
        leave.wait(10)
        return Response("held")

    texts: list[str] = []

    def get(path: str) -> None:
        with contextlib.suppress(http.client.HTTPException, OSError):
            texts.append(once(server, "GET", path)[1])

    with serving_at(hold, request_handler=None) as server:
        first = threading.Thread(target=get, args=["/first"])
        first.start()
        assert entered.wait(10)
        second = threading.Thread(target=get, args=["/second"])
        second.start()
        stopper = threading.Thread(target=server.shutdown)
        stopper.start()
        leave.set()
    for thread in (first, second, stopper):
        thread.join(10)
        assert not thread.is_alive()
    assert texts[0] == "held"


def test_what_http_forbids_is_read_as_werkzeug_reads_it() -> None:
    @Request.application
    def tell(request: Request) -> Response:
        environ = request.environ
        names = ("HTTP_X", "CONTENT_LENGTH", "HTTP_HOST", "PATH_INFO", "QUERY_STRING")
        return Response(repr([environ.get(name) for name in names] + [request.data]))

    with serving_at(tell, request_handler=None) as server:
        data = sent(
            server,
            b"POST http://a.test:1/p?q#part HTTP/1.1\r\nHost: /a/path\r\nX: a \r\nX: b\r\n\tc\r\n"
            b"Content-Length: five\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        )
    told = ["a ,b\tc", "five", "a.test:1", "/p", "q", b"hi"]
    assert data.rpartition(b"\r\n\r\n")[2].decode() == repr(told)


@pytest.mark.parametrize("threaded", [False, True])
def test_views_run_one_at_a_time_unless_threaded(threaded: bool) -> None:
    both = threading.Barrier(2)

    @Request.application
    def meet(request: Request) -> Response:
        try:
            both.wait(2 if threaded else 0.3)
        except threading.BrokenBarrierError:
            return Response("alone")
        return Response("together")

    with serving_at(meet, threaded=threaded) as server:
        texts: list[str] = []
        threads = [
            threading.Thread(target=lambda: texts.append(once(server, "GET", "/")[1]))
            for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    assert texts == (["together"] * 2 if threaded else ["alone"] * 2)


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_processes_answer() -> None:
    with serving_at(processes=2) as server:
        assert server.multiprocess
        pids = {once(server, "GET", "/")[1].split()[-1] for _ in range(3)}
    assert len(pids) == 3 and str(os.getpid()) not in pids


def test_threads_and_processes_exclude_each_other() -> None:
    with pytest.raises(ValueError, match="multi-thread and multi-process"):
        make_server("127.0.0.1", 0, echo, threaded=True, processes=2)
    with pytest.raises(TypeError, match="ssl_context is a context"):
        make_server("127.0.0.1", 0, echo, ssl_context="other")  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["adhoc", "files", "context"])
def test_tls(kind: str, tmp_path: Path) -> None:
    context: Any = kind
    if kind != "adhoc":
        context = make_ssl_devcert(str(tmp_path / "dev"), host="localhost")
        assert stat.S_IMODE(os.stat(context[1]).st_mode) == 0o600
    if kind == "context":
        context = load_ssl_context(*context)
    # Whoever speaks no TLS, or nothing at all, keeps nobody from being answered.
    with (
        serving_at(ssl_context=context, request_handler=WSGIRequestHandler) as server,
        socket.create_connection(("127.0.0.1", server.port)),
        socket.create_connection(("127.0.0.1", server.port)) as plain,
    ):
        plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
        status, text = once(server, "GET", "/")
        assert (status, text.split()[1]) == (200, "https")
        with contextlib.suppress(ConnectionResetError):
            assert plain.recv(1000)[:5] != b"HTTP/"


def test_a_certificate_names_its_host(tmp_path: Path) -> None:
    x509 = pytest.importorskip("cryptography.x509")
    path, _ = make_ssl_devcert(str(tmp_path / "dev"), host="example.test")
    certificate = x509.load_pem_x509_certificate(Path(path).read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["example.test", "*.example.test"]


def test_without_cryptography_there_is_no_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "cryptography", None)
    with pytest.raises(TypeError, match="need the 'cryptography' package"):
        generate_adhoc_ssl_context()


def test_the_startup_message_says_https(caplog: pytest.LogCaptureFixture) -> None:
    server = make_server("0.0.0.0", 0, echo, ssl_context="adhoc")
    caplog.set_level("INFO", "werkzeug")
    server.log_startup()
    server.server_close()
    assert f"Running on https://127.0.0.1:{server.port}" in caplog.text


@pytest.mark.parametrize(
    ("data", "body"),
    [
        (b"5\r\nhello\r\n3;x=1\r\nabc\r\n0\r\nTrailer: x\r\n\r\nnext", b"helloabc"),
        (b"0\r\n\r\n", b""),
        (b"5\r\nhel", None),
        (b"zz\r\n", None),
        (b"-1\r\n", None),
        (b"+1\r\n", None),
        (b"1_0\r\n", None),
        (b"\r\n", None),
        (b"5\r\nhelloXX", None),
        (b"1" * 5000 + b"\r\n", None),
        (b"0\r\n" + b"a: b\r\n" * 200, None),
    ],
)
def test_chunks(data: bytes, body: bytes | None) -> None:
    stream = DechunkedInput(io.BytesIO(data))
    if body is None:
        with pytest.raises(OSError):
            stream.read()
    else:
        assert stream.read() == body
        assert stream.read() == b""


def test_addresses_as_werkzeug_gives_them() -> None:
    assert serving.select_address_family("127.0.0.1", 80) == socket.AF_INET
    assert serving.select_address_family("::1", 80) == socket.AF_INET6
    assert serving.select_address_family("unix:///x", 0) == socket.AF_UNIX
    assert serving.get_sockaddr("unix:///tmp/x", 0, socket.AF_UNIX) == "/tmp/x"
    assert serving.get_sockaddr("127.0.0.1", 80, socket.AF_INET) == ("127.0.0.1", 80)
    assert serving.get_interface_ip(socket.AF_INET).count(".") == 3


def test_log_lines_hold_no_control_characters(caplog: pytest.LogCaptureFixture) -> None:
    class Logging(WSGIRequestHandler):
        def address_string(self) -> str:
            return "fe80::1%eth0"

    caplog.set_level("INFO", "werkzeug")
    with (
        serving_at(request_handler=Logging) as server,
        socket.create_connection(("127.0.0.1", server.port)) as client,
    ):
        client.sendall(b"GET /\x1b[31m HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        while client.recv(1000):
            pass
    assert r"fe80::1%eth0 - - [" in caplog.text and r"GET /\x1b[31m" in caplog.text
