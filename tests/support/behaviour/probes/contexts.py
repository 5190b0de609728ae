"""Contexts: what is current, what is said where nothing is, and what ends with them."""

from __future__ import annotations

import threading
from typing import Any

from . import Outcomes


def outside(kit: Any) -> Outcomes:
    flask = kit.flask
    proxies = {name: getattr(flask, name) for name in ("current_app", "g", "request", "session")}
    proxies["app_ctx"], proxies["request_ctx"] = kit["globals"].app_ctx, kit["globals"].request_ctx
    for name, proxy in proxies.items():
        yield f"{name}: attribute", kit.tries(getattr, proxy, "name")
        yield f"{name}: set", kit.tries(setattr, proxy, "name", 1)
        yield f"{name}: bool", bool(proxy)
        yield f"{name}: repr", repr(proxy)
        yield f"{name}: object", kit.tries(proxy._get_current_object)
        yield f"{name}: dir", dir(proxy)
        yield f"{name}: in", kit.tries(lambda proxy=proxy: "a" in proxy)
    for name, call in {
        "url_for": lambda: flask.url_for("view"),
        "redirect": lambda: flask.redirect("/x").status,
        "abort": lambda: flask.abort(404),
        "flash": lambda: flask.flash("x"),
        "get_flashed_messages": lambda: flask.get_flashed_messages(),
        "render_template": lambda: flask.render_template("x.html"),
        "render_template_string": lambda: flask.render_template_string("x"),
        "stream_template_string": lambda: flask.stream_template_string("x"),
        "get_template_attribute": lambda: flask.get_template_attribute("x.html", "x"),
        "jsonify": lambda: flask.jsonify(1),
        "make_response": lambda: flask.make_response("x"),
        "send_file": lambda: flask.send_file("x"),
        "send_from_directory": lambda: flask.send_from_directory("x", "y"),
        "after_this_request": lambda: flask.after_this_request(len),
        "copy_current_request_context": lambda: flask.copy_current_request_context(len),
        "stream_with_context": lambda: list(flask.stream_with_context(iter("ab"))),
        "json.dumps": lambda: flask.json.dumps({"b": 1, "a": "ä"}),
        "json.loads": lambda: flask.json.loads('{"a": 1}'),
        "has_app_context": flask.has_app_context,
        "has_request_context": flask.has_request_context,
    }.items():
        yield name, kit.tries(call)
        with kit.app().app_context():
            yield f"{name} in an app context", kit.tries(call)


def inside(kit: Any) -> Outcomes:
    flask = kit.flask
    app = kit.app()
    app.add_url_rule("/view/<int:x>", "view", lambda x: "view")
    with app.app_context() as context:
        yield "app context", [repr(flask.current_app), type(context).__name__]
        yield "g", [repr(flask.g), "a" in flask.g, flask.g.get("a", 5), list(flask.g)]
        yield "g: pop", kit.tries(flask.g.pop, "a")
        yield "g: pop with a default", kit.tries(flask.g.pop, "a", None)
        yield "g: setdefault", [flask.g.setdefault("a", 1), flask.g.setdefault("a", 2)]
        yield "g: missing", kit.tries(getattr, flask.g, "missing")
        yield "g: delete", kit.tries(delattr, flask.g, "missing")
        yield "g: names", sorted(flask.g)
        yield "url_adapter", context.url_adapter is None
    for path in ("/view/5?a=b", "/view/x", "/"):
        with app.test_request_context(path) as context:
            request = flask.request
            yield path, [request.endpoint, request.view_args, request.blueprint, request.blueprints]
            yield f"{path}: rule", [str(request.url_rule), repr(request.routing_exception)]
            yield f"{path}: repr", [repr(context), repr(request), repr(flask.session)]
            yield f"{path}: flashes", context.flashes
    yield "a bad path", kit.tries(app.test_request_context, 5)
    yield (
        "base_url and subdomain",
        kit.tries(app.test_request_context, base_url="http://a/", subdomain="b"),
    )


def popping(kit: Any) -> Outcomes:
    app, other = kit.app(), kit.app()
    context = app.app_context()
    yield "app context, not pushed", kit.tries(context.pop)
    request_context = app.test_request_context()
    yield "request context, not pushed", kit.tries(request_context.pop)
    first, second = app.app_context(), app.app_context()
    first.push()
    second.push()
    yield "wrong app context", kit.tries(first.pop)
    yield "what is left", [kit.flask.has_app_context()]
    for each in (second, first):
        yield f"again {each is second}", kit.tries(each.pop)
    yield "at the end", [kit.flask.has_app_context()]
    inner, outer = app.test_request_context("/inner"), other.test_request_context("/outer")
    outer.push()
    inner.push()
    yield "wrong request context", kit.tries(outer.pop)
    for each in (inner, outer):
        yield f"request context again {each is inner}", kit.tries(each.pop)


