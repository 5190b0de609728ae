"""Hooks in their order, errors and who handles them."""

from __future__ import annotations

import logging
from typing import Any

import pytest

import cruet
from cruet import Blueprint, Flask, Response
from cruet.testing import FlaskClient
from cruet.toolkit.exceptions import (
    BadRequest,
    Forbidden,
    HTTPException,
    InternalServerError,
    NotFound,
)


def test_order_of_hooks(app: Flask, client: FlaskClient) -> None:
    events: list[str] = []
    inner = Blueprint("inner", __name__)
    outer = Blueprint("outer", __name__)

    def after(name: str) -> Any:
        def hook(response: Response) -> Response:
            events.append(name)
            return response

        return hook

    for scaffold, name in ((app, "app"), (outer, "outer"), (inner, "inner")):
        scaffold.url_value_preprocessor(lambda e, v, name=name: events.append(f"url {name}"))
        scaffold.before_request(lambda name=name: events.append(f"before {name}"))
        scaffold.after_request(after(f"after {name}"))
        scaffold.teardown_request(lambda exc, name=name: events.append(f"teardown {name}"))
    app.teardown_appcontext(lambda exc: events.append("teardown appcontext"))

    @inner.route("/")
    def view() -> str:
        cruet.after_this_request(after("after this"))
        events.append("view")
        return "x"

    outer.register_blueprint(inner)
    app.register_blueprint(outer)
    client.get("/")
    assert events == [
        "url app", "url outer", "url inner",
        "before app", "before outer", "before inner",
        "view",
        "after this", "after inner", "after outer", "after app",
        "teardown inner", "teardown outer", "teardown app",
        "teardown appcontext",
    ]  # fmt: skip


def test_hooks_of_one_scope(app: Flask, client: FlaskClient) -> None:
    events: list[int] = []
    for number in (1, 2):
        app.before_request(lambda number=number: events.append(number))

        @app.after_request
        def after(response: Response, number: int = number) -> Response:
            events.append(10 + number)
            return response

        app.teardown_request(lambda exc, number=number: events.append(20 + number))
    app.add_url_rule("/", "view", lambda: "x")
    client.get("/")
    assert events == [1, 2, 12, 11, 22, 21]


