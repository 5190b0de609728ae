"""What views may return, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest

import cruet
from cruet import Flask, Response
from cruet.testing import FlaskClient
from cruet.toolkit.wrappers import Response as ToolkitResponse


def wsgi_callable(environ: Any, start_response: Any) -> list[bytes]:
    start_response("203 OK", [("X-From", "wsgi")])
    return [b"wsgi"]


def generator() -> Iterator[str]:
    yield "a"
    yield "b"


@pytest.mark.parametrize(
    ("value", "status", "body", "content_type"),
    [
        ("text", 200, b"text", "text/html; charset=utf-8"),
        ("ä", 200, "ä".encode(), "text/html; charset=utf-8"),
        (b"bytes", 200, b"bytes", "text/html; charset=utf-8"),
        (bytearray(b"array"), 200, b"array", "text/html; charset=utf-8"),
        ({"a": 1}, 200, b'{"a":1}\n', "application/json"),
        ([1, 2], 200, b"[1,2]\n", "application/json"),
        (("made", 201), 201, b"made", "text/html; charset=utf-8"),
        (("no", "418 TEAPOT"), 418, b"no", "text/html; charset=utf-8"),
        (("ok", HTTPStatus.ACCEPTED), 202, b"ok", "text/html; charset=utf-8"),
        (({"a": 1}, 201), 201, b'{"a":1}\n', "application/json"),
        (("x", {"Content-Type": "text/x"}), 200, b"x", "text/x"),
        (("x", 202, {"Content-Type": "text/x"}), 202, b"x", "text/x"),
        (("x", [("Content-Type", "text/y")]), 200, b"x", "text/y"),
        (Response("r", mimetype="text/r"), 200, b"r", "text/r; charset=utf-8"),
        (ToolkitResponse("t", 207), 207, b"t", "text/plain; charset=utf-8"),
        ((Response("r"), 299), 299, b"r", "text/html; charset=utf-8"),
        (generator(), 200, b"ab", "text/html; charset=utf-8"),
        (iter([b"c", b"d"]), 200, b"cd", "text/html; charset=utf-8"),
        ("", 200, b"", "text/html; charset=utf-8"),
    ],
)
def test_return_values(
    app: Flask, client: FlaskClient, value: Any, status: int, body: bytes, content_type: str
) -> None:
    app.add_url_rule("/", "view", lambda: value)
    response = client.get("/")
    assert (response.status_code, response.data) == (status, body)
    assert response.content_type == content_type


def test_wsgi_callable_as_return_value(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/", "view", lambda: wsgi_callable)
    response = client.get("/")
    assert (response.status_code, response.data) == (203, b"wsgi")
    assert response.headers["X-From"] == "wsgi"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "for 'view' did not return a valid response. The function either returned None"),
        (True, "but it was a bool"),
        (12, "but it was a int"),
        ((), "response tuple"),
        (("a", 1, {}, "b"), "response tuple"),
        ((None, 200), "returned None"),
    ],
)
def test_invalid_return_values(app: Flask, client: FlaskClient, value: Any, message: str) -> None:
    app.add_url_rule("/", "view", lambda: value)
    with pytest.raises(TypeError, match=None) as caught:
        client.get("/")
    assert message in str(caught.value)


def test_make_response_function(app: Flask) -> None:
    with app.test_request_context():
        assert cruet.make_response().status_code == 200
        response = cruet.make_response("x", 404, {"X-A": "1"})
        assert (response.status_code, response.data, response.headers["X-A"]) == (404, b"x", "1")
        given = Response("y")
        assert cruet.make_response(given) is given


def test_own_make_response_is_called(app: Flask, client: FlaskClient) -> None:
    class Upper(Flask):
        def make_response(self, rv: Any) -> Response:
            return super().make_response(rv.upper() if isinstance(rv, str) else rv)

    upper = Upper("upper", static_folder=None)
    upper.add_url_rule("/", "view", lambda: "quiet")
    assert upper.test_client().get("/").data == b"QUIET"

    app.add_url_rule("/", "view", lambda: "quiet")
    assert client.get("/").data == b"quiet"
    plain = app.make_response
    app.make_response = lambda rv: plain(f"{rv}!")  # type: ignore[method-assign]
    assert client.get("/").data == b"quiet!"
    del app.make_response
    assert client.get("/").data == b"quiet"


def test_response_class_of_the_application(app: Flask, client: FlaskClient) -> None:
    class Plain(Response):
        default_mimetype = "text/plain"

    app.response_class = Plain
    app.add_url_rule("/", "view", lambda: "x")
    app.add_url_rule("/toolkit", "toolkit", lambda: ToolkitResponse("y", 201))
    assert client.get("/").mimetype == "text/plain"
    assert client.get("/toolkit").status_code == 201
    with app.test_request_context():
        assert type(app.make_response(ToolkitResponse("y"))) is Plain


def test_jsonify(app: Flask) -> None:
    with app.app_context():
        assert cruet.jsonify(a=1, b=2).get_json() == {"a": 1, "b": 2}
        assert cruet.jsonify(1, 2).get_json() == [1, 2]
        assert cruet.jsonify().get_json() is None
        with pytest.raises(TypeError):
            cruet.jsonify(1, a=2)
        app.debug = True
        assert cruet.jsonify(a=1).data == b'{\n  "a": 1\n}\n'
        app.json.compact = True  # type: ignore[attr-defined]
        assert cruet.jsonify(a=1).data == b'{"a":1}\n'


def test_streaming_needs_the_context(app: Flask, client: FlaskClient) -> None:
    @app.route("/with")
    def with_context() -> Any:
        def generate() -> Iterator[str]:
            yield "hello "
            yield cruet.request.args["name"]

        return cruet.stream_with_context(generate())

    @app.route("/decorated")
    def decorated() -> Any:
        @cruet.stream_with_context
        def generate(greeting: str) -> Iterator[str]:
            yield greeting
            yield cruet.request.args["name"]

        return generate("bye ")

    @app.route("/without")
    def without() -> Any:
        def generate() -> Iterator[str]:
            yield cruet.request.args["name"]

        return generate()

    assert client.get("/with?name=you").data == b"hello you"
    assert client.get("/decorated?name=you").data == b"bye you"
    with pytest.raises(RuntimeError, match="outside of request context"):
        _ = client.get("/without?name=you").data
    with pytest.raises(RuntimeError, match="stream_with_context"):
        cruet.stream_with_context(iter("abc"))


def test_stream_is_closed_unread(app: Flask, client: FlaskClient) -> None:
    closed = []

    class Body:
        def __iter__(self) -> Body:
            return self

        def __next__(self) -> str:
            return "x"

        def close(self) -> None:
            closed.append(True)

    @app.route("/")
    def view() -> Any:
        return cruet.stream_with_context(Body())  # type: ignore[arg-type]

    client.get("/").close()
    assert closed == [True]


def test_head_and_options(app: Flask, client: FlaskClient) -> None:
    @app.route("/", methods=["GET", "PUT"])
    def view() -> str:
        return "body"

    response = client.head("/")
    assert (response.status_code, response.data) == (200, b"")
    assert response.headers["Content-Length"] == "4"
    response = client.options("/")
    assert set(response.allow) == {"GET", "HEAD", "OPTIONS", "PUT"}
    response = client.post("/")
    assert response.status_code == 405
    assert set(response.allow) == {"GET", "HEAD", "OPTIONS", "PUT"}


def test_options_may_be_written_by_hand(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/own", "own", lambda: "own", methods=["OPTIONS"])
    app.add_url_rule("/none", "none", lambda: "x", provide_automatic_options=False)
    assert client.options("/own").data == b"own"
    assert client.options("/none").status_code == 405
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app._got_first_request = False
    app.add_url_rule("/off", "off", lambda: "x")
    assert client.options("/off").status_code == 405


def test_redirect_and_abort(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/away", "away", lambda: cruet.redirect("/there?a=ä", 303))
    app.add_url_rule("/gone", "gone", lambda: cruet.abort(410, "It is gone."))
    app.add_url_rule("/answer", "answer", lambda: cruet.abort(Response("no", 499)))
    response = client.get("/away")
    assert response.status_code == 303
    assert response.headers["Location"] == "/there?a=%C3%A4"
    response = client.get("/gone")
    assert response.status_code == 410
    assert b"It is gone." in response.data
    assert client.get("/answer").status_code == 499


def test_a_status_beside_a_made_response(app: Flask, client: FlaskClient) -> None:
    @app.route("/<kind>")
    def view(kind: str) -> Any:
        made = cruet.jsonify(a=1)
        return {
            "number": (made, 202),
            "line": (made, "299 Own"),
            "headers": (made, {"X-A": ["1", "2"]}),
            "all": (made, 203, [("X-A", "1")]),
        }[kind]

    assert client.get("/number").status == "202 ACCEPTED"
    assert client.get("/line").status == "299 Own"
    assert client.get("/headers").headers.getlist("X-A") == ["1", "2"]
    response = client.get("/all")
    assert (response.status_code, response.headers["X-A"]) == (203, "1")
    assert response.json == {"a": 1}


def test_a_callable_that_is_no_application(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/", "view", lambda: int)
    with pytest.raises(TypeError, match="did not return a valid response") as caught:
        client.get("/")
    assert "but it was a type" in str(caught.value)
