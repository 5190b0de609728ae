"""Classes below the application, patched after it has answered a request, and on instances."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from . import Outcomes
from .overrides import PATHS, _app, _patched

MORE = ("/form", "/posted-json", "/cookies", "/whole", "/files", "/url-values")


def _ask(kit: Any, app: Any, path: str) -> Any:
    if path in ("/form", "/url-values"):
        return kit.form(app, path + "?q=1", b"a=1&b=2")
    if path == "/posted-json":
        return kit.form(app, path, b'{"a": 1}', "application/json")
    if path == "/files":
        body = (
            b'--q\r\nContent-Disposition: form-data; name="f"; filename="n"\r\n\r\nx\r\n--q--\r\n'
        )
        return kit.form(app, path, body, "multipart/form-data; boundary=q")
    return kit.ask(app, path, headers={"Cookie": "a=1"})


def _full(kit: Any) -> Any:
    flask, app = kit.flask, _app(kit)
    request = flask.request
    post = {"methods": ["GET", "POST"]}
    app.add_url_rule("/form", "form", lambda: request.form.to_dict(), **post)
    app.add_url_rule("/posted-json", "posted_json", lambda: {"got": request.json}, **post)
    app.add_url_rule("/cookies", "cookies", lambda: request.cookies.to_dict())
    app.add_url_rule(
        "/files", "files", lambda: {k: f.filename for k, f in request.files.items()}, **post
    )
    app.add_url_rule("/url-values", "values", lambda: request.values.to_dict(), **post)

    def whole() -> Any:
        return repr(
            [
                *(request.path, request.method, request.url, request.host, request.endpoint),
                *(request.blueprint, request.blueprints, request.remote_addr, request.view_args),
                *(request.is_json, request.mimetype, request.scheme, request.full_path),
                *(str(request.url_rule), request.max_content_length, dict(request.args)),
            ]
        )

    app.add_url_rule("/whole", "whole", whole)
    return app


def _while(kit: Any, owner: Any, name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Answers of an application that has answered before, while a class is patched."""
    app = _full(kit)
    before = {path: _ask(kit, app, path) for path in (*PATHS, *MORE)}
    with _patched(owner, name, value):
        for path in (*PATHS, *MORE):
            yield path, _ask(kit, app, path)
    yield "afterwards", {path: _ask(kit, app, path) for path in before} == before


def _counting(original: Any, calls: list[str], name: str) -> Any:
    """What calls `original`, and notes it; a property where that is one."""
    if type(original).__name__ in ("classmethod", "classmethod_descriptor"):

        def of_class(cls: Any, *args: Any, **kwargs: Any) -> Any:
            calls.append(name)
            return original.__get__(None, cls)(*args, **kwargs)

        return classmethod(of_class)

    if callable(original):

        def called(self: Any, *args: Any, **kwargs: Any) -> Any:
            calls.append(name)
            return original(self, *args, **kwargs)

        return called

    def read(self: Any) -> Any:
        calls.append(name)
        return original.__get__(self, type(self))

    def write(self: Any, value: Any) -> None:
        original.__set__(self, value)

    return property(read, write if hasattr(original, "__set__") else None)


def _raw(owner: Any, name: str) -> Any:
    return next(vars(kind)[name] for kind in owner.__mro__ if name in vars(kind))


def _noted(kit: Any, owner: Any, names: tuple[str, ...]) -> Outcomes:
    """Patched with what notes its calls and gives what was there: is it called at all?"""
    for name in names:
        calls: list[str] = []
        patch = _counting(_raw(owner, name), calls, name)
        app = _full(kit)
        before = {path: _ask(kit, app, path) for path in (*PATHS, *MORE)}
        with _patched(owner, name, patch):
            for path in (*PATHS, *MORE):
                calls.clear()
                answer = _ask(kit, app, path)
                yield f"{name} {path}", [answer == before[path], bool(calls)]


def requests_noted(kit: Any) -> Outcomes:
    names = (
        *("__init__", "get_data", "get_json", "_load_form_data", "make_form_data_parser", "close"),
        *("want_form_data_parsed", "endpoint", "blueprint", "blueprints", "max_content_length"),
        *("max_form_memory_size", "max_form_parts", "is_json", "url", "full_path", "mimetype"),
        *("on_json_loading_failed", "values", "form", "files", "cookies", "host", "json"),
    )
    yield from _noted(kit, kit.flask.Request, names)


def responses_noted(kit: Any) -> Outcomes:
    names = (
        *("__init__", "__call__", "get_wsgi_response", "get_wsgi_headers", "get_app_iter"),
        *("iter_encoded", "close", "force_type", "set_cookie", "is_sequence"),
    )
    yield from _noted(kit, kit.flask.Response, names)


def contexts_noted(kit: Any) -> Outcomes:
    ctx = kit["ctx"]
    yield from _noted(kit, ctx.RequestContext, ("__init__", "push", "pop", "match_request"))
    for label, value in _noted(kit, ctx.AppContext, ("__init__", "push", "pop")):
        yield f"app context {label}", value


