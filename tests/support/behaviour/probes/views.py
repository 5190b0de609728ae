"""What views return, and what becomes of it."""

from __future__ import annotations

from collections import OrderedDict, UserDict
from collections.abc import Callable, Iterator
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from . import Outcomes


def _pieces(*pieces: Any) -> Iterator[Any]:
    yield from pieces


def _application(environ: Any, start_response: Any) -> list[bytes]:
    start_response("202 Mine", [("X-Mine", "yes"), ("Content-Type", "text/mine")])
    return [b"from ", b"a WSGI application"]


class _Html:
    def __html__(self) -> str:
        return "<b>"


def bodies(kit: Any) -> Outcomes:
    Response = kit.flask.Response
    kinds: dict[str, Callable[[], Any]] = {
        "str": lambda: "text ä",
        "subclass of str": lambda: type("Text", (str,), {})("text"),
        "empty": lambda: "",
        "bytes": lambda: b"\xff\x00",
        "bytearray": lambda: bytearray(b"bytes"),
        "memoryview": lambda: memoryview(b"bytes"),
        "dict": lambda: {"b": 1, "a": [None, True, 1.5, "ä"]},
        "ordered dict": lambda: OrderedDict([("b", 1), ("a", 2)]),
        "user dict": lambda: UserDict(a=1),
        "list": lambda: [1, {"a": 2}],
        "empty list": list,
        "dict of what JSON has not": lambda: {"a": Decimal("1.10"), "b": _Html()},
        "dict with an object": lambda: {"a": object()},
        "generator of str": lambda: _pieces("one ", "two"),
        "generator of bytes": lambda: _pieces(b"one ", b"two"),
        "generator of nothing": lambda: _pieces(),
        "generator of mixed": lambda: _pieces("one ", b"two"),
        "generator of numbers": lambda: _pieces(1, 2),
        "iterator of a list": lambda: iter(["a", "b"]),
        "map": lambda: map(str, [1, 2]),
        "None": lambda: None,
        "True": lambda: True,
        "int": lambda: 5,
        "float": lambda: 5.5,
        "set": lambda: {1},
        "frozenset": lambda: frozenset({1}),
        "object": lambda: object(),
        "class": lambda: Decimal,
        "lambda": lambda: lambda: None,
        "WSGI application": lambda: _application,
        "response": lambda: Response("mine", 201, {"X-A": "b"}),
        "base response": lambda: kit.toolkit.Response("base", 201, {"X-A": "b"}),
        "exception class": lambda: ValueError,
        "HTTP exception": lambda: kit["toolkit.exceptions"].ImATeapot("why"),
        "HTTP exception class": lambda: kit["toolkit.exceptions"].ImATeapot,
        "range": lambda: range(3),
        "coroutine": lambda: _coroutine(),
    }
    for label, view in kinds.items():
        yield label, kit.view(view)


def _coroutine() -> Any:
    async def function() -> str:
        return "text"

    made = function()
    made.close()
    return made