def teardown(kit: Any) -> Outcomes:
    for label, config in {
        "tests": {},
        "plain": {"TESTING": False},
        "propagating": {"TESTING": False, "PROPAGATE_EXCEPTIONS": True},
    }.items():
        app = kit.app(**config)
        events: list[Any] = []
        part = kit.flask.Blueprint("part", "probe", url_prefix="/part")
        for number in (1, 2):
            say = f"{number}"
            app.teardown_request(lambda e, say=say: events.append(["request", say, repr(e)]))
            app.teardown_appcontext(lambda e, say=say: events.append(["app", say, repr(e)]))
            app.before_request(lambda say=say: events.append(["before", say]))
            app.after_request(lambda r, say=say: events.append(["after", say, r.status]) or r)
            part.teardown_request(lambda e, say=say: events.append(["part", say, repr(e)]))

        def fails() -> None:
            raise ValueError("why")

        def streams(flask: Any = kit.flask, events: list[Any] = events) -> Any:
            def generate() -> Any:
                yield "a"
                events.append(["generating", flask.has_request_context()])
                yield "b"

            return generate()

        def streams_with_context(flask: Any = kit.flask, events: list[Any] = events) -> Any:
            @flask.stream_with_context  # type: ignore[untyped-decorator]
            def generate() -> Any:
                yield "a"
                events.append(["generating", flask.has_request_context()])
                yield "b"

            return generate()

        app.add_url_rule("/", "view", lambda: "view")
        app.add_url_rule("/fails", "fails", fails)
        app.add_url_rule("/aborts", "aborts", lambda: kit.flask.abort(400))
        app.add_url_rule("/streams", "streams", streams)
        app.add_url_rule("/context", "context", streams_with_context)
        part.add_url_rule("/", "view", lambda: "part")
        app.register_blueprint(part)
        for path in ("/", "/fails", "/aborts", "/missing", "/part/", "/streams", "/context"):
            events.clear()
            yield f"{label} {path}", kit.ask(app, path)
            yield f"{label} {path} events", events.copy()


def failing_teardown(kit: Any) -> Outcomes:
    for where in ("teardown_request", "teardown_appcontext"):
        app = kit.app(TESTING=False)
        events: list[str] = []

        def fails(error: Any) -> None:
            raise ValueError("teardown")

        app.add_url_rule("/", "view", lambda: "view")
        getattr(app, where)(lambda e, events=events: events.append("first"))
        getattr(app, where)(fails)
        getattr(app, where)(lambda e, events=events: events.append("last"))
        yield where, kit.ask(app)
        yield f"{where}: events", events
        yield f"{where}: left", [kit.flask.has_request_context(), kit.flask.has_app_context()]


def this_request(kit: Any) -> Outcomes:
    flask = kit.flask
    app = kit.app()
    events: list[Any] = []

    @app.route("/")  # type: ignore[untyped-decorator]
    def view() -> str:
        @flask.after_this_request  # type: ignore[untyped-decorator]
        def first(response: Any) -> Any:
            events.append("first")
            response.headers["X-First"] = "yes"
            return response

        flask.after_this_request(lambda r: events.append("second") or flask.Response("other"))
        return "view"

    @app.after_request  # type: ignore[untyped-decorator]
    def after(response: Any) -> Any:
        events.append("after")
        response.headers["X-After"] = "yes"
        return response

    @app.route("/none")  # type: ignore[untyped-decorator]
    def none() -> str:
        flask.after_this_request(lambda response: None)
        return "none"

    for path in ("/", "/none"):
        events.clear()
        yield path, kit.ask(app, path)
        yield f"{path} events", events.copy()
    with app.test_request_context():
        flask.after_this_request(lambda r: flask.Response("changed"))
        yield "by hand", kit.tries(lambda: app.process_response(flask.Response("x")).get_data())


def copies(kit: Any) -> Outcomes:
    flask = kit.flask
    app = kit.app()

    @app.route("/<x>")  # type: ignore[untyped-decorator]
    def view(x: str) -> Any:
        flask.session["a"] = 1
        flask.g.here = "g"

        @flask.copy_current_request_context  # type: ignore[untyped-decorator]
        def work(more: str) -> None:
            found.append([flask.request.path, flask.session.get("a"), flask.g.get("here"), more])
            flask.session["b"] = 2

        found: list[Any] = []
        thread = threading.Thread(target=work, args=("argument",))
        thread.start()
        thread.join()
        return {"found": found, "session": dict(flask.session), "name": work.__name__}

    yield "in a thread", kit.ask(app, "/path")
    with app.test_request_context("/copied") as context:
        copied = context.copy()
        yield "copy", [copied is context, copied.request is context.request]
        with copied:
            yield "pushed", flask.request.path


