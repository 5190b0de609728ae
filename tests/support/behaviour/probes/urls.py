"""Building URLs, and matching by host and scheme."""

from __future__ import annotations

from typing import Any

from . import Outcomes


def _views(kit: Any, app: Any) -> Any:
    def view(**values: Any) -> Any:
        return "view"

    app.add_url_rule("/", "index", view)
    app.add_url_rule("/user/<int:id>", "user", view)
    app.add_url_rule("/path/<path:rest>", "path", view, methods=["POST"])
    app.add_url_rule("/any/<any(a, b):one>", "any", view)
    app.add_url_rule("/page/", "page", view, defaults={"number": 1})
    app.add_url_rule("/page/<int:number>", "page", view)
    app.add_url_rule("/float/<float:x>", "float", view)
    app.add_url_rule("/uuid/<uuid:x>", "uuid", view)
    app.add_url_rule("/text/<string(length=2):x>", "text", view)
    app.add_url_rule("/both", "get", view, methods=["GET"])
    app.add_url_rule("/both-post", "get", view, methods=["POST"])
    return app


CALLS: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    "index": (("index",), {}),
    "a query": (("index",), {"a": "1", "b": ["x", "ä y"], "c": None}),
    "a variable": (("user",), {"id": 5}),
    "a variable as text": (("user",), {"id": "5"}),
    "a bad variable": (("user",), {"id": "x"}),
    "a missing variable": (("user",), {}),
    "a misspelled variable": (("user",), {"idd": 1}),
    "a misspelled endpoint": (("usr",), {"id": 1}),
    "no such endpoint": (("nothing",), {}),
    "a path": (("path",), {"rest": "a/b c/ü?#"}),
    "a wrong method": (("path",), {"rest": "a", "_method": "GET"}),
    "a method": (("get",), {"_method": "POST"}),
    "any": (("any",), {"one": "a"}),
    "any other": (("any",), {"one": "c"}),
    "a default": (("page",), {"number": 1}),
    "not the default": (("page",), {"number": 2}),
    "a float": (("float",), {"x": 1.5}),
    "a length": (("text",), {"x": "ab"}),
    "a wrong length": (("text",), {"x": "abc"}),
    "an anchor": (("index",), {"_anchor": "a b&ü/?"}),
    "an empty anchor": (("index",), {"_anchor": ""}),
    "external": (("index",), {"_external": True}),
    "not external": (("index",), {"_external": False}),
    "a scheme": (("index",), {"_scheme": "https"}),
    "a scheme, not external": (("index",), {"_scheme": "https", "_external": False}),
    "an empty scheme": (("index",), {"_scheme": "", "_external": True}),
    "a dot": ((".index",), {}),
    "static": (("static",), {"filename": "a b.txt"}),
    "no endpoint": ((), {}),
    "two arguments": (("index", "x"), {}),
    "an endpoint named twice": (("index",), {"endpoint": "x"}),
    "self": (("index",), {"self": "x"}),
}


def building(kit: Any) -> Outcomes:
    flask = kit.flask
    app = _views(kit, kit.app(options={"static_folder": "static"}))
    with app.test_request_context("/user/1", base_url="http://example.org:5000/root"):
        for label, (arguments, values) in CALLS.items():
            yield label, kit.tries(flask.url_for, *arguments, **values)
            yield f"app: {label}", kit.tries(app.url_for, *arguments, **values)
    for config in (
        {},
        {"SERVER_NAME": "example.org"},
        {
            "SERVER_NAME": "example.org:8000",
            "APPLICATION_ROOT": "/root",
            "PREFERRED_URL_SCHEME": "https",
        },
    ):
        app = _views(kit, kit.app(**config))
        with app.app_context():
            for label, (arguments, values) in CALLS.items():
                yield (
                    f"outside {sorted(config)} {label}",
                    kit.tries(flask.url_for, *arguments, **values),
                )
        yield f"no context {sorted(config)}", kit.tries(app.url_for, "index")


