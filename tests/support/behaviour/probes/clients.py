"""The test client and the command runner."""

from __future__ import annotations

from typing import Any

from . import Outcomes


def _app(kit: Any, **config: Any) -> Any:
    flask = kit.flask
    app = kit.app(**config)

    def view() -> Any:
        request = flask.request
        return {
            "method": request.method,
            "path": request.path,
            "url": request.url,
            "args": request.args.to_dict(flat=False),
            "form": request.form.to_dict(flat=False),
            "files": {key: file.filename for key, file in request.files.items()},
            "cookies": request.cookies.to_dict(),
            "type": request.content_type,
            "data": request.get_data(as_text=True) if not request.form else "",
            "json": request.get_json(silent=True),
            "fields": sorted(
                pair for pair in request.headers if pair[0] not in ("User-Agent", "Content-Length")
            ),
            "remote": request.remote_addr,
        }

    def redirects(to: str) -> Any:
        flask.session["hops"] = flask.session.get("hops", 0) + 1
        location = to if "://" in to else f"/{to}"
        response = flask.redirect(location, int(flask.request.args.get("code", 302)))
        response.set_cookie("hop", "1")
        return response

    methods = ["GET", "POST", "PUT", "DELETE", "PATCH"]
    app.add_url_rule("/", "view", view, methods=methods)
    app.add_url_rule("/to/", "redirects", redirects, methods=methods, defaults={"to": ""})
    app.add_url_rule("/to/<path:to>", "redirects", redirects, methods=methods)
    app.add_url_rule("/fails", "fails", lambda: 1 / 0)
    app.add_url_rule("/session", "session", lambda: repr(dict(flask.session)))
    app.add_url_rule("/context", "context", lambda: setattr(flask.g, "x", 1) or "context")
    return app


def requests(kit: Any) -> Outcomes:
    calls: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
        "plain": ((), {}),
        "a query": (("/?a=1",), {}),
        "query_string": ((), {"query_string": {"a": ["1", "ä"]}}),
        "data of a dict": ((), {"method": "POST", "data": {"a": "1", "b": ["2", "3"]}}),
        "data of bytes": ((), {"method": "POST", "data": b"raw"}),
        "data of text": ((), {"method": "POST", "data": "räw"}),
        "json": ((), {"method": "POST", "json": {"a": [1, "ä"]}}),
        "json and data": ((), {"method": "POST", "json": {}, "data": "x"}),
        "content type": ((), {"method": "POST", "data": "x", "content_type": "text/x"}),
        "mimetype": ((), {"method": "POST", "data": "x", "mimetype": "text/y"}),
        "headers": ((), {"headers": {"X-A": "b", "Cookie": "a=1"}}),
        "auth": ((), {"auth": ("user", "password")}),
        "base_url": ((), {"base_url": "https://example.org:5000/root/"}),
        "a whole URL": (("http://example.org/?x=1",), {}),
        "subdomain": ((), {"subdomain": "sub"}),
        "url_scheme": ((), {"url_scheme": "https"}),
        "subdomain and base_url": ((), {"subdomain": "sub", "base_url": "http://x/"}),
        "environ_base": ((), {"environ_base": {"REMOTE_ADDR": "1.2.3.4"}}),
        "environ_overrides": ((), {"environ_overrides": {"REMOTE_ADDR": "1.2.3.4"}}),
        "an unknown option": ((), {"unknown": 1}),
        "a missing path": (("/missing",), {}),
        "an error": (("/fails",), {}),
        "a redirect": (("/to/?code=307",), {}),
    }
    for config in (
        {},
        {"SERVER_NAME": "server.org", "APPLICATION_ROOT": "/root"},
        {"PREFERRED_URL_SCHEME": "https"},
    ):
        for label, (arguments, options) in calls.items():
            client = _app(kit, **config).test_client()

            def ask(client: Any = client, a: Any = arguments, o: Any = options) -> Any:
                answer = client.open(*a, **o)
                return [answer.status, answer.get_data(as_text=True), answer.request.url]

            yield f"{sorted(config)} {label}", kit.tries(ask)
    client = _app(kit).test_client()
    for method in ("get", "post", "put", "patch", "delete", "head", "options", "trace"):
        yield method, kit.tries(lambda method=method: getattr(client, method)("/").status)
    EnvironBuilder = kit["testing"].EnvironBuilder
    app = _app(kit)
    builder = EnvironBuilder(app, "/?b=1", method="POST", json={"a": 1})
    yield "a builder", kit.tries(lambda: app.test_client().open(builder).get_json())
    yield "a request", kit.tries(lambda: app.test_client().open(builder.get_request()).get_json())
    environ = EnvironBuilder(app, "/?c=1").get_environ()
    yield "an environ", kit.tries(lambda: app.test_client().open(environ).get_json())
    yield "a response", kit.tries(lambda: _answer(app.test_client().get("/")))


