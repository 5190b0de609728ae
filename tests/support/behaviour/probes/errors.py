"""Errors: who handles them, and what becomes of those that nobody does."""

from __future__ import annotations

from typing import Any

from . import Outcomes


class _Own(Exception):
    pass


class _Further(_Own):
    pass


class _Other(Exception):
    """Defined beside the others."""


def _name(label: str) -> Any:
    def handler(error: Any) -> Any:
        return f"{label}: {type(error).__name__} {error}", 299

    return handler


def order(kit: Any) -> Outcomes:
    exceptions = kit["toolkit.exceptions"]
    HTTPException, NotFound = exceptions.HTTPException, exceptions.NotFound

    class Special(NotFound):  # type: ignore[valid-type, misc]
        pass

    class Coded(HTTPException):  # type: ignore[valid-type, misc]
        code = 404

    raised = {
        "not-found": NotFound,
        "special": Special,
        "coded": Coded,
        "forbidden": exceptions.Forbidden,
        "server": exceptions.InternalServerError,
        "own": _Own,
        "further": _Further,
        "other": _Other,
        "key": KeyError,
    }
    keys = {
        "404": 404,
        "NotFound": NotFound,
        "Special": Special,
        "HTTPException": HTTPException,
        "500": 500,
        "Exception": Exception,
        "_Own": _Own,
        "_Further": _Further,
    }
    for of_app, of_part in (
        ("404 HTTPException Exception", ""),
        ("NotFound", "404"),
        ("404", "HTTPException"),
        ("HTTPException", "Exception"),
        ("Exception", ""),
        ("500", ""),
        ("500 Exception", ""),
        ("_Own", "_Further"),
        ("_Further _Own", "Exception"),
        ("Special 404", "HTTPException 500"),
        ("", "404 500 _Own"),
        ("HTTPException", "404"),
    ):
        app = kit.app(TESTING=False)
        part = kit.flask.Blueprint("part", "probe", url_prefix="/part")
        inner = kit.flask.Blueprint("inner", "probe", url_prefix="/inner")
        for key in of_app.split():
            app.register_error_handler(keys[key], _name(f"app {key}"))
        for key in of_part.split():
            part.register_error_handler(keys[key], _name(f"part {key}"))

        def fails(name: str) -> None:
            raise raised[name]("why")

        for each in (app, part, inner):
            each.add_url_rule("/<name>", "fails", fails)
        part.register_blueprint(inner)
        app.register_blueprint(part)
        for name in raised:
            for prefix in ("/", "/part/", "/part/inner/"):
                yield f"[{of_app}] [{of_part}] {prefix}{name}", kit.ask(app, f"{prefix}{name}")
        for path in ("/", "/part/x/y/z"):
            yield f"[{of_app}] [{of_part}] no rule {path}", kit.ask(app, path)
        yield f"[{of_app}] [{of_part}] method", kit.ask(app, "/own", "POST")


def app_handlers_of_blueprints(kit: Any) -> Outcomes:
    app = kit.app()
    part = kit.flask.Blueprint("part", "probe", url_prefix="/part")

    @part.app_errorhandler(404)  # type: ignore[untyped-decorator]
    def missing(error: Any) -> Any:
        return "missing", 404

    part.app_errorhandler(_Own)(_name("own"))
    app.register_blueprint(part)
    yield "no rule", kit.ask(app)
    yield (
        "spec",
        sorted(
            [str(scope), str(code), [kind.__name__ for kind in kinds]]
            for scope, codes in app.error_handler_spec.items()
            for code, kinds in codes.items()
            if kinds
        ),
    )


