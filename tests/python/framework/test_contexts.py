"""Contexts: what is current, when it ends, and in which order."""

from __future__ import annotations

import contextvars
import copy
import gc
import threading
import weakref
from typing import Any

import pytest

import cruet
from cruet import Flask
from cruet.ctx import AppContext, RequestContext
from cruet.globals import app_ctx, request_ctx
from cruet.testing import FlaskClient


def test_nothing_is_current_outside(app: Flask) -> None:
    assert not cruet.has_app_context()
    assert not cruet.has_request_context()
    for proxy in (cruet.current_app, cruet.g, cruet.request, cruet.session, app_ctx, request_ctx):
        assert not proxy
    with pytest.raises(RuntimeError, match="outside of application context"):
        cruet.current_app._get_current_object()  # type: ignore[attr-defined]
    with pytest.raises(RuntimeError, match="outside of request context"):
        _ = cruet.request.path
    for function in (cruet.after_this_request, cruet.copy_current_request_context):
        with pytest.raises(RuntimeError, match="request context is active"):
            function(lambda: None)  # type: ignore[operator]


def test_what_is_current_inside(app: Flask) -> None:
    with app.app_context() as context:
        assert isinstance(context, AppContext)
        assert cruet.current_app._get_current_object() is app  # type: ignore[attr-defined]
        assert app_ctx._get_current_object() is context  # type: ignore[attr-defined]
        assert not cruet.has_request_context()
    with app.test_request_context("/a?b=c", method="POST") as request_context:
        assert isinstance(request_context, RequestContext)
        assert cruet.request.path == "/a"
        assert cruet.request.args["b"] == "c"
        assert cruet.has_app_context()
        assert "'http://localhost/a?b=c' [POST] of framework_app" in repr(request_context)
    assert not cruet.current_app


def test_contexts_are_copied(app: Flask) -> None:
    """A copy has what the context has, and is pushed by itself."""
    with app.test_request_context("/x") as context:
        cruet.session["a"] = 1
        cruet.g.b = 2
        app_context = app_ctx._get_current_object()  # type: ignore[attr-defined]
        app_context.more = 3
        copied_app_context, copied = copy.copy(app_context), copy.copy(context)
    assert not cruet.has_app_context()
    assert copied_app_context.more == 3
    with copied_app_context:
        assert (cruet.current_app.name, cruet.g.b) == ("framework_app", 2)
        with copied:
            assert (cruet.request.path, cruet.session["a"]) == ("/x", 1)
    assert not cruet.has_app_context()


def test_contexts_nest(app: Flask) -> None:
    other = Flask("other")
    with app.app_context(), other.app_context():
        assert cruet.current_app.name == "other"
        with app.test_request_context("/x"):
            assert cruet.current_app.name == "framework_app"
        assert cruet.current_app.name == "other"
        with other.test_request_context("/y") as context:
            assert app_ctx.app is other
            with context:
                assert cruet.request.path == "/y"
            assert cruet.request.path == "/y"


def test_teardown_runs_once_for_nested_pushes(app: Flask) -> None:
    events: list[str] = []
    app.teardown_request(lambda exc: events.append("request"))
    app.teardown_appcontext(lambda exc: events.append("app"))
    context = app.test_request_context()
    with context:
        with context:
            pass
        assert events == []
    assert events == ["request", "app"]
    context.push()
    context.pop(ValueError("given"))
    assert events == ["request", "app"] * 2


def test_wrong_order_of_pops(app: Flask) -> None:
    def confuse() -> None:
        first, second = app.app_context(), app.app_context()
        first.push()
        second.push()
        with pytest.raises(AssertionError, match="wrong app context"):
            first.pop()
        # Nothing is current any more, which its variable says.
        with pytest.raises(LookupError, match="app_ctx"):
            first.pop()
        second.push()
        with pytest.raises(AssertionError, match="not pushed"):
            first.pop()

    def confuse_requests() -> None:
        first, second = app.test_request_context(), app.test_request_context()
        first.push()
        second.push()
        with pytest.raises(AssertionError, match="wrong request context"):
            first.pop()

    # What is left of it stays in a Context of its own.
    contextvars.copy_context().run(confuse)
    contextvars.copy_context().run(confuse_requests)