def _answer(answer: Any) -> Any:
    names = ("status_code", "mimetype", "is_json", "history", "location", "text", "charset")
    return {name: getattr(answer, name, "missing") for name in names}


def redirects(kit: Any) -> Outcomes:
    app = _app(kit)
    for path in (
        "/to/",
        "/to/to/to/",
        "/to//",
        "/to/missing",
        "/to/to/session?code=303",
        "/to/http://example.org/",
        "/to/http://localhost/session",
        "/to/?code=307",
    ):
        for method in ("GET", "POST"):
            client = app.test_client()

            def ask(client: Any = client, path: str = path, method: str = method) -> Any:
                answer = client.open(
                    path,
                    method=method,
                    data={"a": "1"} if method == "POST" else None,
                    follow_redirects=True,
                )
                told = [[each.status, each.request.path] for each in answer.history]
                return [answer.status, answer.request.method, answer.request.url, told]

            yield f"{method} {path}", kit.tries(ask)
    relative = kit.app()
    relative.add_url_rule("/a/b", "ab", lambda: kit.flask.redirect("c"))
    for path in ("/c", "/a/c"):
        relative.add_url_rule(path, path, lambda: kit.flask.request.path)
    client = relative.test_client()
    yield "relative", kit.tries(lambda: client.get("/a/b", follow_redirects=True).text)
    loop = kit.app()
    loop.add_url_rule("/", "view", lambda: kit.flask.redirect("/"))
    yield "a loop", kit.tries(lambda: loop.test_client().get("/", follow_redirects=True))


def cookies(kit: Any) -> Outcomes:
    flask = kit.flask
    app = kit.app()

    def give() -> Any:
        response = flask.make_response("given")
        response.set_cookie("a", "1", path="/p")
        response.set_cookie("b", "2", domain="example.org")
        response.set_cookie("c", "3", max_age=0)
        response.set_cookie("d", "4")
        return response

    app.add_url_rule("/give", "give", give)
    app.add_url_rule("/", "view", lambda: repr(sorted(flask.request.cookies.items())))
    app.add_url_rule("/p/x", "below", lambda: repr(sorted(flask.request.cookies.items())))
    client = app.test_client()
    client.get("/give")
    yield "sent", [client.get(path).text for path in ("/", "/p/x")]
    cookie = client.get_cookie("d")
    yield "get_cookie", [cookie.key, cookie.value, cookie.path, cookie.domain, cookie.max_age]
    yield "get_cookie, missing", client.get_cookie("c")
    client.set_cookie("e", "5", path="/p")
    client.delete_cookie("d")
    yield "set and deleted", [client.get(path).text for path in ("/", "/p/x")]
    without = app.test_client(use_cookies=False)
    without.get("/give")
    yield "without", without.get("/").text
    yield "without: set_cookie", kit.tries(without.set_cookie, "a", "1")
    yield "without: transaction", kit.tries(lambda: without.session_transaction().__enter__())


def transactions(kit: Any) -> Outcomes:
    flask = kit.flask
    app = _app(kit)
    client = app.test_client()
    with client.session_transaction() as session:
        session["a"] = 1
        yield "kind", [type(session).__name__, flask.has_request_context()]
    yield "read", client.get("/session").text
    with client.session_transaction("/path", base_url="http://example.org/") as session:
        session["b"] = 2
    yield (
        "elsewhere",
        [client.get("/session").text, client.get("/session", base_url="http://example.org/").text],
    )
    with client.session_transaction() as session:
        yield "again", dict(session)
        session.clear()
    yield "cleared", client.get("/session").text

    def fails() -> None:
        with client.session_transaction() as session:
            session["a"] = 1
            raise ValueError("in a transaction")

    yield "an error", kit.tries(fails)
    yield "after an error", client.get("/session").text
    app.session_interface = kit["sessions"].SessionInterface()
    yield "no interface", kit.tries(lambda: client.session_transaction().__enter__())

    class NoSession(kit["sessions"].SecureCookieSessionInterface):  # type: ignore[misc]
        def open_session(self, app: Any, request: Any) -> None:
            return None

    app.session_interface = NoSession()
    yield "no session", kit.tries(lambda: client.session_transaction().__enter__())