def test_before_hook_answers(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/", "view", lambda: "view")

    @app.before_request
    def answer() -> Any:
        return ("hook", 202) if "hook" in cruet.request.args else None

    assert client.get("/").data == b"view"
    response = client.get("/?hook")
    assert (response.status_code, response.data) == (202, b"hook")


def test_hook_tables_are_read_live(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/", "view", lambda: "view")
    assert client.get("/").data == b"view"
    app.before_request_funcs.setdefault(None, []).append(lambda: "hook")
    assert client.get("/").data == b"hook"
    app.before_request_funcs[None].clear()
    assert client.get("/").data == b"view"
    app.before_request_funcs = {None: [lambda: "other table"]}
    assert client.get("/").data == b"other table"


def test_setup_ends_with_the_first_request(app: Flask, client: FlaskClient) -> None:
    client.get("/")
    with pytest.raises(AssertionError, match="can no longer be called"):
        app.before_request(lambda: None)
    with pytest.raises(AssertionError, match="route"):
        app.route("/late")


def test_handlers_by_code_and_class(app: Flask, client: FlaskClient) -> None:
    class Custom(Exception):
        pass

    class Deeper(Custom):
        pass

    @app.errorhandler(404)
    def missing(error: NotFound) -> Any:
        return "no page", 404

    @app.errorhandler(Custom)
    def custom(error: Custom) -> str:
        return f"custom {type(error).__name__}"

    @app.errorhandler(HTTPException)
    def any_http(error: HTTPException) -> Any:
        return f"http {error.code}", error.code

    def fail(error: BaseException) -> Any:
        def view() -> None:
            raise error

        return view

    app.add_url_rule("/deeper", "deeper", fail(Deeper()))
    app.add_url_rule("/forbidden", "forbidden", fail(Forbidden()))
    app.add_url_rule("/zero", "zero", fail(ZeroDivisionError()))
    response = client.get("/nowhere")
    assert (response.status_code, response.data) == (404, b"no page")
    assert client.get("/deeper").data == b"custom Deeper"
    assert client.get("/forbidden").data == b"http 403"
    with pytest.raises(ZeroDivisionError):
        client.get("/zero")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    response = client.get("/zero")
    assert (response.status_code, response.data) == (500, b"http 500")


def test_blueprint_handlers_come_first(app: Flask, client: FlaskClient) -> None:
    blueprint = Blueprint("part", __name__, url_prefix="/part")
    blueprint.add_url_rule("/", "view", lambda: cruet.abort(403))
    blueprint.register_error_handler(403, lambda e: ("blueprint", 403))
    app.register_error_handler(403, lambda e: ("app", 403))
    app.add_url_rule("/", "view", lambda: cruet.abort(403))
    app.register_blueprint(blueprint)
    assert client.get("/part/").data == b"blueprint"
    assert client.get("/").data == b"app"


def test_handler_of_500_gets_the_original(app: Flask, client: FlaskClient) -> None:
    app.testing = False
    seen: list[Any] = []

    @app.errorhandler(500)
    def handler(error: InternalServerError) -> Any:
        seen.append(error.original_exception)
        return "sorry", 500

    @app.after_request
    def after(response: Response) -> Response:
        response.headers["X-After"] = "yes"
        return response

    app.add_url_rule("/", "view", lambda: 1 / 0)
    response = client.get("/")
    assert (response.status_code, response.data) == (500, b"sorry")
    assert response.headers["X-After"] == "yes"
    assert isinstance(seen[0], ZeroDivisionError)


def test_unhandled_errors_are_logged(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    app.testing = False
    app.add_url_rule("/broken", "view", lambda: 1 / 0)
    with caplog.at_level(logging.ERROR):
        assert client.get("/broken").status_code == 500
    assert "Exception on /broken [GET]" in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_teardown_learns_of_the_error(app: Flask, client: FlaskClient) -> None:
    seen: list[BaseException | None] = []
    app.teardown_request(seen.append)
    app.teardown_appcontext(seen.append)
    app.add_url_rule("/", "view", lambda: 1 / 0)
    app.add_url_rule("/handled", "handled", lambda: cruet.abort(404))
    with pytest.raises(ZeroDivisionError):
        client.get("/")
    assert [type(error) for error in seen] == [ZeroDivisionError] * 2
    seen.clear()
    client.get("/handled")
    assert seen == [None, None]

    class Ignoring(Flask):
        def should_ignore_error(self, error: BaseException | None) -> bool:
            return isinstance(error, ZeroDivisionError)

    other = Ignoring("other", static_folder=None)
    other.add_url_rule("/", "view", lambda: 1 / 0)
    other.teardown_request(seen.append)
    seen.clear()
    other.test_client().get("/")
    assert seen == [None]


def test_error_while_finishing_an_error(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    app.testing = False

    @app.after_request
    def broken(response: Response) -> Response:
        raise KeyError("after")

    app.add_url_rule("/", "view", lambda: "x")
    with caplog.at_level(logging.ERROR):
        assert client.get("/").status_code == 500
    assert "Request finalizing failed" in caplog.text


def test_trapping(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/key", "key", lambda: cruet.request.form["missing"])
    app.add_url_rule("/abort", "abort", lambda: cruet.abort(404))
    app.add_url_rule("/bad", "bad", lambda: cruet.abort(400))
    response = client.get("/key")
    assert response.status_code == 400
    assert b"missing" not in response.data
    app.config["TRAP_BAD_REQUEST_ERRORS"] = True
    with pytest.raises(KeyError, match="missing"):
        client.get("/key")
    with pytest.raises(BadRequest):
        client.get("/bad")
    app.config["TRAP_BAD_REQUEST_ERRORS"] = None
    app.debug = True
    with pytest.raises(KeyError):
        client.get("/key")
    app.config["TRAP_HTTP_EXCEPTIONS"] = True
    with pytest.raises(NotFound):
        client.get("/abort")


@pytest.mark.parametrize(
    ("what", "error"),
    [(999, ValueError), (Exception(), TypeError), (object, ValueError), ("x", ValueError)],
)
def test_registering_handlers_for_nonsense(app: Flask, what: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        app.register_error_handler(what, lambda e: "x")


def test_redirect_that_loses_a_body_in_debug_mode(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/folder/", "folder", lambda: "x", methods=["GET", "POST"])
    assert client.post("/folder").status_code == 308
    app.debug = True
    assert client.post("/folder").status_code == 308

    from cruet.debughelpers import FormDataRoutingRedirect
    from cruet.toolkit.routing import RequestRedirect

    with app.test_request_context("/folder", method="POST"):
        error = RequestRedirect("http://localhost/folder/")
        error.code = 302
        cruet.request.routing_exception = error
        with pytest.raises(FormDataRoutingRedirect, match="canonical URL"):
            app.raise_routing_exception(cruet.request._get_current_object())  # type: ignore[attr-defined]


def test_missing_file_is_explained_in_debug_mode(app: Flask, client: FlaskClient) -> None:
    from cruet.debughelpers import DebugFilesKeyError

    app.debug = True
    app.add_url_rule("/", "view", lambda: cruet.request.files["up"].read(), methods=["POST"])
    with pytest.raises(DebugFilesKeyError, match="enctype"):
        client.post("/", data={"up": "name.txt"})


def test_signals(app: Flask, client: FlaskClient) -> None:
    events: list[str] = []

    def note(name: str) -> Any:
        def receive(sender: Any, **extra: Any) -> None:
            assert sender is app
            extra.pop("_async_wrapper", None)
            events.append(f"{name} {sorted(extra)}")

        return receive

    app.add_url_rule("/", "view", lambda: "x")
    app.add_url_rule("/broken", "broken", lambda: 1 / 0)
    names = [
        "appcontext_pushed", "request_started", "request_finished", "request_tearing_down",
        "appcontext_tearing_down", "appcontext_popped", "got_request_exception",
    ]  # fmt: skip
    receivers = [(getattr(cruet, name), note(name)) for name in names]
    for signal, receiver in receivers:
        signal.connect(receiver, app)
    try:
        client.get("/")
        ordinary = list(events)
        events.clear()
        with pytest.raises(ZeroDivisionError):
            client.get("/broken")
    finally:
        for signal, receiver in receivers:
            signal.disconnect(receiver, app)
    assert ordinary == [
        "appcontext_pushed []",
        "request_started []",
        "request_finished ['response']",
        "request_tearing_down ['exc']",
        "appcontext_tearing_down ['exc']",
        "appcontext_popped []",
    ]
    assert "got_request_exception ['exception']" in events
