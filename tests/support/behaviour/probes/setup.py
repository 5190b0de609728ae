"""Setting applications and blueprints up, and what is refused."""

from __future__ import annotations

from typing import Any

from . import Outcomes

#: Calls of set-up methods, by name with arguments.
SETUP: dict[str, tuple[Any, ...]] = {
    "add_url_rule": ("/late", "late", len),
    "route": ("/late",),
    "get": ("/late",),
    "post": ("/late",),
    "put": ("/late",),
    "delete": ("/late",),
    "patch": ("/late",),
    "endpoint": ("late",),
    "before_request": (len,),
    "after_request": (len,),
    "teardown_request": (len,),
    "context_processor": (len,),
    "url_value_preprocessor": (len,),
    "url_defaults": (len,),
    "errorhandler": (404,),
    "register_error_handler": (404, len),
}
OF_APPS: dict[str, tuple[Any, ...]] = {
    "template_filter": ("late",),
    "add_template_filter": (len,),
    "template_test": ("late",),
    "add_template_test": (len,),
    "template_global": ("late",),
    "add_template_global": (len,),
    "teardown_appcontext": (len,),
    "shell_context_processor": (len,),
}
OF_BLUEPRINTS: dict[str, tuple[Any, ...]] = {
    "record": (len,),
    "record_once": (len,),
    "app_template_filter": ("late",),
    "add_app_template_filter": (len,),
    "app_template_test": ("late",),
    "add_app_template_test": (len,),
    "app_template_global": ("late",),
    "add_app_template_global": (len,),
    "before_app_request": (len,),
    "after_app_request": (len,),
    "teardown_app_request": (len,),
    "app_context_processor": (len,),
    "app_errorhandler": (404,),
    "app_url_value_preprocessor": (len,),
    "app_url_defaults": (len,),
}


def after_the_first_request(kit: Any) -> Outcomes:
    app = kit.app()
    part = kit.flask.Blueprint("part", "probe")
    app.register_blueprint(part)
    yield "first request", kit.ask(app)
    for name, arguments in {**SETUP, **OF_APPS}.items():
        yield f"app.{name}", kit.tries(getattr(app, name), *arguments)
    late = kit.flask.Blueprint("late", "probe")
    yield "app.register_blueprint", kit.tries(app.register_blueprint, late)
    for name, arguments in {**SETUP, **OF_BLUEPRINTS}.items():
        yield f"blueprint.{name}", kit.tries(getattr(part, name), *arguments)
    yield "blueprint.register_blueprint", kit.tries(part.register_blueprint, late)
    yield "got_first_request", app._got_first_request


def after_a_failed_request(kit: Any) -> Outcomes:
    app = kit.app(TRUSTED_HOSTS=["other.example"])
    yield "request", kit.ask(app)
    yield "route", kit.tries(app.add_url_rule, "/late", "late", len)


def endpoints(kit: Any) -> Outcomes:
    def view() -> str:
        return "view"

    def another() -> str:
        return "another"

    app = kit.app()
    app.add_url_rule("/", "view", view)
    yield "same function again", kit.tries(app.add_url_rule, "/again", "view", view)
    yield "another function", kit.tries(app.add_url_rule, "/other", "view", another)
    yield "no function", kit.tries(app.add_url_rule, "/none")
    yield "no function with endpoint", kit.tries(app.add_url_rule, "/none", "none")
    yield "function is set later", [app.endpoint("later")(another) is another]
    yield "without a function", kit.tries(app.add_url_rule, "/later", "later")
    yield "no slash", kit.tries(app.add_url_rule, "none", "slash", view)
    yield "bad rule", kit.tries(app.add_url_rule, "/<", "bad", view)
    yield "unknown converter", kit.tries(app.add_url_rule, "/<nothing:x>", "bad", view)
    yield "same variable twice", kit.tries(app.add_url_rule, "/<x>/<x>", "bad", view)
    yield "a lambda", kit.tries(app.add_url_rule, "/lambda", view_func=lambda: "x")
    yield "not callable", kit.tries(app.add_url_rule, "/text", "text", "text")
    yield "unknown option", kit.tries(app.add_url_rule, "/o", "o", view, wrong=1)
    yield "methods on get", kit.tries(app.get, "/g", methods=["GET"])
    yield "dots in an endpoint", kit.tries(app.add_url_rule, "/dots", "a.b", view)
    yield "rules", sorted([rule.rule, rule.endpoint] for rule in app.url_map.iter_rules())
    yield "functions", sorted(app.view_functions)
    yield "asking for no function", kit.ask(app, "/none")
    yield "asking for one set later", kit.ask(app, "/later")