def routing_noted(kit: Any) -> Outcomes:
    routing = kit["toolkit.routing"]
    yield from _noted(kit, routing.Map, ("bind_to_environ", "bind"))
    names = ("match", "build", "allowed_methods", "make_redirect_url", "make_alias_redirect_url")
    for label, value in _noted(kit, routing.MapAdapter, names):
        yield f"adapter {label}", value


def sessions_noted(kit: Any) -> Outcomes:
    sessions = kit["sessions"]
    interface = sessions.SecureCookieSessionInterface
    names = (
        *("open_session", "save_session", "is_null_session", "make_null_session"),
        *("get_signing_serializer", "get_cookie_name", "should_set_cookie", "get_expiration_time"),
    )
    yield from _noted(kit, interface, names)


def providers_noted(kit: Any) -> Outcomes:
    provider = kit["json.provider"].DefaultJSONProvider
    yield from _noted(kit, provider, ("dumps", "loads", "response"))


def requests_changed(kit: Any) -> Outcomes:
    """Patched with what gives something else."""
    Request = kit.flask.Request
    original = Request.__init__

    def made(self: Any, environ: Any, *args: Any, **kwargs: Any) -> None:
        original(self, {**environ, "REQUEST_METHOD": "POST"}, *args, **kwargs)

    patches: dict[str, Any] = {
        "__init__": made,
        "endpoint": property(lambda self: "index"),
        "blueprint": property(lambda self: "part"),
        "blueprints": property(lambda self: ["part"]),
        "max_content_length": property(lambda self: 2),
        "get_json": lambda self, *args, **kwargs: "patched",
        "get_data": lambda self, *args, **kwargs: b"patched",
        "want_form_data_parsed": property(lambda self: False),
        "is_json": property(lambda self: False),
        "host": property(lambda self: "patched.org", lambda self, value: None),
        "url": property(lambda self: "patched"),
        "cookies": property(lambda self: {}),
        "trusted_hosts": ["other.org"],
        "_load_form_data": lambda self: self.__dict__.update(form={}, files={}, stream=None),
        "routing_exception": property(
            lambda self: kit["toolkit.exceptions"].ImATeapot(), lambda self, value: None
        ),
        "more": property(lambda self: "more"),
    }
    for name, patch in patches.items():
        for label, value in _while(kit, Request, name, patch):
            yield f"{name} {label}", value