def test_errors_reach_teardown(app: Flask) -> None:
    seen: list[Any] = []
    app.teardown_appcontext(seen.append)
    with pytest.raises(ZeroDivisionError), app.app_context():
        _ = 1 / 0
    assert isinstance(seen[0], ZeroDivisionError)
    try:
        raise KeyError
    except KeyError:
        with app.app_context():
            pass
    assert seen[1] is None


def test_failing_teardown_pops(app: Flask) -> None:
    @app.teardown_request
    def fail(exc: Any) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), app.test_request_context():
        pass
    assert not cruet.request
    assert not cruet.current_app


def test_g(app: Flask) -> None:
    with app.app_context():
        cruet.g.name = "value"
        assert "name" in cruet.g
        assert list(cruet.g) == ["name"]
        assert cruet.g.get("name") == "value"
        assert cruet.g.get("none", 1) == 1
        assert cruet.g.setdefault("other", 2) == 2
        assert cruet.g.pop("other") == 2
        assert cruet.g.pop("other", 3) == 3
        with pytest.raises(KeyError):
            cruet.g.pop("other")
        with pytest.raises(AttributeError):
            _ = cruet.g.none
        del cruet.g.name
        assert "framework_app" in repr(cruet.g)
    with app.app_context():
        assert "name" not in cruet.g

    class Namespace:
        default = 5

    app.app_ctx_globals_class = Namespace  # type: ignore[assignment]
    with app.app_context():
        assert cruet.g.default == 5


def test_copied_context_in_a_thread(app: Flask, client: FlaskClient) -> None:
    results: list[Any] = []

    @app.route("/")
    def view() -> str:
        cruet.session["a"] = 1

        @cruet.copy_current_request_context
        def work() -> None:
            results.append((cruet.request.args["q"], cruet.session["a"], cruet.current_app.name))

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        return ""

    client.get("/?q=x")
    assert results == [("x", 1, "framework_app")]


def test_client_keeps_the_context(app: Flask, client: FlaskClient) -> None:
    @app.route("/<value>")
    def view(value: str) -> str:
        cruet.g.value = value
        return ""

    with client:
        client.get("/one")
        assert cruet.g.value == "one"
        client.get("/two")
        assert (cruet.g.value, cruet.request.path) == ("two", "/two")
    assert not cruet.request
    with pytest.raises(RuntimeError, match="nest"), client, client:
        pass


def test_contexts_free_their_memory(app: Flask, client: FlaskClient) -> None:
    alive: list[Any] = []

    @app.route("/")
    def view() -> str:
        alive.append(weakref.ref(request_ctx._get_current_object()))  # type: ignore[attr-defined]
        alive.append(weakref.ref(app_ctx._get_current_object()))  # type: ignore[attr-defined]
        alive.append(weakref.ref(cruet.request._get_current_object()))  # type: ignore[attr-defined]
        return ""

    gc.disable()
    try:
        client.get("/").close()
        assert [ref() for ref in alive] == [None] * 3
    finally:
        gc.enable()


def test_application_is_freed() -> None:
    app = Flask("freed", static_folder=None)
    app.add_url_rule("/", "view", lambda: "")
    app.test_client().get("/")
    ref = weakref.ref(app)
    del app
    gc.collect()
    assert ref() is None


def test_hooks_by_hand(app: Flask) -> None:
    app.before_request(lambda: "answered" if cruet.request.path == "/answer" else None)
    app.add_url_rule("/", "index", lambda: "index")
    with app.test_request_context("/answer"):
        assert app.preprocess_request() == "answered"
    with app.test_request_context("/"):
        assert app.preprocess_request() is None
        assert app.dispatch_request() == "index"
        assert app.full_dispatch_request().data == b"index"
    with pytest.raises(RuntimeError, match="outside of request context"):
        app.full_dispatch_request()


def test_host_that_is_not_trusted_is_dispatched_as_an_error(app: Flask) -> None:
    app.config["TRUSTED_HOSTS"] = ["a.test"]
    with app.test_request_context("/", base_url="http://b.test"):
        assert cruet.request.routing_exception is not None
        assert app.full_dispatch_request().status_code == 400