def blueprint_names(kit: Any) -> Outcomes:
    Blueprint = kit.flask.Blueprint
    yield "empty", kit.tries(Blueprint, "", "probe")
    yield "a dot", kit.tries(Blueprint, "a.b", "probe")
    part = Blueprint("part", "probe")
    yield "dot in an endpoint", kit.tries(part.add_url_rule, "/", "a.b", len)
    yield "no function", kit.tries(part.add_url_rule, "/none")
    yield "registered with no function", kit.tries(kit.app().register_blueprint, part)

    def dotted() -> str:
        return "x"

    dotted.__name__ = "a.b"
    yield "dot in a function's name", kit.tries(part.add_url_rule, "/", view_func=dotted)
    part = Blueprint("part", "probe")
    yield "repr", [repr(part), repr(kit.app())]
    app = kit.app()
    app.register_blueprint(part)
    yield "the same again", kit.tries(app.register_blueprint, part)
    other = Blueprint("part", "probe")
    yield "another of that name", kit.tries(app.register_blueprint, other)
    yield "under another name", kit.tries(app.register_blueprint, part, name="more")
    yield "under a dotted name", kit.tries(app.register_blueprint, part, name="a.b")
    yield "on itself", kit.tries(part.register_blueprint, part)
    fresh = Blueprint("fresh", "probe")
    yield "on itself, before", kit.tries(fresh.register_blueprint, fresh)
    yield "names", list(app.blueprints)
    yield "iter_blueprints", [each.name for each in app.iter_blueprints()]
    yield "no blueprint", kit.tries(app.register_blueprint, "part")


def nested_blueprints(kit: Any) -> Outcomes:
    Blueprint, flask = kit.flask.Blueprint, kit.flask
    app = kit.app(SERVER_NAME="localhost", options={"subdomain_matching": True})
    events: list[str] = []

    def view() -> Any:
        request = flask.request
        return {
            "blueprints": request.blueprints,
            "blueprint": request.blueprint,
            "endpoint": request.endpoint,
            "sibling": flask.url_for(".view"),
            "events": events.copy(),
        }

    parts = [Blueprint(name, "probe", url_prefix=f"/{name}") for name in "abc"]
    for part in parts:
        name = part.name
        part.add_url_rule("/", "view", view)
        part.add_url_rule("", "bare", view)
        part.before_request(lambda name=name: events.append(f"before {name}"))
        part.after_request(lambda r, name=name: events.append(f"after {name}") or r)
        part.teardown_request(lambda e, name=name: events.append(f"teardown {name}"))
        part.context_processor(lambda name=name: {name: name, "last": name})
        part.url_value_preprocessor(lambda e, v, name=name: events.append(f"values {name}"))
    a, b, c = parts
    b.register_blueprint(c, url_prefix="/other", name="renamed")
    a.register_blueprint(b)
    app.register_blueprint(a)
    app.register_blueprint(a, name="second", url_prefix="/second")
    for path in ("/a/", "/a/b/", "/a/b/other/", "/second/b/other/", "/a", "/a/b", "/second"):
        events.clear()
        yield path, kit.ask(app, path)
        yield f"{path} events", events.copy()
    yield "names", list(app.blueprints)
    yield "rules", sorted([rule.rule, rule.endpoint] for rule in app.url_map.iter_rules())
    part = Blueprint("part", "probe", subdomain="part")
    inner = Blueprint("inner", "probe", subdomain="inner", url_prefix="/inner")
    inner.add_url_rule("/", "view", view)
    part.register_blueprint(inner)
    app = kit.app(SERVER_NAME="localhost", options={"subdomain_matching": True})
    app.register_blueprint(part)
    yield "subdomains", sorted([rule.subdomain, rule.rule] for rule in app.url_map.iter_rules())
    yield "under a subdomain", kit.ask(app, "/inner/", headers={"Host": "inner.part.localhost"})


def blueprint_options(kit: Any) -> Outcomes:
    Blueprint = kit.flask.Blueprint

    def view(**values: Any) -> Any:
        return {"values": values}

    for label, made, given in (
        ("nothing", {}, {}),
        ("a prefix", {"url_prefix": "/p"}, {}),
        ("another prefix", {"url_prefix": "/p"}, {"url_prefix": "/q/"}),
        ("an empty prefix", {"url_prefix": "/p"}, {"url_prefix": ""}),
        ("a prefix without a slash", {"url_prefix": "p"}, {}),
        ("defaults", {"url_defaults": {"x": 1}}, {}),
        ("more defaults", {"url_defaults": {"x": 1}}, {"url_defaults": {"x": 2, "y": 3}}),
        ("a variable", {"url_prefix": "/<int:x>"}, {}),
        ("an unknown option", {}, {"unknown": 1}),
    ):
        app = kit.app()
        part = Blueprint("part", "probe", **made)
        part.add_url_rule("/view", "view", view)
        part.add_url_rule("/other/", "other", view, defaults={"z": 5})
        yield label, kit.tries(app.register_blueprint, part, **given)
        rules = app.url_map.iter_rules()
        yield f"{label}: rules", sorted([rule.rule, rule.defaults or {}] for rule in rules)
        for path in ("/view", "/p/view", "/q/view", "/7/view", "/other/"):
            yield f"{label}: {path}", kit.ask(app, path)[0]


