"""Routes, blueprints, and the URLs of both."""

from __future__ import annotations

from typing import Any

import pytest

import cruet
from cruet import Blueprint, Flask
from cruet.testing import FlaskClient
from cruet.toolkit.routing import BaseConverter, BuildError


def test_methods_of_routes(app: Flask, client: FlaskClient) -> None:
    for method in ("get", "post", "put", "patch", "delete"):
        getattr(app, method)("/" + method, endpoint=method)(lambda: cruet.request.method)
        assert client.open("/" + method, method=method.upper()).data == method.upper().encode()
        app._got_first_request = False
    with pytest.raises(TypeError, match="Use the 'route' decorator"):
        app.get("/x", methods=["POST"])
    with pytest.raises(TypeError, match="must be a list of strings"):
        app.add_url_rule("/x", "x", lambda: "", methods="POST")
    with pytest.raises(AssertionError, match="overwriting"):
        app.add_url_rule("/y", "get", lambda: "")
    with pytest.raises(AssertionError, match="expected view func"):
        app.add_url_rule("/z")


def test_converters(app: Flask, client: FlaskClient) -> None:
    class Commas(BaseConverter):
        def to_python(self, value: str) -> list[str]:
            return value.split(",")

        def to_url(self, value: list[str]) -> str:
            return ",".join(super(Commas, self).to_url(item) for item in value)

    app.url_map.converters["commas"] = Commas
    app.add_url_rule("/c/<commas:items>", "commas", lambda items: "|".join(items))
    app.add_url_rule("/i/<int:n>/<float:f>/<path:p>", "typed", lambda n, f, p: f"{n + 1} {f} {p}")
    assert client.get("/c/a,b").text == "a|b"
    assert client.get("/i/41/1.5/x/y").text == "42 1.5 x/y"
    assert client.get("/i/x/1.5/y").status_code == 404
    with app.test_request_context():
        assert cruet.url_for("commas", items=["a", "ä"]) == "/c/a,%C3%A4"


def test_url_for(app: Flask) -> None:
    app.add_url_rule("/", "index", lambda: "")
    app.add_url_rule("/page/<name>", "page", lambda name: "", methods=["GET"])
    app.add_url_rule("/post/<name>", "page", methods=["POST"])
    with app.test_request_context("/base"):
        assert cruet.url_for("index") == "/"
        assert cruet.url_for("index", q="a b") == "/?q=a+b"
        assert cruet.url_for("index", _anchor="x y") == "/#x%20y"
        assert cruet.url_for("index", _external=True) == "http://localhost/"
        assert cruet.url_for("index", _scheme="https") == "https://localhost/"
        assert cruet.url_for("page", name="a b", _method="POST") == "/post/a%20b"
        with pytest.raises(ValueError, match="_external"):
            cruet.url_for("index", _scheme="https", _external=False)
        with pytest.raises(BuildError):
            cruet.url_for("nothing")
    with app.app_context(), pytest.raises(RuntimeError, match="SERVER_NAME"):
        cruet.url_for("index")
    app.config.update(
        SERVER_NAME="example.com", APPLICATION_ROOT="/r", PREFERRED_URL_SCHEME="https"
    )
    with app.app_context():
        assert cruet.url_for("index") == "https://example.com/r/"
        assert cruet.url_for("index", _external=False) == "/r/"
    assert app.url_for("index") == "https://example.com/r/"


def test_build_errors_name_what_the_caller_gave(app: Flask) -> None:
    app.add_url_rule("/user/<int:id>", "user")
    with app.test_request_context(), pytest.raises(BuildError) as caught:
        cruet.url_for("usr", id=1, _anchor="x")
    assert str(caught.value) == (
        "Could not build url for endpoint 'usr' with values ['id']. Did you mean 'user' instead?"
    )
    assert caught.value.values == {"id": 1}


def test_build_error_handlers(app: Flask) -> None:
    seen: list[Any] = []

    def handler(error: Exception, endpoint: str, values: dict[str, Any]) -> Any:
        seen.append((endpoint, values))
        return "/rescued" if endpoint == "rescued" else None

    app.url_build_error_handlers.append(handler)
    with app.test_request_context():
        assert cruet.url_for("rescued", _external=True, a=1) == "/rescued"
        with pytest.raises(BuildError):
            cruet.url_for("lost")
    assert seen[0] == (
        "rescued",
        {"a": 1, "_external": True, "_anchor": None, "_method": None, "_scheme": None},
    )


