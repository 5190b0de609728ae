"""The application's steps and classes, overridden in subclasses, on instances, and patched on the
class after the application has answered a request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from . import Outcomes

HOWS = ("subclass", "instance", "patch")
PATHS = (
    *("/", "/fails", "/aborts", "/missing", "/session", "/template", "/slash", "/async", "/url/5"),
    *("/json", "/static/a.txt", "/stream", "/redirects"),
)


def _views(kit: Any, app: Any) -> Any:
    flask = kit.flask

    async def asynchronous() -> str:
        return "async"

    def session() -> str:
        flask.session["a"] = 1
        return repr(flask.session)

    app.add_url_rule("/", "index", lambda: "index")
    app.add_url_rule("/fails", "fails", lambda: 1 / 0)
    app.add_url_rule("/aborts", "aborts", lambda: flask.abort(418))
    app.add_url_rule("/session", "session", session)
    app.add_url_rule("/slash/", "slash", lambda: "slash")
    app.add_url_rule("/async", "async", asynchronous)
    app.add_url_rule("/url/<int:x>", "url", lambda x: flask.url_for("url", x=x + 1))
    app.add_url_rule("/json", "json", lambda: {"a": [1]})
    app.add_url_rule("/template", "template", lambda: flask.render_template("page.html", text="<"))
    app.add_url_rule("/stream", "stream", lambda: flask.stream_template("page.html", text="<"))
    app.add_url_rule("/redirects", "redirects", lambda: flask.redirect("/"))
    app.before_request(lambda: None)
    app.after_request(lambda response: response)
    app.teardown_request(lambda error: None)
    app.teardown_appcontext(lambda error: None)
    return app


def _app(kit: Any, cls: Any = None) -> Any:
    return _views(kit, kit.app(cls, TESTING=False, options={"static_folder": "static"}))


@contextmanager
def _patched(owner: Any, name: str, value: Any) -> Iterator[None]:
    """`owner.name` is another for a while; what was not its own is taken away again."""
    missing = object()
    original = vars(owner).get(name, missing)
    setattr(owner, name, value)
    try:
        yield
    finally:
        if original is missing:
            delattr(owner, name)
        else:
            setattr(owner, name, original)


def _overridden(
    kit: Any, name: str, make: Callable[[Any], Any], how: str, path: str, method: str
) -> Iterator[Any]:
    """What comes of a request while one of an application's methods is another.

    :param make: gives the other function, for a function that calls the method itself.
    """
    Flask = kit.flask.Flask
    if how == "subclass":
        override = _function(name, make, getattr(Flask, name))
        yield kit.ask(_app(kit, type("Sub", (Flask,), {name: override})), path, method)
    elif how == "instance":
        app = _app(kit)
        bound = getattr(app, name)
        setattr(app, name, make(bound))
        yield kit.ask(app, path, method)
        delattr(app, name)
        yield kit.ask(app, path, method)
    else:
        app = _app(kit)
        first = kit.ask(app, path, method)
        with _patched(Flask, name, _function(name, make, getattr(Flask, name))):
            yield kit.ask(app, path, method)
        yield kit.ask(app, path, method) == first


def _function(name: str, make: Callable[[Any], Any], original: Any) -> Any:
    def override(self: Any, *args: Any, **kwargs: Any) -> Any:
        return make(lambda *a, **k: original(self, *a, **k))(*args, **kwargs)

    override.__name__ = name
    return override


STEPS = (
    *("wsgi_app", "__call__", "full_dispatch_request", "dispatch_request", "preprocess_request"),
    *("make_response", "process_response", "finalize_request", "handle_exception"),
    *("handle_user_exception", "handle_http_exception", "create_url_adapter", "request_context"),
    *("app_context", "do_teardown_request", "do_teardown_appcontext", "ensure_sync"),
    *("async_to_sync", "log_exception", "raise_routing_exception", "inject_url_defaults"),
    *("should_ignore_error", "trap_http_exception", "make_default_options_response"),
    *("update_template_context", "handle_url_build_error", "url_for", "redirect"),
    *("select_jinja_autoescape", "create_jinja_environment", "create_global_jinja_loader"),
    *("get_send_file_max_age", "send_static_file", "_find_error_handler"),
)


def through(kit: Any) -> Outcomes:
    """A method that calls the one it is in place of changes nothing, and is called."""
    for name in STEPS:
        for how in HOWS:
            if name == "__call__" and how == "instance":
                # Python does not look there.
                continue
            for path in PATHS:
                calls: list[Any] = []

                def make(original: Any, calls: list[Any] = calls, name: str = name) -> Any:
                    def called(*args: Any, **kwargs: Any) -> Any:
                        told = [type(each).__name__ for each in args]
                        if name in ("wsgi_app", "__call__"):
                            told.pop()  # how an answer is begun is the server's affair
                        calls.append([name, told, sorted(kwargs)])
                        return original(*args, **kwargs)

                    return called

                found = list(_overridden(kit, name, make, how, path, "GET"))
                yield f"{name} {how} {path}", found
                yield f"{name} {how} {path}: calls", calls
    for how in HOWS:
        calls = []

        def make_of_options(original: Any, calls: list[Any] = calls) -> Any:
            def called() -> Any:
                calls.append("called")
                return original()

            return called

        found = list(
            _overridden(kit, "make_default_options_response", make_of_options, how, "/", "OPTIONS")
        )
        yield f"OPTIONS {how}", [found, calls]


def _instead(kit: Any) -> dict[str, Callable[[Any], Any]]:
    """Functions in place of methods, given what calls those."""
    flask = kit.flask

    def own_wsgi(original: Any) -> Any:
        def called(environ: Any, start_response: Any) -> Any:
            def start(status: str, headers: Any, *rest: Any) -> Any:
                return start_response(status, [*headers, ("X-Own", environ["PATH_INFO"])], *rest)

            return original({**environ, "HTTP_X_MORE": "more"}, start)

        return called

    def with_header(original: Any) -> Any:
        def called(*args: Any, **kwargs: Any) -> Any:
            response = original(*args, **kwargs)
            response.headers["X-Own"] = "yes"
            return response

        return called

    def gives(value: Any) -> Callable[[Any], Any]:
        return lambda original: lambda *args, **kwargs: value

    def raises(error: Exception) -> Callable[[Any], Any]:
        def make(original: Any) -> Any:
            def called(*args: Any, **kwargs: Any) -> Any:
                raise error

            return called

        return make

    def shouting(original: Any) -> Any:
        def called(function: Any) -> Any:
            run = original(function)

            def loud(*args: Any, **kwargs: Any) -> Any:
                found = run(*args, **kwargs)
                return found.upper() if isinstance(found, str) else found

            return loud

        return called

    def request_of_own(original: Any) -> Any:
        def called(environ: Any) -> Any:
            context = original({**environ, "PATH_INFO": "/json"})
            context.mark = "own"
            return context

        return called

    def adapter_of_own(original: Any) -> Any:
        def called(request: Any) -> Any:
            adapter = original(request)
            if adapter is not None:
                adapter.path_info = "/json"
            return adapter

        return called

    def with_default(original: Any) -> Any:
        def called(endpoint: str, values: Any) -> Any:
            values["added"] = endpoint
            return original(endpoint, values)

        return called

    exceptions = kit["toolkit.exceptions"]
    return {
        "wsgi_app": own_wsgi,
        "__call__": own_wsgi,
        "full_dispatch_request": lambda original: lambda: flask.Response("instead", 299),
        "dispatch_request": gives(("instead", 299)),
        "preprocess_request": gives("stopped"),
        "make_response": with_header,
        "process_response": with_header,
        "finalize_request": with_header,
        "handle_exception": lambda original: lambda e: flask.Response(f"own {e}", 599),
        "handle_user_exception": gives(("handled", 298)),
        "handle_http_exception": gives(("http", 297)),
        "create_url_adapter": adapter_of_own,
        "request_context": request_of_own,
        "ensure_sync": shouting,
        "log_exception": gives(None),
        "raise_routing_exception": raises(exceptions.ImATeapot("routing")),
        "inject_url_defaults": with_default,
        "should_ignore_error": gives(True),
        "trap_http_exception": gives(True),
        "url_for": gives("/own"),
        "redirect": gives("own"),
        "select_jinja_autoescape": gives(False),
        "get_send_file_max_age": gives(77),
        "send_static_file": gives("own file"),
        "_find_error_handler": lambda original: lambda e, blueprints: lambda e: (repr(e), 296),
        "do_teardown_request": raises(ValueError("teardown")),
        "do_teardown_appcontext": raises(ValueError("teardown")),
        "app_context": raises(ValueError("context")),
    }


def instead(kit: Any) -> Outcomes:
    """A method that does something else is what counts."""
    for name, make in _instead(kit).items():
        for how in HOWS:
            if name == "__call__" and how == "instance":
                continue
            for path in PATHS:
                yield f"{name} {how} {path}", list(_overridden(kit, name, make, how, path, "GET"))


def both(kit: Any) -> Outcomes:
    """Several at once, one of which calls the other."""
    Flask = kit.flask.Flask
    calls: list[str] = []

    class Own(Flask):  # type: ignore[valid-type, misc]
        def full_dispatch_request(self) -> Any:
            calls.append("full")
            return super().full_dispatch_request()

        def dispatch_request(self) -> Any:
            calls.append("dispatch")
            return super().dispatch_request()

        def make_response(self, rv: Any) -> Any:
            calls.append("make")
            return super().make_response(rv)

        def preprocess_request(self) -> Any:
            calls.append("preprocess")
            return super().preprocess_request()

        def process_response(self, response: Any) -> Any:
            calls.append("process")
            return super().process_response(response)

        def handle_user_exception(self, e: Exception) -> Any:
            calls.append("user")
            return super().handle_user_exception(e)

        def handle_exception(self, e: Exception) -> Any:
            calls.append("exception")
            return super().handle_exception(e)

        def do_teardown_request(self, *args: Any) -> None:
            calls.append("teardown")
            super().do_teardown_request(*args)

    for path in PATHS:
        calls.clear()
        yield path, kit.ask(_app(kit, Own), path)
        yield f"{path}: calls", calls.copy()


def tracing(kit: Any) -> Outcomes:
    """As tracing libraries do: classes are wrapped while the application serves."""
    Flask = kit.flask.Flask
    app = _app(kit)
    spans: list[str] = []

    def wrap(name: str) -> Any:
        original = getattr(Flask, name)

        def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
            spans.append(f"begin {name}")
            try:
                return original(self, *args, **kwargs)
            finally:
                spans.append(f"end {name}")

        return wrapper

    yield "before", kit.ask(app)
    names = (
        "__call__",
        "wsgi_app",
        "full_dispatch_request",
        "dispatch_request",
        "finalize_request",
    )
    originals = {name: vars(Flask)[name] for name in names}
    for name in names:
        setattr(Flask, name, wrap(name))
        spans.clear()
        yield f"{name} too", kit.ask(app, "/url/5")
        yield f"{name} too: spans", spans.copy()
    for name in names:
        setattr(Flask, name, originals[name])
        spans.clear()
        yield f"without {name}", kit.ask(app, "/url/5")
        yield f"without {name}: spans", spans.copy()
    inner = app.wsgi_app

    def middleware(environ: Any, start_response: Any) -> Any:
        spans.append(environ["PATH_INFO"])
        return inner(environ, start_response)

    spans.clear()
    app.wsgi_app = middleware
    yield "middleware", kit.ask(app, "/url/5")
    yield "middleware: spans", spans.copy()
    del app.wsgi_app
    yield "no middleware", kit.ask(app, "/url/5")


def classes(kit: Any) -> Outcomes:
    """Classes that applications name, in a subclass, on an instance, and on the class later."""
    flask, Flask = kit.flask, kit.flask.Flask
    sessions = kit["sessions"]
    routing = kit["toolkit.routing"]

    class OwnRequest(flask.Request):  # type: ignore[name-defined, misc]
        def __init__(self, environ: Any, *args: Any, **kwargs: Any) -> None:
            super().__init__(environ, *args, **kwargs)
            self.mark = environ["PATH_INFO"]

    class OwnResponse(flask.Response):  # type: ignore[name-defined, misc]
        default_mimetype = "text/own"

    class OwnInterface(sessions.SecureCookieSessionInterface):  # type: ignore[name-defined, misc]
        def get_cookie_name(self, app: Any) -> str:
            return "own"

    class OwnGlobals(kit["ctx"]._AppCtxGlobals):  # type: ignore[name-defined, misc]
        mark = "own"

    class OwnProvider(kit["json.provider"].DefaultJSONProvider):  # type: ignore[misc]
        mimetype = "application/own"

    class OwnRule(routing.Rule):  # type: ignore[name-defined, misc]
        def __init__(self, string: str, *args: Any, **kwargs: Any) -> None:
            super().__init__(string.replace("/url", "/own"), *args, **kwargs)

    class OwnMap(routing.Map):  # type: ignore[name-defined, misc]
        def bind_to_environ(self, environ: Any, *args: Any, **kwargs: Any) -> Any:
            adapter = super().bind_to_environ(environ, *args, **kwargs)
            adapter.path_info = adapter.path_info.replace("/via", "/url")
            return adapter

    def index() -> str:
        mark = getattr(flask.request, "mark", "none"), getattr(flask.g, "mark", "none")
        return repr(mark)

    values = {
        "request_class": OwnRequest,
        "response_class": OwnResponse,
        "session_interface": OwnInterface(),
        "app_ctx_globals_class": OwnGlobals,
        "json_provider_class": OwnProvider,
        "url_rule_class": OwnRule,
        "url_map_class": OwnMap,
    }
    paths = ("/marks", "/session", "/json", "/url/5", "/own/5", "/via/5")
    for name, value in values.items():
        made: dict[str, Any] = {"subclass": _app(kit, type("Sub", (Flask,), {name: value}))}
        made["instance"] = _app(kit)
        setattr(made["instance"], name, value)
        for how, app in made.items():
            app.add_url_rule("/marks", "marks", index)
            for path in paths:
                yield f"{name} {how} {path}", kit.ask(app, path)
        app = _app(kit)
        app.add_url_rule("/marks", "marks", index)
        before = [kit.ask(app, path) for path in paths]
        with _patched(Flask, name, value):
            for path in paths:
                yield f"{name} patch {path}", kit.ask(app, path)
        yield f"{name} afterwards", [kit.ask(app, path) for path in paths] == before
