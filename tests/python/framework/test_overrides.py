"""What applications override or patch is called, from the wire as through WSGI, and also when it is
patched after requests were answered."""

from __future__ import annotations

from typing import Any

import pytest
from two_ways import Answer, Way, sent, wire, wsgi

import cruet
from cruet import Flask, Request, Response
from cruet.ctx import AppContext, RequestContext
from cruet.sessions import SecureCookieSessionInterface
from cruet.toolkit.datastructures import FileStorage
from cruet.toolkit.routing import Map, MapAdapter

ways = pytest.mark.parametrize("way", [wsgi, wire])


def make(cls: type[Flask] = Flask) -> Flask:
    app = cls("overridden", static_folder=None)
    app.secret_key = "a key"
    app.add_url_rule("/", "index", lambda: "index")
    app.add_url_rule("/session", "session", lambda: str(cruet.session.get("a")))
    app.add_url_rule("/error", "error", lambda: 1 / 0)
    return app


STEPS: dict[str, Any] = {
    "full_dispatch_request": lambda app, old: lambda: old(),
    "preprocess_request": lambda app, old: lambda: old(),
    "dispatch_request": lambda app, old: lambda: old(),
    "make_response": lambda app, old: lambda rv: old(rv),
    "finalize_request": lambda app, old: lambda *a, **k: old(*a, **k),
    "process_response": lambda app, old: lambda response: old(response),
    "do_teardown_request": lambda app, old: lambda *a: old(*a),
    "do_teardown_appcontext": lambda app, old: lambda *a: old(*a),
    "create_url_adapter": lambda app, old: lambda request: old(request),
    "request_context": lambda app, old: lambda environ: old(environ),
    "app_context": lambda app, old: lambda: old(),
    "ensure_sync": lambda app, old: lambda func: old(func),
    "wsgi_app": lambda app, old: lambda environ, start: old(environ, start),
}


@ways
@pytest.mark.parametrize("name", STEPS)
def test_steps_replaced_on_the_instance(way: Way, name: str) -> None:
    app = make()
    plain = way(app, "/")
    calls: list[str] = []
    inner = STEPS[name](app, getattr(app, name))

    def replacement(*args: Any, **kwargs: Any) -> Any:
        calls.append(name)
        return inner(*args, **kwargs)

    setattr(app, name, replacement)
    assert way(app, "/") == plain
    assert calls
    delattr(app, name)
    calls.clear()
    assert way(app, "/") == plain
    assert not calls


