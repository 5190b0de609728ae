"""Templates: where they come from and what they see."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jinja2 import TemplateNotFound

import cruet
from cruet import Blueprint, Flask
from cruet.testing import FlaskClient


@pytest.fixture
def folder(app: Flask, tmp_path: Path) -> Path:
    app.root_path = str(tmp_path)
    (tmp_path / "templates").mkdir()
    return tmp_path


def write(folder: Path, name: str, source: str) -> None:
    path = folder / "templates" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source)


def test_globals_and_context(app: Flask, client: FlaskClient, folder: Path) -> None:
    write(
        folder,
        "page.html",
        "{{ g.a }} {{ request.path }} {{ session.b }} {{ config.TESTING }} "
        "{{ url_for('view') }} {{ get_flashed_messages() }} {{ own }} {{ given }}",
    )
    app.context_processor(lambda: {"own": "processor", "given": "processor"})

    @app.route("/")
    def view() -> str:
        cruet.g.a = 1
        cruet.session["b"] = 2
        return cruet.render_template("page.html", given="<given>")

    assert client.get("/").text == "1 / 2 True / [] processor &lt;given&gt;"


def test_pages_vary_with_the_cookie_only_where_they_use_the_session(
    app: Flask, client: FlaskClient
) -> None:
    app.secret_key = "a secret"

    @app.route("/<path:source>")
    def page(source: str) -> str:
        return cruet.render_template_string(source)

    assert "Vary" not in client.get("/{{ request.path }} {{ g }}").headers
    assert client.get("/{{ session.get('a') }}").headers["Vary"] == "Cookie"


def test_autoescape_by_name(app: Flask, folder: Path) -> None:
    for name in ("a.html", "a.htm", "a.xml", "a.xhtml", "a.svg", "a.txt", "a.js"):
        write(folder, name, "{{ x }}")
    with app.app_context():
        for name in ("a.html", "a.htm", "a.xml", "a.xhtml", "a.svg"):
            assert cruet.render_template(name, x="<") == "&lt;"
        for name in ("a.txt", "a.js"):
            assert cruet.render_template(name, x="<") == "<"
        assert cruet.render_template_string("{{ x }}", x="<") == "&lt;"
        assert cruet.render_template_string("{{ x|tojson }}", x="</script>") == (
            r'"\u003c/script\u003e"'
        )


def test_application_goes_before_blueprints(app: Flask, folder: Path, tmp_path: Path) -> None:
    blueprint = Blueprint("bp", __name__, root_path=str(tmp_path), template_folder="more")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "both.html").write_text("blueprint")
    (tmp_path / "more" / "only.html").write_text("blueprint")
    write(folder, "both.html", "application")
    app.register_blueprint(blueprint)
    with app.app_context():
        assert cruet.render_template("both.html") == "application"
        assert cruet.render_template("only.html") == "blueprint"
        assert cruet.render_template(["none.html", "only.html"]) == "blueprint"
        with pytest.raises(TemplateNotFound):
            cruet.render_template("none.html")
    assert sorted(app.jinja_env.list_templates()) == ["both.html", "only.html"]


def test_filters_tests_globals(app: Flask) -> None:
    @app.template_filter()
    def double(value: str) -> str:
        return value * 2

    @app.template_filter("turned")
    def reverse(value: str) -> str:
        return value[::-1]

    @app.template_test("seven")
    def is_seven(value: int) -> bool:
        return value == 7

    @app.template_global()
    def answer() -> int:
        return 42

    source = "{{ 'ab'|double|turned }} {{ 7 is seven }} {{ answer() }}"
    with app.app_context():
        assert cruet.render_template_string(source) == "baba True 42"


def test_macros_from_python(app: Flask, folder: Path) -> None:
    write(folder, "macros.html", "{% macro hello(name) %}Hello {{ name }}{% endmacro %}")
    with app.app_context():
        assert cruet.get_template_attribute("macros.html", "hello")("you") == "Hello you"


def test_streams(app: Flask, client: FlaskClient, folder: Path) -> None:
    write(folder, "rows.html", "{% for n in range(3) %}{{ n }}{{ request.args.x }} {% endfor %}")

    @app.route("/file")
    def file() -> Any:
        return cruet.stream_template("rows.html")

    @app.route("/string")
    def string() -> Any:
        return cruet.stream_template_string("{{ config.TESTING }} {{ session.get('x') }}")

    assert client.get("/file?x=!").text == "0! 1! 2! "
    assert client.get("/string").text == "True None"
    with app.app_context():
        assert "".join(cruet.stream_template_string("{{ 1 + 1 }}")) == "2"


def test_streams_are_rendered_as_they_are_read(app: Flask) -> None:
    rendered: list[int] = []

    def count() -> Iterator[int]:
        for number in range(3):
            rendered.append(number)
            yield number

    with app.app_context():
        stream = cruet.stream_template_string(
            "{% for n in count %}{{ n }},{% endfor %}", count=count()
        )
        assert rendered == []
        assert next(stream) == "0"
        assert rendered == [0]
        assert "".join(stream) == ",1,2,"


def test_signals_of_templates(app: Flask, client: FlaskClient) -> None:
    events: list[Any] = []

    def receive(sender: Flask, template: Any, context: dict[str, Any], **extra: Any) -> None:
        events.append((template.name, context["x"]))

    app.add_url_rule("/", "view", lambda: cruet.render_template_string("{{ x }}", x=1))
    with (
        cruet.template_rendered.connected_to(receive, app),
        cruet.before_render_template.connected_to(receive, app),
    ):
        client.get("/")
    assert events == [(None, 1)] * 2


def test_reloading(app: Flask) -> None:
    assert app.jinja_env.auto_reload is False
    app.debug = True
    assert app.jinja_env.auto_reload is True
    other = Flask("other")
    other.config["TEMPLATES_AUTO_RELOAD"] = True
    assert other.jinja_env.auto_reload is True


def test_environment_can_be_replaced(app: Flask) -> None:
    from cruet.templating import Environment

    class Own(Environment):
        pass

    class OwnApp(Flask):
        jinja_environment = Own
        jinja_options = {"trim_blocks": True}

        def select_jinja_autoescape(self, filename: str | None) -> bool:
            return False

    own = OwnApp("own")
    assert type(own.jinja_env) is Own
    assert own.jinja_env.trim_blocks
    with own.app_context():
        assert cruet.render_template_string("{{ x }}", x="<") == "<"
    assert Flask.jinja_environment is Environment


def test_explaining_a_search(app: Flask, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    app.config["EXPLAIN_TEMPLATE_LOADING"] = True
    app.register_blueprint(Blueprint("bp", __name__, template_folder="more"))
    with app.app_context(), caplog.at_level(logging.INFO), pytest.raises(TemplateNotFound):
        cruet.render_template("none.html")
    assert "trying loader of application 'framework_app'" in caplog.text
    assert "trying loader of blueprint 'bp'" in caplog.text
    assert "could not be found" in caplog.text