def recorded(kit: Any) -> Outcomes:
    states: list[Any] = []
    part = kit.flask.Blueprint("part", "probe", url_prefix="/p")

    @part.record  # type: ignore[untyped-decorator]
    def each(state: Any) -> None:
        states.append(["each", state.name, state.url_prefix, state.first_registration])

    @part.record_once  # type: ignore[untyped-decorator]
    def once(state: Any) -> None:
        states.append(["once", state.options, state.subdomain, state.url_defaults])
        state.add_url_rule("/made", "made", lambda: "made")

    app = kit.app()
    app.register_blueprint(part)
    app.register_blueprint(part, name="more", url_prefix="/m")
    yield "states", states
    for path in ("/p/made", "/m/made"):
        yield path, kit.ask(app, path)
    yield "results", [each is None, once is None]


def error_handlers(kit: Any) -> Outcomes:
    app = kit.app()
    exceptions = kit["toolkit.exceptions"]
    for label, key in {
        "code": 404,
        "unknown code": 799,
        "code 600": 600,
        "text": "404",
        "class": ValueError,
        "HTTP class": exceptions.NotFound,
        "instance": ValueError("x"),
        "HTTP instance": exceptions.NotFound(),
        "no exception": int,
        "BaseException": KeyboardInterrupt,
        "None": None,
        "redirect code": 302,
    }.items():
        yield label, kit.tries(app.register_error_handler, key, len)
        yield f"decorated by {label}", kit.tries(lambda key=key: app.errorhandler(key)(len))


def constructors(kit: Any) -> Outcomes:
    Flask = kit.flask.Flask
    yield "no name", kit.tries(Flask)
    yield "relative instance path", kit.tries(Flask, "probe", instance_path="instance")
    yield "static host", kit.tries(Flask, "probe", static_host="static.example")
    yield (
        "host matching without a static host",
        kit.tries(Flask, "probe", host_matching=True, static_folder="static"),
    )
    folder = str(kit.folder)
    for label, given in {
        "defaults": {},
        "folder": {"static_folder": "files", "static_url_path": "/f/"},
        "nested folder": {"static_folder": "static/files"},
        "folder with a slash": {"static_folder": "files/"},
        "path alone": {"static_url_path": "/f"},
        "path without a slash": {"static_url_path": "f"},
        "empty path": {"static_url_path": ""},
        "none": {"static_folder": None},
        "host": {"static_host": "static.example", "host_matching": True},
    }.items():

        def make(given: Any = given) -> Any:
            app = Flask("probe", root_path=folder, **given)
            rules = [[rule.rule, rule.endpoint, rule.host] for rule in app.url_map.iter_rules()]
            paths = [app.static_folder, app.static_url_path, app.has_static_folder]
            return [*paths, app.template_folder, rules]

        yield label, kit.tries(make)
    app = kit.app()
    yield "name", [app.name, app.import_name, app.root_path, app.instance_path]
    yield "of an unknown module", kit.tries(lambda: Flask("no.such.module").root_path == "")
    yield "static file without a folder", kit.tries(app.send_static_file, "a.txt")
    yield "default config", sorted(app.default_config.items(), key=lambda pair: str(pair[0]))
    yield "jinja options", [app.jinja_options, app.config["TEMPLATES_AUTO_RELOAD"]]
    yield "open_resource", kit.tries(app.open_resource, "a.txt", "w")
    yield "open_resource, text", kit.tries(app.open_resource("a.txt", "rt").read)
    yield "open_resource, missing", kit.tries(app.open_resource, "missing")


def run_within_a_command(kit: Any) -> Outcomes:
    import contextlib
    import io
    import os

    os.environ["FLASK_RUN_FROM_CLI"] = "true"
    for reloader in ("", "true"):
        os.environ["WERKZEUG_RUN_MAIN"] = reloader
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            yield f"app.run {reloader}", kit.tries(kit.app().run)
        yield f"app.run {reloader} says", out.getvalue()
