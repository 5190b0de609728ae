"""What is sent for each kind of response: natively, and without an environ, what WSGI gives."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import two_ways

import cruet
from cruet import Flask, Response
from cruet.toolkit.datastructures import Headers


def pieces(*given: str | bytes) -> Iterator[str | bytes]:
    yield from given


def located(location: str, name: str = "Location", status: int = 302) -> Response:
    return Response("over there", status, {name: location})


def with_status(status: str) -> Response:
    response = Response("body")
    response.status = status
    return response


def passed(body: Any) -> Response:
    return Response(body, direct_passthrough=True, headers={"Content-Length": "5"})


def without_length() -> Response:
    response = Response(["a", "b"])
    response.automatically_set_content_length = False
    return response


# Sent without an environ.
NATIVE: dict[str, Callable[[], Any]] = {
    "text": lambda: "text",
    "path": lambda: cruet.redirect("/a/b?c=d"),
    "query to be escaped": lambda: cruet.redirect("/ä b?ü=%20&x=<>#f|"),
    "whole url": lambda: cruet.redirect("http://exämple.org/é"),
    "no authority": lambda: located("//other.example/x"),
    "relative": lambda: located("b/../c?"),
    "empty location": lambda: located(""),
    "content-location": lambda: located("/é", "Content-Location", 200),
    "lower-case name": lambda: located("/x", "location", 201),
    "own reason": lambda: with_status("299 Quite Well"),
    "no reason": lambda: with_status("299 "),
    "unknown code": lambda: ("", 599),
    "list": lambda: Response(["a", b"b", "ä"]),
    "tuple": lambda: Response(("a", "b")),
    "empty list": lambda: Response([]),
    "list with a length": lambda: Response(["ab", "cd"], headers={"Content-Length": "4"}),
    "list too short for its length": lambda: Response(["ab"], headers={"Content-Length": "4"}),
    "generator": lambda: pieces("a", b"b", "", "ä"),
    "empty generator": lambda: pieces(),
    "generator with a length": lambda: (pieces("ab", "cd"), {"Content-Length": "4"}),
    "redirect with a stream": lambda: (pieces("x"), 303, {"Location": "/é"}),
    "204 with a stream": lambda: (pieces("x"), 204),
    "304 with a list": lambda: Response(["x"], 304, {"ETag": '"x"', "Content-Language": "de"}),
    "304": lambda: ("x", 304, {"ETag": '"x"', "Expires": "0", "Content-Location": "/y"}),
    "passed through": lambda: passed(io.BytesIO(b"12345")),
    "bytearray": lambda: bytearray(b"bytes"),
    "cookies": lambda: ("x", [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]),
    "two content types": lambda: ("x", [("Content-Type", "a/b"), ("content-type", "c/d")]),
}


def absolute() -> Response:
    response = located("/x")
    response.autocorrect_location_header = True
    return response


def two_locations() -> Response:
    headers = Headers([("Location", "/1"), ("location", "/2")])
    return Response("", 302, headers)


# Known to get_wsgi_response() alone.
BY_ITS_OWN_METHODS: dict[str, Callable[[], Any]] = {
    "made absolute": absolute,
    "two locations": two_locations,
    "two content-locations": lambda: Response(
        "", headers=Headers([("Content-Location", "/1"), ("Content-Location", "/2")])
    ),
    "list passed through": lambda: passed([b"123", b"45"]),
    "list without a length": without_length,
}
# Answered with a 500, and logged.
REFUSED: dict[str, Callable[[], Any]] = {
    "no number": lambda: with_status("fine"),
    "two digits": lambda: ("", 99),
    "four digits": lambda: ("", 1000),
    "reason with a line break": lambda: with_status("200 a\nb"),
    "reason that is not ASCII": lambda: with_status("200 schön"),
    "field that is not latin-1": lambda: ("", {"X": "☃"}),
    "item that is neither text nor bytes": lambda: Response([1]),
    "piece that is neither text nor bytes": lambda: pieces(None),
}


@pytest.fixture
def kinds_app() -> Flask:
    app = Flask("kinds")
    kinds = NATIVE | BY_ITS_OWN_METHODS | REFUSED
    app.add_url_rule("/<name>", "kind", lambda name: kinds[name]())
    return app


def both(app: Flask, name: str, method: str, *, native: bool) -> bytes:
    out = two_ways.sent(app, f"/{name}", method, without_environ=native)
    assert out == two_ways.sent(app, f"/{name}", method, native=False)
    return out


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("name", NATIVE)
def test_natively(kinds_app: Flask, name: str, method: str) -> None:
    assert b" 500 " not in both(kinds_app, name, method, native=True)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("name", BY_ITS_OWN_METHODS)
def test_by_own_methods(kinds_app: Flask, name: str, method: str) -> None:
    assert b" 500 " not in both(kinds_app, name, method, native=False)


@pytest.mark.parametrize("name", REFUSED)
def test_refused(kinds_app: Flask, name: str, caplog: pytest.LogCaptureFixture) -> None:
    assert b" 500 " in both(kinds_app, name, "GET", native=False)
    assert [record.levelno for record in caplog.records] == [logging.ERROR] * 2


def test_some_of_the_bytes(kinds_app: Flask) -> None:
    out = two_ways.sent(kinds_app, "/query to be escaped")
    assert b"\r\nLocation: /%C3%A4%20b?%C3%BC=%20&x=%3C%3E#f%7C\r\n" in out
    out = two_ways.sent(kinds_app, "/list")
    assert b"\r\nContent-Length: 4\r\n" in out
    assert out.endswith(b"\r\n\r\nab\xc3\xa4")
    out = two_ways.sent(kinds_app, "/generator")
    assert b"\r\nTransfer-Encoding: chunked\r\n" in out
    assert out.endswith(b"1\r\na\r\n1\r\nb\r\n2\r\n\xc3\xa4\r\n0\r\n\r\n")
    # RFC 9110 section 8.6: no length is told that a GET would not have.
    out = two_ways.sent(kinds_app, "/generator", "HEAD")
    assert b"Content-Length" not in out
    assert out.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("native", [True, False])
@pytest.mark.parametrize("body", ["text", "list", "stream", "passed"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_closing(native: bool, body: str, method: str) -> None:
    app = Flask("closing")
    closed: list[str] = []

    class Body:
        def __iter__(self) -> Iterator[bytes]:
            yield b"x"

        def close(self) -> None:
            closed.append("body")

    @app.route("/")
    def view() -> Response:
        given = {"text": "x", "list": ["x"]}.get(body, Body())
        response = Response(given, direct_passthrough=body == "passed")
        response.call_on_close(lambda: closed.append("function"))
        return response

    assert two_ways.sent(app, "/", method, native=native)
    if body == "passed" and method == "GET":
        # As in Werkzeug: the server is given the iterable itself.
        assert closed == ["body"]
    else:
        assert closed == (["body", "function"] if body in ("stream", "passed") else ["function"])


@pytest.mark.parametrize("native", [True, False])
@pytest.mark.parametrize("body", ["text", "stream"])
def test_error_in_close(native: bool, body: str, caplog: pytest.LogCaptureFixture) -> None:
    app = Flask("closing")

    @app.route("/")
    def view() -> Response:
        response = Response("x" if body == "text" else pieces("x"))
        response.call_on_close(lambda: 1 / 0)
        return response

    assert two_ways.sent(app, "/", native=native).startswith(b"HTTP/1.1 200 ")
    assert [record.getMessage() for record in caplog.records] == [
        "Error in close() of the answer to /"
    ]


def test_ways_that_are_set_on_a_response_are_taken() -> None:
    app = Flask("own")

    @app.route("/<name>")
    def view(name: str) -> Response:
        response = Response("x")
        vars(response)["noted"] = name
        if name == "get_wsgi_headers":
            vars(response)[name] = lambda environ: Headers({"X-Own": "yes"})
        elif name == "iter_encoded":
            vars(response)[name] = lambda: iter([b"own"])
        return response

    assert b"\r\nX-Own: yes\r\n" in two_ways.sent(app, "/get_wsgi_headers")
    for name in ("get_wsgi_headers", "iter_encoded"):
        assert two_ways.sent(app, f"/{name}") == two_ways.sent(app, f"/{name}", native=False)
    assert two_ways.sent(app, "/noted", without_environ=True)


def test_head_tells_no_length_that_it_does_not_know() -> None:
    """RFC 9110 section 8.6: only what a GET would have been answered with."""

    def plain(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [b"abc"]

    assert b"\r\nContent-Length: 3\r\n" in two_ways.sent(plain, "/")
    out = two_ways.sent(plain, "/", "HEAD")
    assert b"Content-Length" not in out
    assert b"Transfer-Encoding" not in out