@ways
@pytest.mark.parametrize("name", [*STEPS, "__call__"])
def test_steps_patched_on_the_class(way: Way, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make()
    plain = way(app, "/")
    calls: list[str] = []
    original = getattr(Flask, name)

    def replacement(self: Flask, *args: Any, **kwargs: Any) -> Any:
        calls.append(name)
        return original(self, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(Flask, name, replacement)
        assert way(app, "/") == plain
        assert calls
    calls.clear()
    assert way(app, "/") == plain
    assert not calls


@ways
@pytest.mark.parametrize("name", [*STEPS, "__call__"])
def test_steps_overridden_in_a_subclass(way: Way, name: str) -> None:
    calls: list[str] = []
    original = getattr(Flask, name)

    def override(self: Flask, *args: Any, **kwargs: Any) -> Any:
        calls.append(name)
        return original(self, *args, **kwargs)

    app = make(type("Sub", (Flask,), {name: override}))
    assert way(app, "/") == way(make(), "/")
    assert calls


@ways
def test_steps_of_errors(way: Way) -> None:
    calls: list[str] = []

    class Own(Flask):
        def handle_user_exception(self, e: Exception) -> Any:
            calls.append("user")
            return super().handle_user_exception(e)

        def handle_exception(self, e: Exception) -> Response:
            calls.append("any")
            return super().handle_exception(e)

        def handle_http_exception(self, e: Any) -> Any:
            calls.append("http")
            return super().handle_http_exception(e)

        def raise_routing_exception(self, request: Request) -> Any:
            calls.append("routing")
            super().raise_routing_exception(request)

        def log_exception(self, exc_info: Any) -> None:
            calls.append("log")

        def should_ignore_error(self, error: BaseException | None) -> bool:
            calls.append("ignore")
            return True

    app = make(Own)
    assert way(app, "/error").status == 500
    assert calls == ["user", "any", "log", "ignore"]
    calls.clear()
    assert way(app, "/missing").status == 404
    assert calls == ["routing", "user", "http"]


@ways
def test_own_request_classes(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    class Own(Request):
        def __init__(self, environ: Any, *args: Any, **kwargs: Any) -> None:
            made.append(environ["PATH_INFO"])
            super().__init__(environ, *args, **kwargs)

    class Attributes(Request):
        @property
        def shout(self) -> str:
            return self.path.upper()

    app = make()
    app.add_url_rule("/shout", "shout", lambda: getattr(cruet.request, "shout", "quiet"))
    assert way(app, "/shout").body == b"quiet"
    app.request_class = Attributes
    assert way(app, "/shout").body == b"/SHOUT"
    app.request_class = Own
    assert way(app, "/").body == b"index"
    assert made == ["/"]
    app.request_class = Request

    original = Request.__init__

    def patched(self: Request, *args: Any, **kwargs: Any) -> None:
        made.append("patched")
        original(self, *args, **kwargs)

    made.clear()
    monkeypatch.setattr(Request, "__init__", patched)
    assert way(app, "/").body == b"index"
    assert made == ["patched"]


@ways
def test_own_response_classes(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    class Own(Response):
        default_mimetype = "text/own"

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.headers["X-Own"] = "yes"

    class Loud(Response):
        def __call__(self, environ: Any, start_response: Any) -> Any:
            self.headers["X-Called"] = "yes"
            return super().__call__(environ, start_response)

    app = make()
    app.response_class = Own
    answer = way(app, "/")
    assert answer.headers["X-Own"] == "yes"
    assert answer.headers["Content-Type"] == "text/own; charset=utf-8"
    app.response_class = Loud
    assert way(app, "/").headers["X-Called"] == "yes"
    app.response_class = Response
    monkeypatch.setattr(Response, "default_mimetype", "text/patched")
    assert way(app, "/").headers["Content-Type"] == "text/patched; charset=utf-8"


@ways
def test_session_interfaces(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[str] = []

    class Own(SecureCookieSessionInterface):
        def open_session(self, app: Flask, request: Request) -> Any:
            events.append("open")
            return super().open_session(app, request)

        def save_session(self, app: Flask, session: Any, response: Response) -> None:
            events.append("save")
            super().save_session(app, session, response)

    app = make()
    assert way(app, "/").body == b"index"
    app.session_interface = Own()
    assert way(app, "/session").body == b"None"
    assert events == ["open", "save"]
    events.clear()

    app.session_interface = SecureCookieSessionInterface()
    assert way(app, "/").body == b"index"
    monkeypatch.setattr(
        app.session_interface, "open_session", lambda app, request: events.append("instance")
    )
    assert way(app, "/session").body == b"None"
    assert events == ["instance"]


@ways
@pytest.mark.parametrize(
    ("cls", "name"),
    [
        (RequestContext, "push"), (RequestContext, "pop"), (RequestContext, "match_request"),
        (AppContext, "push"), (AppContext, "pop"), (AppContext, "__init__"),
        (Map, "bind"), (Map, "bind_to_environ"), (MapAdapter, "match"), (MapAdapter, "__init__"),
    ],
)  # fmt: skip
def test_contexts_and_maps(way: Way, cls: type, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    app = make()
    # Twice: the first request ends the set-up, after which everything is looked at once more.
    plain = way(app, "/")
    assert way(app, "/") == plain
    original = getattr(cls, name)

    def replacement(self: Any, *args: Any, **kwargs: Any) -> Any:
        calls.append(name)
        return original(self, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(cls, name, replacement)
        assert way(app, "/") == plain
        assert calls == [name]
    calls.clear()
    assert way(app, "/") == plain
    assert not calls


@ways
def test_an_own_adapter_is_made_for_both_contexts(way: Way) -> None:
    asked: list[str] = []

    class Own(Flask):
        def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
            asked.append(type(request).__name__)
            return super().create_url_adapter(request)

    assert way(make(Own), "/").body == b"index"
    assert asked == ["Request", "NoneType"]


@ways
def test_an_own_request_says_of_which_blueprints_it_is(way: Way) -> None:
    class Own(Request):
        @property
        def blueprints(self) -> list[str]:
            return ["elsewhere"]

    app = make()
    app.before_request_funcs["elsewhere"] = [lambda: "stopped"]
    assert way(app, "/").body == b"index"
    app.request_class = Own
    assert way(app, "/").body == b"stopped"


@ways
def test_an_own_response_class_does_not_make_what_others_made(way: Way) -> None:
    made: list[str] = []

    class Own(Response):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            # The test client wraps answers in subclasses of it.
            if type(self) is Own:
                made.append(self.status)

    def after(response: Response) -> Response:
        response.headers["X-Kind"] = type(response).__name__
        return response

    app = make()
    app.response_class = Own
    app.after_request(after)
    for path in ("/", "/missing"):
        assert way(app, path).headers["X-Kind"] == "Own"
    assert made == ["200 OK"]


@ways
def test_an_own_form_parser_may_keep_its_findings_in_the_dict(way: Way) -> None:
    class Own(Request):
        def _load_form_data(self) -> None:
            vars(self).update(form={"a": "1"}, files={"f": FileStorage(name="f")})

    app = make()
    app.request_class = Own
    app.add_url_rule(
        "/form", "form", lambda: [cruet.request.form["a"], cruet.request.files["f"].name]
    )
    assert way(app, "/form").body == b'["1","f"]\n'


@ways
def test_middleware(way: Way) -> None:
    app = make()
    inner = app.wsgi_app

    def middleware(environ: Any, start_response: Any) -> Any:
        environ["PATH_INFO"] = "/"

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            return start_response(status, [*headers, ("X-Middleware", "yes")], exc_info)

        return inner(environ, start)

    app.wsgi_app = middleware  # type: ignore[method-assign]
    answer: Answer = way(app, "/elsewhere")
    assert (answer.body, answer.headers["X-Middleware"]) == (b"index", "yes")


@ways
def test_hooks_that_come_later(way: Way) -> None:
    app = make()
    assert way(app, "/").body == b"index"
    events: list[str] = []
    app.before_request_funcs.setdefault(None, []).append(lambda: events.append("before"))
    app.after_request_funcs.setdefault(None, []).append(lambda r: events.append("after") or r)
    app.teardown_request_funcs.setdefault(None, []).append(lambda exc: events.append("teardown"))
    app.teardown_appcontext_funcs.append(lambda exc: events.append("teardown app"))
    app.url_value_preprocessors[None].append(lambda endpoint, values: events.append("url"))

    def started(sender: Flask, **extra: Any) -> None:
        events.append("started")

    def popped(sender: Flask, **extra: Any) -> None:
        events.append("popped")

    with cruet.request_started.connected_to(started), cruet.appcontext_popped.connected_to(popped):
        assert way(app, "/").body == b"index"
    assert events == ["started", "url", "before", "after", "teardown", "teardown app", "popped"]
    app.view_functions["index"] = lambda: "replaced"
    assert way(app, "/").body == b"replaced"


@ways
def test_config_is_read_at_each_request(way: Way) -> None:
    app = make()
    assert way(app, "/").status == 200
    app.config["TRUSTED_HOSTS"] = ["elsewhere.test"]
    assert way(app, "/").status == 400
    app.config["TRUSTED_HOSTS"] = None
    assert way(app, "/").status == 200
    app.subdomain_matching = True
    app.config["SERVER_NAME"] = "localhost"
    assert way(app, "/").status == 200


def test_what_is_overridden_is_looked_up_once() -> None:
    """And again only where something has changed, which CPython tells."""
    reads: list[str] = []

    class Reading(Flask):
        @property
        def request_class(self) -> type[Request]:  # type: ignore[override]
            reads.append("read")
            return Request

    app = Reading("reading")
    app.add_url_rule("/", "view", lambda: "x")
    # The first request changes the application: its set-up is over.
    for _ in range(2):
        sent(app, "/")
    reads.clear()
    for _ in range(5):
        sent(app, "/")
    assert reads == []
    for number in range(1, 4):
        # Under one name: how CPython stores an attribute depends on whether it is a new one.
        setattr(app, "anything", number)  # noqa: B010
        sent(app, "/")
        assert reads == ["read"] * number