def results_of_handlers(kit: Any) -> Outcomes:
    exceptions = kit["toolkit.exceptions"]
    for label, value in {
        "text": "text",
        "tuple": ("text", 400),
        "response": kit.flask.Response("r", 201),
        "None": None,
        "the error": Ellipsis,
        "another HTTP exception": exceptions.ImATeapot("tea"),
        "an HTTP exception class": exceptions.ImATeapot,
    }.items():
        app = kit.app()
        app.register_error_handler(404, lambda e, value=value: e if value is Ellipsis else value)
        yield label, kit.ask(app)
    for kind in (exceptions.ImATeapot, _Own, ZeroDivisionError):
        app = kit.app(TESTING=False)

        def fails(error: Any, kind: Any = kind) -> None:
            raise kind("in the handler")

        app.register_error_handler(404, fails)
        with kit.logged(app) as log:
            yield f"raises {kind.__name__}", kit.ask(app)
            yield f"raises {kind.__name__}: log", log
    for config in ({}, {"TESTING": True}, {"DEBUG": True}, {"PROPAGATE_EXCEPTIONS": False}):
        app = kit.app(**{"TESTING": False, **config})

        def handler(error: Any) -> Any:
            original = getattr(error, "original_exception", "none")
            return {"error": repr(error), "original": repr(original)}, 500

        app.register_error_handler(500, handler)
        app.add_url_rule("/", "view", lambda: 1 / 0)
        app.add_url_rule("/abort", "abort", lambda: kit.flask.abort(500))
        yield f"500 with {config}", kit.ask(app)
        yield f"abort(500) with {config}", kit.ask(app, "/abort")


def unhandled(kit: Any) -> Outcomes:
    for testing in (False, True):
        for debug in (False, True):
            for propagate in (None, False, True):
                app = kit.app(TESTING=testing, DEBUG=debug, PROPAGATE_EXCEPTIONS=propagate)
                app.add_url_rule("/", "view", lambda: 1 / 0, methods=["GET", "POST"])
                label = f"testing {testing} debug {debug} propagate {propagate}"
                with kit.logged(app) as log:
                    yield label, kit.ask(app, "/?a=b", "POST")
                    yield f"{label}: log", log


def trapped(kit: Any) -> Outcomes:
    exceptions = kit["toolkit.exceptions"]
    flask = kit.flask
    for debug in (False, True):
        for http in (False, True):
            for bad in (None, False, True):
                app = kit.app(DEBUG=debug, TRAP_HTTP_EXCEPTIONS=http, TRAP_BAD_REQUEST_ERRORS=bad)
                app.add_url_rule("/key", "key", lambda: flask.request.args["missing"])
                app.add_url_rule("/form", "form", lambda: flask.request.form["missing"])
                app.add_url_rule("/headers", "headers", lambda: flask.request.headers["Missing"])
                app.add_url_rule("/cookies", "cookies", lambda: flask.request.cookies["missing"])
                app.add_url_rule("/bad", "bad", lambda: flask.abort(400))
                app.add_url_rule("/gone", "gone", lambda: flask.abort(410))
                app.add_url_rule("/moved/", "moved", lambda: "moved")
                for path in ("/key", "/form", "/headers", "/cookies", "/bad", "/gone"):
                    yield f"debug {debug} http {http} bad {bad} {path}", kit.ask(app, path)
                for path in ("/missing", "/moved"):
                    yield f"debug {debug} http {http} bad {bad} {path}", kit.ask(app, path)
                error = exceptions.BadRequestKeyError("x")
                label = f"debug {debug} http {http} bad {bad} trap_http_exception"
                yield label, [app.trap_http_exception(error)]
    app = kit.app(TRAP_BAD_REQUEST_ERRORS=True)
    app.register_error_handler(exceptions.BadRequestKeyError, _name("handler"))
    app.add_url_rule("/", "view", lambda: flask.request.args["missing"])
    yield "trapped with a handler", kit.ask(app)
    app = kit.app()
    app.register_error_handler(KeyError, _name("KeyError"))
    app.add_url_rule("/", "view", lambda: flask.request.args["missing"])
    yield "a handler of KeyError", kit.ask(app)