def preserved(kit: Any) -> Outcomes:
    flask = kit.flask
    app = _app(kit)
    events: list[str] = []
    app.teardown_request(lambda error: events.append("teardown"))
    client = app.test_client()
    with client:
        client.get("/context?q=1")
        yield "kept", [flask.request.path, flask.request.args["q"], flask.g.x, events.copy()]
        client.get("/to/x")
        yield "the next", [flask.request.path, dict(flask.session), "x" in flask.g, events.copy()]
        yield "nested", kit.tries(client.__enter__)
        yield "an error", kit.tries(client.get, "/fails")
        yield "kept after an error", [flask.has_request_context(), events.copy()]
        client.get("/to/session", follow_redirects=True)
        yield "kept after redirects", flask.request.path
    yield "after", [flask.has_request_context(), events.copy()]
    client.get("/context")
    yield "without a block", [flask.has_request_context(), flask.has_app_context()]
    with client:
        stream = client.get("/", buffered=False)
        yield "unbuffered", [flask.request.path, stream.status]
    with app.test_client() as one, app.test_client() as two:
        one.get("/context")
        two.get("/")
        yield "two clients", flask.request.path
    with app.app_context(), client:
        client.get("/context")
        yield "in an app context", [flask.request.path, "x" in flask.g]


def classes(kit: Any) -> Outcomes:
    testing = kit["testing"]

    class Client(testing.FlaskClient):  # type: ignore[name-defined, misc]
        def __init__(self, *args: Any, token: str = "none", **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.token = token

        def open(self, *args: Any, **kwargs: Any) -> Any:
            kwargs.setdefault("headers", {})["X-Token"] = self.token
            return super().open(*args, **kwargs)

    class Runner(testing.FlaskCliRunner):  # type: ignore[name-defined, misc]
        def invoke(self, *args: Any, **kwargs: Any) -> Any:
            return ["own", super().invoke(*args, **kwargs).output]

    class App(kit.flask.Flask):  # type: ignore[name-defined, misc]
        test_client_class = Client
        test_cli_runner_class = Runner

    app = kit.app(App)
    app.add_url_rule("/", "view", lambda: kit.flask.request.headers["X-Token"])
    app.cli.command("hello")(lambda: print("hello"))
    yield "client", app.test_client(token="token").get("/").text
    yield "kind", [type(app.test_client()).__name__, type(app.test_cli_runner()).__name__]
    yield "runner", kit.tries(app.test_cli_runner().invoke, args=["hello"])
    plain = kit.app().test_client()
    yield "attributes", [plain.preserve_context, sorted(plain.environ_base), repr(plain)]
    yield "agent", plain.environ_base["REMOTE_ADDR"]
    yield "response_wrapper", kit.tries(lambda: type(plain.get("/")).__name__)


def runner(kit: Any) -> Outcomes:
    flask = kit.flask
    click = __import__("click")
    app = kit.app()

    @app.cli.command("named")  # type: ignore[untyped-decorator]
    @click.argument("text", default="nothing")  # type: ignore[untyped-decorator]
    def named(text: str) -> None:
        click.echo(f"{flask.current_app.name} {text} {flask.has_request_context()}")

    @app.cli.command("fails")  # type: ignore[untyped-decorator]
    def fails() -> None:
        raise ValueError("in a command")

    @app.cli.command("bare", with_appcontext=False)  # type: ignore[untyped-decorator]
    def bare() -> None:
        click.echo(f"{flask.has_app_context()}")

    @click.command("other")  # type: ignore[untyped-decorator]
    @kit["cli"].with_appcontext  # type: ignore[untyped-decorator]
    def other() -> None:
        click.echo(flask.current_app.name)

    @click.command("script")  # type: ignore[untyped-decorator]
    @kit["cli"].pass_script_info  # type: ignore[untyped-decorator]
    def script(info: Any) -> None:
        click.echo(info.load_app().name)

    part = flask.Blueprint("part", "probe")
    part.cli.command("inner")(lambda: click.echo(flask.current_app.name))
    grouped = flask.Blueprint("grouped", "probe", cli_group="group")
    grouped.cli.command("inner")(lambda: click.echo("grouped"))
    flat = flask.Blueprint("flat", "probe", cli_group=None)
    flat.cli.command("flat")(lambda: click.echo("flat"))
    for each in (part, grouped, flat):
        app.register_blueprint(each)
    run = app.test_cli_runner().invoke
    for arguments in (
        ["named"],
        ["named", "x"],
        ["named", "--wrong"],
        ["fails"],
        ["bare"],
        ["part", "inner"],
        ["group", "inner"],
        ["flat"],
        ["missing"],
        [],
        ["--help"],
        ["part"],
    ):
        found = run(args=arguments)
        yield " ".join(arguments), [found.exit_code, found.output, repr(found.exception)]
    for command in (other, script, named):
        found = run(command)
        yield f"command {command.name}", [found.exit_code, found.output, repr(found.exception)]
    info = kit["cli"].ScriptInfo(create_app=lambda: kit.app(options={"root_path": None}))
    found = run(script, obj=info)
    yield "with an own script info", [found.exit_code, found.output]