def build_errors(kit: Any) -> Outcomes:
    flask = kit.flask
    BuildError = kit["toolkit.routing"].BuildError
    seen: list[Any] = []

    def gives(error: Any, endpoint: str, values: Any) -> Any:
        seen.append([type(error).__name__, endpoint, dict(values)])
        return "/given" if endpoint == "given" else None

    def raises(error: Any, endpoint: str, values: Any) -> Any:
        if endpoint == "raises":
            raise BuildError("other", {}, None, None)
        if endpoint == "fails":
            raise ValueError("handler")
        return None

    for handlers in ([], [gives], [raises, gives], [gives, raises]):
        app = _views(kit, kit.app())
        app.url_build_error_handlers.extend(handlers)
        with app.test_request_context("/"):
            for endpoint in ("given", "raises", "fails", "none"):
                seen.clear()
                label = f"{[each.__name__ for each in handlers]} {endpoint}"
                yield label, kit.tries(flask.url_for, endpoint, a=1, _anchor="x")
                yield f"{label}: seen", seen.copy()
    app = _views(kit, kit.app())
    part = flask.Blueprint("part", "probe", url_prefix="/part")
    part.add_url_rule("/", "index", lambda: flask.url_for(".missing"))
    app.register_blueprint(part)
    app.register_error_handler(BuildError, lambda e: (f"handled {e.endpoint}", 400))
    yield "in a view", kit.ask(app, "/part/")


def defaults(kit: Any) -> Outcomes:
    flask = kit.flask
    app = kit.app()
    part = flask.Blueprint("part", "probe", url_prefix="/<lang>")
    inner = flask.Blueprint("inner", "probe", url_prefix="/inner")

    def urls(**values: Any) -> Any:
        return {
            name: flask.url_for(name, x=1)
            for name in ("part.view", ".view", "part.inner.view", "index")
        }

    seen: list[Any] = []

    @app.url_defaults  # type: ignore[untyped-decorator]
    def of_app(endpoint: str, values: Any) -> None:
        seen.append(["app", endpoint, dict(values)])
        values.setdefault("app", 1)

    @part.url_defaults  # type: ignore[untyped-decorator]
    def of_part(endpoint: str, values: Any) -> None:
        seen.append(["part", endpoint, dict(values)])
        values.setdefault("lang", "de")

    @inner.app_url_defaults  # type: ignore[untyped-decorator]
    def of_all(endpoint: str, values: Any) -> None:
        values["all"] = "yes"

    app.add_url_rule("/", "index", lambda: "index")
    part.add_url_rule("/view", "view", urls)
    inner.add_url_rule("/view", "view", urls)
    part.register_blueprint(inner)
    app.register_blueprint(part)
    for path in ("/en/view", "/en/inner/view"):
        seen.clear()
        yield path, kit.ask(app, path)
        yield f"{path}: seen", seen.copy()
    with app.test_request_context("/"):
        values: dict[str, Any] = {}
        app.inject_url_defaults("part.view", values)
        yield "inject_url_defaults", values


def redirects(kit: Any) -> Outcomes:
    flask = kit.flask
    for label, arguments in {
        "plain": ("/x",),
        "code": ("/x", 301),
        "wrong code": ("/x", 404),
        "text": ("/ä b?c=ü#d", 303),
        "absolute": ("http://example.org/ä",),
        "markup": ("/<b>&",),
        "newline": ("/a\r\nb",),
        "nothing": ("",),
    }.items():
        yield label, kit.view(lambda arguments=arguments: flask.redirect(*arguments))
    app = kit.app()
    app.add_url_rule("/slash/", "slash", lambda: "slash")
    app.add_url_rule("/noslash", "noslash", lambda: "noslash")
    app.add_url_rule("/loose/", "loose", lambda: "loose", strict_slashes=False)
    app.add_url_rule("/old", "old", redirect_to="/slash/")
    app.add_url_rule("/page/", "page", str, defaults={"object": 1})
    app.add_url_rule("/page/<int:object>", "page", str)
    app.add_url_rule("/alias", "slash", alias=True)
    for path in (
        *("/slash", "/slash?a=b&ü=1", "/noslash/", "/loose", "/old", "/page/1", "/page/2"),
        *("/alias", "/slash//", "/a//b", "/%73lash", "/SLASH/"),
    ):
        yield path, kit.ask(app, path)
        yield f"POST {path}", kit.ask(app, path, "POST")

    class App(flask.Flask):  # type: ignore[name-defined, misc]
        def redirect(self, location: str, code: int = 302) -> Any:
            return flask.Response(f"own {location}", code)

    app = kit.app(App)
    app.add_url_rule("/", "view", lambda: flask.redirect("/x", 307))
    yield "an own redirect", kit.ask(app)