def tuples(kit: Any) -> Outcomes:
    Headers = kit["toolkit.datastructures"].Headers
    Response = kit.flask.Response
    kinds: dict[str, Any] = {
        "()": (),
        "(body,)": ("text",),
        "(body, status)": ("text", 201),
        "(body, text)": ("text", "201 Mine"),
        "(body, bytes)": ("text", b"201 Mine"),
        "(body, text of digits)": ("text", "404"),
        "(body, text of words)": ("text", "wrong"),
        "(body, empty text)": ("text", ""),
        "(body, HTTPStatus)": ("text", HTTPStatus.CREATED),
        "(body, unknown status)": ("text", 799),
        "(body, negative status)": ("text", -1),
        "(body, float)": ("text", 201.5),
        "(body, None)": ("text", None),
        "(body, object)": ("text", object()),
        "(body, dict)": ("text", {"X-A": "b", "Content-Type": "text/x"}),
        "(body, list)": ("text", [("X-A", "b"), ("X-A", "c")]),
        "(body, Headers)": ("text", Headers([("X-A", "b")])),
        "(body, tuple)": ("text", (("X-A", "b"),)),
        "(body, dict of lists)": ("text", {"X-A": ["b", "c"]}),
        "(body, empty dict)": ("text", {}),
        "(body, status, headers)": ("text", 201, {"X-A": "b"}),
        "(body, status, None)": ("text", 201, None),
        "(body, None, headers)": ("text", None, {"X-A": "b"}),
        "(body, headers, status)": ("text", {"X-A": "b"}, 201),
        "(body, status, text)": ("text", 201, "X-A: b"),
        "(body, status, newline)": ("text", 201, {"X-A": "b\r\nc"}),
        "of four": ("text", 201, {}, None),
        "of five": (1, 2, 3, 4, 5),
        "(None, status)": (None, 204),
        "(None, status, headers)": (None, 204, {}),
        "(dict, status)": ({"a": 1}, 201),
        "(list, status, headers)": ([1], 201, {"X-A": "b"}),
        "(response, status)": (Response("mine", 400), 201),
        "(response, headers)": (Response("mine", headers={"X-A": "a"}), {"X-A": "b"}),
        "(application, status)": (_application, 201),
        "((body, status), status)": (("text", 201), 202),
        "(int, status)": (5, 201),
        "(body, 204)": ("text", 204),
        "(body, 304)": ("text", 304),
        "a list of body and status": ["text", 201],
    }
    for label, value in kinds.items():
        yield label, kit.view(lambda value=value: value)


def own_response_class(kit: Any) -> Outcomes:
    class Own(kit.flask.Response):  # type: ignore[name-defined, misc]
        default_mimetype = "text/own"

    for label, value in {
        "str": "text",
        "dict": {},
        "base response": kit.flask.Response("other"),
        "application": _application,
    }.items():
        app = kit.app()
        app.response_class = Own
        app.add_url_rule("/", "view", lambda value=value: kit.flask.make_response(value))
        yield label, kit.ask(app)
    app = kit.app()
    app.response_class = Own
    with app.test_request_context():
        made = kit.flask.make_response("a", 201, {"X-A": "b"})
        yield "make_response of three", [type(made).__name__, made.status, list(made.headers)]
        yield "make_response of none", kit.tries(lambda: kit.flask.make_response().status)
        yield "make_response of None", kit.tries(kit.flask.make_response, None)


def methods(kit: Any) -> Outcomes:
    app = kit.app()
    app.add_url_rule("/get", "get", lambda: "get")
    app.add_url_rule("/post", "post", lambda: "post", methods=["post"])
    app.add_url_rule("/own", "own", lambda: "own", methods=["GET", "OPTIONS"])
    app.add_url_rule("/without", "without", lambda: "x", provide_automatic_options=False)
    app.add_url_rule("/odd", "odd", lambda: "odd", methods=["PURGE"])
    for path in ("/get", "/post", "/own", "/without", "/odd", "/missing"):
        for method in ("GET", "HEAD", "POST", "OPTIONS", "PURGE", "TRACE"):
            yield f"{method} {path}", kit.ask(app, path, method)
    app = kit.app(PROVIDE_AUTOMATIC_OPTIONS=False)
    app.add_url_rule("/", "view", lambda: "x")
    yield "no automatic OPTIONS", kit.ask(app, "/", "OPTIONS")
    for label, given in {
        "text": "GET",
        "empty": [],
        "None": None,
        "of numbers": [1],
    }.items():
        app = kit.app()
        yield (
            f"methods {label}",
            kit.tries(app.add_url_rule, "/", "view", lambda: "x", methods=given),
        )