def responses_changed(kit: Any) -> Outcomes:
    Response = kit.flask.Response
    original, headers = Response.__init__, Response.get_wsgi_headers
    answer = Response.get_wsgi_response

    def made(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self.headers["X-Made"] = "yes"

    def sent(self: Any, environ: Any, start_response: Any) -> Any:
        start_response("299 Patched", [("X-Path", environ["PATH_INFO"])])
        return [b"patched"]

    def with_field(self: Any, environ: Any) -> Any:
        found = headers(self, environ)
        found["X-Field"] = environ["REQUEST_METHOD"]
        return found

    def with_body(self: Any, environ: Any) -> Any:
        _, status, fields = answer(self, environ)
        return [b"other"], status, [pair for pair in fields if pair[0] != "Content-Length"]

    patches: dict[str, Any] = {
        "__init__": made,
        "__call__": sent,
        "get_wsgi_headers": with_field,
        "get_wsgi_response": with_body,
        "get_app_iter": lambda self, environ: [b"iter"],
        "iter_encoded": lambda self: iter([b"encoded"]),
        "default_mimetype": "text/patched",
        "default_status": 201,
        "automatically_set_content_length": False,
        "autocorrect_location_header": True,
        "max_cookie_size": 1,
    }
    for name, patch in patches.items():
        for label, value in _while(kit, Response, name, patch):
            yield f"{name} {label}", value


def contexts_changed(kit: Any) -> Outcomes:
    flask, ctx = kit.flask, kit["ctx"]
    push = ctx.RequestContext.push
    match = ctx.RequestContext.match_request

    def pushed(self: Any) -> None:
        push(self)
        flask.g.pushed = True
        self.request.url_rule = next(iter(self.app.url_map.iter_rules("json")))
        self.request.routing_exception = None
        self.request.view_args = {}

    def matched(self: Any) -> None:
        match(self)
        self.request.routing_exception = kit["toolkit.exceptions"].ImATeapot("matched")

    def app_pushed(self: Any) -> None:
        raise ValueError("app pushed")

    for owner, name, patch in (
        (ctx.RequestContext, "push", pushed),
        (ctx.RequestContext, "match_request", matched),
        (ctx.AppContext, "push", app_pushed),
    ):
        for label, value in _while(kit, owner, name, patch):
            yield f"{owner.__name__}.{name} {label}", value


def routing_changed(kit: Any) -> Outcomes:
    routing = kit["toolkit.routing"]
    match = routing.MapAdapter.match
    bind = routing.Map.bind_to_environ

    def matched(self: Any, *args: Any, **kwargs: Any) -> Any:
        self.path_info = "/json"
        return match(self, *args, **kwargs)

    def bound(self: Any, environ: Any, *args: Any, **kwargs: Any) -> Any:
        return bind(self, {**environ, "PATH_INFO": "/json"}, *args, **kwargs)

    def built(self: Any, *args: Any, **kwargs: Any) -> str:
        return "/built"

    for owner, name, patch in (
        (routing.MapAdapter, "match", matched),
        (routing.Map, "bind_to_environ", bound),
        (routing.MapAdapter, "build", built),
    ):
        for label, value in _while(kit, owner, name, patch):
            yield f"{owner.__name__}.{name} {label}", value


def sessions_changed(kit: Any) -> Outcomes:
    sessions = kit["sessions"]
    interface = sessions.SecureCookieSessionInterface
    for name, patch in {
        "open_session": lambda self, app, request: None,
        "save_session": lambda self, app, session, response: response.set_cookie("patched", "1"),
        "is_null_session": lambda self, session: True,
        "should_set_cookie": lambda self, app, session: True,
        "get_cookie_name": lambda self, app: "patched",
        "get_cookie_path": lambda self, app: "/patched",
        "get_signing_serializer": lambda self, app: None,
        "salt": "patched",
        "session_class": type("Own", (sessions.SecureCookieSession,), {}),
    }.items():
        for label, value in _while(kit, interface, name, patch):
            yield f"{name} {label}", value
        app = _full(kit)
        app.session_interface = interface()
        before = _ask(kit, app, "/session")
        is_method = callable(patch) and not isinstance(patch, type)
        bound = patch.__get__(app.session_interface) if is_method else patch
        setattr(app.session_interface, name, bound)
        for path in ("/", "/session", "/missing"):
            yield f"{name} on the instance {path}", _ask(kit, app, path)
        delattr(app.session_interface, name)
        yield f"{name} on the instance afterwards", _ask(kit, app, "/session") == before


def providers_changed(kit: Any) -> Outcomes:
    provider = kit["json.provider"].DefaultJSONProvider
    for name, patch in {
        "dumps": lambda self, obj, **kwargs: "patched",
        "loads": lambda self, s, **kwargs: "patched",
        "response": lambda self, *args, **kwargs: self._app.response_class("patched"),
        "compact": False,
        "mimetype": "text/patched",
        "sort_keys": False,
    }.items():
        for label, value in _while(kit, provider, name, patch):
            yield f"{name} {label}", value


def tables_changed(kit: Any) -> Outcomes:
    """The application's tables are read at each request."""
    flask = kit.flask
    app = _full(kit)
    yield "before", kit.ask(app)
    app.view_functions["index"] = lambda: "replaced"
    yield "view", kit.ask(app)
    app.view_functions = {**app.view_functions, "index": lambda: "another table"}
    yield "views", kit.ask(app)
    app.before_request_funcs.setdefault(None, []).append(lambda: flask.g.setdefault("x", "before"))
    yield "before_request", kit.ask(app)
    app.before_request_funcs = {}
    yield "no before_request", kit.ask(app)
    app.after_request_funcs[None].append(lambda r: r.headers.add("X-After", "yes") or r)
    yield "after_request", kit.ask(app)
    app.error_handler_spec[None][404][kit["toolkit.exceptions"].NotFound] = lambda e: ("own", 404)
    yield "error handler", kit.ask(app, "/missing")
    app.url_map.add(app.url_rule_class("/late", endpoint="index"))
    yield "rule", kit.ask(app, "/late")
    app.config["SESSION_COOKIE_NAME"] = "other"
    yield "cookie name", kit.ask(app, "/session")
    app.config = kit["config"].Config("/", dict(app.config, SESSION_COOKIE_NAME="third"))
    yield "config", kit.ask(app, "/session")
    app.url_map = kit["toolkit.routing"].Map([app.url_rule_class("/only", endpoint="index")])
    yield "map", [kit.ask(app), kit.ask(app, "/only")]
    app.secret_key = None
    app.testing = True
    yield "no key", kit.ask(app, "/only")


@contextmanager
def _signals_patched(kit: Any, name: str, value: Callable[..., Any]) -> Iterator[None]:
    signal = type(kit.flask.request_started)
    with _patched(signal, name, value):
        yield


def signals_patched(kit: Any) -> Outcomes:
    """A signal class whose `send` is another is asked where somebody listens."""
    signal = type(kit.flask.request_started)
    original = signal.send
    sent: list[str] = []

    def send(self: Any, *sender: Any, **kwargs: Any) -> Any:
        sent.append(self.name)
        return original(self, *sender, **kwargs)

    def receive(sender: Any, **extra: Any) -> None:
        sent.append("received")

    app = _full(kit)
    first = kit.ask(app)
    with _signals_patched(kit, "send", send), kit.flask.request_started.connected_to(receive):
        yield "answer", kit.ask(app) == first
        yield "sent", [name for name in sent if name in ("request-started", "received")]