def hooks(kit: Any) -> Outcomes:
    for label, value in {
        "None": None,
        "empty text": "",
        "text": "stopped",
        "tuple": ("stopped", 201),
        "False": False,
        "zero": 0,
        "dict": {},
        "response": kit.flask.Response("stopped", 202),
    }.items():
        app = kit.app()
        events: list[str] = []
        app.add_url_rule("/", "view", lambda events=events: events.append("view") or "view")
        app.before_request(lambda events=events: events.append("first"))
        app.before_request(lambda events=events, value=value: events.append("hook") or value)
        app.before_request(lambda events=events: events.append("last"))
        app.after_request(lambda r, events=events: events.append("after") or r)
        yield f"before_request gives {label}", kit.ask(app)
        yield f"before_request gives {label}: events", events
    for label, value in {"None": None, "text": "x", "tuple": ("x", 201)}.items():
        app = kit.app()
        app.add_url_rule("/", "view", lambda: "view")
        app.after_request(lambda response, value=value: value)
        yield f"after_request gives {label}", kit.ask(app)
    app = kit.app(TESTING=False)

    def fails(*args: Any) -> None:
        raise ValueError("hook")

    app.add_url_rule("/", "view", lambda: "view")
    app.before_request(fails)
    yield "before_request fails", kit.ask(app)
    for code in (None, 500):
        app = kit.app(TESTING=False)
        app.add_url_rule("/", "view", lambda: "view")
        app.after_request(fails)
        if code:
            app.register_error_handler(code, lambda e: ("handled", 500, {"X-Handled": repr(e)}))
        with kit.logged(app) as log:
            yield f"after_request fails, {code}", kit.ask(app)
            yield f"after_request fails, {code}: log", log
    app = kit.app()
    app.register_error_handler(ValueError, lambda e: "handled")
    app.before_request(fails)
    yield "a handler of a hook's error", kit.ask(app, "/missing")


def url_values(kit: Any) -> Outcomes:
    flask = kit.flask
    app = kit.app()

    @app.url_value_preprocessor  # type: ignore[untyped-decorator]
    def take(endpoint: Any, values: Any) -> None:
        flask.g.seen = [endpoint, None if values is None else dict(values)]
        if values:
            flask.g.lang = values.pop("lang", None)

    @app.url_defaults  # type: ignore[untyped-decorator]
    def give(endpoint: str, values: dict[str, Any]) -> None:
        if app.url_map.is_endpoint_expecting(endpoint, "lang"):
            values.setdefault("lang", flask.g.get("lang"))

    @app.route("/<lang>/<x>")  # type: ignore[untyped-decorator]
    def view(x: str) -> Any:
        return {"seen": flask.g.seen, "url": flask.url_for("view", x="other")}

    app.register_error_handler(404, lambda e: {"seen": flask.g.get("seen")})
    for path in ("/de/a", "/missing"):
        yield path, kit.ask(app, path)


def signals(kit: Any) -> Outcomes:
    flask = kit.flask
    names = [
        *("request_started", "request_finished", "request_tearing_down", "got_request_exception"),
        *("appcontext_pushed", "appcontext_tearing_down", "appcontext_popped"),
        *("template_rendered", "before_render_template", "message_flashed"),
    ]
    app = kit.app(TESTING=False)
    events: list[Any] = []

    def receiver(name: str) -> Any:
        def receive(sender: Any, **extra: Any) -> None:
            told = {key: kit.plain(value) for key, value in extra.items() if key != "context"}
            context = sorted(extra.get("context", ()))
            events.append([name, sender is app, told, context, flask.has_request_context()])

        return receive

    def fails() -> None:
        raise ValueError("why")

    def flashes() -> str:
        flask.flash("message", "category")
        return str(flask.render_template_string("{{ a }}", a=1))

    app.add_url_rule("/", "view", lambda: "view")
    app.add_url_rule("/fails", "fails", fails)
    app.add_url_rule("/flashes", "flashes", flashes)
    app.add_url_rule("/streams", "streams", lambda: flask.stream_template_string("{{ a }}", a=1))
    receivers = [receiver(name) for name in names]
    for name, receive in zip(names, receivers, strict=True):
        getattr(flask, name).connect(receive)
    for path in ("/", "/fails", "/missing", "/flashes", "/streams"):
        events.clear()
        yield path, kit.ask(app, path)
        yield f"{path} events", events.copy()
    events.clear()
    with app.app_context():
        pass
    yield "an app context", events.copy()
    for name, receive in zip(names, receivers, strict=True):
        getattr(flask, name).disconnect(receive)
    yield "names", [getattr(flask, name).name for name in names]
    yield "kind", [type(flask.request_started).__name__, kit["signals"].Namespace is not None]
