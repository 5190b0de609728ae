"""Responses of which somebody changed how they are sent: the socket shows what WSGI shows."""

from __future__ import annotations

import contextvars
import http.client
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from native_server import serving_natively

import cruet
from cruet import Flask, Response
from cruet.toolkit.datastructures import Headers

closed: list[str] = []


class OwnStatus(Response):
    @property
    def status(self) -> str:
        return "299 Own"

    @status.setter
    def status(self, value: Any) -> None:
        pass


class OwnHeaders(Response):
    @property
    def headers(self) -> Headers:
        return Headers({"X-Own": "yes"})

    @headers.setter
    def headers(self, value: Any) -> None:
        pass


class OwnWsgiHeaders(Response):
    def get_wsgi_headers(self, environ: Any) -> Headers:
        return Headers([*super().get_wsgi_headers(environ), ("X-Own", "yes")])


class OwnPieces(Response):
    def iter_encoded(self) -> Iterator[bytes]:
        return iter([b"piece"])


class OwnClose(Response):
    def close(self) -> None:
        closed.append("own")
        super().close()


def of_instance(name: str, value: Any) -> Response:
    response = Response("given")
    setattr(response, name, value)
    return response


def with_callback() -> Response:
    response = Response("given")
    response.call_on_close(lambda: closed.append("callback"))
    return response


def with_callback_and_a_bad_field() -> Response:
    response = with_callback()
    # Past all the checks that setting a field makes.
    response.headers._list.append(("X-Bad", "a\r\nSet-Cookie: b"))
    return response


KINDS: dict[str, Callable[[], Response]] = {
    "status": lambda: OwnStatus("given"),
    "headers": lambda: OwnHeaders("given"),
    "wsgi-headers": lambda: OwnWsgiHeaders("given"),
    "pieces": lambda: OwnPieces("given"),
    "close": lambda: OwnClose("given"),
    "of-instance": lambda: of_instance("iter_encoded", lambda: iter([b"other"])),
    "attribute": lambda: of_instance("colour", "blue"),
    "no-length": lambda: of_instance("automatically_set_content_length", False),
    "callback": with_callback,
    "location": lambda: Response("given", headers={"Location": "/ä"}),
    "content-location": lambda: Response("given", headers={"content-location": "/ä"}),
    "passed-through": lambda: Response(b"given", direct_passthrough=True),
    "bytearray": lambda: Response(bytearray(b"given")),
    "status-text": lambda: Response("given", status="202 As I say"),
}

variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")


def make_app() -> Flask:
    app = Flask(__name__)
    app.add_url_rule("/kind/<name>", "kind", lambda name: KINDS[name]())
    app.add_url_rule("/bad", "bad", with_callback_and_a_bad_field)

    @app.route("/variable")
    def of_request() -> Any:
        before = variable.get()
        variable.set("set by an earlier request")

        def pieces() -> Iterator[str]:
            yield before
            yield "," + variable.get()

        return pieces()

    return app


@pytest.fixture(scope="module", params=["inline", "threads"])
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    with serving_natively(make_app(), threads=4 if request.param == "threads" else 1) as port:
        yield port


def ask(port: int, path: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def await_closed(expected: list[str]) -> None:
    """A thread closes what it has answered, perhaps after the client has it."""
    deadline = time.monotonic() + 5
    while len(closed) < len(expected) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert closed == expected


@pytest.mark.parametrize("name", KINDS)
def test_what_is_overridden_is_sent(port: int, name: str) -> None:
    closed.clear()
    with make_app().test_client().get(f"/kind/{name}") as response:
        expected = response.status_code, dict(response.headers), response.get_data()
    expected_closed = list(closed)
    closed.clear()
    status, headers, body = ask(port, f"/kind/{name}")
    for field in ("Date", "Server"):
        headers.pop(field)
    # The server knows the length of what is whole, whether or not the application said it.
    expected[1].setdefault("Content-Length", str(len(body)))
    assert (status, headers, body) == expected
    await_closed(expected_closed)


def test_a_response_that_cannot_be_sent_is_closed_all_the_same(port: int) -> None:
    closed.clear()
    status, headers, _ = ask(port, "/bad")
    assert status == 500
    assert "Set-Cookie" not in headers
    await_closed(["callback"])


def test_context_variables_are_the_requests_own(port: int) -> None:
    for _ in range(3):
        assert ask(port, "/variable")[2] == b"unset,set by an earlier request"
    assert variable.get() == "unset"
    assert cruet.has_request_context() is False