def debug_texts(kit: Any) -> Outcomes:
    flask = kit.flask
    app = kit.app(DEBUG=True, TRAP_BAD_REQUEST_ERRORS=False)
    app.add_url_rule("/form", "form", lambda: flask.request.form["missing"], methods=["POST"])
    app.add_url_rule("/files", "files", lambda: flask.request.files["f"], methods=["POST"])
    app.add_url_rule("/other", "other", lambda: flask.request.files["other"], methods=["POST"])
    app.add_url_rule("/json", "json", lambda: flask.request.json, methods=["GET", "POST"])
    app.add_url_rule("/slash/", "slash", lambda: "slash", methods=["GET", "POST"])
    app.add_url_rule("/old", "old", lambda: "old", methods=["GET", "POST"], redirect_to="/slash/")
    yield "missing key", kit.form(app, "/form", b"a=1")
    yield "missing file that was text", kit.form(app, "/files", b"f=name.txt&f=more.txt")
    yield "missing file that was nothing", kit.form(app, "/other", b"f=name.txt")
    boundary = b'--q\r\nContent-Disposition: form-data; name="f"\r\n\r\ntext\r\n--q--\r\n'
    yield (
        "missing file in multipart",
        kit.form(app, "/files", boundary, "multipart/form-data; boundary=q"),
    )
    yield "no JSON", kit.ask(app, "/json")
    yield "bad JSON", kit.form(app, "/json", b"{", "application/json")
    for method in ("GET", "HEAD", "OPTIONS", "POST"):
        yield f"{method} without the slash", kit.ask(app, "/slash?a=b", method)
        yield f"{method} of a redirect", kit.ask(app, "/old", method)
    for debug in (False, True):
        app.debug = debug
        with app.test_request_context("/slash", method="POST"):
            yield f"dispatch in debug {debug}", kit.tries(app.dispatch_request)


def aborting(kit: Any) -> Outcomes:
    flask = kit.flask
    Response = flask.Response
    for label, arguments in {
        "404": (404,),
        "404 with a text": (404, "gone for good"),
        "404 with a response": (404, None, Response("mine", 404)),
        "response": (Response("mine", 201),),
        "unknown code": (799,),
        "200": (200,),
        "text": ("404",),
        "None": (None,),
        "401": (401, "why", None, None),
        "redirect": (302,),
        "405": (405, ["GET"]),
    }.items():
        yield label, kit.view(lambda arguments=arguments: flask.abort(*arguments))
    exceptions = kit["toolkit.exceptions"]

    class Teapot(exceptions.HTTPException):  # type: ignore[name-defined, misc]
        code = 444
        description = "own"

    class Aborter(exceptions.Aborter):  # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__(extra={444: Teapot})

    class App(flask.Flask):  # type: ignore[name-defined, misc]
        aborter_class = Aborter

    app = kit.app(App)
    app.add_url_rule("/", "view", lambda: flask.abort(444))
    yield "an own aborter", kit.ask(app)
    with app.app_context():
        yield "outside of a request", kit.tries(flask.abort, 444)
    yield "outside of all", kit.tries(flask.abort, 444)
    yield "make_aborter", type(app.make_aborter()).__name__


def http_exceptions(kit: Any) -> Outcomes:
    exceptions = kit["toolkit.exceptions"]
    for code, kind in sorted(exceptions.default_exceptions.items()):
        made = exceptions.RequestedRangeNotSatisfiable(5) if code == 416 else kind()

        def fails(made: Any = made) -> None:
            raise made

        yield str(code), kit.view(fails)


def logging(kit: Any) -> Outcomes:
    import logging as standard

    flask = kit.flask
    for label, config in {"plain": {}, "debug": {"DEBUG": True}}.items():
        app = flask.Flask(f"logging_{label}")
        app.config.update(config)
        logger = app.logger
        yield f"{label}: logger", [logger.name, standard.getLevelName(logger.level)]
        yield f"{label}: handlers", [type(each).__name__ for each in logger.handlers]
        handler = kit["logging"].default_handler
        formatter = handler.formatter
        yield f"{label}: default", [handler in logger.handlers, formatter._fmt]
        yield f"{label}: again", [app.logger is logger]
    root = standard.getLogger("logging_configured")
    root.addHandler(standard.NullHandler())
    app = flask.Flask("logging_configured.app")
    yield "configured above", [len(app.logger.handlers), app.logger.propagate]
    yield "has_level_handler", [kit["logging"].has_level_handler(app.logger)]
    app = kit.app()

    @app.route("/")  # type: ignore[untyped-decorator]
    def view() -> str:
        app.logger.warning("message %s", "argument")
        return "view"

    with kit.logged(app) as log:
        yield "in a view", kit.ask(app)
        yield "in a view: log", log