def hosts(kit: Any) -> Outcomes:
    def view(**values: Any) -> Any:
        request = kit.flask.request
        built = kit.flask.url_for("view", _external=True, **values)
        return {"values": values, "host": request.host, "root": request.url_root, "url": built}

    for label, config, options in (
        ("plain", {}, {}),
        ("server name", {"SERVER_NAME": "example.org"}, {}),
        ("server name and port", {"SERVER_NAME": "example.org:5000"}, {}),
        ("subdomains", {"SERVER_NAME": "example.org"}, {"subdomain_matching": True}),
        ("subdomains without a name", {}, {"subdomain_matching": True}),
        ("hosts", {}, {"host_matching": True, "static_host": "x.org", "static_folder": "static"}),
        ("hosts and a name", {"SERVER_NAME": "example.org"}, {"host_matching": True}),
        ("trusted", {"TRUSTED_HOSTS": ["example.org", ".trusted.org"]}, {}),
        ("nothing trusted", {"TRUSTED_HOSTS": []}, {}),
    ):
        app = kit.app(options=options, **config)
        if app.url_map.host_matching:
            app.add_url_rule("/", "view", view, host="<name>.org")
            app.add_url_rule("/port", "port", lambda: "port", host="example.org:5000")
        else:
            app.add_url_rule("/", "view", view)
            app.add_url_rule("/sub", "sub", lambda **v: {"v": v}, subdomain="<name>")
            app.add_url_rule("/www", "www", lambda: "www", subdomain="www")
        for host in (
            *("example.org", "www.example.org", "a.b.example.org", "example.org:5000"),
            *("other.org", "x.org", "EXAMPLE.org", "127.0.0.1", "a.trusted.org", "trusted.org"),
            *("example.org.", "www.example.org:5000", "[::1]", "a_b.org", ""),
        ):
            for path in ("/", "/sub", "/www", "/port", "/static/a.txt"):
                yield f"{label} {host} {path}", kit.ask(app, path, headers={"Host": host})


def preferred_scheme(kit: Any) -> Outcomes:
    flask = kit.flask
    app = kit.app(PREFERRED_URL_SCHEME="https", SERVER_NAME="example.org")
    app.add_url_rule("/", "view", lambda: flask.url_for("view", _external=True))
    yield "in a request", kit.ask(app, headers={"Host": "example.org"})
    with app.app_context():
        yield "outside", flask.url_for("view")
    with app.test_request_context():
        yield "a test's request", [flask.request.url, flask.url_for("view", _external=True)]
    yield "a client", app.test_client().get("/").get_data(as_text=True)


def converters(kit: Any) -> Outcomes:
    routing = kit["toolkit.routing"]

    class Listed(routing.BaseConverter):  # type: ignore[name-defined, misc]
        regex = r"\w+(?:,\w+)*"
        part_isolating = True

        def to_python(self, value: str) -> Any:
            if "bad" in value:
                raise routing.ValidationError()
            if "fails" in value:
                raise ValueError("converter")
            return value.split(",")

        def to_url(self, value: Any) -> str:
            return ",".join(super(Listed, self).to_url(each) for each in value)

    app = kit.app()
    app.url_map.converters["list"] = Listed
    app.add_url_rule("/<list:x>", "view", lambda x: {"x": x, "url": kit.flask.url_for("view", x=x)})
    for path in ("/a,b", "/a", "/bad", "/fails", "/a,", "/%C3%A4"):
        yield path, kit.ask(app, path)