def test_url_defaults_and_preprocessors(app: Flask, client: FlaskClient) -> None:
    @app.url_defaults
    def add_language(endpoint: str, values: dict[str, Any]) -> None:
        if app.url_map.is_endpoint_expecting(endpoint, "lang"):
            values.setdefault("lang", cruet.g.lang)

    @app.url_value_preprocessor
    def take_language(endpoint: str | None, values: dict[str, Any] | None) -> None:
        cruet.g.lang = values.pop("lang", None) if values else None

    app.add_url_rule("/<lang>/", "index", lambda: cruet.url_for("about"))
    app.add_url_rule("/<lang>/about", "about", lambda: cruet.g.lang)
    assert client.get("/de/").text == "/de/about"
    assert client.get("/de/about").text == "de"
    assert client.get("/a/b/c").status_code == 404


def test_nested_blueprints(app: Flask, client: FlaskClient) -> None:
    leaf = Blueprint("leaf", __name__, url_prefix="/leaf")
    branch = Blueprint("branch", __name__, url_prefix="/branch")
    leaf.add_url_rule("/", "index", lambda: f"{cruet.url_for('.index')} {cruet.request.blueprints}")
    branch.add_url_rule("/", "index", lambda: cruet.url_for(".leaf.index"))
    branch.register_blueprint(leaf)
    app.register_blueprint(branch)
    app.register_blueprint(branch, name="again", url_prefix="/again")
    assert client.get("/branch/leaf/").text == "/branch/leaf/ ['branch.leaf', 'branch']"
    assert client.get("/branch/").text == "/branch/leaf/"
    assert client.get("/again/leaf/").text == "/again/leaf/ ['again.leaf', 'again']"
    lonely = Blueprint("lonely", __name__)
    with pytest.raises(ValueError, match="itself"):
        lonely.register_blueprint(lonely)


def test_blueprint_names(app: Flask) -> None:
    with pytest.raises(ValueError, match="empty"):
        Blueprint("", __name__)
    with pytest.raises(ValueError, match="dot"):
        Blueprint("a.b", __name__)
    blueprint = Blueprint("name", __name__)
    with pytest.raises(ValueError, match="'endpoint' may not contain a dot"):
        blueprint.add_url_rule("/", "a.b", lambda: "")
    app.register_blueprint(blueprint)
    with pytest.raises(ValueError, match="for this blueprint"):
        app.register_blueprint(blueprint)
    with pytest.raises(ValueError, match="for a different blueprint"):
        app.register_blueprint(Blueprint("name", __name__))
    with pytest.raises(AssertionError, match="already been registered"):
        blueprint.add_url_rule("/", "late", lambda: "")


def test_blueprint_options(app: Flask, client: FlaskClient) -> None:
    blueprint = Blueprint("bp", __name__, url_defaults={"value": "default"})
    states = []
    blueprint.record(lambda state: states.append(("each", state.first_registration)))
    blueprint.record_once(lambda state: states.append(("once", state.first_registration)))
    blueprint.add_url_rule("/", "index", lambda value: value)
    app.register_blueprint(blueprint, url_prefix="/a")
    app.register_blueprint(blueprint, name="b", url_prefix="/b", url_defaults={"value": "b"})
    assert client.get("/a/").text == "default"
    assert client.get("/b/").text == "b"
    assert states == [("each", True), ("once", True), ("each", False)]


def test_app_wide_hooks_of_blueprints(app: Flask, client: FlaskClient) -> None:
    events: list[str] = []
    blueprint = Blueprint("bp", __name__)
    blueprint.before_app_request(lambda: events.append("before"))
    blueprint.after_app_request(lambda response: events.append("after") or response)
    blueprint.teardown_app_request(lambda exc: events.append("teardown"))
    blueprint.app_url_value_preprocessor(lambda e, v: events.append("url"))
    blueprint.app_url_defaults(lambda e, v: v.setdefault("q", 1))
    blueprint.app_errorhandler(404)(lambda e: (cruet.url_for("index"), 404))
    blueprint.app_context_processor(lambda: {"word": "hello"})
    blueprint.app_template_filter("twice")(lambda s: s * 2)
    blueprint.app_template_test("one")(lambda n: n == 1)
    blueprint.app_template_global("answer")(lambda: 42)
    app.register_blueprint(blueprint)
    source = "{{ word|twice }} {{ 1 is one }} {{ answer() }}"
    app.add_url_rule("/", "index", lambda: cruet.render_template_string(source))
    assert client.get("/").text == "hellohello True 42"
    assert client.get("/none").text == "/?q=1"
    assert events == ["url", "before", "after", "teardown"] * 2


def test_hosts_and_subdomains() -> None:
    app = Flask("x", subdomain_matching=True, static_folder=None)
    app.config["SERVER_NAME"] = "example.com"
    app.add_url_rule("/", "main", lambda: "main")
    app.add_url_rule("/", "user", lambda user: user, subdomain="<user>")
    client = app.test_client()
    assert client.get("/", "http://example.com").text == "main"
    assert client.get("/", "http://anna.example.com").text == "anna"
    assert client.get("/", subdomain="bob").text == "bob"
    with app.app_context():
        assert cruet.url_for("user", user="eve") == "http://eve.example.com/"

    hosted = Flask("y", host_matching=True, static_folder=None)
    hosted.add_url_rule("/", "a", lambda: "a", host="a.test")
    hosted.add_url_rule("/", "b", lambda: "b", host="b.test")
    client = hosted.test_client()
    assert client.get("/", "http://b.test").text == "b"
    assert client.get("/", "http://c.test").status_code == 404
    with pytest.raises(AssertionError, match="static_host"):
        Flask("z", host_matching=True)