def attributes_of_functions(kit: Any) -> Outcomes:
    def view() -> str:
        return kit.flask.request.method  # type: ignore[no-any-return]

    view.methods = ["PUT"]  # type: ignore[attr-defined]
    view.required_methods = ["DELETE"]  # type: ignore[attr-defined]
    view.provide_automatic_options = False  # type: ignore[attr-defined]
    app = kit.app()
    app.add_url_rule("/", view_func=view)
    for method in ("GET", "PUT", "DELETE", "OPTIONS"):
        yield method, kit.ask(app, "/", method)
    yield "rule", [sorted(rule.methods) for rule in app.url_map.iter_rules()]


def classes(kit: Any) -> Outcomes:
    views = kit["views"]
    made: list[int] = []

    class Whole(views.View):  # type: ignore[name-defined, misc]
        """Documented."""

        methods = ["GET", "POST"]

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            made.append(1)
            self.given = [args, kwargs]

        def dispatch_request(self, **values: Any) -> Any:
            return {"given": self.given, "values": values}

    class Kept(Whole):
        init_every_request = False

    class Methods(views.MethodView):  # type: ignore[name-defined, misc]
        def get(self) -> str:
            return "get"

        def propfind(self) -> str:
            return "propfind"

    class More(Methods):
        def delete(self) -> str:
            return "delete"

        def post(self) -> Any:
            return None

    def decorator(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(**values: Any) -> Any:
            return "decorated " + str(function(**values))

        return wrapper

    class Decorated(Methods):
        decorators = [decorator]

    app = kit.app()
    app.add_url_rule("/whole/<a>", view_func=Whole.as_view("whole", 1, b=2))
    app.add_url_rule("/kept/<a>", view_func=Kept.as_view("kept"))
    app.add_url_rule("/methods", view_func=Methods.as_view("methods"))
    app.add_url_rule("/more", view_func=More.as_view("more"))
    app.add_url_rule("/decorated", view_func=Decorated.as_view("decorated"))
    app.add_url_rule("/abstract", view_func=views.View.as_view("abstract"))
    app.add_url_rule("/none", view_func=views.MethodView.as_view("none"))
    for path in ("/whole/x", "/kept/x", "/kept/y", "/methods", "/more", "/decorated", "/abstract"):
        for method in ("GET", "POST", "DELETE", "HEAD", "OPTIONS"):
            yield f"{method} {path}", kit.ask(app, path, method)
    yield "PROPFIND /methods", kit.ask(app, "/methods", "PROPFIND")
    yield "GET /none", kit.ask(app, "/none")
    yield "instances", len(made)
    yield "methods", [sorted(each.methods) for each in (Methods, More, Decorated)]
    yield "methods of the base", views.MethodView.methods
    view = Whole.as_view("whole")
    yield "function", [view.__name__, view.__doc__, view.view_class.__name__, view.methods]
    yield "function's own options", [view.provide_automatic_options]
    yield "TRACE through MethodView", kit.tries(_odd_method, kit, Methods)


def _odd_method(kit: Any, cls: Any) -> Any:
    app = kit.app()
    with app.test_request_context("/", method="TRACE"):
        return cls().dispatch_request()


def asynchronous(kit: Any) -> Outcomes:
    app = kit.app()
    events: list[str] = []

    async def view() -> str:
        return "view"

    async def failing() -> str:
        raise ValueError("why")

    async def before() -> None:
        events.append("before")

    async def after(response: Any) -> Any:
        response.headers["X-After"] = "async"
        return response

    async def teardown(error: Any) -> None:
        events.append(f"teardown {error}")

    async def handler(error: Any) -> Any:
        return f"handled {error}", 400

    app.add_url_rule("/", "view", view)
    app.add_url_rule("/failing", "failing", failing)
    app.before_request(before)
    app.after_request(after)
    app.teardown_request(teardown)
    yield "view", kit.ask(app)
    yield "error", kit.ask(app, "/failing")
    app = kit.app()
    app.add_url_rule("/failing", "failing", failing)
    app.register_error_handler(ValueError, handler)
    yield "handled", kit.ask(app, "/failing")
    yield "events", events
    yield "ensure_sync", [app.ensure_sync(len) is len, app.ensure_sync(view) is view]