def test_trusted_hosts(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/", "view", lambda: "x")
    app.config["TRUSTED_HOSTS"] = [".good.test"]
    assert client.get("/", "http://www.good.test").status_code == 200
    assert client.get("/", "http://bad.test").status_code == 400
    app.config["TRUSTED_HOSTS"] = None
    assert client.get("/", "http://bad.test").status_code == 200


def test_own_adapter_is_used(app: Flask, client: FlaskClient) -> None:
    class Adapting(Flask):
        def create_url_adapter(self, request: Any) -> Any:
            if request is None:
                return super().create_url_adapter(None)
            return self.url_map.bind("localhost", path_info="/fixed")

    adapting = Adapting("adapting", static_folder=None)
    adapting.add_url_rule("/fixed", "fixed", lambda: "fixed")
    assert adapting.test_client().get("/anything").text == "fixed"


def test_endpoint_decorator(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/x", endpoint="x")
    app.endpoint("x")(lambda: "by endpoint")
    assert client.get("/x").text == "by endpoint"


def test_nested_subdomains_and_prefixes() -> None:
    app = Flask("nested", subdomain_matching=True, static_folder=None)
    app.config["SERVER_NAME"] = "example.org"
    parent = Blueprint("parent", __name__, url_prefix="/parent/", subdomain="api")
    child = Blueprint("child", __name__, url_prefix="/child", subdomain="v1")
    plain = Blueprint("plain", __name__)
    for blueprint in (child, plain):
        blueprint.add_url_rule("/", "index", lambda: cruet.request.endpoint or "")
    parent.register_blueprint(child)
    parent.register_blueprint(plain)
    parent.register_blueprint(plain, name="own", url_prefix="/own", subdomain="v2")
    app.register_blueprint(parent)
    client = app.test_client()
    for url, endpoint in {
        "http://v1.api.example.org/parent/child/": "parent.child.index",
        "http://api.example.org/parent/": "parent.plain.index",
        "http://v2.api.example.org/parent/own/": "parent.own.index",
    }.items():
        assert client.get(url).text == endpoint
        with app.app_context():
            assert cruet.url_for(endpoint) == url
    assert client.get("http://example.org/parent/").status_code == 404


def test_defaults_of_a_blueprint_and_of_a_rule(app: Flask, client: FlaskClient) -> None:
    blueprint = Blueprint("b", __name__, url_defaults={"a": 1, "b": 2})
    blueprint.add_url_rule("/", "view", lambda **values: values, defaults={"b": 3})
    app.register_blueprint(blueprint, url_defaults={"c": 4})
    assert client.get("/").json == {"a": 1, "b": 3, "c": 4}


def test_a_build_error_handler_may_raise_a_better_error(app: Flask) -> None:
    better = BuildError("other", {}, None)

    def handler(error: Exception, endpoint: str, values: dict[str, Any]) -> Any:
        raise better

    app.url_build_error_handlers.append(handler)
    with app.test_request_context(), pytest.raises(BuildError) as caught:
        cruet.url_for("lost")
    assert caught.value is better


def test_names_with_dots_are_refused(app: Flask) -> None:
    def view() -> str:
        return ""

    blueprint = Blueprint("b", __name__)
    with pytest.raises(ValueError, match="'endpoint' may not contain a dot"):
        blueprint.add_url_rule("/", "a.b", view)
    view.__name__ = "a.b"
    with pytest.raises(ValueError, match="'view_func' name may not contain a dot"):
        blueprint.add_url_rule("/", view_func=view)


def test_a_blueprint_that_is_registered_takes_nothing_more(app: Flask) -> None:
    blueprint = Blueprint("late", __name__)
    app.register_blueprint(blueprint)
    for late in (
        lambda: blueprint.add_url_rule("/", "x", lambda: ""),
        lambda: blueprint.before_request(lambda: None),
        lambda: blueprint.register_blueprint(Blueprint("later", __name__)),
        lambda: blueprint.app_errorhandler(404),
    ):
        with pytest.raises(AssertionError, match="can no longer be called on the blueprint 'late'"):
            late()
    with pytest.raises(ValueError, match="already registered for this blueprint"):
        app.register_blueprint(blueprint)
    with pytest.raises(ValueError, match="already registered for a different blueprint"):
        app.register_blueprint(Blueprint("late", __name__))
    app.register_blueprint(blueprint, name="again")
    assert list(app.blueprints) == ["late", "again"]
